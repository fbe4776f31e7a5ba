"""Checks and trainings, shown to the organisation that recorded them, in the order in which it did."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.store.rows import values_of
from kith_matching.store.supporters import get_supporter
from kith_matching.tables import supporter_checks, supporter_trainings

Found = dict[str, Any]


def _paged(table: sa.Table, theirs: sa.ColumnElement[bool]) -> sa.Select[Any]:
    after = sa.bindparam("after", type_=sa.Uuid)
    return audited(
        sa.select(table)
        .where(theirs, sa.or_(after.is_(None), table.c.id > after))
        .order_by(table.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


_SUPPORTER: Final = sa.bindparam("supporter_id", type_=sa.Uuid)
_CHECKS: Final = _paged(supporter_checks, supporter_checks.c.supporter_id == _SUPPORTER)
_TRAININGS: Final = _paged(supporter_trainings, supporter_trainings.c.supporter_id == _SUPPORTER)
_OF_STAFF: Final = _paged(
    supporter_trainings,
    sa.and_(
        supporter_trainings.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        supporter_trainings.c.subject == sa.bindparam("subject", type_=sa.Text),
    ),
)


async def list_checks(
    tx: AsyncConnection, supporter_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The supporter's checks, each as it was recorded. Raises ``SupporterNotFound``."""
    await get_supporter(tx, supporter_id)
    asked = {"supporter_id": supporter_id, "after": after, "limit": limit}
    return await _list(tx, _CHECKS, asked, Entry("checks-listed", "supporter", supporter_id), now)


async def list_trainings(
    tx: AsyncConnection, supporter_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The supporter's trainings. Raises ``SupporterNotFound``."""
    await get_supporter(tx, supporter_id)
    asked = {"supporter_id": supporter_id, "after": after, "limit": limit}
    return await _list(tx, _TRAININGS, asked, Entry("trainings-listed", "supporter", supporter_id), now)


async def list_staff_trainings(
    tx: AsyncConnection, organisation_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The trainings of somebody who works for the organisation, by the issuer's id of them."""
    asked = {"organisation_id": organisation_id, "subject": subject, "after": after, "limit": limit}
    return await _list(tx, _OF_STAFF, asked, Entry("staff-trainings-listed", "organisation", organisation_id), now)


async def _list(
    tx: AsyncConnection, statement: sa.Select[Any], asked: dict[str, Any], listed: Entry, now: datetime
) -> list[Found]:
    return [values_of(row) for row in await tx.execute(statement, asked | noted(tx, listed, now=now))]
