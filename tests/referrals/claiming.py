"""A programme that is paid in part by results, families that it works with, and short ways to claim."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import httpx

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_referrals.domain.referral import Referral
from tests.conftest import AsCaller
from tests.contracts.programmes import BEFRIENDING, but
from tests.referrals.test_api import post, version
from tests.referrals.world import World, a_person, a_wish

TODAY: Final = clock.today(clock.now())
REFERRED_ON: Final = TODAY - timedelta(days=300)
ACHIEVED_ON: Final = TODAY - timedelta(days=200)
"""Longer ago than the 26 weeks that a result has to hold."""
RESULTS: Final = {
    "payer_percent": 40,
    "sustained_weeks": 26,
    "claims": ["school-attendance", "continuous-work"],
    "proposed": 120000,
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """The claims of the host, which runs the programme; families are those whom the referrer referred."""

    client: httpx.AsyncClient
    world: World
    programme_id: UUID
    referrer: httpx.Auth
    administrator: httpx.Auth

    async def family(
        self, *, accepted: bool = True, received_on: date = REFERRED_ON, programme_id: UUID | None = None
    ) -> tuple[str, Referral]:
        """A household of four, and the referral of the one of it who is known."""
        referral = await self.world.refer(
            a_person(self.world.referrer.id),
            wish=a_wish(received_on=received_on),
            programme_id=programme_id or self.programme_id,
        )
        if accepted:
            referral = await self.world.accept(referral)
        return await self.household(referral), referral

    async def household(self, *referrals: Referral) -> str:
        """A household of these, and of three whom nobody names."""
        made = await post(self.client, {"others": {"family": 3}}, self.referrer, path="/households")
        for at, referral in enumerate(referrals, 1):
            await self.client.put(
                f"{made.headers['Location']}/members/{referral.person_id}",
                json={},
                auth=self.referrer,
                headers=version(at),
            )
        found: str = made.json()["id"]
        return found

    def body(self, household_id: str, /, **changes: Any) -> dict[str, Any]:
        """What a claim says."""
        told = {
            "programme_id": str(self.programme_id),
            "household_id": household_id,
            "result": "school-attendance",
            "achieved_on": ACHIEVED_ON.isoformat(),
            "evidence": "case-files/2026/0117",
        }
        return told | changes

    async def claim(self, household_id: str, /, auth: httpx.Auth | None = None, **changes: Any) -> httpx.Response:
        """Claim a result that has held for long enough, unless something is changed."""
        return await post(self.client, self.body(household_id, **changes), auth or self.administrator, path="/claims")

    async def reverse(self, made: httpx.Response, reason: str = "relapsed", at: int = 1) -> httpx.Response:
        """Take a claim back."""
        path = f"{made.headers['Location']}/reversal"
        return await self.client.post(path, json={"reason": reason}, auth=self.administrator, headers=version(at))

    async def draw(self, auditor: UUID, *, claims: int = 2, until: date = TODAY, **changes: Any) -> httpx.Response:
        """Draw a sample for an organisation's auditors."""
        told = {"programme_id": str(self.programme_id), "auditor_id": str(auditor), "claims": claims}
        return await post(
            self.client, told | {"until": until.isoformat()} | changes, self.administrator, path="/claim-samples"
        )


async def a_ledger(client: httpx.AsyncClient, world: World, as_caller: AsCaller) -> Ledger:
    """The host's programme with its results in force, and nothing claimed yet."""
    programme_id = new_id()
    definition = but(but(BEFRIENDING, "evaluation.results", RESULTS), "support.components", ["results"])
    body = {"organisation_id": str(world.host.id), "definition": definition, "slug": "family-partners"}
    made = await client.put(f"/programmes/{programme_id}", json=body, auth=as_caller("operator"))
    assert made.is_success, made.text
    return Ledger(
        client,
        world,
        programme_id,
        referrer=as_caller("referrer", organisation_id=world.referrer.id),
        administrator=as_caller("administrator", organisation_id=world.host.id),
    )
