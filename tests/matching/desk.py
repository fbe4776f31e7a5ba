"""A coordinator's desk: the matching service over HTTP, spoken to by one organisation."""

from typing import Any
from uuid import UUID

import httpx

from kith_chassis.clock import new_id, new_pseudonym, now, today
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from tests.builders import a_programme_published
from tests.conftest import AsCaller
from tests.matching.stage import Stage


def a_supporter_body(*programme_ids: UUID, **different: Any) -> dict[str, Any]:
    """A supporter, as a coordinator sends them."""
    return {
        "name": "Sam Testwell",
        "email": "sam.testwell@example.org",
        "telephone": "07700 900456",
        "programme_ids": [str(programme_id) for programme_id in programme_ids],
        "capacity": 2,
        "conditions": ["diabetes"],
        "experience": ["isolation"],
        "districts": ["G12"],
        "channels": ["in-person", "telephone"],
        "checks_valid_until": "2099-12-31",
        "subject": "a-supporter",
    } | different


def a_check_body(day: str, **different: Any) -> dict[str, Any]:
    """An enhanced check that was found suitable, as a coordinator sends it."""
    return {
        "body": "dbs",
        "level": "enhanced",
        "workforce": "adult",
        "eligibility": "eligible",
        "eligibility_reason": "regulated-activity",
        "issued_on": day,
        "decision": "suitable",
        "number_ends": "0042",
    } | different


def a_training_body(day: str, **different: Any) -> dict[str, Any]:
    """A training that was finished, as a coordinator sends it."""
    return {"code": "befriending", "finished_on": day} | different


class Desk:
    """Requests of one caller, with a key on every create. ``programme`` and ``referral`` are the organisation's own."""

    def __init__(self, client: httpx.AsyncClient, stage: Stage, as_caller: AsCaller, *roles: str) -> None:
        self.client = client
        self.stage = stage
        self.auth = as_caller(*(roles or ("coordinator",)), organisation_id=stage.organisation_id)
        self.programme: ProgrammePublished = a_programme_published(organisation_id=stage.organisation_id)
        self.today = today(now()).isoformat()

    async def open(self) -> "Desk":
        """Have the programme published."""
        await self.stage.hear(self.programme)
        return self

    async def a_referral(self, **changes: Any) -> ReferralCreated:
        """An accepted referral to the programme."""
        return await self.stage.an_accepted_referral(self.programme, **changes)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Read."""
        return await self.client.get(path, auth=self.auth, **more)

    async def put(self, path: str, body: Any, version: str | None = None) -> httpx.Response:
        """Record, at a version where one is named."""
        headers = {"If-Match": version} if version else {}
        return await self.client.put(path, json=body, headers=headers, auth=self.auth)

    async def create(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        """Create, with a new key unless one is given."""
        headers = {"Idempotency-Key": key or str(new_id())}
        return await self.client.post(path, json=body, headers=headers, auth=self.auth)

    async def change(self, path: str, body: Any, version: str | None) -> httpx.Response:
        """Change, at the version that was read."""
        headers = {"If-Match": version} if version else {}
        return await self.client.post(path, json=body, headers=headers, auth=self.auth)

    async def a_supporter(self, **different: Any) -> str:
        """A supporter in the programme, recorded; their id."""
        supporter_id = str(new_pseudonym())
        answer = await self.put(
            f"/supporters/{supporter_id}", a_supporter_body(self.programme.programme_id, **different)
        )
        assert answer.status_code == 201, answer.text
        return supporter_id

    async def a_proposal(
        self, referral: ReferralCreated | None = None, supporter_id: str | None = None
    ) -> httpx.Response:
        """A pair, proposed."""
        referral = referral or await self.a_referral()
        supporter_id = supporter_id or await self.a_supporter()
        answer = await self.create(
            "/proposals", {"referral_id": str(referral.referral_id), "supporter_id": supporter_id}
        )
        assert answer.status_code == 201, answer.text
        return answer

    async def answered(self, location: str, by: str, said: str, version: str | None) -> httpx.Response:
        """An answer, recorded."""
        return await self.change(f"{location}/answers", {"answered_by": by, "answer": said}, version)

    async def a_match(self, referral: ReferralCreated | None = None) -> str:
        """A match, of this referral's person where one is named; its id."""
        proposed = await self.a_proposal(referral)
        where = proposed.headers["Location"]
        first = await self.answered(where, "person", "yes", proposed.headers["ETag"])
        second = await self.answered(where, "supporter", "yes", first.headers["ETag"])
        match_id: str = second.json()["match_id"]
        return match_id
