"""Which programme's turn it is: to be looked through for people whom nobody could take, and to have a round held."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.referral import Programme
from kith_matching.store.referrals import programme_of
from kith_matching.store.rounds import WAITS
from kith_matching.tables import programmes, referrals, rounds, supporters, turns

_SOMEBODY_WAITS: Final = sa.exists(
    sa.select(referrals.c.id).where(
        referrals.c.organisation_id == programmes.c.organisation_id, referrals.c.programme_id == programmes.c.id, WAITS
    )
)
_TURN: Final = sa.select(programmes).outerjoin(turns, turns.c.programme_id == programmes.c.id).where(_SOMEBODY_WAITS)
_LAST: Final = (
    sa.select(sa.func.max(rounds.c.held_at)).where(rounds.c.programme_id == programmes.c.id).scalar_subquery()
)
_EVERY: Final = sa.cast(programmes.c.terms["round_every_days"].astext, sa.Integer)
_DEFINED: Final = sa.func.coalesce(sa.cast(programmes.c.terms["version"].astext, sa.Integer), 0) > 0
_HAS_SUPPORTERS: Final = sa.exists(
    sa.select(supporters.c.id).where(
        supporters.c.organisation_id == programmes.c.organisation_id,
        programmes.c.id == sa.any_(supporters.c.programme_ids),
    )
)
MATCHES: Final = sa.or_(_EVERY.is_not(None), sa.and_(sa.not_(_DEFINED), _HAS_SUPPORTERS))
"""A programme matches people if its definition says how; without a definition, if it ever had a supporter [K]."""
_NEXT: Final = (
    _TURN.where(MATCHES)
    .order_by(turns.c.looked_at.asc().nulls_first(), programmes.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_DUE_ON: Final = sa.cast(sa.func.timezone("Europe/London", _LAST), sa.Date) + _EVERY
_DUE: Final = (
    _TURN.where(
        _EVERY > 0,
        sa.or_(_LAST.is_(None), sa.bindparam("today", type_=sa.Date) >= _DUE_ON),
        sa.or_(turns.c.refused_at.is_(None), turns.c.refused_at <= sa.bindparam("refused_before")),
    )
    .order_by(_DUE_ON.asc().nulls_first(), programmes.c.id)
    .limit(1)
)
_LOOKED: Final = sa.text(
    "insert into turns (programme_id, organisation_id, looked_at)"
    " select id, organisation_id, :now from programmes where id = any(:ids)"
    " on conflict (programme_id) do update set looked_at = excluded.looked_at"
)
_REFUSED: Final = sa.text(
    "insert into turns (programme_id, organisation_id, refused_at, refused)"
    " values (:programme_id, :organisation_id, :now, :code)"
    " on conflict (programme_id) do update set refused_at = excluded.refused_at, refused = excluded.refused"
)


async def list_next(tx: AsyncConnection, *, limit: int) -> list[Programme]:
    """Programmes that match people and for which somebody waits, the one that was looked through longest ago first.

    Nobody is told that a café has no supporter for somebody.
    """
    return [programme_of(row) for row in await tx.execute(_NEXT, {"limit": limit})]


async def note_looked(tx: AsyncConnection, looked: Collection[Programme], now: datetime) -> None:
    """Keep that these programmes had their turn to be looked through."""
    if looked:
        await tx.execute(_LOOKED, {"ids": [one.id for one in looked], "now": now})


async def find_due_round(tx: AsyncConnection, *, today: date, refused_before: datetime) -> Programme | None:
    """The programme whose round is overdue longest ``today`` (Europe/London), and for which somebody waits.

    A round that was refused after ``refused_before`` is left out. None where no round is due.
    """
    asked = {"today": today, "refused_before": refused_before}
    row = (await tx.execute(_DUE, asked)).one_or_none()
    return programme_of(row) if row is not None else None


async def note_refused(tx: AsyncConnection, programme: Programme, code: str, now: datetime) -> None:
    """Keep that the programme's round was refused, and why."""
    own = {"programme_id": programme.id, "organisation_id": programme.organisation_id}
    await tx.execute(_REFUSED, {**own, "code": code, "now": now})
