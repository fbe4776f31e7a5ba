"""The public directory, for anybody and without a token: HSDS 3.0 in the profile of Open Referral UK, read-only."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import Database, DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import ANYONE, Caller
from kith_referrals.api import entries
from kith_referrals.api.hsds import About, Contents, Organization, Service, ServiceAtLocation, TaxonomyView, TermView
from kith_referrals.api.listing import AT_A_TIME, Listing, answer, contents, stream
from kith_referrals.domain import places
from kith_referrals.domain.directory import TAXONOMIES, search_words
from kith_referrals.domain.refusals import NotFound, PostcodeUnreadable
from kith_referrals.domain.words import folded
from kith_referrals.views import directory as views
from kith_referrals.views.directory import ORGANISATIONS, PLACES, SERVICES, Directory, Wanted
from kith_referrals.views.finding import Found

PERMISSIONS: Final = dict.fromkeys(
    (
        "about_directory", "describe_directory", "list_services", "get_service", "list_service_at_locations",
        "get_service_at_location", "list_taxonomies", "get_taxonomy", "list_taxonomy_terms", "get_taxonomy_term",
        "list_organizations", "get_organization",
    ),
    ANYONE,
)  # fmt: skip

VERSION: Final = "HSDS-UK-3.0"
PROFILE: Final = "https://docs.openreferraluk.org/en/latest/"
MOST_MINIMAL: Final = 1000
"""Services on one page when only ids are asked for: HSDS aims at all of them at once."""

_PREFIX: Final = "/directory"
_NOBODY: Final = Caller("anyone", None, frozenset(), "anyone")
_NONE: Final = "none"
"""A taxonomy that there is not: nothing is of it."""

Shown = Callable[[AsyncConnection, Sequence[Found]], Awaitable[Sequence[BaseModel]]]
"""Gives rows the shape in which they are answered."""


def _utc(instant: datetime) -> datetime:
    """The instant in UTC, which is also meant where no zone is named."""
    try:
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such instant") from None


def _district(text: str) -> str:
    try:
        return places.district(places.postcode(text))
    except PostcodeUnreadable:
        raise ValueError("this must be a postcode district such as EH16, or a postcode") from None


Years = Annotated[int | None, Field(ge=0, le=130)]


class Offered(Listing):
    """What is looked for among services or where they take place."""

    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: Annotated[datetime, AfterValidator(_utc)] | None = None
    full: Annotated[bool, Field(description="Each with all that hangs on it.")] = False

    async def wanted(self, database: Database, **more: Any) -> Wanted:
        """As the database is asked. A term's id says nothing by itself, so it is looked up."""
        taxonomy, code = None, None
        if self.taxonomy_id is not None:
            taxonomy = next((one.slug for one in TAXONOMIES if one.id == self.taxonomy_id), _NONE)
        if self.taxonomy_term_id is not None:
            async with database.transaction(_NOBODY) as tx:
                found = [term for term in await views.list_terms(tx) if term.id == self.taxonomy_term_id]
            if found and taxonomy in {None, found[0].taxonomy.slug}:
                taxonomy, code = found[0].taxonomy.slug, found[0].code
            else:
                taxonomy = _NONE
        return Wanted(
            words=search_words(self.search),
            taxonomy=taxonomy,
            code=code,
            organisation_id=self.organization_id,
            modified_after=self.modified_after,
            **more,
        )


class Services(Offered):
    """What is looked for among services. Ages find a service that takes somebody between them."""

    minimum_age: Years = None
    maximum_age: Years = None
    minimal: Annotated[bool, Field(description="Only ids, and when each changed; up to 1,000 on a page.")] = False

    @property
    def size(self) -> int:
        """How many on a page."""
        return self.per_page or MOST_MINIMAL if self.minimal else super().size


class ServicesAtLocations(Offered):
    """What is looked for among the places of services."""

    postcode: Annotated[
        str | None, Field(description="What serves its district, or names no districts."), AfterValidator(_district)
    ] = None


class Organizations(Listing):
    """What is looked for among organisations."""

    full: Annotated[bool, Field(description="Each with its numbers in registers and its services.")] = False
    full_service: Annotated[bool, Field(description="Its services with all that hangs on them.")] = False


class Terms(Listing):
    """What is looked for among terms. None of ours has a parent."""

    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None


router = APIRouter(prefix=_PREFIX, tags=["directory"])


@router.get("/", response_model=About)
async def about_directory(request: Request) -> Response:
    """Which standard this is, and where it is described."""
    described = request.url_for("describe_directory")
    return answer(request, About(version=VERSION, profile=PROFILE, openapi_url=str(described)))


@router.get("/openapi.json", response_model=dict[str, Any])
async def describe_directory(request: Request) -> Response:
    """The directory's part of the service's OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    paths = {path: told for path, told in document["paths"].items() if path.startswith(_PREFIX)}
    return answer(request, {**document, "paths": paths})


@router.get("/services", response_model=Contents[Service])
async def list_services(
    request: Request, query: Annotated[Services, Query()], database: DatabaseDep, now: NowDep
) -> Response:
    """Services: the best found first where words are looked for, else in order of id."""
    today = clock.today(now)

    async def shown(_: AsyncConnection, rows: Sequence[Found]) -> Sequence[BaseModel]:
        if query.minimal:
            return [entries.minimal_service(row) for row in rows]
        return [entries.service(row, today=today, full=query.full) for row in rows]

    wanted = await query.wanted(database, minimum_age=query.minimum_age, maximum_age=query.maximum_age)
    return await _list(request, database, query, kind=SERVICES, wanted=wanted, shown=shown)


@router.get("/services/{service_id}", response_model=Service)
async def get_service(request: Request, service_id: UUID, database: DatabaseDep, now: NowDep) -> Response:
    """One service with all that hangs on it."""
    async with database.transaction(_NOBODY) as tx:
        row = await views.get_service(tx, service_id)
    return answer(request, entries.service(row, today=clock.today(now), full=True))


@router.get("/service_at_locations", response_model=Contents[ServiceAtLocation])
async def list_service_at_locations(
    request: Request, query: Annotated[ServicesAtLocations, Query()], database: DatabaseDep, now: NowDep
) -> Response:
    """Where services take place: no closer than a postcode district, so that ``proximity`` cannot be asked for."""
    today = clock.today(now)

    async def shown(_: AsyncConnection, rows: Sequence[Found]) -> Sequence[BaseModel]:
        return [entries.service_at_location(row, today=today, full=query.full) for row in rows]

    wanted = await query.wanted(database, district=query.postcode)
    return await _list(request, database, query, kind=PLACES, wanted=wanted, shown=shown)


@router.get("/service_at_locations/{service_at_location_id}", response_model=ServiceAtLocation)
async def get_service_at_location(
    request: Request, service_at_location_id: UUID, database: DatabaseDep, now: NowDep
) -> Response:
    """One place of a service, with the service."""
    async with database.transaction(_NOBODY) as tx:
        row = await views.get_place(tx, service_at_location_id)
    return answer(request, entries.service_at_location(row, today=clock.today(now), full=True))


@router.get("/taxonomies", response_model=Contents[TaxonomyView])
async def list_taxonomies(request: Request, query: Annotated[Listing, Query()]) -> Response:
    """The ways in which services are sorted."""
    return await _list_known(request, [entries.taxonomy(one) for one in TAXONOMIES], query)


@router.get("/taxonomies/{taxonomy_id}", response_model=TaxonomyView)
async def get_taxonomy(request: Request, taxonomy_id: UUID) -> Response:
    """One way in which services are sorted."""
    return answer(request, _the([entries.taxonomy(one) for one in TAXONOMIES], taxonomy_id))


@router.get("/taxonomy_terms", response_model=Contents[TermView])
async def list_taxonomy_terms(request: Request, query: Annotated[Terms, Query()], database: DatabaseDep) -> Response:
    """The terms that services are of, and the models and formalities that there are."""
    async with database.transaction(_NOBODY) as tx:
        found = [entries.term(term) for term in await views.list_terms(tx)]
    of_it = [term for term in found if query.taxonomy_id in {None, term.taxonomy_id} and query.parent_id is None]
    return await _list_known(request, of_it, query)


@router.get("/taxonomy_terms/{taxonomy_term_id}", response_model=TermView)
async def get_taxonomy_term(request: Request, taxonomy_term_id: UUID, database: DatabaseDep) -> Response:
    """One term."""
    async with database.transaction(_NOBODY) as tx:
        found = [entries.term(term) for term in await views.list_terms(tx)]
    return answer(request, _the(found, taxonomy_term_id))


@router.get("/organizations", response_model=Contents[Organization])
async def list_organizations(
    request: Request, query: Annotated[Organizations, Query()], database: DatabaseDep, now: NowDep
) -> Response:
    """The organisations that offer something: who else is in the network is nobody's affair."""
    today = clock.today(now)

    async def shown(tx: AsyncConnection, rows: Sequence[Found]) -> Sequence[BaseModel]:
        if not (query.full or query.full_service):
            return [entries.organization(row) for row in rows]
        offered = await views.list_offered_by(tx, [row["id"] for row in rows])
        full = query.full_service
        return [entries.organization_with_services(row, offered, today=today, full=full) for row in rows]

    wanted = Wanted(search_words(query.search))
    return await _list(request, database, query, kind=ORGANISATIONS, wanted=wanted, shown=shown)


@router.get("/organizations/{organization_id}", response_model=Organization)
async def get_organization(
    request: Request, organization_id: UUID, database: DatabaseDep, now: NowDep, *, full_service: bool = False
) -> Response:
    """One organisation that offers something, with its services."""
    async with database.transaction(_NOBODY) as tx:
        row = await views.get_organisation(tx, organization_id)
        offered = await views.list_offered_by(tx, [organization_id])
    today = clock.today(now)
    return answer(request, entries.organization_with_services(row, offered, today=today, full=full_service))


async def _list(
    request: Request, database: Database, query: Listing, *, kind: Directory, wanted: Wanted, shown: Shown
) -> Response:
    async def some(after: UUID | None) -> Sequence[BaseModel]:
        async with database.transaction(_NOBODY) as tx:
            return await shown(tx, await kind.after(tx, wanted, after=after, limit=AT_A_TIME))

    if query.format == "ndjson":
        return await stream(some)
    async with database.transaction(_NOBODY) as tx:
        total, rows = await kind.page(tx, wanted, number=query.page, size=query.size)
        items = await shown(tx, rows)
    return answer(request, contents(items, total=total, page=query.page, size=query.size))


async def _list_known(request: Request, known: Sequence[TaxonomyView | TermView], query: Listing) -> Response:
    """A list that is short enough to be looked through here: names that hold every word looked for."""
    words = [folded(word) for word in query.search.split()]
    found = sorted((one for one in known if all(word in folded(one.name) for word in words)), key=lambda one: one.id)

    async def some(after: UUID | None) -> Sequence[BaseModel]:
        return [one for one in found if after is None or one.id > after][:AT_A_TIME]

    if query.format == "ndjson":
        return await stream(some)
    start = (query.page - 1) * query.size
    page = found[start : start + query.size]
    return answer(request, contents(page, total=len(found), page=query.page, size=query.size))


def _the(known: Sequence[TaxonomyView] | Sequence[TermView], id_: UUID) -> BaseModel:
    for one in known:
        if one.id == id_:
            return one
    raise NotFound
