"""Results claimed from payers by the organisation that runs the programme, and samples of them for auditors."""

from datetime import date, datetime
from random import SystemRandom
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, etag, leads_to, page_of
from kith_chassis.identity import AUDIT_ROLES, CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, ChangeDep, in_organisation
from kith_referrals.api.words import Body, Code
from kith_referrals.domain.claim_samples import Drawn, Sample
from kith_referrals.domain.claims import Claim, Reason, State, Wanted
from kith_referrals.usecases import claims as usecases
from kith_referrals.views import claims as views

PERMISSIONS: Final = {
    "claim_result": ADMINISTRATOR,
    "list_claims": ADMINISTRATOR,
    "get_claim": ADMINISTRATOR,
    "reverse_claim": ADMINISTRATOR,
    "draw_claim_sample": ADMINISTRATOR,
    "get_claim_sample": AUDIT_ROLES,
}

CHANCE: Final = SystemRandom()
"""Nobody who draws a sample can know what comes."""

router = APIRouter(tags=["claims"])

Evidence = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", max_length=100),
    Field(description="A reference into your own records, with no word about anybody in it. The evidence stays there."),
]


class ClaimBody(Body):
    """A result of a household, and the day from which it holds (Europe/London)."""

    programme_id: UUID
    household_id: UUID
    result: Code
    achieved_on: date
    evidence: Evidence


class ReversalBody(Body):
    """Why the claim is taken back."""

    reason: Reason


class SampleBody(Body):
    """How many of a programme's claims are drawn, for whose auditors, and until which day included (Europe/London)."""

    programme_id: UUID
    auditor_id: UUID
    claims: Annotated[int, Field(ge=1, le=200)]
    until: date


class ClaimState(BaseModel):
    """A claim as it stands: of a household, which it names by a pseudonym."""

    id: UUID
    programme_id: UUID
    household_id: UUID
    referral_id: UUID | None = Field(description="Through whom the household was taken on; null once they are erased.")
    result: str
    achieved_on: date
    evidence: str
    household_size: int = Field(description="How many people the household was when it was claimed.")
    definition_version: int
    payer_percent: int
    claimed_on: date
    state: State
    reason: Reason | None
    reversed_on: date | None
    version: int

    @classmethod
    def of(cls, claim: Claim) -> Self:
        """As the ledger has it."""
        return cls.model_validate(claim, from_attributes=True)


class SampleState(BaseModel):
    """A sample that was drawn: whose auditors may look at how many claims, until when."""

    id: UUID
    programme_id: UUID
    auditor_id: UUID
    claims: int
    drawn_on: date
    until: date


class AuditedClaim(BaseModel):
    """A claim as an auditor sees it: where its evidence is, and nobody's id."""

    id: UUID
    result: str
    achieved_on: date
    evidence: str
    household_size: int
    definition_version: int
    payer_percent: int
    claimed_on: date
    state: State
    reason: Reason | None
    reversed_on: date | None


class SampleView(BaseModel):
    """A sample with its claims as they stand now."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    drawn_on: date
    until: date
    claims: list[AuditedClaim]

    @classmethod
    def of(cls, drawn: Drawn) -> Self:
        """As it is shown to whoever it was drawn for."""
        claims = [AuditedClaim.model_validate(claim, from_attributes=True) for claim in drawn.claims]
        shown = {name: getattr(drawn.sample, name) for name in cls.model_fields if name != "claims"}
        return cls(**shown, claims=claims)


CLAIM_MADE: Final[dict[int | str, dict[str, Any]]] = {201: leads_to(["get_claim"], ["reverse_claim"], claim_id="id")}
SAMPLE_DRAWN: Final[dict[int | str, dict[str, Any]]] = {201: leads_to(["get_claim_sample"], [], sample_id="id")}


@router.post("/claims", status_code=201, response_model=ClaimState, responses=CLAIM_MADE)
async def claim_result(request: Request, body: ClaimBody, caller: CallerDep) -> Response:
    """Claim a result that a household of your programme has held for as long as the programme's file says. Once."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        wanted = Wanted(clock.new_id(), organisation_id, **vars(body))
        claim = await usecases.claim_result(tx, wanted, now=now)
        return Created(f"/claims/{claim.id}", ClaimState.of(claim), claim.version)

    return await create(request, member, work)


@router.get("/claims")
async def list_claims(
    caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ClaimState]:
    """The organisation's claims, in the order in which they were made."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        found = await views.list_claims(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([ClaimState.of(claim) for claim in found], limit)


@router.get("/claims/{claim_id}")
async def get_claim(
    claim_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, response: Response
) -> ClaimState:
    """One claim."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        claim = await views.get_claim(tx, claim_id, organisation_id, now=now)
    response.headers.update(etag(claim.version))
    return ClaimState.of(claim)


@router.post("/claims/{claim_id}/reversal")
async def reverse_claim(claim_id: UUID, body: ReversalBody, change: ChangeDep) -> ClaimState:
    """Take a claim back. The result may be claimed anew, once it has held for long enough again."""
    async with change.begin() as (tx, _):
        claim = await usecases.reverse_claim(tx, claim_id, body.reason, version=change.version, now=change.now)
    change.show(claim.version)
    return ClaimState.of(claim)


@router.post("/claim-samples", status_code=201, response_model=SampleState, responses=SAMPLE_DRAWN)
async def draw_claim_sample(request: Request, body: SampleBody, caller: CallerDep) -> Response:
    """Draw claims that stand, by chance, for the auditors of an organisation; at most 28 days are theirs."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        wanted = Sample(
            id=clock.new_id(),
            organisation_id=organisation_id,
            programme_id=body.programme_id,
            auditor_id=body.auditor_id,
            until=body.until,
            drawn_on=clock.today(now),
        )
        sample = await usecases.draw_sample(tx, wanted, body.claims, chance=CHANCE, now=now)
        shown = {name: getattr(sample, name) for name in SampleState.model_fields if name != "claims"}
        return Created(f"/claim-samples/{sample.id}", SampleState(**shown, claims=len(sample.claim_ids)))

    return await create(request, member, work)


@router.get("/claim-samples/{sample_id}")
async def get_claim_sample(sample_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> SampleView:
    """A sample that was drawn for your organisation, until its last day. It names nobody, and each look is recorded."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        return SampleView.of(await views.get_sample(tx, sample_id, organisation_id, now=now))
