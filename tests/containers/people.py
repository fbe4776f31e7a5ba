"""What people and their systems do over HTTP: publish, refer, decide, propose, answer; and what they then read."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx

from kith_chassis.clock import new_id, now, today
from kith_cli.clients import Client
from kith_cli.network import Entry, Organisation, Supporter
from tests.containers.compose import PATIENCE, Compose

T = TypeVar("T")

BETWEEN: Final = 0.5
"""Seconds between two referrals of a referrer who goes on and on."""
TRY_AGAIN: Final = frozenset({401, 409, 502, 503, 504})
"""Answers of a network that is being restarted: sign in again, still in flight, not ready."""


class Desk:
    """One client of the network, signed in at the issuer."""

    def __init__(self, compose: Compose, client: Client) -> None:
        self._compose = compose
        self._client = client
        self._http = httpx.Client(timeout=10)
        self._token = ""

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def ask(self, method: str, service: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One request; signed in anew when there is no token or it is no longer believed."""
        url = self._compose.url(service) + path
        for last in (False, True):
            self._token = self._token or self._sign_in()
            headers["Authorization"] = f"Bearer {self._token}"
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            answer = self._http.request(method, url, json=body, headers=named)
            if answer.status_code != httpx.codes.UNAUTHORIZED or last:
                break
            self._token = ""
        return answer

    def _sign_in(self) -> str:
        """A token, by the address at which the issuer is published; services know it by another."""
        answer = self._http.post(
            f"{self._compose.url('issuer')}/token",
            data={"grant_type": "client_credentials"},
            auth=(self._client.client_id, self._client.secret),
        )
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def get(self, service: str, path: str) -> httpx.Response:
        """Read."""
        return _well(self.ask("GET", service, path))

    def put(self, service: str, entry: Entry, path: str) -> None:
        """Publish or record one thing of the network."""
        _well(self.ask("PUT", service, f"{path}/{entry.id}", dict(entry.body)))

    def create(self, service: str, path: str, body: object) -> httpx.Response:
        """Create something."""
        return _well(self.ask("POST", service, path, body, Idempotency_Key=str(new_id())))

    def change(self, service: str, path: str, body: object, version: str) -> httpx.Response:
        """Change something, at the version that was read."""
        return _well(self.ask("POST", service, path, body, If_Match=version))


def _well(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer


def until(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + patience
    while (seen := look()) is None:
        assert time.monotonic() < deadline, f"{what}: not within {patience:.0f} seconds"
        time.sleep(0.3)
    return seen


def a_referral_to(programme_id: UUID) -> dict[str, Any]:
    """A referral of somebody invented, who allows mail, to an address of their own."""
    day = today(now()).isoformat()
    return {
        "person": {
            "given_name": "Tessa",
            "family_name": "Testwell",
            "birth_date": "1970-01-31",
            "postcode": "G12 8QQ",
            "email": f"{secrets.token_hex(8)}@example.org",
            "contact_by": ["email"],
        },
        "programme_id": str(programme_id),
        "source": "professional",
        "received_on": day,
        "needs": ["isolation"],
        "channels": ["telephone"],
        "consent": {"given": True, "recorded_on": day, "how": "verbal"},
    }


def publish(network: Mapping[str, Organisation], operator: Desk) -> None:
    """Every organisation, programme and agreement, by the network's operator."""
    for organisation in network.values():
        operator.put("referrals", organisation.entry, "/organisations")
        for programme in organisation.programmes:
            operator.put("referrals", programme, "/programmes")
    for agreement in (one for organisation in network.values() for one in organisation.agreements):
        operator.put("referrals", agreement, "/agreements")


def prepare(supporter: Supporter, coordinator: Desk) -> None:
    """The coordinator records a supporter, with the trainings and checks that the programme asks for."""
    coordinator.put("matching", supporter, "/supporters")
    for what, record in supporter.records(today(now())):
        coordinator.create("matching", f"/supporters/{supporter.id}/{what}", record)


def take_on(referral_id: str, supporter: Entry, coordinator: Desk) -> None:
    """The coordinator's way from a received referral to a match: decide, get to know both, propose, two answers.

    Each of the two is asked whether it may be somebody they know, as the programme's definition wants it.
    """
    version = coordinator.get("referrals", f"/referrals/{referral_id}").headers["ETag"]
    coordinator.change("referrals", f"/referrals/{referral_id}/decision", {"decision": "accept"}, version)

    def waits() -> bool | None:
        found = coordinator.ask("GET", "matching", f"/referrals/{referral_id}/candidates?limit=200")
        candidates = found.json()["candidates"] if found.is_success else []
        return any(one["supporter_id"] == str(supporter.id) for one in candidates) or None

    until(waits, "the supporter is a candidate for the accepted referral")
    pair = {"referral_id": referral_id, "supporter_id": str(supporter.id), "got_to_know": True}
    proposed = coordinator.create("matching", "/proposals", pair)
    where, version = proposed.headers["Location"], proposed.headers["ETag"]
    for side in ("person", "supporter"):
        answer = {"answered_by": side, "answer": "yes", "knowing_is_fine": True}
        version = coordinator.change("matching", f"{where}/answers", answer, version).headers["ETag"]


class Referrer(threading.Thread):
    """Refers somebody new twice a second, and each until it is accepted, whatever happens to the network meanwhile."""

    def __init__(self, desk: Desk, programme_id: UUID) -> None:
        super().__init__(name="referrer", daemon=True)
        self._desk = desk
        self._programme_id = programme_id
        self._enough = threading.Event()
        self.accepted: list[str] = []
        self.tried_again = 0
        self.refused: str | None = None

    def run(self) -> None:
        """Refer until it is enough; the last one is seen through."""
        while not self._enough.wait(BETWEEN) and self.refused is None:
            body, key = a_referral_to(self._programme_id), str(new_id())
            while (referral_id := self._try(body, key)) is None and self.refused is None:
                self.tried_again += 1
                time.sleep(BETWEEN)
            if referral_id:
                self.accepted.append(referral_id)

    def _try(self, body: object, key: str) -> str | None:
        try:
            answer = self._desk.ask("POST", "referrals", "/referrals", body, Idempotency_Key=key)
        except httpx.HTTPError:
            return None
        if answer.status_code == httpx.codes.CREATED:
            referral_id: str = answer.json()["id"]
            return referral_id
        if answer.status_code not in TRY_AGAIN:
            self.refused = f"{answer.status_code} {answer.text}"
        return None

    def enough(self) -> list[str]:
        """Stop, and say what was accepted."""
        self._enough.set()
        self.join(PATIENCE)
        assert not self.is_alive(), "the last referral was never accepted"
        assert self.refused is None, self.refused
        return self.accepted
