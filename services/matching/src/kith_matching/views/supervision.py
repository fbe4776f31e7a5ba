"""Whose supervision is due, and what each supporter received: days and minutes, never what was said."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.domain.refusals import SupporterNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import rhythms, supervisions, supporters
from kith_matching.views.reading import Found

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_before: Final = rhythms.alias("before")
_DUE: Final = audited(
    sa.select(
        rhythms.c.supporter_id.label("id"),
        supporters.c.name,
        rhythms.c.weeks,
        rhythms.c.last_on,
        rhythms.c.due_on,
        (rhythms.c.due_on < sa.bindparam("today", type_=sa.Date)).label("overdue"),
    )
    .join(supporters, supporters.c.id == rhythms.c.supporter_id)
    .where(
        rhythms.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        rhythms.c.due_on.is_not(None),
        sa.or_(
            _AFTER.is_(None),
            sa.tuple_(rhythms.c.due_on, rhythms.c.supporter_id)
            > sa.tuple_(sa.select(_before.c.due_on).where(_before.c.supporter_id == _AFTER).scalar_subquery(), _AFTER),
        ),
    )
    .order_by(rhythms.c.due_on, rhythms.c.supporter_id)
    .limit(_LIMIT)
)
_RECEIVED: Final = audited(
    sa.select(*(column for column in supervisions.c if column.name not in {"prompts", "sealed_note", "subject"}))
    .where(
        supervisions.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid),
        sa.or_(_AFTER.is_(None), supervisions.c.id > _AFTER),
    )
    .order_by(supervisions.c.id)
    .limit(_LIMIT)
)
_OWN: Final = sa.bindparam("own", type_=sa.Text)
_KNOWN: Final = sa.select(supporters.c.id).where(
    supporters.c.id == sa.bindparam("supporter_id"), sa.or_(_OWN.is_(None), supporters.c.subject == _OWN)
)


async def list_due(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, today: date, now: datetime
) -> list[Found]:
    """The organisation's supporters to whom a supervision is owed, the most overdue first."""
    listed = Entry("supervision-due-listed", "organisation", organisation_id)
    asked = {"organisation_id": organisation_id, "after": after, "limit": limit, "today": today}
    return [values_of(row) for row in await tx.execute(_DUE, {**asked, **noted(tx, listed, now=now)})]


async def list_received(
    tx: AsyncConnection, supporter_id: UUID, *, own: str | None, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What one supporter received, the first logged first.

    ``own`` is the subject of who asks where they may ask of themself alone. Raises ``SupporterNotFound``.
    """
    if (await tx.execute(_KNOWN, {"supporter_id": supporter_id, "own": own})).one_or_none() is None:
        raise SupporterNotFound
    listed = Entry("supervisions-listed", "supporter", supporter_id)
    asked = {"supporter_id": supporter_id, "after": after, "limit": limit}
    return [values_of(row) for row in await tx.execute(_RECEIVED, {**asked, **noted(tx, listed, now=now)})]
