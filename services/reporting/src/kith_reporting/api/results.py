"""What a programme achieved that is paid in part by results: exact for its own, and as it may be published."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_reporting.api.asking import asking_of
from kith_reporting.domain.results import Figures, published
from kith_reporting.views.results import get_results

PERMISSIONS: Final = {"read_results": frozenset({"administrator", "coordinator", "operator"})}

router = APIRouter(tags=["results"])


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
        name, figures = await get_results(tx, programme_id, asking_of(caller))
    return Results(
        as_of=now,
        programme_id=programme_id,
        programme_name=name,
        exact=_figures(figures),
        published=_figures(published(figures)),
    )


def _figures(figures: Figures) -> FiguresView:
    return FiguresView.model_validate(figures)
