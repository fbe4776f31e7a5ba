"""The owners of addresses, over HTTP as it is spoken, and an issuer that gives a token: all inside the test."""

from dataclasses import dataclass, field
from uuid import UUID

import httpx
from pydantic import SecretStr

from kith_chassis.internal import Internal
from tests.conftest import SettingsOf

ISSUER = "http://issuer.example"
OWNERS = {"referrals.example": {"people", "organisations"}, "matching.example": {"supporters", "duty-desks"}}


@dataclass
class FakeOwners:
    """Knows everybody by an invented name and address, unless told otherwise."""

    nobody: set[UUID] = field(default_factory=set)
    may_not: set[UUID] = field(default_factory=set)
    addresses: dict[UUID, str] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "issuer.example":
            return self._issuer(request)
        _, _, word, id_, *level, _ = request.url.path.split("/")
        assert word in OWNERS[request.url.host]
        assert request.headers["authorization"] == "Bearer a-token"
        self.asked.append("/".join((word, id_, *level)))
        if word in self.down:
            return httpx.Response(503)
        id_of = UUID(id_)
        if id_of in self.nobody:
            return httpx.Response(404)
        contact = {
            "name": NAME,
            "email": self.addresses.get(id_of, address(id_of)),
            "may_email": id_of not in self.may_not,
        }
        return httpx.Response(200, json=contact)

    def _issuer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600})
        return httpx.Response(
            200, json={"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys"}
        )

    def internal(self, settings_of: SettingsOf) -> Internal:
        settings = settings_of(
            issuer=ISSUER,
            development_issuer=True,
            client_id="service-notifications",
            client_secret=SecretStr("invented"),
            referrals_url="http://referrals.example",
            matching_url="http://matching.example",
        )
        return Internal(settings, transport=httpx.MockTransport(self.answer))


NAME = "Zoë Testwell"


def address(id_: UUID) -> str:
    return f"dummy.{id_.hex}@example.org"
