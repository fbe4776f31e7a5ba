"""Read-only SQL about an organisation's two logs: what is due first, and for the operator numbers alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.breaches import Breach
from kith_referrals.domain.complaints import Complaint
from kith_referrals.store.logs import breach_of, complaint_of
from kith_referrals.tables.governance import breaches, complaints
from kith_referrals.views.finding import Found, find_one, list_rows

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)


def _due_first(table: sa.Table, due: sa.Column[Any]) -> sa.Select[Any]:
    """The log of one organisation, a page at a time: what is due first, and last what nothing is owed for.

    A page begins after the row ``after``, wherever that now stands.
    """
    last = table.alias("last")
    place = sa.tuple_(due.is_(None), sa.func.coalesce(due, sa.literal_column("'infinity'")), table.c.id)
    last_due = last.c[due.name]
    last_place = sa.select(
        last_due.is_(None), sa.func.coalesce(last_due, sa.literal_column("'infinity'")), last.c.id
    ).where(last.c.id == _AFTER)
    return audited(
        sa.select(table)
        .where(table.c.organisation_id == sa.bindparam("of_organisation", type_=sa.Uuid))
        .where(sa.or_(_AFTER.is_(None), place > last_place.scalar_subquery()))
        .order_by(due.asc().nulls_last(), table.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


_BREACHES: Final = _due_first(breaches, breaches.c.due_at)
_COMPLAINTS: Final = _due_first(complaints, complaints.c.due_on)
_BREACH: Final = audited(sa.select(breaches).where(breaches.c.id == _ID))
_COMPLAINT: Final = audited(sa.select(complaints).where(complaints.c.id == _ID))
_COUNTS: Final = (
    sa.select(
        breaches.c.organisation_id,
        sa.func.count().label("logged"),
        sa.func.count().filter(breaches.c.is_open).label("open"),
        sa.func.count().filter(breaches.c.due_at < sa.bindparam("now", type_=breaches.c.due_at.type)).label("overdue"),
    )
    .where(breaches.c.organisation_id > _AFTER)
    .group_by(breaches.c.organisation_id)
    .order_by(breaches.c.organisation_id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def list_breaches(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> Sequence[Breach]:
    """An organisation's breaches, those first about which the commissioner is to be told."""
    listed = noted(tx, Entry("breaches-listed", "organisation", organisation_id), now=now)
    wanted = {"of_organisation": organisation_id, "after": after, "limit": limit, **listed}
    return [breach_of(row) for row in await list_rows(tx, _BREACHES, wanted)]


async def get_breach(tx: AsyncConnection, breach_id: UUID, *, now: datetime) -> Breach:
    """A breach. Raises ``NotFound``."""
    return breach_of(
        await find_one(tx, _BREACH, breach_id, noted(tx, Entry("breach-read", "breach", breach_id), now=now))
    )


async def count_breaches(tx: AsyncConnection, *, after: UUID | None, limit: int, now: datetime) -> Sequence[Found]:
    """How many each organisation logged, has open, and is late with: nothing of what happened or to whom."""
    return await list_rows(tx, _COUNTS, {"after": after or UUID(int=0), "limit": limit, "now": now})


async def list_complaints(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> Sequence[Complaint]:
    """An organisation's complaints, those first that wait longest for what is owed."""
    listed = noted(tx, Entry("complaints-listed", "organisation", organisation_id), now=now)
    wanted = {"of_organisation": organisation_id, "after": after, "limit": limit, **listed}
    return [complaint_of(row) for row in await list_rows(tx, _COMPLAINTS, wanted)]


async def get_complaint(tx: AsyncConnection, complaint_id: UUID, *, now: datetime) -> Complaint:
    """A complaint. Raises ``NotFound``."""
    seen = noted(tx, Entry("complaint-read", "complaint", complaint_id), now=now)
    return complaint_of(await find_one(tx, _COMPLAINT, complaint_id, seen))
