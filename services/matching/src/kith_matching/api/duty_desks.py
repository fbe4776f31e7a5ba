"""Duty desks: who answers concerns in an area, in which time, and who is told when they do not."""

from dataclasses import asdict
from datetime import time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, OptionalVersion, Page, PageLimit, etag, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.fact import District
from kith_matching.api.asking import Email, Name, OrganisationDep, Telephone
from kith_matching.domain.duty_desk import CrisisLine, DutyDesk, Level, Mailbox
from kith_matching.domain.working_time import Hours, Nation
from kith_matching.usecases import duty_desks
from kith_matching.views import concerns as views

router = APIRouter(tags=["duty desks"])

_MOST_MINUTES = 60 * 24 * 7


class MailboxAsked(BaseModel):
    """A role's mailbox that somebody always reads, for example ``Safeguarding lead``; not a person's own."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Name
    email: Email


class CrisisLineAsked(BaseModel):
    """Whom anybody may call in a crisis in this area."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Name
    telephone: Telephone


class DeskAsked(BaseModel):
    """A desk. Without ``districts`` it answers for everywhere that no other desk does.

    With a ``programme_id`` it answers for that programme alone. Of several the nearest answers: the programme's in the
    district, the programme's, the district's, the one for everything else, which is to be set up first.

    ``acknowledge_minutes`` pass at any hour, ``decide_minutes`` only between ``opens_at`` and ``closes_at``, which are
    local times (Europe/London), on working days of the ``nation``. After each time-out the deputy is told, then a
    trustee. ``chase_after_days`` are the working days after which somebody asks again where nothing came back.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    districts: Annotated[tuple[District, ...], Field(max_length=3000)] = ()
    programme_id: UUID | None = None
    lead: MailboxAsked
    deputy: MailboxAsked | None = None
    trustee: MailboxAsked | None = None
    nation: Nation = Nation.ENGLAND
    opens_at: time = time(9)
    closes_at: time = time(17)
    acknowledge_minutes: Annotated[int, Field(ge=5, le=_MOST_MINUTES)] = 60
    decide_minutes: Annotated[int, Field(ge=5, le=_MOST_MINUTES)] = 240
    chase_after_days: Annotated[int, Field(ge=1, le=30)] = 3
    crisis_lines: Annotated[tuple[CrisisLineAsked, ...], Field(max_length=10)] = ()

    def desk(self, desk_id: UUID, organisation_id: UUID) -> DutyDesk:
        """As the domain knows it."""
        return DutyDesk(
            id=desk_id,
            organisation_id=organisation_id,
            districts=self.districts,
            programme_id=self.programme_id,
            mailboxes={
                level: Mailbox(asked.name, asked.email)
                for level, asked in zip(Level, (self.lead, self.deputy, self.trustee), strict=True)
                if asked is not None
            },
            hours=Hours(self.nation, self.opens_at.replace(tzinfo=None), self.closes_at.replace(tzinfo=None)),
            acknowledge_within=timedelta(minutes=self.acknowledge_minutes),
            decide_within=timedelta(minutes=self.decide_minutes),
            chase_after_days=self.chase_after_days,
            crisis_lines=tuple(CrisisLine(line.name, line.telephone) for line in self.crisis_lines),
        )


class DeskShown(DeskAsked):
    """A desk, as it stands."""

    id: UUID
    version: int


class MailboxShown(BaseModel):
    """Where a level of a desk reads, for a letter that is sent now."""

    name: str
    email: str
    may_email: bool = True


@router.put(
    "/duty-desks/{desk_id}",
    responses={201: {"model": DeskShown, **leads_to(["get_duty_desk"], ["put_duty_desk"], desk_id="id")}},
)
async def put_duty_desk(
    desk_id: UUID,
    asked: DeskAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    expected: OptionalVersion,
    now: NowDep,
) -> DeskShown:
    """Set up a duty desk. A new one and the same again need no ``If-Match``; a change does."""
    desk = asked.desk(desk_id, organisation_id)
    async with database.transaction(caller) as tx:
        kept, new = await duty_desks.put_desk(tx, desk, expected_version=expected, now=now)
    response.headers.update(etag(kept.version))
    response.status_code = 201 if new else 200
    return _shown(kept)


@router.get("/duty-desks")
async def list_duty_desks(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[DeskShown]:
    """The organisation's duty desks, in order of id."""
    async with database.transaction(caller) as tx:
        found = await views.list_desks(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([_shown(one) for one in found], limit)


@router.get("/duty-desks/{desk_id}")
async def get_duty_desk(
    desk_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> DeskShown:
    """One duty desk."""
    async with database.transaction(caller) as tx:
        desk = await duty_desks.read_desk(tx, desk_id, now=now)
    response.headers.update(etag(desk.version))
    return _shown(desk)


@router.get("/internal/duty-desks/{desk_id}/{level}/contact")
async def read_duty_desk_contact(
    *, desk_id: UUID, level: Level, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> MailboxShown:
    """Where a level of a desk reads, for another service at the moment of sending. The read is recorded."""
    async with database.transaction(caller) as tx:
        found = await duty_desks.read_mailbox(tx, desk_id, level, now=now)
    response.headers["Cache-Control"] = "no-store"
    return MailboxShown(name=found.name, email=found.email)


def _shown(desk: DutyDesk) -> DeskShown:
    minute = timedelta(minutes=1)
    clocks = {"acknowledge_minutes": desk.acknowledge_within // minute, "decide_minutes": desk.decide_within // minute}
    own = ("id", "districts", "programme_id", "chase_after_days", "crisis_lines", "version")
    return DeskShown.model_validate(
        {**{name: getattr(desk, name) for name in own}, **asdict(desk.hours), **desk.mailboxes, **clocks},
        from_attributes=True,
    )
