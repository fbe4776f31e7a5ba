"""What took place: sessions of a match, and meetings of a group."""

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, etag, leads_to, page_of
from kith_chassis.identity import CallerDep, RoleMissing
from kith_matching import views
from kith_matching.api.asking import Codes, Instant, OrganisationDep, SpeakerDep
from kith_matching.api.company import CompanyAsked, CompanyShown, company_of
from kith_matching.domain.occasion import CouldNot, Group, Noted, Occasion, Outcome, Session, Void
from kith_matching.domain.referral import Channel
from kith_matching.usecases import occasions

router = APIRouter(tags=["sessions and contacts"])

MOST_ATTENDED = 500


class NotedAsked(BaseModel):
    """``client_id`` is made where it is put down: sent again with it, today or in a month, it is the same occasion.

    ``noted_at`` is when it was put down, by that device's clock; when it arrived is kept beside it.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: UUID | None = None
    noted_at: Instant | None = None

    def noted(self, now: datetime) -> Noted:
        """As the domain knows it."""
        return Noted(now, self.noted_at, self.client_id)


class NotedShown(BaseModel):
    """When it was put down, and when it arrived (UTC); null where nobody said."""

    client_id: UUID | None
    noted_at: datetime | None
    logged_at: datetime | None


class HeldAsked(BaseModel):
    """When, how long and how. ``held_on`` is a day in Europe/London; ``minutes`` is 0 for what did not happen.

    ``could_not`` is who could not, where it did not take place. ``limits_explained``: the person
    was told what would have to be told to somebody else; say so of the first session. ``over_limit``: it took longer
    with one person alone than the programme allows (``longer-than-allowed``).
    """

    model_config = ConfigDict(extra="forbid")

    held_on: date
    outcome: Outcome = Outcome.HAPPENED
    minutes: Annotated[int, Field(ge=0, le=1440)]
    channel: Channel
    topics: Codes = ()
    could_not: CouldNot | None = None
    limits_explained: bool = False
    over_limit: bool = False

    def occasion(self) -> Occasion:
        """As the domain knows it."""
        return Occasion(**{field.name: getattr(self, field.name) for field in fields(Occasion)})


class OneToOneAsked(HeldAsked, NotedAsked):
    """A session of a match."""

    kind: Literal["one-to-one"]
    match_id: UUID


class MeetingAsked(HeldAsked, NotedAsked):
    """A meeting of a group. A group begins with its first meeting: choose a new id for it.

    Those of the people present who were referred are named by their referrals; others are not named.
    """

    kind: Literal["group"]
    group_id: UUID
    programme_id: UUID
    supporter_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    attended_referral_ids: Annotated[tuple[UUID, ...], Field(max_length=MOST_ATTENDED)] = ()
    came_with: Annotated[tuple[CompanyAsked, ...], Field(max_length=MOST_ATTENDED)] = ()


SessionAsked = Annotated[OneToOneAsked | MeetingAsked, Field(discriminator="kind")]


class SessionShown(NotedShown):
    """A session as it was logged. ``voided_as``: why it counts for nothing; it stands as cancelled then."""

    id: UUID
    kind: str
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
    referral_id: UUID | None
    match_id: UUID | None
    group_id: UUID | None
    attended_referral_ids: tuple[UUID, ...]
    came_with: tuple[CompanyShown, ...]
    version: int
    voided_as: Void | None


@router.post(
    "/sessions",
    status_code=201,
    response_model=SessionShown,
    responses={201: leads_to(["get_session"], session_id="id")},
)
async def log_session(
    asked: SessionAsked,
    request: Request,
    *,
    caller: CallerDep,
    speaker: SpeakerDep,
    organisation_id: OrganisationDep,
) -> Response:
    """Log a session of a match, or a meeting of a group with who attended. A supporter logs their own matches' here."""
    if isinstance(asked, MeetingAsked) and not speaker.organises:
        raise RoleMissing("Log a meeting of a group that you lead with POST /supporters/{your id}/meetings.")

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        match asked:
            case OneToOneAsked():
                logged = await occasions.log_match_session(
                    tx, asked.match_id, asked.occasion(), asked.noted(now), by=speaker, now=now
                )
            case MeetingAsked():
                logged = await occasions.log_group_meeting(
                    tx,
                    Group(asked.group_id, asked.programme_id, organisation_id),
                    asked.occasion(),
                    asked.noted(now),
                    attended=asked.attended_referral_ids,
                    supporter_ids=asked.supporter_ids,
                    came_with=company_of(asked.came_with),
                    now=now,
                )
        return Created(f"/sessions/{logged.id}", shown(logged), logged.version)

    return await create(request, caller, work)


@router.get("/sessions")
async def list_sessions(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[SessionShown]:
    """The organisation's sessions, one-to-one and of groups, the first logged first."""
    async with database.transaction(caller) as tx:
        found = await views.list_sessions(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([found_shown(one) for one in found], limit)


@router.get(
    "/sessions/{session_id}", responses={200: leads_to([], ["correct_session", "void_session"], session_id="id")}
)
async def get_session(
    session_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SessionShown:
    """One session."""
    async with database.transaction(caller) as tx:
        found = found_shown(await views.get_session(tx, session_id, now=now))
    response.headers.update(etag(found.version))
    return found


def found_shown(row: dict[str, Any]) -> SessionShown:
    """A session as a view found it."""
    kind = "one-to-one" if row["match_id"] else "group"
    return SessionShown.model_validate({**row, "kind": kind, "came_with": row["came_with"] or ()})


def shown(session: Session) -> SessionShown:
    """A session as it stands."""
    parts = (session, session.occasion, session.noted)
    said = {field.name: getattr(part, field.name) for part in parts for field in fields(part)}
    came_with = tuple(CompanyShown(**asdict(one)) for one in session.company.values())
    return SessionShown.model_validate({**said, "kind": session.kind, "came_with": came_with})
