"""A supporter is asked about somebody, on a card that says little, and answers; and sees whom they support."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, ExpectedVersion, NowDep, Page, PageLimit, etag, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.proposals import CardShown
from kith_matching.domain.introducing import Reason, Said
from kith_matching.domain.proposal import Answer, ProposalState
from kith_matching.usecases import proposing
from kith_matching.views import offers as views

router = APIRouter(prefix="/supporters/{supporter_id}", tags=["supporters"])


class OfferShown(BaseModel):
    """Somebody who has agreed to be offered to you, until ``answer_by``. Who it is you learn once you have said yes."""

    id: UUID
    answer_by: datetime
    version: int
    card: CardShown


class OwnMatchShown(BaseModel):
    """A match of yours: log its sessions with its id. Days in Europe/London.

    Of one that has ended it is said since when, and not why: that your coordinator tells you themself.
    """

    id: UUID
    programme_id: UUID
    programme_name: str | None
    made_on: date
    review_on: date
    ended_on: date | None


class OfferAnswerAsked(BaseModel):
    """Your answer. ``reason`` is why not: it helps to ask you about others.

    ``knowing_is_fine`` is said with a yes where the programme asks whether it may be somebody you know.
    """

    model_config = ConfigDict(extra="forbid")

    answer: Answer
    reason: Reason | None = None
    knowing_is_fine: bool | None = None


class OfferAnswered(BaseModel):
    """What became of the offer: ``agreed`` is a match."""

    id: UUID
    state: ProposalState
    version: int


@router.get("/offers")
async def list_offers(
    *,
    supporter_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[OfferShown]:
    """Whom you are asked about. Only the supporter reads it."""
    async with database.transaction(caller) as tx:
        found = await views.list_offers(tx, supporter_id, caller.subject, after=after, limit=limit, now=now)
    return page_of([_shown(one) for one in found], limit)


@router.post("/offers/{proposal_id}/answers")
async def answer_offer(
    supporter_id: UUID,
    proposal_id: UUID,
    asked: OfferAnswerAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> OfferAnswered:
    """Say yes or no. A yes makes the match; a no needs no reason."""
    async with database.transaction(caller) as tx:
        answered = await proposing.answer_offer(
            tx,
            proposal_id,
            asked.answer,
            own=(supporter_id, caller.subject),
            more=Said(asked.reason, asked.knowing_is_fine),
            expected_version=expected,
            now=now,
        )
    proposal = answered.proposal
    response.headers.update(etag(proposal.version))
    return OfferAnswered(id=proposal.id, state=proposal.state, version=proposal.version)


@router.get("/matches")
async def list_own_matches(
    *,
    supporter_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    ended: bool = False,
    limit: PageLimit = 50,
) -> Page[OwnMatchShown]:
    """Whom you support now, or with ``ended`` whom you supported. Only the supporter reads it."""
    async with database.transaction(caller) as tx:
        found = await views.list_own_matches(
            tx, supporter_id, caller.subject, ended=ended, after=after, limit=limit, now=now
        )
    return page_of([OwnMatchShown.model_validate(one) for one in found], limit)


def _shown(found: dict[str, Any]) -> OfferShown:
    return OfferShown.model_validate({**found, "card": found})
