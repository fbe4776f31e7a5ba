"""Referrals and concerns that flow in, whatever happens to the network, and the ledgers of what was promised."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from kith_chassis import clock
from kith_chassis.clock import new_id
from tests.faults.network import Network
from tests.servers.services import Bearer

ROUTES: Final = (
    *([()] * 6),
    *([("accept",)] * 2),
    ("accept", "withdraw"),
    ("decline",),
)
"""What becomes of ten referrals one after another."""

FINAL: Final = {
    (): ("submitted", None, None),
    ("accept",): ("accepted", "accepted", None),
    ("accept", "withdraw"): ("withdrawn", "accepted", "withdrawn"),
    ("decline",): ("declined", "declined", "declined"),
}
"""For each route: the referral's status in the end, its decision, and why it was closed."""

FACTS: Final = {
    (): ("referral-created",),
    ("accept",): ("referral-created", "referral-decided"),
    ("accept", "withdraw"): ("referral-created", "referral-decided", "referral-closed"),
    ("decline",): ("referral-created", "referral-decided", "referral-closed"),
}
"""For each route: what is told, in this order."""

_RECEIVED: Final = {("referral-received", "referrer"), ("referral-received", "programme")}
_ACCEPTED: Final = {("referral-accepted", "referrer"), ("referral-accepted", "person")}
_CLOSED: Final = {("referral-closed", "referrer"), ("referral-closed", "person")}
MESSAGES: Final = {
    (): _RECEIVED,
    ("accept",): _RECEIVED | _ACCEPTED,
    ("accept", "withdraw"): _RECEIVED | _ACCEPTED | _CLOSED,
    ("decline",): _RECEIVED | {("referral-declined", "referrer")},
}
"""For each route: who is told what."""

LEAD: Final = "safeguarding@example.org"
"""To whom concerns are told."""
WORRIED: Final = 4
"""Of so many referrals one comes with a concern, where concerns are raised at all."""

MOVES: Final[dict[str, tuple[str, dict[str, str] | None]]] = {
    "accept": ("decision", {"decision": "accept"}),
    "decline": ("decision", {"decision": "decline", "reason": "not-suitable"}),
    "withdraw": ("withdrawal", None),
}

Route = tuple[str, ...]


@dataclass(slots=True)
class Load:
    """A referrer and a coordinator who never give up. ``ledger`` holds every referral whose making was confirmed.

    Where somebody is ``worried``, ``concerns`` holds every concern that was taken.
    """

    network: Network
    total: int
    patience: float = 180.0
    """Seconds for which a request that fails is made again; 0 when none may fail."""
    transport: httpx.AsyncBaseTransport | None = None
    programme_id: UUID = field(default_factory=new_id)
    referring: UUID = field(default_factory=new_id)
    deciding: UUID = field(default_factory=new_id)
    ledger: dict[UUID, Route] = field(default_factory=dict)
    worried: bool = False
    concerns: set[UUID] = field(default_factory=set)
    repeats: int = 0
    done: int = 0
    _begun: int = 0

    async def prepare(self) -> None:
        """Publish two organisations, a programme, and that the one may refer to the other."""
        operator = Bearer(self.network.issuer.token("operator"))
        async with self._client() as client:
            for organisation_id, name in ((self.referring, "Example Health Board"), (self.deciding, "Example Trust")):
                body = {"name": name, "kind": "charity", "contact_email": "notices@example.org"}
                await self._insist(client, "PUT", f"/organisations/{organisation_id}", auth=operator, json=body)
            programme = {
                "slug": "long-term-conditions",
                "organisation_id": str(self.deciding),
                "name": "Example programme",
                "model": "one-to-one",
                "formality": "formal",
            }
            await self._insist(client, "PUT", f"/programmes/{self.programme_id}", auth=operator, json=programme)
            agreement = {"sharer_id": str(self.referring), "receiver_id": str(self.deciding), "starts_on": "2026-01-05"}
            await self._insist(client, "PUT", f"/agreements/{new_id()}", auth=operator, json=agreement)
        if self.worried:
            roles = ("safeguarding-lead", "administrator")
            lead = Bearer(self.network.issuer.token(*roles, organisation_id=self.deciding))
            desk = {"lead": {"name": "Safeguarding lead", "email": LEAD}}
            async with self._client("matching") as client:
                await self._insist(client, "PUT", f"/duty-desks/{new_id()}", auth=lead, json=desk)

    async def flow(self, until: int | None = None, workers: int = 8, pause: float = 0.0) -> None:
        """Make referrals, ``until`` there are so many or all of them, and take each along its route.

        Each worker rests ``pause`` seconds after each.
        """
        referrer = Bearer(self.network.issuer.token("referrer", organisation_id=self.referring))
        coordinator = Bearer(self.network.issuer.token("coordinator", organisation_id=self.deciding))

        async def work() -> None:
            while self._begun < (until or self.total):
                number, self._begun = self._begun, self._begun + 1
                route = ROUTES[number % len(ROUTES)]
                made = await self._make(client, number, referrer)
                referral_id, version = UUID(made["id"]), made["version"]
                self.ledger[referral_id] = route
                if self.worried and number % WORRIED == 0:
                    self.concerns.add(await self._worry(matching, referral_id, coordinator))
                for step in route:
                    version = await self._move(client, referral_id, step, version, coordinator)
                self.done += 1
                await asyncio.sleep(pause)

        async with self._client() as client, self._client("matching") as matching, asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())

    def enough(self) -> None:
        """Begin no more."""
        self.total = self._begun

    async def _make(self, client: httpx.AsyncClient, number: int, who: httpx.Auth) -> dict[str, Any]:
        reachable = {"email": f"person{number}@example.org", "contact_by": ["email"]} if number % 20 == 6 else {}
        today = clock.today(clock.now()).isoformat()
        body = {
            "person": {"given_name": "Test", "family_name": f"Testwell-{number}", **reachable},
            "programme_id": str(self.programme_id),
            "source": "professional",
            "received_on": today,
            "needs": ["isolation"],
            "channels": ["in-person"],
            "consent": {"given": True, "recorded_on": today, "how": "recorded-elsewhere"},
        }
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self._insist(client, "POST", "/referrals", auth=who, json=body, headers=headers)
        made: dict[str, Any] = answer.json()
        return made

    async def _worry(self, client: httpx.AsyncClient, referral_id: UUID, who: httpx.Auth) -> UUID:
        """Raise a concern about somebody of whom matching may not have heard yet."""
        body = {"grounds": "urgent-health", "about": "referral", "about_id": str(referral_id)}
        headers = {"Idempotency-Key": str(uuid4())}
        raised = await self._insist(client, "POST", "/concerns", auth=who, json=body, headers=headers)
        return UUID(raised.json()["id"])

    async def _move(
        self, client: httpx.AsyncClient, referral_id: UUID, step: str, version: int, who: httpx.Auth
    ) -> int:
        path, body = MOVES[step]
        headers = {"If-Match": f'"{version}"'}
        answer = await self._insist(
            client, "POST", f"/referrals/{referral_id}/{path}", auth=who, json=body, headers=headers
        )
        moved: int = answer.json()["version"]
        return moved

    async def _insist(self, client: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask until there is an answer. A version that moved on while the answer was lost: so the move was made."""
        deadline = time.monotonic() + self.patience
        for attempt in count():
            try:
                answer = await client.request(method, path, **more)
            except httpx.TransportError as error:
                self.network.check_members()
                failure = repr(error)
            else:
                if answer.is_success:
                    return answer
                if attempt and answer.status_code == httpx.codes.PRECONDITION_FAILED:
                    return await self._insist(client, "GET", path.rpartition("/")[0], auth=more["auth"])
                failure = f"{answer.status_code} {answer.text}"
                in_flight = answer.status_code == httpx.codes.CONFLICT and "in-flight" in answer.text
                assert in_flight or answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, f"{method} {path}: {failure}"
            assert time.monotonic() < deadline, f"{method} {path} for {self.patience:.0f} s: {failure}"
            self.repeats += 1
            await asyncio.sleep(0.2)
        raise AssertionError

    @asynccontextmanager
    async def _client(self, service: str = "referrals") -> AsyncIterator[httpx.AsyncClient]:
        url = self.network.url(service)
        async with httpx.AsyncClient(base_url=url, timeout=15.0, transport=self.transport) as client:
            yield client
