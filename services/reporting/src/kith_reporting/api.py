"""Requests in: the totals, and what was achieved, as JSON. Exact for the organisation; ``published`` is for others."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_reporting import views
from kith_reporting.domain.results import Figures, published
from kith_reporting.domain.totals import Side, Total

_STAFF: Final = frozenset({"administrator", "coordinator", "operator"})
PERMISSIONS: Final = {"read_totals": _STAFF, "read_results": _STAFF}

router = APIRouter(tags=["totals"])


class TotalView(BaseModel):
    """One organisation's figures for one programme. Lines of different sides are never added up."""

    organisation_id: UUID
    organisation_name: str | None = Field(description="Null until the organisation's own fact has come.")
    programme_id: UUID
    programme_name: str | None = Field(description="Null until the programme's own fact has come.")
    run_by: str | None = Field(description="The organisation that runs the programme.")
    side: Side = Field(
        description="`owner`: it runs the programme and sees all that came to it. "
        "`referrer`: it sees what became of its own referrals."
    )
    received: int
    undecided: int = Field(
        description="Received, and neither decided, matched nor closed; or not yet ready; or reopened without a match."
    )
    accepted: int
    declined: int
    proposed: int = Field(description="Referrals for which a match was proposed at least once.")
    waiting: int = Field(description="Accepted, neither matched nor closed, and in no group.")
    attending: int = Field(description="Accepted, neither matched nor closed, and were at a meeting of a group.")
    matched: int = Field(description="Referrals that were matched at least once.")
    supported: int = Field(description="Referrals whose latest match has not ended.")
    waiting_again: int = Field(description="Were matched; it came to nothing, and they wait for another match.")
    closed: int
    sharing_withdrawn: int = Field(description="Referrals whose person no longer agrees to share them.")
    missed_acknowledge: int = Field(description="Referrals that were not acknowledged in time.")
    missed_decide: int = Field(description="Referrals that were not decided in time.")
    missed_take_on: int = Field(description="Referrals that waited longer than the programme says that one waits.")
    missed_look_again: int = Field(description="Referrals whose person came to the day on which to be asked again.")
    mean_days_waited: float | None = Field(
        description="Days from being referred to the first match, of the matched. Null: nobody was."
    )
    mean_days_waiting: float | None = Field(
        description="Days that those who wait have waited up to today. Null: nobody waits."
    )
    sessions: int = Field(
        description="Sessions that happened: for the owner each once, for a referrer each person who was there."
    )
    contacts: int = Field(description="Occasions with people who are not named. For the owner alone.")
    people_reached: int = Field(description="Heads counted at those occasions. For the owner alone.")
    supporters: int = Field(description="Active supporters. For the owner alone.")
    companions: int = Field(
        description="People who came to meetings of groups with somebody, and are not named. For the owner alone."
    )
    messages_delivered: int
    messages_failed: int


class Totals(BaseModel):
    """All lines that the caller may see. ``as_of`` is when they were read, UTC."""

    as_of: datetime
    totals: list[TotalView]


@router.get("/totals")
async def read_totals(caller: CallerDep, database: DatabaseDep, now: NowDep) -> Totals:
    """Figures per organisation and programme: the caller's organisation's, or for an operator every one's."""
    async with database.transaction(caller) as tx:
        lines = await views.list_totals(tx)
    return Totals(as_of=now, totals=[_shown(line, now) for line in lines])


def _shown(line: Total, now: datetime) -> TotalView:
    fields = {name: getattr(line, name) for name in TotalView.model_fields if name != "mean_days_waiting"}
    return TotalView(**fields, mean_days_waiting=line.mean_days_waiting(clock.today(now)))


class AchievedView(BaseModel):
    """One result that may be claimed, by its code."""

    model_config = ConfigDict(from_attributes=True)

    result: str
    standing: int | None = Field(description="Claims that stand. Null: too few to be shown.")
    reversed: int | None = Field(description="Claims that were taken back. Null: too few to be shown.")


class FiguresView(BaseModel):
    """What a programme achieved. A count is null where it is too few to be shown."""

    model_config = ConfigDict(from_attributes=True)

    proposed: int | None = Field(description="Households the payer hopes for; null too where its file names no number.")
    identified: int | None = Field(description="Referrals received: a family that is referred twice counts twice.")
    worked_with: int | None = Field(description="Referrals that were matched at least once.")
    turned_around: int | None = Field(description="Different households with a claim that stands.")
    by_result: list[AchievedView]


class Results(BaseModel):
    """What a programme achieved, as of an instant (UTC): exactly, for its organisation and payer; and as published."""

    as_of: datetime
    programme_id: UUID
    programme_name: str
    exact: FiguresView
    published: FiguresView = Field(
        description="1 to 7 are not shown (null), other counts are rounded to the nearest 5."
    )


@router.get("/results")
async def read_results(programme_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> Results:
    """Families proposed, identified, worked with and turned around: for whoever runs the programme, and operators."""
    async with database.transaction(caller) as tx:
        name, figures = await views.get_results(tx, programme_id, None if caller.network else caller.organisation_id)
    return Results(
        as_of=now,
        programme_id=programme_id,
        programme_name=name,
        exact=_figures(figures),
        published=_figures(published(figures)),
    )


def _figures(figures: Figures) -> FiguresView:
    return FiguresView.model_validate(figures)
