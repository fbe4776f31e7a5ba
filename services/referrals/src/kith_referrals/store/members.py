"""Members and machine clients of organisations: found, locked and saved."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_referrals.domain.members import Client, Listing, Member, Role
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import organisations
from kith_referrals.tables.governance import machine_clients, members

_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_SUBJECT: Final = sa.bindparam("subject", type_=sa.Text)
_CLIENT_ID: Final = sa.bindparam("client_id", type_=sa.Text)
_KEPT: Final = (
    sa.select(organisations.c.keeps_members).where(organisations.c.id == _ORGANISATION).with_for_update(key_share=True)
)
_KEEP: Final = (
    sa.update(organisations)
    .where(organisations.c.id == sa.bindparam("of_organisation", type_=sa.Uuid))
    .values(keeps_members=sa.bindparam("kept", type_=sa.Boolean))
)
_MEMBER: Final = sa.select(members).where(members.c.organisation_id == _ORGANISATION, members.c.subject == _SUBJECT)
_ADMINISTRATORS: Final = sa.select(members).where(
    members.c.organisation_id == _ORGANISATION,
    sa.any_(members.c.roles) == Role.ADMINISTRATOR.value,
    members.c.left_on.is_(None),
)
_CLIENT: Final = (
    sa.select(machine_clients)
    .where(machine_clients.c.organisation_id == _ORGANISATION, machine_clients.c.client_id == _CLIENT_ID)
    .with_for_update(key_share=True)
)
_USED: Final = (
    sa.update(machine_clients)
    .where(machine_clients.c.id == sa.bindparam("of_client", type_=sa.Uuid))
    .values(last_used_on=sa.bindparam("on", type_=sa.Date))
)


def _upsert(table: sa.Table, once: set[str]) -> sa.Insert:
    added = insert(table)
    changing = {column.name: added.excluded[column.name] for column in table.columns if column.name not in once}
    return added.on_conflict_do_update(index_elements=[table.c.id], set_=changing)


_SAVE_MEMBER: Final = _upsert(members, {"id", "organisation_id", "subject"})
_SAVE_CLIENT: Final = _upsert(machine_clients, {"id", "organisation_id", "client_id", "last_used_on"})
_MEMBER_FIELDS: Final = tuple(one.name for one in fields(Member))
_CLIENT_FIELDS: Final = tuple(one.name for one in fields(Client))
_any_client: Final = machine_clients.alias("any_client")
_LISTING: Final = Compiled(
    sa.select(
        organisations.c.keeps_members,
        sa.exists().where(_any_client.c.organisation_id == organisations.c.id).label("has_clients"),
        *(members.c[name].label(f"member_{name}") for name in _MEMBER_FIELDS),
        *(machine_clients.c[name].label(f"client_{name}") for name in _CLIENT_FIELDS),
    )
    .select_from(organisations)
    .outerjoin(members, sa.and_(members.c.organisation_id == organisations.c.id, members.c.subject == _SUBJECT))
    .outerjoin(
        machine_clients,
        sa.and_(
            machine_clients.c.organisation_id == organisations.c.id,
            machine_clients.c.client_id == _CLIENT_ID,
            machine_clients.c.subject == _SUBJECT,
        ),
    )
    .where(organisations.c.id == _ORGANISATION)
)


async def find_listing(tx: AsyncConnection, organisation_id: UUID, *, subject: str, client_id: str) -> Listing:
    """What the organisation's lists say of a caller; of an organisation that is not here, nothing."""
    asked = {"organisation_id": organisation_id, "subject": subject, "client_id": client_id}
    rows = await _LISTING.rows(tx, asked)
    if not rows:
        return Listing()
    row = rows[0]
    member = {name: row[f"member_{name}"] for name in _MEMBER_FIELDS}
    client = {name: row[f"client_{name}"] for name in _CLIENT_FIELDS}
    return Listing(
        kept=row["keeps_members"],
        has_clients=row["has_clients"],
        member=member_of(member) if member["id"] else None,
        client=client_of(client) if client["id"] else None,
    )


async def is_list_kept(tx: AsyncConnection, organisation_id: UUID) -> bool:
    """Whether the organisation keeps its list; locked, so that two changes cannot each leave the other's administrator.

    Raises ``NotFound``.
    """
    kept = (await tx.execute(_KEPT, {"organisation_id": organisation_id})).scalar_one_or_none()
    if kept is None:
        raise NotFound
    return bool(kept)


async def keep_list(tx: AsyncConnection, organisation_id: UUID, *, kept: bool) -> None:
    """Keep whether the organisation's list narrows who may act for it."""
    await tx.execute(_KEEP, {"of_organisation": organisation_id, "kept": kept})


async def list_administrators(tx: AsyncConnection, organisation_id: UUID) -> list[Member]:
    """Who is on the list as administrator and has not left: a handful."""
    return [
        member_of(row) for row in (await tx.execute(_ADMINISTRATORS, {"organisation_id": organisation_id})).mappings()
    ]


async def find_member(tx: AsyncConnection, organisation_id: UUID, subject: str) -> Member | None:
    """The member, or None. The organisation's row is locked, and so is its list (``is_list_kept``)."""
    row = (await tx.execute(_MEMBER, {"organisation_id": organisation_id, "subject": subject})).mappings().one_or_none()
    return None if row is None else member_of(row)


async def save_member(tx: AsyncConnection, member: Member) -> None:
    """Keep the member as they now are."""
    await tx.execute(_SAVE_MEMBER, asdict(member))


async def find_client_for_update(tx: AsyncConnection, organisation_id: UUID, client_id: str) -> Client | None:
    """The client, so that nobody else changes it meanwhile; or None."""
    asked = {"organisation_id": organisation_id, "client_id": client_id}
    row = (await tx.execute(_CLIENT, asked)).mappings().one_or_none()
    return None if row is None else client_of(row)


async def save_client(tx: AsyncConnection, client: Client) -> None:
    """Keep the client as it now is."""
    await tx.execute(_SAVE_CLIENT, asdict(client))


async def note_use(tx: AsyncConnection, client: Client, today: date) -> None:
    """Keep that the client was used today: one write a day, because a use is every request."""
    if client.last_used_on is None or client.last_used_on < today:
        await tx.execute(_USED, {"of_client": client.id, "on": today})


def check_seen(found: int, seen: int | None, what: str) -> None:
    """Refuse to change what is there already without its version. Raises ``VersionMissing`` or ``StaleVersion``."""
    if seen is None:
        raise VersionMissing(f"The {what} is there already. Read it, and send its ETag as If-Match.")
    check_version(found, seen, what)


def member_of(row: Mapping[Any, Any]) -> Member:
    """The member that a row holds."""
    return Member(**{**row, "roles": tuple(Role(role) for role in row["roles"])})


def client_of(row: Mapping[Any, Any]) -> Client:
    """The client that a row holds."""
    return Client(**{**row, "roles": tuple(Role(role) for role in row["roles"])})
