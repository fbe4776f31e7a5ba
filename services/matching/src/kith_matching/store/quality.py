"""Supporters counted by programme, and what was told of it last."""

from collections.abc import Collection
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.quality import Counted, Quality
from kith_matching.domain.supporter import SupporterState
from kith_matching.tables import programmes, qualities, rhythms, supporters

_theirs: Final = sa.and_(
    supporters.c.organisation_id == programmes.c.organisation_id,
    supporters.c.state == SupporterState.ACTIVE,
    programmes.c.id == sa.any_(supporters.c.programme_ids),
)
_asks_rhythm: Final = programmes.c.terms["supervision_weeks"].astext.is_not(None)
_on_time: Final = rhythms.c.due_on >= sa.bindparam("today", type_=sa.Date)
_valid: Final = supporters.c.checks_valid_until >= sa.bindparam("today", type_=sa.Date)
_COUNTED: Final = (
    sa.select(
        programmes.c.id.label("programme_id"),
        programmes.c.organisation_id,
        sa.func.count(supporters.c.id).filter(programmes.c.checks_required).label("supporters"),
        sa.func.count(supporters.c.id).filter(programmes.c.checks_required, _valid).label("checked"),
        qualities.c.checks_current.label("told"),
        sa.func.count(supporters.c.id).filter(_asks_rhythm).label("supervised"),
        sa.func.count(supporters.c.id).filter(_asks_rhythm, _on_time).label("on_time"),
        qualities.c.supervision_on_time.label("told_on_time"),
    )
    .select_from(programmes)
    .outerjoin(supporters, _theirs)
    .outerjoin(rhythms, rhythms.c.supporter_id == supporters.c.id)
    .outerjoin(qualities, qualities.c.programme_id == programmes.c.id)
    .where(sa.or_(programmes.c.checks_required, _asks_rhythm, qualities.c.programme_id.is_not(None)))
    .group_by(programmes.c.id, qualities.c.programme_id)
    .order_by(programmes.c.id)
)
_SAVE: Final = sa.text(
    "insert into qualities (programme_id, organisation_id, checks_current, supervision_on_time)"
    " select * from unnest(cast(:ids as uuid[]), cast(:organisations as uuid[]), cast(:checks as int[]),"
    " cast(:on_time as int[]))"
    " on conflict (programme_id) do update"
    " set checks_current = excluded.checks_current, supervision_on_time = excluded.supervision_on_time"
)


async def list_counted(tx: AsyncConnection, today: date) -> list[Counted]:
    """Every programme that asks for checks or sets a rhythm, or of which something was told, counted ``today``.

    Only its own organisation's supporters count: an id may name a programme of which nobody knew yet whose it is.
    """
    return [Counted(**row) for row in (await tx.execute(_COUNTED, {"today": today})).mappings()]


async def save_told(tx: AsyncConnection, told: Collection[Quality]) -> None:
    """Keep what was told of programmes, in the place of what was told before."""
    if told:
        rows = {
            "ids": [one.programme_id for one in told],
            "organisations": [one.organisation_id for one in told],
            "checks": [one.checks_current for one in told],
            "on_time": [one.supervision_on_time for one in told],
        }
        await tx.execute(_SAVE, rows)
