"""Who waits, who would suit and why, and proposals with their answers."""

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
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
from kith_matching import views
from kith_matching.api.asking import CoordinatorDep, OrganisationDep
from kith_matching.domain.proposal import Answer, ProposalState, Side
from kith_matching.domain.score import Blocked, Candidate
from kith_matching.usecases import proposing

router = APIRouter(tags=["matching"])


class WaitingShown(BaseModel):
    """A person who waits: a pseudonym with codes. ``proposal_id`` is the proposal that waits for an answer, if any."""

    id: UUID
    programme_id: UUID
    programme_name: str | None
    received_on: date
    urgent: bool
    age_band: str
    district: str | None
    language: str
    needs: tuple[str, ...]
    conditions: tuple[str, ...]
    interests: tuple[str, ...]
    requested: tuple[str, ...]
    channels: tuple[str, ...]
    proposal_id: UUID | None


class PartShown(BaseModel):
    """One part of a score: ``points`` out of the ``most`` that the programme gives for the connection."""

    model_config = ConfigDict(from_attributes=True)

    connection: str
    points: int
    most: int
    because: str


class CandidateShown(BaseModel):
    """A supporter who may be proposed, with the reasons.

    ``price``: what one more place of this supporter would add for others on the list, in points, as of the programme's
    last round; they stand in the order of score less price. ``picked``: that round put these two together.
    """

    supporter_id: UUID
    name: str
    score: int
    price: int
    picked: bool
    parts: tuple[PartShown, ...]
    matches_now: int
    places_free: int


class StopShown(BaseModel):
    """A rule that stops a pair, and what would change that."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    message: str


class BlockedShown(BaseModel):
    """A supporter who may not be proposed, and every rule in the way."""

    supporter_id: UUID
    name: str
    stops: tuple[StopShown, ...]


class CandidatesShown(BaseModel):
    """The first candidates, best first; the least blocked of the others; and how many each rule stops in all."""

    referral_id: UUID
    programme_id: UUID
    candidates: tuple[CandidateShown, ...]
    blocked: tuple[BlockedShown, ...]
    stopped_by: dict[str, int]


class Pairing(BaseModel):
    """The pair that a coordinator proposes."""

    model_config = ConfigDict(extra="forbid")

    referral_id: UUID
    supporter_id: UUID


class PointsShown(BaseModel):
    """One part of a score as it stood when the pair was proposed."""

    model_config = ConfigDict(from_attributes=True)

    connection: str
    points: int


class CardShown(BaseModel):
    """What the supporter is shown to answer on. Who the person is, they learn after both have said yes."""

    programme_name: str | None
    age_band: str
    district: str | None
    language: str
    needs: tuple[str, ...]
    interests: tuple[str, ...]
    channels: tuple[str, ...]


class ProposalShown(BaseModel):
    """A proposal. ``match_id`` is there once both said yes."""

    id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    score: int
    parts: tuple[PointsShown, ...]
    state: ProposalState
    proposed_at: datetime
    answer_by: datetime
    ended_at: datetime | None
    match_id: UUID | None
    version: int


class ProposalWithCard(ProposalShown):
    """A proposal with the supporter's card, which is there as long as the person agrees that it is shown."""

    card: CardShown | None


class AnswerAsked(BaseModel):
    """One side's answer. The person's comes first; the coordinator records it."""

    model_config = ConfigDict(extra="forbid")

    answered_by: Side
    answer: Answer


@router.get("/waiting")
async def list_waiting(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    coordinator: CoordinatorDep,
    limit: PageLimit = 50,
) -> Page[WaitingShown]:
    """Accepted referrals without a match, who has waited longest first."""
    async with database.transaction(caller) as tx:
        found = await views.list_waiting(
            tx, organisation_id, after=after, limit=limit, coordinator=coordinator, now=now
        )
    return page_of([WaitingShown.model_validate(one) for one in found], limit)


@router.get("/referrals/{referral_id}/candidates")
async def list_candidates(
    referral_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep, limit: PageLimit = 50
) -> CandidatesShown:
    """Who could support this person, with reasons; and who could not, with the rules in the way."""
    async with database.transaction(caller) as tx:
        referral, ranking = await proposing.rank_candidates(tx, referral_id, now=now)
    return CandidatesShown(
        referral_id=referral.id,
        programme_id=referral.programme_id,
        candidates=tuple(_candidate(one) for one in ranking.candidates[:limit]),
        blocked=tuple(_blocked(one) for one in ranking.blocked[:limit]),
        stopped_by=dict(Counter(stop.code for one in ranking.blocked for stop in one.stops)),
    )


@router.post(
    "/proposals",
    status_code=201,
    response_model=ProposalShown,
    responses={201: leads_to(["get_proposal"], ["answer_proposal"], proposal_id="id")},
)
async def propose(asked: Pairing, request: Request, caller: CallerDep) -> Response:
    """Propose a supporter for a person; the supporter's place is held until the answers are in."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        proposal = await proposing.propose_pair(tx, asked.referral_id, asked.supporter_id, now=now)
        shown = ProposalShown.model_validate(await views.show_proposal(tx, proposal.id))
        return Created(f"/proposals/{proposal.id}", shown, proposal.version)

    return await create(request, caller, work)


@router.get("/proposals/{proposal_id}", responses={200: leads_to([], ["answer_proposal"], proposal_id="id")})
async def get_proposal(
    proposal_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ProposalWithCard:
    """One proposal."""
    async with database.transaction(caller) as tx:
        shown = _with_card(await views.get_proposal(tx, proposal_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post(
    "/proposals/{proposal_id}/answers",
    responses={
        200: {
            "links": {
                **leads_to(["get_proposal"], ["answer_proposal"], proposal_id="id")["links"],
                **leads_to(["get_match"], match_id="match_id")["links"],
            }
        }
    },
)
async def answer_proposal(
    proposal_id: UUID,
    asked: AnswerAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> ProposalWithCard:
    """Record an answer: the person's, then the supporter's. The second yes makes the match, a no ends the proposal."""
    async with database.transaction(caller) as tx:
        await proposing.answer_proposal(
            tx, proposal_id, asked.answered_by, asked.answer, expected_version=expected, now=now
        )
        shown = _with_card(await views.show_proposal(tx, proposal_id))
    response.headers.update(etag(shown.version))
    return shown


def _candidate(one: Candidate) -> CandidateShown:
    supporter, load = one.pair.supporter, one.pair.load
    return CandidateShown(
        supporter_id=supporter.id,
        name=supporter.name,
        score=one.score,
        price=one.price,
        picked=one.picked,
        parts=tuple(PartShown.model_validate(part) for part in one.parts),
        matches_now=load.matches,
        places_free=supporter.capacity - load.taken,
    )


def _blocked(one: Blocked) -> BlockedShown:
    return BlockedShown(
        supporter_id=one.pair.supporter.id,
        name=one.pair.supporter.name,
        stops=tuple(StopShown.model_validate(stop) for stop in one.stops),
    )


def _with_card(found: dict[str, Any]) -> ProposalWithCard:
    card = CardShown.model_validate(found) if found["card_shown"] else None
    return ProposalWithCard.model_validate({**found, "card": card})
