"""Supporters' paths: their states and steps with the days of each, and how long an organisation's take."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create, leads_to
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.path import Destination, Kind, Path, possible
from kith_matching.domain.supporter import SupporterState
from kith_matching.usecases import path as usecases
from kith_matching.views import path as views

router = APIRouter(tags=["supporters"])


class MoveAsked(BaseModel):
    """A state that the supporter reached ``on`` a day (Europe/London). ``destination`` is for who leaves, if told."""

    model_config = ConfigDict(extra="forbid")

    moment: Literal["reached"]
    step: SupporterState
    on: date
    destination: Destination | None = None


class StepAsked(BaseModel):
    """A step that a programme asks for, begun or finished ``on`` a day (Europe/London): ``occupational-health``."""

    model_config = ConfigDict(extra="forbid")

    moment: Literal["begun", "finished"]
    step: Code
    on: date


MomentAsked = Annotated[MoveAsked | StepAsked, Field(discriminator="moment")]


class StepShown(BaseModel):
    """A state or a step with its days (Europe/London). ``finished_on`` is null while it lasts."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    step: str
    begun_on: date
    finished_on: date | None
    given_up: bool
    destination: Destination | None


class PathShown(BaseModel):
    """Where a supporter is, where they can go from there, what is not finished, and all that was recorded, in order.

    ``unfinished`` are steps that a programme of theirs asks for: until then they are not ready, and do not begin.
    """

    supporter_id: UUID
    state: SupporterState
    possible: tuple[SupporterState, ...]
    unfinished: tuple[str, ...]
    steps: tuple[StepShown, ...]


class DaysShown(BaseModel):
    """How many took how many days: the median (of two in the middle the shorter) and the longest."""

    number: int
    median: int | None
    longest: int | None


class StepDaysShown(DaysShown):
    """The same of a step, and how many wait in it now."""

    waiting: int


class PathsShown(BaseModel):
    """What is counted of an organisation's supporters; nobody is named.

    ``start``: days from application to active. ``steps``: of each step, without those that were given up. ``states``:
    how many are where now. ``destinations``: of those who left, each time.
    """

    start: DaysShown
    steps: dict[str, StepDaysShown]
    states: dict[str, int]
    destinations: dict[str, int]


@router.get("/supporters/paths")
async def count_paths(
    database: DatabaseDep, caller: CallerDep, organisation_id: OrganisationDep, now: NowDep
) -> PathsShown:
    """How long it takes to become a supporter here, and in which step people wait."""
    async with database.transaction(caller) as tx:
        found = await views.count_paths(tx, organisation_id, now=now)
    return PathsShown(
        start=DaysShown.model_validate(next(row for row in found if row["what"] == "start")),
        steps={row["code"]: StepDaysShown.model_validate(row) for row in _of(found, "step")},
        states={row["code"]: row["number"] for row in _of(found, "state")},
        destinations={row["code"]: row["number"] for row in _of(found, "destination")},
    )


@router.post(
    "/supporters/{supporter_id}/steps",
    status_code=201,
    response_model=PathShown,
    responses={201: leads_to(["list_steps"], supporter_id="supporter_id")},
)
async def record_step(supporter_id: UUID, asked: MomentAsked, request: Request, caller: CallerDep) -> Response:
    """Record that a supporter reached a state, or that a step began or was finished, on a day that has been."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        match asked:
            case MoveAsked():
                path = await usecases.move_supporter(
                    tx, supporter_id, asked.step, on=asked.on, destination=asked.destination, now=now
                )
            case StepAsked(moment="begun"):
                path = await usecases.begin_step(tx, supporter_id, asked.step, on=asked.on, now=now)
            case StepAsked():
                path = await usecases.finish_step(tx, supporter_id, asked.step, on=asked.on, now=now)
        return Created(f"/supporters/{supporter_id}/steps", _shown(path))

    return await create(request, caller, work)


@router.get("/supporters/{supporter_id}/steps")
async def list_steps(supporter_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep) -> PathShown:
    """A supporter's path so far, and where it can go."""
    async with database.transaction(caller) as tx:
        return _shown(await usecases.read_path(tx, supporter_id, now=now))


def _of(found: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return [row for row in found if row["what"] == what]


def _shown(path: Path) -> PathShown:
    return PathShown(
        supporter_id=path.supporter_id,
        state=path.state,
        possible=possible(path.state),
        unfinished=path.unfinished,
        steps=tuple(StepShown.model_validate(one) for one in path.steps),
    )
