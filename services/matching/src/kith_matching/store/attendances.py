"""The record of each who attended a meeting. The meeting's group is locked whenever they change."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.occasion import Record, Session
from kith_matching.tables import attendances, sessions

_IDS: Final = ("id", "referral_id", "pair_with")
_SAID: Final = (*_IDS, "companions")


def _of_a_session(*which: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    said = sa.func.json_build_object(*(part for name in _SAID for part in (name, attendances.c[name])))
    return (
        sa.select(
            sa.func.json_agg(postgresql.aggregate_order_by(said, attendances.c.referral_id), type_=postgresql.JSON)
        )
        .where(attendances.c.session_id == sessions.c.id, *which)
        .scalar_subquery()
    )


RECORDS: Final = _of_a_session().label("records")
"""Those of a session, beside its own columns; null where it has none."""
CAME_WITH: Final = _of_a_session(sa.or_(attendances.c.pair_with.is_not(None), attendances.c.companions > 0)).label(
    "came_with"
)
"""Those of them who came with somebody."""
_KEEP: Final = sa.text(
    "insert into attendances (id, referral_id, pair_with, companions, session_id, organisation_id)"
    " select given.*, :session_id, :organisation_id"
    " from unnest(cast(:id as uuid[]), cast(:referral_id as uuid[]), cast(:pair_with as uuid[]),"
    "  cast(:companions as integer[])) as given"
    " on conflict (session_id, referral_id)"
    " do update set pair_with = excluded.pair_with, companions = excluded.companions"
)
_DELETE: Final = sa.delete(attendances).where(
    attendances.c.session_id == sa.bindparam("session"),
    attendances.c.id != sa.all_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid))),
)


def records_of(found: Sequence[Mapping[str, Any]] | None) -> tuple[Record, ...]:
    """The records that ``RECORDS`` found."""
    return tuple(Record(**{**one, **{name: UUID(one[name]) for name in _IDS if one[name]}}) for one in found or ())


async def keep_records(tx: AsyncConnection, session: Session) -> None:
    """Keep the records that a session has."""
    if session.records:
        columns = {name: [getattr(record, name) for record in session.records] for name in _SAID}
        about = {"session_id": session.id, "organisation_id": session.organisation_id}
        await tx.execute(_KEEP, {**columns, **about})


async def save_records(tx: AsyncConnection, session: Session) -> None:
    """Keep the records that a corrected session has, and no others."""
    await tx.execute(_DELETE, {"session": session.id, "ids": [record.id for record in session.records]})
    await keep_records(tx, session)
