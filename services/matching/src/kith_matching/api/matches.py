"""Matches, and their endings."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, ExpectedVersion, NowDep, Page, PageLimit, etag, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_matching import views
from kith_matching.api.asking import CoordinatorDep, OrganisationDep
from kith_matching.domain.match import Balance, Encounter, Ending
from kith_matching.domain.moving import Afterwards
from kith_matching.usecases import occasions

router = APIRouter(tags=["matching"])


class MatchShown(BaseModel):
    """A match. Dates are days in Europe/London.

    ``definition_version`` is the version of the programme's definition with which it began, and which it keeps; 0 where
    there was none; ``planned_until`` follows from it until somebody says another day. ``encounter`` is what the two do
    when they meet by chance. ``balance_due_on`` is since when it is asked whether somebody depends on it, ``balance``
    the last answer.
    ``moved_to`` is the group to which the person moved; ``replaced`` says that they waited for another supporter
    afterwards, ``replaces`` is the match of the same referral before this one.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    made_on: date
    review_on: date
    ending: Ending | None
    ended_on: date | None
    version: int
    definition_version: int
    planned_until: date | None
    encounter: Encounter | None
    extensions: int
    balance_due_on: date | None
    balance: Balance | None
    moved_to: UUID | None
    replaced: bool
    replaces: UUID | None


class EndingAsked(BaseModel):
    """How a match came to its end, and what becomes of the person.

    Whoever ends `moved-to-group` has a place in the group ``group_id`` at once: the one that they have or are offered,
    or a free one; with ``comes_with`` 1 their carer or partner comes too. ``waits_again`` says whether they wait for
    another supporter, without a reason: true where theirs leaves or rests. Without it they do where the match did not
    suit or did not take place.
    """

    model_config = ConfigDict(extra="forbid")

    ending: Ending
    group_id: UUID | None = None
    comes_with: Literal[0, 1] = 0
    waits_again: bool | None = None


@router.get("/matches")
async def list_matches(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    coordinator: CoordinatorDep,
    limit: PageLimit = 50,
) -> Page[MatchShown]:
    """The organisation's matches, running and ended, the first made first."""
    async with database.transaction(caller) as tx:
        found = await views.list_matches(
            tx, organisation_id, after=after, limit=limit, coordinator=coordinator, now=now
        )
    return page_of([MatchShown.model_validate(one) for one in found], limit)


@router.get("/referrals/{referral_id}/matches")
async def list_referral_matches(
    *,
    referral_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[MatchShown]:
    """The matches of one referral, who came first first: who came after whom."""
    async with database.transaction(caller) as tx:
        found = await views.list_matches_of(tx, referral_id, after=after, limit=limit, now=now)
    return page_of([MatchShown.model_validate(one) for one in found], limit)


@router.get("/matches/{match_id}", responses={200: leads_to([], ["end_match"], match_id="id")})
async def get_match(
    match_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> MatchShown:
    """One match."""
    async with database.transaction(caller) as tx:
        shown = MatchShown.model_validate(await views.get_match(tx, match_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post("/matches/{match_id}/ending", responses={200: leads_to(["get_match"], ["end_match"], match_id="id")})
async def end_match(
    match_id: UUID,
    asked: EndingAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> MatchShown:
    """End a match. The supporter's place is free again; whoever waits again stands where they stood before."""
    then = Afterwards(asked.group_id, asked.comes_with, asked.waits_again)
    async with database.transaction(caller) as tx:
        match = await occasions.end(tx, match_id, asked.ending, then, expected_version=expected, now=now)
        shown = MatchShown.model_validate(await views.show_match(tx, match_id))
    response.headers.update(etag(match.version))
    return shown
