"""Reach by topic, area and site, every figure of it fit to be shown outside; and how many there are in an area."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep, OptionalVersion, etag
from kith_chassis.identity import CallerDep
from kith_contracts.fact import District
from kith_reporting.api.asking import asking_of
from kith_reporting.domain.populations import Populations, figures
from kith_reporting.domain.reach import shown
from kith_reporting.usecases import populations as usecases
from kith_reporting.views import reach as views

PERMISSIONS: Final = {
    "read_reach": frozenset({"administrator", "coordinator", "operator"}),
    "read_populations": frozenset({"administrator", "coordinator", "operator"}),
    "put_populations": frozenset({"administrator", "operator"}),
}

MOST_DISTRICTS: Final = 3000
"""There are about as many postcode districts in the United Kingdom."""

router = APIRouter(tags=["reach"])

Shown = Annotated[int | None, Field(description="0, or to the nearest 5; null: 1 to 7, which is not shown.")]


class TopicReach(BaseModel):
    """What contacts and meetings of groups were about. One of several topics counts for each of them."""

    topic: str
    contacts: Shown
    people_reached: Shown
    sessions: Shown = Field(description="Meetings of groups that happened, each once; null: 1 to 7.")


class AreaReach(BaseModel):
    """A postcode district: where contacts were, where those live who were referred, and how many there are."""

    district: str
    contacts: Shown
    people_reached: Shown
    received: Shown = Field(description="Referrals of people who live there; null: 1 to 7.")
    population: Shown = Field(description="To the nearest 5; null: not said, or 1 to 7.")
    percent_reached: int | None = Field(
        description="People reached, of the population, from the figures shown here; who is met twice counts twice, so "
        "it can pass 100. Null: one of the two is, or there are fewer than 25."
    )


class SiteReach(BaseModel):
    """A site of the programme, by its code."""

    site: str
    received: Shown
    matched: Shown
    sessions: Shown = Field(
        description="That happened, with somebody who was referred to this site, a meeting once; null: 1 to 7."
    )
    contacts: Shown
    people_reached: Shown


class ReachView(BaseModel):
    """A programme's reach as it may be shown outside: no count of 1 to 7, all others to the nearest 5, and no totals.

    Whoever said no topic, district or site is in none of these lists, so that they do not add up to one another.
    ``as_of`` is when it was counted, UTC. ``population_…`` says where the populations are from; null: nobody has.
    """

    as_of: datetime
    programme_id: UUID
    programme_name: str
    topics: list[TopicReach]
    areas: list[AreaReach]
    sites: list[SiteReach]
    population_source: str | None
    population_counted_on: date | None


class DistrictBody(BaseModel):
    """How many there are in a postcode district."""

    model_config = ConfigDict(extra="forbid")

    district: District
    people: Annotated[int, Field(ge=0, le=10_000_000)]


class PopulationsBody(BaseModel):
    """How many there are in a programme's districts, all at once: districts that are left out are forgotten.

    What is counted, families or people, is yours to choose; ``source`` says where it is from, ``counted_on`` of which
    day it is (Europe/London).
    """

    model_config = ConfigDict(extra="forbid")

    districts: Annotated[list[DistrictBody], Field(max_length=MOST_DISTRICTS)]
    source: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    ]
    counted_on: date


class PopulationsView(PopulationsBody):
    """What is kept, in order of district; ``kept_by`` is a token's subject, ``kept_at`` UTC."""

    programme_id: UUID
    kept_at: datetime
    kept_by: str
    version: int


@router.get("/reach")
async def read_reach(programme_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> ReachView:
    """What a programme's contacts and meetings were about, where it reaches people, and at which of its sites.

    For whoever runs it, and operators. It may be published as it is; that of two days side by side says more.
    """
    async with database.transaction(caller) as tx:
        offer, counted, said = await views.get_reach(tx, programme_id, asking_of(caller))
    told = said.figures if said else None
    lines = shown(counted, sites=offer.sites, population=told.people if told else None)
    return ReachView(
        as_of=now,
        programme_id=offer.programme_id,
        programme_name=offer.name,
        topics=[TopicReach.model_validate(line) for line in lines.topics],
        areas=[AreaReach.model_validate(line) for line in lines.areas],
        sites=[SiteReach.model_validate(line) for line in lines.sites],
        population_source=told.source if told else None,
        population_counted_on=told.counted_on if told else None,
    )


@router.put("/programmes/{programme_id}/populations", responses={201: {"model": PopulationsView}})
async def put_populations(
    programme_id: UUID,
    body: PopulationsBody,
    *,
    caller: CallerDep,
    version: OptionalVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> PopulationsView:
    """Say how many there are in the programme's districts. The first time and the same again need no ``If-Match``."""
    said = ((one.district, one.people) for one in body.districts)
    told = figures(said, body.source, body.counted_on, today=clock.today(now))
    async with database.transaction(caller) as tx:
        kept, new = await usecases.keep_populations(
            tx, programme_id, told, asking=asking_of(caller), by=caller.subject, expected_version=version, now=now
        )
    response.status_code = 201 if new else 200
    response.headers.update(etag(kept.version))
    return _view(kept)


@router.get("/programmes/{programme_id}/populations")
async def read_populations(
    programme_id: UUID, caller: CallerDep, database: DatabaseDep, response: Response
) -> PopulationsView:
    """How many there are in the programme's districts, as it was said last."""
    async with database.transaction(caller) as tx:
        kept = await views.get_populations(tx, programme_id, asking_of(caller))
    response.headers.update(etag(kept.version))
    return _view(kept)


def _view(kept: Populations) -> PopulationsView:
    told = kept.figures
    return PopulationsView(
        districts=[DistrictBody(district=one, people=count) for one, count in sorted(told.people.items())],
        source=told.source,
        counted_on=told.counted_on,
        programme_id=kept.programme_id,
        kept_at=kept.kept_at,
        kept_by=kept.kept_by,
        version=kept.version,
    )
