"""A coordinator's worklist: what to see to, and in which order."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import CoordinatorDep, OrganisationDep
from kith_matching.domain.worklist import Work
from kith_matching.views.worklist import list_work

router = APIRouter(tags=["matching"])


class WorkShown(BaseModel):
    """One thing to see to. ``about`` says of what: ``match``, ``referral``, ``supporter``, ``group``, ``concern``.

    ``due_on`` (a day in Europe/London) is when it is or was due: of what had to be done by a day, the day after;
    of somebody who waits, since when.
    """

    model_config = ConfigDict(from_attributes=True)

    kind: Work
    id: UUID
    about: str
    about_id: UUID
    programme_id: UUID | None
    due_on: date
    urgent: bool


class WorklistShown(BaseModel):
    """What comes first, and how much there is of each kind: also of what is not among the items."""

    model_config = ConfigDict(from_attributes=True)

    items: tuple[WorkShown, ...]
    counts: dict[Work, int]


@router.get("/worklist")
async def read_worklist(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    coordinator: CoordinatorDep,
    now: NowDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many things at most.")] = 50,
) -> WorklistShown:
    """All that waits for the organisation's coordinators, what matters first first. It has no pages: do the first."""
    async with database.transaction(caller) as tx:
        found = await list_work(tx, organisation_id, coordinator=coordinator, limit=limit, now=now)
    return WorklistShown.model_validate(found)
