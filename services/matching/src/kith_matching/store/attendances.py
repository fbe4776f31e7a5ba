"""The record of each who attended a meeting. The meeting's group is locked whenever they change."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.occasion import Record, Session
from kith_matching.tables import attendances, sessions

_SAID: Final = ("id", "referral_id")

RECORDS: Final = (
    sa.select(
        sa.func.json_agg(
            postgresql.aggregate_order_by(
                sa.func.json_build_object(*(part for name in _SAID for part in (name, attendances.c[name]))),
                attendances.c.referral_id,
            ),
            type_=postgresql.JSON,
        )
    )
    .where(attendances.c.session_id == sessions.c.id)
    .scalar_subquery()
    .label("records")
)
"""Those of a session, beside its own columns; null where it has none."""
_INSERT: Final = sa.text(
    "insert into attendances (id, referral_id, session_id, organisation_id)"
    " select given.*, :session_id, :organisation_id"
    " from unnest(cast(:ids as uuid[]), cast(:referral_ids as uuid[])) as given"
    " on conflict do nothing"
)
_DELETE: Final = sa.delete(attendances).where(
    attendances.c.session_id == sa.bindparam("session"),
    attendances.c.id != sa.all_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid))),
)


def records_of(found: Sequence[Mapping[str, Any]] | None) -> tuple[Record, ...]:
    """The records that ``RECORDS`` found."""
    return tuple(Record(**{name: UUID(one[name]) for name in _SAID}) for one in found or ())


async def insert_records(tx: AsyncConnection, session: Session) -> None:
    """Keep the records that a session has; those that are kept already stay as they are."""
    if session.records:
        columns = {f"{name}s": [getattr(record, name) for record in session.records] for name in _SAID}
        about = {"session_id": session.id, "organisation_id": session.organisation_id}
        await tx.execute(_INSERT, {**columns, **about})


async def save_records(tx: AsyncConnection, session: Session) -> None:
    """Keep the records that a corrected session has, and no others."""
    await tx.execute(_DELETE, {"session": session.id, "ids": [record.id for record in session.records]})
    await insert_records(tx, session)
