"""Speaking HTTP to the network: a token from the issuer, one request at a time, one sentence when it is refused."""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.clients import Client

PATIENCE: Final = 15.0  # seconds for one answer
UNAUTHORISED: Final = 401
MOST_PARTS: Final = 3
"""Parts of a request that a refusal complains about in one sentence."""


class NoAnswer(CannotRun):
    """Nobody answered: asking again later may help."""


class Refused(CannotRun):
    """The other side said no, in the form of RFC 9457: `status` is HTTP's, `code` the problem's.

    `parts` are the places in the request that are at fault, each with what it must be.
    """

    def __init__(self, message: str, status: int, code: str, parts: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.parts = parts


def fetch_token(http: httpx.Client, issuer: str, client: Client) -> dict[str, Any]:
    """Ask an issuer for a token by client credentials; where to ask stands in its discovery document."""
    try:
        found = http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        found.raise_for_status()
        answer = http.post(
            found.json()["token_endpoint"],
            data={"grant_type": "client_credentials"},
            auth=(quote(client.client_id, safe=""), quote(client.secret, safe="")),
        )
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NoAnswer(f"The issuer {issuer} does not answer ({type(error).__name__}).") from error
    if answer.status_code == UNAUTHORISED:
        raise CannotRun(f"The issuer {issuer} does not know {client.client_id} with that secret.")
    if answer.is_error:
        raise CannotRun(f"The issuer {issuer} gave no token for {client.client_id} (HTTP {answer.status_code}).")
    token: dict[str, Any] = answer.json()
    return token


class Speaker:
    """One of our clients, speaking to every service. Its token is fetched when needed, and anew when it expires."""

    def __init__(self, addresses: Addresses, client: Client, transport: httpx.BaseTransport | None = None) -> None:
        self._addresses = addresses
        self._client = client
        self._http = httpx.Client(timeout=PATIENCE, transport=transport)
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Read something; the answer's JSON."""
        return self.ask("GET", service, path, params=params).json()

    def post(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask for something to be done; the answer's JSON."""
        return self.ask("POST", service, path, json=body).json()

    def put(self, service: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        """Say what something is now; the answer's JSON, or nothing if it has none."""
        answer = self.ask("PUT", service, path, json=body, headers=headers)
        return answer.json() if answer.content else None

    def pieces(self, service: str, path: str) -> Iterator[bytes]:
        """Read something long, a piece at a time. `NoAnswer` also where it breaks off."""
        answer = self.ask("GET", service, path, stream=True)
        try:
            yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise NoAnswer(f"{service} broke off in the midst of its answer ({type(error).__name__}).") from error
        finally:
            answer.close()

    def ask(self, method: str, service: str, path: str, *, stream: bool = False, **request: Any) -> httpx.Response:
        """Make one request as our client. `Refused` carries what the service said; a token that expired is renewed.

        With `stream` the answer's body is left for the caller to read, and to close.
        """
        url = self._addresses.service(service).rstrip("/") + path
        given = dict(request.pop("headers", None) or {})
        for last in (False, True):
            headers = given | {"Authorization": f"Bearer {self._fresh_token(renew=last)}"}
            try:
                answer = self._http.send(
                    self._http.build_request(method, url, headers=headers, **request), stream=stream
                )
                if answer.is_error:
                    answer.read()
            except httpx.HTTPError as error:
                raise NoAnswer(f"{service} does not answer at {url} ({type(error).__name__}).") from error
            if answer.status_code != UNAUTHORISED:
                break
        if answer.is_error:
            raise refusal(service, answer)
        return answer

    def _fresh_token(self, *, renew: bool) -> str:
        if renew or not self._token:
            self._token = str(fetch_token(self._http, self._addresses.known_issuer, self._client)["access_token"])
        return self._token


def refusal(service: str, answer: httpx.Response) -> Refused:
    """Read a problem document, or what can be said of an answer that is none."""
    try:
        problem = answer.json()
        code, detail = str(problem.get("code", "")), str(problem.get("detail") or problem.get("title") or "")
        parts = [(str(part["where"]), str(part["sentence"])) for part in problem.get("errors") or ()]
    except (ValueError, AttributeError, KeyError, TypeError):
        code, detail, parts = "", "", []
    mended = [f"{where}: {sentence}" for where, sentence in parts[:MOST_PARTS] if sentence != detail]
    said = " ".join([detail or f"HTTP {answer.status_code}", *mended])
    return Refused(f"{service} refused: {said}" + (f" ({code})" if code else ""), answer.status_code, code, parts)
