"""Who works for an organisation, and which of its systems: lists that its administrator or an operator keeps."""

from datetime import date, datetime
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, BaseModel, Field

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    CursorDep,
    ExpectedVersion,
    NowDep,
    OptionalVersion,
    Page,
    PageLimit,
    etag,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, OPERATOR, administering
from kith_referrals.api.listed import DOOR
from kith_referrals.api.words import Body
from kith_referrals.domain.members import Client, Member, Role
from kith_referrals.usecases import members as usecases
from kith_referrals.views import members as views

_WHO: Final = ADMINISTRATOR | OPERATOR
PERMISSIONS: Final = {
    "keep_member_list": _WHO,
    "get_member_list": _WHO,
    "put_member": _WHO,
    "list_members": _WHO,
    "end_membership": _WHO,
    "put_client": _WHO,
    "list_clients": _WHO,
    "revoke_client": _WHO,
}

router = APIRouter(prefix="/organisations/{organisation_id}", tags=["members"])


def _once(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(sorted(set(roles)))


Roles = Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role)), AfterValidator(_once)]
Subject = Annotated[str, Path(max_length=255, description="The issuer's opaque id of somebody: never a name.")]
ClientId = Annotated[str, Path(max_length=255, description="The ``client_id`` (or ``azp``) of the system's tokens.")]


class MemberList(Body):
    """Whether the organisation's list narrows who may act for it."""

    kept: bool


class MemberBody(Body):
    """What somebody does in the organisation, from when until when (civil dates, Europe/London, both included)."""

    roles: Roles
    starts_on: date
    ends_on: date | None = None


class LeavingBody(Body):
    """The day on which they left (Europe/London), not after today: access ends at once."""

    left_on: date


class MemberView(BaseModel):
    """Somebody on the list."""

    id: UUID
    subject: str
    roles: tuple[Role, ...]
    starts_on: date
    ends_on: date | None
    left_on: date | None
    version: int

    @classmethod
    def of(cls, member: Member) -> Self:
        """As the list has them."""
        return cls.model_validate(member, from_attributes=True)


class ClientBody(Body):
    """What a system of the organisation may do, and its last day (Europe/London).

    ``subject`` is the ``sub`` of its tokens, where the issuer does not repeat the client's id there (RFC 9068, 2.2).
    """

    roles: Roles
    expires_on: date
    subject: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class ClientView(BaseModel):
    """A registered system. ``last_used_on`` is the last day on which it asked for anything, as far as is known."""

    id: UUID
    client_id: str
    subject: str
    roles: tuple[Role, ...]
    expires_on: date
    revoked_at: datetime | None
    last_used_on: date | None
    version: int

    @classmethod
    def of(cls, client: Client) -> Self:
        """As it is registered."""
        return cls.model_validate(client, from_attributes=True)


@router.get("/member-list")
async def get_member_list(organisation_id: UUID, caller: CallerDep, database: DatabaseDep) -> MemberList:
    """Whether the organisation's list narrows who may act for it."""
    async with database.transaction(administering(caller, organisation_id)) as tx:
        return MemberList(kept=await views.is_list_kept(tx, organisation_id))


@router.put("/member-list")
async def keep_member_list(
    organisation_id: UUID, body: MemberList, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> MemberList:
    """Let the list narrow who may act for the organisation, or no longer. It needs an administrator on it first.

    Tokens go on saying who somebody is; from now on whoever is not on the list, or not in that role, is refused. Other
    copies of the service follow within ten seconds. Sending it again changes nothing, so it needs no version.
    """
    async with database.transaction(administering(caller, organisation_id)) as tx:
        await usecases.keep_list(tx, organisation_id, kept=body.kept, now=now)
    DOOR.look_again(organisation_id)
    return body


@router.put("/members/{subject}", responses={201: {"model": MemberView}})
async def put_member(
    *,
    organisation_id: UUID,
    subject: Subject,
    body: MemberBody,
    caller: CallerDep,
    version: OptionalVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> MemberView:
    """Put somebody on the list, or change how they stand on it. A new one and the same again need no ``If-Match``.

    Who had left is a member again.
    """
    wanted = Member(clock.new_id(), organisation_id, subject, body.roles, body.starts_on, body.ends_on)
    async with database.transaction(administering(caller, organisation_id)) as tx:
        member, new = await usecases.put_member(tx, wanted, version=version, now=now)
    response.status_code = 201 if new else 200
    response.headers.update(etag(member.version))
    return MemberView.of(member)


@router.get("/members")
async def list_members(
    *,
    organisation_id: UUID,
    caller: CallerDep,
    database: DatabaseDep,
    now: NowDep,
    after: CursorDep = None,
    limit: PageLimit = 50,
) -> Page[MemberView]:
    """Everybody who is or was on the list, in the order in which they came on it."""
    async with database.transaction(administering(caller, organisation_id)) as tx:
        found = await views.list_members(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([MemberView.of(member) for member in found], limit)


@router.post("/members/{subject}/ending")
async def end_membership(
    *,
    organisation_id: UUID,
    subject: Subject,
    body: LeavingBody,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> MemberView:
    """Record that somebody left: where the list is kept, their next request is refused, whatever their token says."""
    async with database.transaction(administering(caller, organisation_id)) as tx:
        member = await usecases.end_membership(
            tx, organisation_id, subject, left_on=body.left_on, version=version, now=now
        )
    response.headers.update(etag(member.version))
    return MemberView.of(member)


@router.put("/clients/{client_id}", responses={201: {"model": ClientView}})
async def put_client(
    *,
    organisation_id: UUID,
    client_id: ClientId,
    body: ClientBody,
    caller: CallerDep,
    version: OptionalVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ClientView:
    """Register a system of the organisation, or change or renew it. A new one and the same again need no ``If-Match``.

    From then on it is held to these roles and this last day, whether or not the list of members is kept.
    """
    subject = body.subject or client_id
    wanted = Client(clock.new_id(), organisation_id, client_id, subject, body.roles, body.expires_on)
    async with database.transaction(administering(caller, organisation_id)) as tx:
        client, new = await usecases.put_client(tx, wanted, version=version, now=now)
    DOOR.look_again(organisation_id)
    response.status_code = 201 if new else 200
    response.headers.update(etag(client.version))
    return ClientView.of(client)


@router.get("/clients")
async def list_clients(
    *,
    organisation_id: UUID,
    caller: CallerDep,
    database: DatabaseDep,
    now: NowDep,
    after: CursorDep = None,
    limit: PageLimit = 50,
) -> Page[ClientView]:
    """Every system that is or was registered, in the order of registering, with the last day on which it was used."""
    async with database.transaction(administering(caller, organisation_id)) as tx:
        found = await views.list_clients(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([ClientView.of(client) for client in found], limit)


@router.post("/clients/{client_id}/revocation")
async def revoke_client(
    *,
    organisation_id: UUID,
    client_id: ClientId,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ClientView:
    """Take back what a system was allowed: its next request is refused, whatever its token says."""
    async with database.transaction(administering(caller, organisation_id)) as tx:
        client = await usecases.revoke_client(tx, organisation_id, client_id, version=version, now=now)
    response.headers.update(etag(client.version))
    return ClientView.of(client)
