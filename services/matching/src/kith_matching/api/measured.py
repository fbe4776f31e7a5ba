"""What people said of whether it helps, and what measures came to, in numbers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_matching.domain.measures_due import Asked
from kith_matching.domain.period import Period
from kith_matching.domain.scoring import Verdict
from kith_matching.views import measured as views

router = APIRouter(tags=["measures"])


async def period_of(
    now: NowDep,
    since: Annotated[
        date | None, Query(description="The first day that counts; without it, from the beginning.")
    ] = None,
    until: Annotated[date | None, Query(description="The last day that counts; without it, today.")] = None,
) -> Period:
    """The days that count, in Europe/London: of matches that went on then, or ended. Raises ``PeriodReversed``."""
    return Period(since or date.min, until or clock.today(now))


PeriodDep = Annotated[Period, Depends(period_of)]


class HelpingNumbersShown(BaseModel):
    """Of so many ``matches`` so many people were ``asked``: what they said last, and for whom it was ever harder."""

    model_config = ConfigDict(from_attributes=True)

    matches: int | None
    asked: int | None
    helping: int | None
    no_different: int | None
    harder: int | None
    ever_harder: int | None


class HelpingCountedShown(BaseModel):
    """What people said in the period. ``exact`` is for who organises, and reads each answer in any case.

    In ``to_publish`` 1 to 7 is null and the rest is rounded to the nearest 5; another number is null where it would
    tell a hidden one. ``ever_harder_percent`` is of those who were asked, and null of fewer than 25. Publish it for a
    period that is over, such as a quarter: a rounded number that is looked at each day tells more.
    """

    model_config = ConfigDict(from_attributes=True)

    exact: HelpingNumbersShown
    to_publish: HelpingNumbersShown
    ever_harder_percent: int | None


class NumbersShown(BaseModel):
    """So many have a ``baseline``, ``both`` it and a later one, and a score of both (``compared``).

    ``changed`` has how many of those are of each kind; null where no index of change is published.
    """

    model_config = ConfigDict(from_attributes=True)

    baseline: int | None
    both: int | None
    compared: int | None
    changed: dict[Verdict, int | None] | None


class MeanChangeShown(BaseModel):
    """The mean of the later value less the first, of the total (``code`` null) or of one part. It never says why."""

    model_config = ConfigDict(from_attributes=True)

    code: str | None
    mean: float


class MeasureCountedShown(BaseModel):
    """What a version of an instrument came to, of people, carers or supporters: first baseline beside last answers.

    ``exact`` is null of supporters, whose answers are theirs. ``to_publish`` is as for ``count_helping``;
    ``answered_again_percent`` belongs beside it. ``mean_changes`` are of ten or more, where no index is published. It
    says that answers changed, never why: some change would have come about in any case.
    """

    model_config = ConfigDict(from_attributes=True)

    instrument: str
    version: str
    of: Asked
    exact: NumbersShown | None
    to_publish: NumbersShown
    answered_again_percent: int | None
    mean_changes: tuple[MeanChangeShown, ...]


class MeasuresCountedShown(BaseModel):
    """Each version of an instrument that has a baseline, by its code."""

    items: list[MeasureCountedShown]


@router.get("/programmes/{programme_id}/helping")
async def count_helping(
    programme_id: UUID, *, database: DatabaseDep, caller: CallerDep, period: PeriodDep, now: NowDep
) -> HelpingCountedShown:
    """How many were asked whether it helps, and what they said, of matches that went on or ended in the period."""
    async with database.transaction(caller) as tx:
        found = await views.count_helping(tx, programme_id, period, now=now)
    return HelpingCountedShown.model_validate(found)


@router.get("/programmes/{programme_id}/measures")
async def count_measures(
    programme_id: UUID, *, database: DatabaseDep, caller: CallerDep, period: PeriodDep, now: NowDep
) -> MeasuresCountedShown:
    """How many answered each instrument twice, and how many otherwise by more than its error, of the same matches."""
    async with database.transaction(caller) as tx:
        found = await views.count_measures(tx, programme_id, period, now=now)
    return MeasuresCountedShown.model_validate({"items": found}, from_attributes=True)
