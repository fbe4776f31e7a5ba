"""Mediation: two in a dispute, somebody close to neither, and the answers of the three."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
    NowDep,
    Page,
    PageLimit,
    create,
    etag,
    leads_to,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.mediation import MediationState, Outcome, Party, PartyKind, Voice
from kith_matching.domain.proposal import Answer
from kith_matching.usecases import mediating
from kith_matching.views import mediations as views

router = APIRouter(tags=["mediation"])

_SIDES: Final = ("first", "second")


class PartyAsked(BaseModel):
    """One of the two: by their referral to the programme, or as a supporter of it."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    kind: PartyKind
    id: UUID


class MediationAsked(BaseModel):
    """Two in a dispute. Without a ``mediator_id`` the supporter who suits the two best is found."""

    model_config = ConfigDict(extra="forbid")

    programme_id: UUID
    parties: Annotated[tuple[PartyAsked, PartyAsked], Field(description="The first and the second, in no rank.")]
    mediator_id: UUID | None = None


class MediationShown(BaseModel):
    """A mediation. Each of the two is asked by themself; what one said is not for the other before both have.

    ``first_agreed`` and ``second_agreed`` are their yeses, ``agreed_on`` (a day in Europe/London) is when the mediator
    said theirs, and ``ended_on`` when it was over, however it ended.
    """

    id: UUID
    programme_id: UUID
    parties: tuple[PartyAsked, PartyAsked]
    mediator_id: UUID
    state: MediationState
    first_agreed: bool
    second_agreed: bool
    declined_by: Voice | None
    proposed_at: datetime
    answer_by: datetime
    agreed_on: date | None
    outcome: Outcome | None
    ended_on: date | None
    version: int


class PartyCard(BaseModel):
    """What the mediator is shown of one of the two to answer on."""

    kind: PartyKind
    languages: tuple[str, ...]
    channels: tuple[str, ...]


class MediationCard(BaseModel):
    """What the mediator answers on: nothing of the dispute. Who the two are, they learn once all three have agreed."""

    programme_name: str | None
    parties: tuple[PartyCard, PartyCard]


class MediationWithCard(MediationShown):
    """A mediation with the mediator's card, which is there as long as it goes on."""

    card: MediationCard | None


class VoiceAsked(BaseModel):
    """The answer of one of the three. The two answer in either order, the mediator after both."""

    model_config = ConfigDict(extra="forbid")

    answered_by: Voice
    answer: Answer


class OutcomeAsked(BaseModel):
    """How a mediation ended. What was not agreed can only have not taken place."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome


@router.post(
    "/mediations",
    status_code=201,
    response_model=MediationShown,
    responses={201: leads_to(["get_mediation"], ["answer_mediation", "end_mediation"], mediation_id="id")},
)
async def propose_mediation(
    asked: MediationAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Ask two in a dispute whether they would like a mediator."""
    first, second = (Party(one.kind, one.id) for one in asked.parties)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        made = await mediating.propose(
            tx, asked.programme_id, organisation_id, (first, second), asked.mediator_id, now=now
        )
        shown = MediationShown.model_validate(_named(await views.show_mediation(tx, made.id)))
        return Created(f"/mediations/{made.id}", shown, made.version)

    return await create(request, caller, work)


@router.get("/mediations")
async def list_mediations(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[MediationShown]:
    """The organisation's mediations, the first proposed first."""
    async with database.transaction(caller) as tx:
        found = await views.list_mediations(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([MediationShown.model_validate(_named(one)) for one in found], limit)


@router.get(
    "/mediations/{mediation_id}",
    responses={200: leads_to([], ["answer_mediation", "end_mediation"], mediation_id="id")},
)
async def get_mediation(
    mediation_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> MediationWithCard:
    """One mediation."""
    async with database.transaction(caller) as tx:
        shown = _with_card(await views.get_mediation(tx, mediation_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post(
    "/mediations/{mediation_id}/answers",
    responses={200: leads_to(["get_mediation"], ["answer_mediation", "end_mediation"], mediation_id="id")},
)
async def answer_mediation(
    mediation_id: UUID,
    asked: VoiceAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> MediationWithCard:
    """Record an answer. With the mediator's yes, after both of the two, it is agreed; any no ends it."""
    async with database.transaction(caller) as tx:
        await mediating.answer(tx, mediation_id, asked.answered_by, asked.answer, expected_version=expected, now=now)
        shown = _with_card(await views.show_mediation(tx, mediation_id))
    response.headers.update(etag(shown.version))
    return shown


@router.post("/mediations/{mediation_id}/ending", responses={200: leads_to(["get_mediation"], [], mediation_id="id")})
async def end_mediation(
    mediation_id: UUID,
    asked: OutcomeAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> MediationWithCard:
    """Record how a mediation ended, today."""
    async with database.transaction(caller) as tx:
        await mediating.end(tx, mediation_id, asked.outcome, expected_version=expected, now=now)
        shown = _with_card(await views.show_mediation(tx, mediation_id))
    response.headers.update(etag(shown.version))
    return shown


def _named(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "parties": [{"kind": found[f"{side}_kind"], "id": found[f"{side}_id"]} for side in _SIDES]}


def _with_card(found: dict[str, Any]) -> MediationWithCard:
    parties = [{name: found[f"{side}_{name}"] for name in PartyCard.model_fields} for side in _SIDES]
    card = {"programme_name": found["programme_name"], "parties": parties} if found["ended_on"] is None else None
    return MediationWithCard.model_validate({**_named(found), "card": card})
