"""Proposals, and the two sides' answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, ExpectedVersion, NowDep, create, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_matching import views
from kith_matching.domain.introducing import Reason, Said
from kith_matching.domain.proposal import Answer, ProposalState, Side
from kith_matching.usecases import proposing

router = APIRouter(tags=["matching"])


class Pairing(BaseModel):
    """The pair that a coordinator proposes. ``got_to_know`` says that they know both a little."""

    model_config = ConfigDict(extra="forbid")

    referral_id: UUID
    supporter_id: UUID
    got_to_know: bool = False


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
    """A proposal. ``match_id`` is there once both said yes.

    After a no, ``reason`` is why, and ``again_from`` the day from which the pair may be proposed again; null is never.
    """

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
    reason: str | None
    again_from: date | None
    version: int


class ProposalWithCard(ProposalShown):
    """A proposal with the supporter's card, which is there as long as the person agrees that it is shown."""

    card: CardShown | None


class AnswerAsked(BaseModel):
    """One side's answer. The person's comes first; the coordinator records it.

    ``reason`` is why not. ``knowing_is_fine`` is what they said when asked, without a name, whether it may be somebody
    they know: needed with a yes where the programme asks each.
    """

    model_config = ConfigDict(extra="forbid")

    answered_by: Side
    answer: Answer
    reason: Reason | None = None
    knowing_is_fine: bool | None = None


@router.post(
    "/proposals",
    status_code=201,
    response_model=ProposalShown,
    responses={201: leads_to(["get_proposal"], ["answer_proposal"], proposal_id="id")},
)
async def propose(asked: Pairing, request: Request, caller: CallerDep) -> Response:
    """Propose a supporter for a person; the supporter's place is held until the answers are in."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        proposal = await proposing.propose_pair(
            tx, asked.referral_id, asked.supporter_id, got_to_know=asked.got_to_know, now=now
        )
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
            tx,
            proposal_id,
            asked.answered_by,
            asked.answer,
            more=Said(asked.reason, asked.knowing_is_fine),
            expected_version=expected,
            now=now,
        )
        shown = _with_card(await views.show_proposal(tx, proposal_id))
    response.headers.update(etag(shown.version))
    return shown


def _with_card(found: dict[str, Any]) -> ProposalWithCard:
    card = CardShown.model_validate(found) if found["card_shown"] else None
    return ProposalWithCard.model_validate({**found, "card": card})
