"""The record of each who attended a meeting. The meeting's group is locked whenever they change."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
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
_given = (
    sa.func.unnest(
        sa.bindparam("records", type_=postgresql.ARRAY(sa.Uuid)),
        sa.bindparam("there", type_=postgresql.ARRAY(sa.Uuid)),
        sa.bindparam("pairs", type_=postgresql.ARRAY(sa.Uuid)),
        sa.bindparam("companions", type_=postgresql.ARRAY(sa.Integer)),
    )
    .table_valued(*_SAID)
    .render_derived()
)
ATTEND: Final = postgresql.insert(attendances).from_select(
    (*_SAID, "session_id", "organisation_id"),
    sa.select(*_given.c, sa.bindparam("of_id", type_=sa.Uuid), sa.bindparam("of_organisation_id", type_=sa.Uuid)),
)
"""Keeps what ``attending`` gives it."""
_KEEP: Final = Compiled(
    ATTEND.on_conflict_do_update(
        index_elements=["session_id", "referral_id"],
        set_={name: ATTEND.excluded[name] for name in ("pair_with", "companions")},
    )
)
_DELETE: Final = sa.delete(attendances).where(
    attendances.c.session_id == sa.bindparam("session"),
    attendances.c.id != sa.all_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid))),
)


def records_of(found: Sequence[Mapping[str, Any]] | None) -> tuple[Record, ...]:
    """The records that ``RECORDS`` found."""
    return tuple(Record(**{**one, **{name: UUID(one[name]) for name in _IDS if one[name]}}) for one in found or ())


def attending(session: Session) -> dict[str, Any]:
    """The records that a session has, as ``ATTEND`` is run with them."""
    return {
        "of_id": session.id,
        "of_organisation_id": session.organisation_id,
        "records": [record.id for record in session.records],
        "there": [record.referral_id for record in session.records],
        "pairs": [record.pair_with for record in session.records],
        "companions": [record.companions for record in session.records],
    }


async def save_records(tx: AsyncConnection, session: Session) -> None:
    """Keep the records that a corrected session has, and no others."""
    await tx.execute(_DELETE, {"session": session.id, "ids": [record.id for record in session.records]})
    await _KEEP.rows(tx, attending(session))
