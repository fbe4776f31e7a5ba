"""A supporter sees the groups that they lead and the slots that are theirs, and logs what took place there."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import Instant
from kith_matching.api.company import MOST_COMPANIONS
from kith_matching.api.occasions import MOST_ATTENDED, HeldAsked, NotedAsked, NotedShown
from kith_matching.domain.leading import Came
from kith_matching.domain.occasion import CouldNot, Outcome, Session
from kith_matching.domain.plan import Times
from kith_matching.domain.referral import Channel
from kith_matching.usecases import leading
from kith_matching.views import leading as views
from kith_matching.views import to_log

router = APIRouter(prefix="/supporters/{supporter_id}", tags=["supporters"])


class OwnPlaceShown(BaseModel):
    """Somebody who has a place, by its id: name with it who came. ``comes_with`` is 1 where a carer or partner does."""

    id: UUID
    comes_with: int


class OwnGroupShown(BaseModel):
    """A group that you lead, and who has a place in it. ``starts_on`` is a day in Europe/London."""

    id: UUID
    programme_id: UUID
    programme_name: str | None
    facilitators: tuple[UUID, ...]
    starts_on: date
    meetings: int | None
    setting: str | None
    channel: Channel
    district: str | None
    places: tuple[OwnPlaceShown, ...]


class OwnSlotShown(BaseModel):
    """A time at which you listen (UTC), and who has it, if somebody does. ``logged`` says whether you said how it was.

    To log it, name it as ``group_id``.
    """

    id: UUID
    programme_id: UUID
    programme_name: str | None
    starts_at: datetime
    minutes: int
    times: Times
    channel: Channel
    district: str | None
    cancelled_at: datetime | None
    places: tuple[OwnPlaceShown, ...]
    logged: bool


class CameAsked(BaseModel):
    """Somebody who came, by their place: as a pair with another who has one, or with people who are not named."""

    model_config = ConfigDict(extra="forbid")

    place_id: UUID
    pair_with: UUID | None = None
    companions: Annotated[int, Field(ge=0, le=MOST_COMPANIONS)] = 0


class OwnMeetingAsked(HeldAsked, NotedAsked):
    """A meeting of a group that you lead, or a slot of yours (``group_id``): one log for all who came.

    ``led_with`` are those who led it with you, of those who lead the group. Others who were there are not named.
    """

    group_id: UUID
    came: Annotated[tuple[CameAsked, ...], Field(max_length=MOST_ATTENDED)] = ()
    led_with: Annotated[tuple[UUID, ...], Field(max_length=20)] = ()


class OwnMeetingShown(NotedShown):
    """A meeting as you logged it. ``came`` is how many of those who have a place, ``companions`` how many with them."""

    id: UUID
    group_id: UUID
    programme_id: UUID
    held_on: date
    outcome: Outcome
    minutes: int
    channel: Channel
    topics: tuple[str, ...]
    could_not: CouldNot | None
    limits_explained: bool
    over_limit: bool
    supporter_ids: tuple[UUID, ...]
    came: int
    companions: int


class ToLogShown(BaseModel):
    """What you have yet to log, by its day (Europe/London): a ``visit``, a ``slot``, or a ``group`` that has begun.

    Log a visit as a session of its ``match_id``, the others as a meeting of their ``group_id``; also what did not take
    place.
    """

    kind: Literal["visit", "slot", "group"]
    id: UUID
    match_id: UUID | None
    group_id: UUID | None
    held_on: date


class ToLog(BaseModel):
    """What you have yet to log, the longest ago first."""

    items: tuple[ToLogShown, ...]


@router.get("/to-log")
async def list_to_log(
    supporter_id: UUID, *, database: DatabaseDep, caller: CallerDep, now: NowDep, limit: PageLimit = 50
) -> ToLog:
    """What you have yet to log. It has no pages: log the first. Only the supporter reads it."""
    async with database.transaction(caller) as tx:
        found = await to_log.list_to_log(tx, supporter_id, caller.subject, limit=limit, now=now)
    return ToLog(items=tuple(ToLogShown.model_validate(one) for one in found))


@router.get("/groups")
async def list_own_groups(
    *,
    supporter_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[OwnGroupShown]:
    """The groups that you lead. Only the supporter reads it."""
    async with database.transaction(caller) as tx:
        found = await views.list_own_groups(tx, supporter_id, caller.subject, after=after, limit=limit, now=now)
    return page_of([OwnGroupShown.model_validate(_led(one)) for one in found], limit)


@router.get("/slots")
async def list_own_slots(
    *,
    supporter_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    since: Annotated[Instant | None, Query(description="Slots from then on; without it, from now on.")] = None,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[OwnSlotShown]:
    """The times at which you listen, the next first; with ``since``, also those that have been. Only you read it."""
    async with database.transaction(caller) as tx:
        found = await views.list_own_slots(
            tx, supporter_id, caller.subject, since or now, after=after, limit=limit, now=now
        )
    return page_of([_slot(one) for one in found], limit)


@router.post("/meetings", status_code=201, response_model=OwnMeetingShown)
async def log_own_meeting(
    supporter_id: UUID, asked: OwnMeetingAsked, request: Request, *, caller: CallerDep
) -> Response:
    """Log a meeting of a group that you lead, or a slot at which you listened, once for all who came."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        logged = await leading.log_own_meeting(
            tx,
            asked.group_id,
            asked.occasion(),
            asked.noted(now),
            own=(supporter_id, caller.subject),
            came=[Came(one.place_id, one.pair_with, one.companions) for one in asked.came],
            led_with=asked.led_with,
            now=now,
        )
        return Created(f"/sessions/{logged.id}", _shown(logged), logged.version)

    return await create(request, caller, work)


def _led(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "id": found["group_id"], "places": found["who"] or ()}


def _slot(found: dict[str, Any]) -> OwnSlotShown:
    slot = {name: found[f"slot_{name}"] for name in ("starts_at", "minutes", "times", "cancelled_at")}
    return OwnSlotShown.model_validate({**_led(found), **slot})


def _shown(session: Session) -> OwnMeetingShown:
    said = {name: getattr(session.occasion, name) for name in session.occasion.__dataclass_fields__}
    noted = {name: getattr(session.noted, name) for name in session.noted.__dataclass_fields__}
    whose = {name: getattr(session, name) for name in ("id", "group_id", "programme_id", "supporter_ids")}
    many = {"came": len(session.attended_referral_ids), "companions": sum(one.companions for one in session.records)}
    return OwnMeetingShown.model_validate({**said, **noted, **whose, **many})
