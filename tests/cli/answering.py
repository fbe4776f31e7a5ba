"""An issuer and a service that answer what they are told to, for whatever speaks HTTP to a network."""

from typing import Final

import httpx

from kith_cli.addresses import Addresses
from kith_cli.clients import Client
from kith_cli.installation import SERVICES
from kith_cli.speaking import Speaker

ISSUER: Final = "http://issuer.invalid"
OPERATOR: Final = Client("operator", frozenset({"operator"}), None, "a-long-random-word")


class Network:
    """An issuer and a service, as far as a speaker needs them; what it was asked stands in `asked`."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.asked: list[httpx.Request] = []
        self.tokens = 0
        self._answers = list(answers)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json={"token_endpoint": f"{ISSUER}/token"})
        if request.url.path == "/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}"})
        self.asked.append(request)
        return self._answers.pop(0)

    def speaker(self) -> Speaker:
        services = {name: f"http://{name}.invalid" for name in SERVICES}
        return Speaker(Addresses(services, ISSUER, {}), OPERATOR, httpx.MockTransport(self.answer))
