"""Read-only SQL about who works for an organisation, for its administrators and the operator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.members import Client, Member
from kith_referrals.store.members import client_of, member_of
from kith_referrals.tables import organisations
from kith_referrals.tables.governance import machine_clients, members
from kith_referrals.views.finding import find_one, list_rows

_BEFORE_ALL: Final = UUID(int=0)
_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_KEPT: Final = sa.select(organisations.c.keeps_members).where(organisations.c.id == _ID)


def _listed(table: sa.Table) -> sa.Select[Any]:
    return audited(
        sa.select(table)
        .where(table.c.organisation_id == sa.bindparam("of_organisation", type_=sa.Uuid))
        .where(table.c.id > sa.bindparam("after", type_=sa.Uuid))
        .order_by(table.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


_MEMBERS: Final = _listed(members)
_CLIENTS: Final = _listed(machine_clients)


async def is_list_kept(tx: AsyncConnection, organisation_id: UUID) -> bool:
    """Whether the organisation's list narrows who may act for it. Raises ``NotFound``."""
    return bool((await find_one(tx, _KEPT, organisation_id))["keeps_members"])


async def list_members(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> Sequence[Member]:
    """Everybody who is or was on the list, in the order in which they came on it."""
    seen = noted(tx, Entry("members-listed", "organisation", organisation_id), now=now)
    rows = await list_rows(tx, _MEMBERS, {**_page(organisation_id, after, limit), **seen})
    return [member_of(row) for row in rows]


async def list_clients(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> Sequence[Client]:
    """Every client that is or was registered, in the order of registering."""
    seen = noted(tx, Entry("clients-listed", "organisation", organisation_id), now=now)
    rows = await list_rows(tx, _CLIENTS, {**_page(organisation_id, after, limit), **seen})
    return [client_of(row) for row in rows]


def _page(organisation_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
    return {"of_organisation": organisation_id, "after": after or _BEFORE_ALL, "limit": limit}
