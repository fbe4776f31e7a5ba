"""Who waits, and who would suit them and why."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    CursorDep,
    NowDep,
    Page,
    PageLimit,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_matching import views
from kith_matching.api.asking import CoordinatorDep, OrganisationDep
from kith_matching.domain.helpful import price_in_words
from kith_matching.domain.score import Blocked, Candidate
from kith_matching.domain.shortlist import Shortlisted, shortlist
from kith_matching.usecases import proposing

router = APIRouter(tags=["matching"])


class WaitingShown(BaseModel):
    """A person who waits: a pseudonym with codes. ``proposal_id`` is the proposal that waits for an answer, if any.

    ``nobody_since``: since when no supporter could take them, and ``blocking`` the rules in the way (``/unplaceable``).
    """

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
    nobody_since: datetime | None
    blocking: tuple[str, ...]


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
    ``because`` says what the price means for where they stand; null where nobody else needs the place.
    """

    supporter_id: UUID
    name: str
    score: int
    price: int
    because: str | None
    picked: bool
    parts: tuple[PartShown, ...]
    matches_now: int
    places_free: int


class ShortlistedShown(BaseModel):
    """One of the few to choose from, with what speaks for them and against in plain words, what counts most first."""

    supporter_id: UUID
    name: str
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


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
    """The first candidates, best first; the least blocked of the others; and how many each rule stops in all.

    ``shortlist`` has as many of the first as the programme's definition says (three without one).
    """

    referral_id: UUID
    programme_id: UUID
    shortlist: tuple[ShortlistedShown, ...]
    candidates: tuple[CandidateShown, ...]
    blocked: tuple[BlockedShown, ...]
    stopped_by: dict[str, int]


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
        shortlist=tuple(_shortlisted(one) for one in shortlist(ranking)),
        candidates=tuple(_candidate(one, ranking.candidates[0]) for one in ranking.candidates[:limit]),
        blocked=tuple(_blocked(one) for one in ranking.blocked[:limit]),
        stopped_by=dict(Counter(stop.code for one in ranking.blocked for stop in one.stops)),
    )


def _shortlisted(one: Shortlisted) -> ShortlistedShown:
    supporter = one.candidate.pair.supporter
    return ShortlistedShown(
        supporter_id=supporter.id,
        name=supporter.name,
        speaks_for=one.speaks_for,
        speaks_against=one.speaks_against,
    )


def _candidate(one: Candidate, first: Candidate) -> CandidateShown:
    supporter, load = one.pair.supporter, one.pair.load
    return CandidateShown(
        supporter_id=supporter.id,
        name=supporter.name,
        score=one.score,
        price=one.price,
        because=price_in_words(one.score, one.price, first.score),
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
