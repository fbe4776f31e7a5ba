"""What supporters said: all of it for themselves, what they passed on for their coordinators; and calls to them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.domain.refusals import SupporterNotFound
from kith_matching.store.checking_in import speak_as_supporter
from kith_matching.store.rows import values_of
from kith_matching.tables import calls, check_ins, supporters
from kith_matching.views.reading import Found

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)


def _page(table: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return audited(
        sa.select(table)
        .where(*which, sa.or_(_AFTER.is_(None), table.c.id > _AFTER))
        .order_by(table.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


_ABOUT: Final = sa.bindparam("about", type_=sa.Uuid)
_OWN: Final = _page(
    check_ins, check_ins.c.supporter_id == _ABOUT, check_ins.c.subject == sa.bindparam("subject", type_=sa.Text)
)
_SHARED: Final = _page(check_ins, check_ins.c.organisation_id == _ABOUT, check_ins.c.shared)
_CALLS: Final = _page(calls, calls.c.supporter_id == _ABOUT)
_KNOWN: Final = sa.select(supporters.c.id).where(supporters.c.id == sa.bindparam("supporter_id"))


async def list_own(
    tx: AsyncConnection, supporter_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """All that the supporter said, the first first. Raises ``SupporterNotFound`` for anybody else."""
    await speak_as_supporter(tx, supporter_id, subject)
    listed = Entry("check-ins-listed", "supporter", supporter_id)
    return await _list(tx, _OWN, listed, {"after": after, "limit": limit, "subject": subject}, now)


async def list_shared(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What the organisation's supporters chose to pass on, the first first."""
    listed = Entry("check-ins-listed", "organisation", organisation_id)
    return await _list(tx, _SHARED, listed, {"after": after, "limit": limit}, now)


async def list_calls(
    tx: AsyncConnection, supporter_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The calls to one supporter, the first logged first. Raises ``SupporterNotFound``."""
    if (await tx.execute(_KNOWN, {"supporter_id": supporter_id})).one_or_none() is None:
        raise SupporterNotFound
    listed = Entry("calls-listed", "supporter", supporter_id)
    return await _list(tx, _CALLS, listed, {"after": after, "limit": limit}, now)


async def _list(
    tx: AsyncConnection, statement: sa.Select[Any], listed: Entry, page: dict[str, Any], now: datetime
) -> list[Found]:
    asked = {"about": listed.about_id, **page, **noted(tx, listed, now=now)}
    return [values_of(row) for row in await tx.execute(statement, asked)]
