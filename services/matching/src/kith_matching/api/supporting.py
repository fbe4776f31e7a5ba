"""Supporters: recorded by their organisation, seen by nobody else."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, OptionalVersion, Page, PageLimit, etag, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.fact import AgeBand, District, Language
from kith_matching import views
from kith_matching.api.asking import (
    MOST_CODES,
    Codes,
    CoordinatorDep,
    Email,
    Name,
    OrganisationDep,
    Subject,
    Telephone,
)
from kith_matching.domain.referral import Channel
from kith_matching.domain.sharing import Connection
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.usecases import supporting

router = APIRouter(tags=["supporters"])


class SupporterAsked(BaseModel):
    """A supporter as their organisation records them. ``languages`` begin with the first language.

    What they say only for matching (``PUT …/disclosures``) is not shown, and stays whatever is sent here.

    ``experience`` are the needs they lived through; ``meets`` the requests they meet, for example ``women-only``;
    ``capacity`` how many people at once they chose; ``checks_valid_until`` the last day on which their checks hold.
    ``subject`` is that of their own tokens, once they have any: with it they check in.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name
    email: Email | None = None
    telephone: Telephone | None = None
    programme_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    state: SupporterState = SupporterState.ACTIVE
    capacity: Annotated[int, Field(ge=0, le=50)] = 1
    experience: Codes = ()
    conditions: Codes = ()
    interests: Codes = ()
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)] = ("en",)
    districts: Annotated[tuple[District, ...], Field(max_length=300)] = ()
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=MOST_CODES)]
    meets: Codes = ()
    checks_valid_until: date | None = None
    connections: dict[Connection, Codes] = Field(default_factory=dict)
    age_band: AgeBand = "unknown"
    subject: Subject | None = None

    def supporter(self, supporter_id: UUID, organisation_id: UUID) -> Supporter:
        """As the domain knows them: a connection without a code is none."""
        connections = {name.value: codes for name, codes in self.connections.items() if codes}
        return Supporter(id=supporter_id, organisation_id=organisation_id, **dict(self) | {"connections": connections})


class SupporterShown(SupporterAsked):
    """A supporter, with the version that the next change names in ``If-Match``.

    What was shown to nobody at first may bring a list above what one request may hold.
    """

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    experience: tuple[str, ...]
    conditions: tuple[str, ...]
    connections: dict[Connection, tuple[str, ...]]
    id: UUID
    version: int


class ContactShown(BaseModel):
    """How a supporter is reached, for this moment only: whoever asks keeps none of it. Who left is not written to."""

    supporter_id: UUID
    name: str
    email: str | None
    telephone: str | None
    may_email: bool


@router.put(
    "/supporters/{supporter_id}",
    responses={201: {"model": SupporterShown, **leads_to(["get_supporter"], supporter_id="id")}},
)
async def put_supporter(
    supporter_id: UUID,
    asked: SupporterAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    expected: OptionalVersion,
    now: NowDep,
) -> SupporterShown:
    """Record a supporter. A new one and the same again need no ``If-Match``; a change does."""
    wanted = asked.supporter(supporter_id, organisation_id)
    async with database.transaction(caller) as tx:
        kept, new = await supporting.put_supporter(tx, wanted, expected_version=expected, now=now)
    response.headers.update(etag(kept.version))
    response.status_code = 201 if new else 200
    return SupporterShown.model_validate(kept)


@router.get("/supporters")
async def list_supporters(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    coordinator: CoordinatorDep,
    limit: PageLimit = 50,
) -> Page[SupporterShown]:
    """The organisation's supporters, in order of id, as a coordinator may see them."""
    async with database.transaction(caller) as tx:
        found = await views.list_supporters(
            tx, organisation_id, after=after, limit=limit, coordinator=coordinator, now=now
        )
    return page_of([SupporterShown.model_validate(one) for one in found], limit)


@router.get("/supporters/{supporter_id}")
async def get_supporter(
    supporter_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SupporterShown:
    """One supporter, as a coordinator may see them."""
    async with database.transaction(caller) as tx:
        found = await supporting.read_supporter(tx, supporter_id, now=now)
    response.headers.update(etag(found.version))
    return SupporterShown.model_validate(found)


@router.get("/internal/supporters/{supporter_id}/contact")
async def read_supporter_contact(
    supporter_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ContactShown:
    """A supporter's name and address, for another service at the moment of sending. The read is recorded."""
    async with database.transaction(caller) as tx:
        found = await supporting.read_contact(tx, supporter_id, now=now)
    response.headers["Cache-Control"] = "no-store"
    return ContactShown(
        supporter_id=found.id,
        name=found.name,
        email=found.email,
        telephone=found.telephone,
        may_email=found.state is not SupporterState.LEFT,
    )
