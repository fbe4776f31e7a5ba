"""What a round says beside its picks: whether it comes out the same again, how fair it was, what would help most."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_matching.domain.fairness import SMALLEST
from kith_matching.solving import Solver
from kith_matching.usecases import rounds as usecases
from kith_matching.views import fairness as views

router = APIRouter(tags=["rounds"])

NOT_KNOWN: Final = ("ethnicity", "disability")
"""What matching does not know of anybody, and so cannot report on."""


class SolvedShown(BaseModel):
    """A list as it was found: worth so many points, by which library and version, of a list with this digest."""

    model_config = ConfigDict(from_attributes=True)

    objective: int
    solver: str
    digest: str


class ReplayShown(BaseModel):
    """A round solved again from what was kept of it.

    ``same``: the same pairs, and worth the same. ``digest_agrees``: what was kept is what the round looked at; null
    where people were ``erased`` since, whose ids are gone: then it cannot be checked, and of two lists that are worth
    the same the other may come out.
    """

    model_config = ConfigDict(from_attributes=True)

    same: bool
    then: SolvedShown
    now: SolvedShown
    digest_agrees: bool | None
    erased: int


class PlaceShown(BaseModel):
    """A supporter, and what one more place of theirs would add to the list, in points and in words."""

    model_config = ConfigDict(from_attributes=True)

    supporter_id: UUID
    points: int
    because: str


class WantedShown(BaseModel):
    """A kind of supporter: what people who found nobody have in common.

    ``connection`` is ``language``, ``district``, ``requested`` or ``condition``. ``nobody``: no supporter could take
    them; ``lost_out``: their supporters were given to others.
    """

    model_config = ConfigDict(from_attributes=True)

    connection: str
    code: str
    people: int
    nobody: int
    lost_out: int
    because: str


class HelpfulShown(BaseModel):
    """Whose next place, and which kind of supporter, would help most of the ``unmatched`` people of a round.

    The counts are plain, also the small ones: they are of the organisation's own people. Before they are passed on,
    counts below five are to be written as "fewer than 5". People who were erased since are not counted.
    """

    model_config = ConfigDict(from_attributes=True)

    unmatched: int
    places: tuple[PlaceShown, ...]
    wanted: tuple[WantedShown, ...]


class GroupShown(BaseModel):
    """Some people of a round. Waits are in whole days, and count those who still wait with what they have waited.

    A wait is null where so many still wait that nobody can say. ``candidates`` is the median of the supporters who
    could take somebody.
    """

    name: str
    people: int
    matched: int
    matched_percent: int
    waited_p50: int | None
    waited_p90: int | None
    waited_p99: int | None
    waited_longest: int
    candidates: int


class SharesShown(BaseModel):
    """How evenly the list asks of the ``supporters`` with a free place, of whom it ``picked`` so many.

    ``largest_percent`` of the picks are one supporter's. ``gini_percent`` is 0 where all would be asked as often.
    ``load_percent`` is what would be taken of all places of all active supporters.
    """

    supporters: int
    picked: int
    largest_percent: int
    gini_percent: int
    load_percent: int


class FairnessShown(BaseModel):
    """Whom a round served and whom it did not. ``groups`` by language, district, age, requests, urgency, candidates.

    Groups of fewer than ``smallest_group`` people are counted among ``others``, because the report may be passed on.
    ``declined`` proposals since the round before. ``fit_p10``: nine of ten pairs fit at least so well. Nothing is said
    about what matching does ``not_know``.
    """

    everybody: GroupShown | None
    groups: dict[str, tuple[GroupShown, ...]]
    shares: SharesShown
    fit_p10: int | None
    declined: int
    smallest_group: int = SMALLEST
    not_known: tuple[str, ...] = Field(default=NOT_KNOWN, description="Of nobody is this known here.")


@router.get("/rounds/{round_id}/replay")
async def replay_round(
    round_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    solver: Annotated[Solver | None, Query(description="The library; without one, the first that is there.")] = None,
) -> ReplayShown:
    """Solve a round again from what was kept of it, and say whether it comes out the same."""
    async with database.transaction(caller) as tx:
        return ReplayShown.model_validate(await usecases.replay_round(tx, round_id, solver, now=now))


@router.get("/rounds/{round_id}/most-helpful")
async def find_most_helpful(
    round_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    limit: Annotated[int, Query(ge=1, le=100, description="How many of each.")] = 10,
) -> HelpfulShown:
    """Whose next place, and which kind of supporter, would help most people."""
    async with database.transaction(caller) as tx:
        return HelpfulShown.model_validate(await usecases.find_most_helpful(tx, round_id, most=limit, now=now))


@router.get("/rounds/{round_id}/fairness")
async def get_fairness(round_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep) -> FairnessShown:
    """Whom a round served and whom it did not."""
    async with database.transaction(caller) as tx:
        return FairnessShown.model_validate(await views.get_fairness(tx, round_id, now=now))
