"""What supporters do, how far they have come, and what they mean to learn. None of it decides who is matched."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, OptionalVersion, create, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.competencies import Assessment, Assessor, Competency, Development, Function, Level, Role, View
from kith_matching.usecases import developing

router = APIRouter(tags=["development"])


class AssessmentAsked(BaseModel):
    """What one side thinks of some or all of the ten competencies, on a day in Europe/London.

    Levels: 0 not yet, 1 beginning, 2 able, 3 shows others.
    """

    model_config = ConfigDict(extra="forbid")

    assessed_by: Assessor
    assessed_on: date
    levels: Annotated[dict[Competency, Level], Field(min_length=1)]


class AssessmentShown(AssessmentAsked):
    """An assessment as it was kept."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: UUID
    supporter_id: UUID


class DevelopmentAsked(BaseModel):
    """What a supporter does, and the competencies that they mean to become better at, looked at on ``review_on``."""

    model_config = ConfigDict(extra="forbid")

    roles: Annotated[tuple[Role, ...], Field(max_length=len(Role))] = ()
    functions: Annotated[tuple[Function, ...], Field(max_length=len(Function))] = ()
    aims: Annotated[tuple[Competency, ...], Field(max_length=len(Competency))] = ()
    review_on: date | None = None


class ViewShown(BaseModel):
    """The latest level that one side gave, and the day of it."""

    model_config = ConfigDict(from_attributes=True)

    level: Level
    on: date


class CompetencyShown(BaseModel):
    """One of the ten, as both sides see it; null where a side has not said."""

    competency: Competency
    supporter: ViewShown | None
    coordinator: ViewShown | None


class DevelopmentShown(DevelopmentAsked):
    """A supporter's development. ``version`` 0: nothing is recorded yet."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    supporter_id: UUID
    version: int


class DevelopmentRead(DevelopmentShown):
    """A supporter's development, with both sides' view of the ten competencies."""

    competencies: tuple[CompetencyShown, ...]


@router.post(
    "/supporters/{supporter_id}/assessments",
    status_code=201,
    response_model=AssessmentShown,
    responses={201: leads_to(["get_development"], supporter_id="supporter_id")},
)
async def assess_competencies(
    supporter_id: UUID, asked: AssessmentAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Record what the supporter thinks of their competencies, or what you do."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        assessment = Assessment(clock.new_id(), supporter_id, organisation_id, **dict(asked))
        kept = await developing.assess(tx, assessment, now=now)
        return Created(f"/supporters/{supporter_id}/development", AssessmentShown.model_validate(kept))

    return await create(request, caller, work)


@router.put("/supporters/{supporter_id}/development")
async def put_development(
    supporter_id: UUID,
    asked: DevelopmentAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    expected: OptionalVersion,
    now: NowDep,
) -> DevelopmentShown:
    """Record a supporter's roles, functions and plan. The first and the same again need no ``If-Match``."""
    wanted = Development(supporter_id, organisation_id, **dict(asked))
    async with database.transaction(caller) as tx:
        kept = await developing.put_development(tx, wanted, expected_version=expected, now=now)
    response.headers.update(etag(kept.version))
    return DevelopmentShown.model_validate(kept)


@router.get(
    "/supporters/{supporter_id}/development",
    responses={200: leads_to([], ["put_development"], supporter_id="supporter_id")},
)
async def get_development(
    supporter_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> DevelopmentRead:
    """What a supporter does, how far they have come, and what they mean to learn."""
    async with database.transaction(caller) as tx:
        found, standing = await developing.read_development(tx, supporter_id, now=now)
    response.headers.update(etag(found.version))
    shown = DevelopmentShown.model_validate(found)
    return DevelopmentRead(
        **dict(shown), competencies=tuple(_competency(one, views) for one, views in standing.items())
    )


def _competency(competency: Competency, views: dict[Assessor, View]) -> CompetencyShown:
    seen = {side: ViewShown.model_validate(view) for side, view in views.items()}
    return CompetencyShown(
        competency=competency, supporter=seen.get(Assessor.SUPPORTER), coordinator=seen.get(Assessor.COORDINATOR)
    )
