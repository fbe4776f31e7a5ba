"""Numbers about programmes, kept with them so that the directory reads them as it reads the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.directory import Quality
from kith_referrals.tables import programmes, referrals

_INSTANT: Final = sa.DateTime(timezone=True)
_waited: Final = sa.cast(sa.func.timezone("Europe/London", referrals.c.supported_at), sa.Date) - referrals.c.received_on
_half: Final = (
    sa.select(referrals.c.programme_id, sa.func.percentile_disc(0.5).within_group(_waited).label("days"))
    .where(referrals.c.supported_at >= sa.bindparam("since", type_=_INSTANT))
    .where(~referrals.c.misdirected)
    .group_by(referrals.c.programme_id)
    .having(sa.func.count() >= sa.bindparam("fewest", type_=sa.Integer))
    .subquery("half")
)
_counted: Final = programmes.alias("counted")
_found: Final = (
    sa.select(_counted.c.id, _half.c.days)
    .select_from(_counted)
    .outerjoin(_half, _half.c.programme_id == _counted.c.id)
    .subquery("found")
)
_SAVE: Final = (
    sa.update(programmes)
    .where(programmes.c.id == _found.c.id, programmes.c.first_session_days.is_distinct_from(_found.c.days))
    .values(first_session_days=_found.c.days, modified_at=sa.bindparam("changed_at", type_=_INSTANT))
)
_NOTE: Final = sa.text(
    "update programmes set checks_current = news.checks, supervision_on_time = news.on_time,"
    "  training_held = news.trained, quality_counted_at = news.counted_at, modified_at ="
    "  case when (checks_current, supervision_on_time, training_held)"
    "   is distinct from (news.checks, news.on_time, news.trained) then :now else modified_at end"
    " from unnest(cast(:ids as uuid[]), cast(:checks as int[]), cast(:on_time as int[]), cast(:trained as int[]),"
    "  cast(:instants as timestamptz[])) as news (id, checks, on_time, trained, counted_at)"
    " where programmes.id = news.id and (quality_counted_at is null or quality_counted_at <= news.counted_at)"
)


async def save_first_session_days(tx: AsyncConnection, *, since: datetime, fewest: int, now: datetime) -> None:
    """Keep for every programme how many days half of its people waited at most; null for fewer than ``fewest``.

    Counted are first sessions from ``since`` on, from the day of the referral (both in Europe/London).
    """
    await tx.execute(_SAVE, {"since": since, "fewest": fewest, "changed_at": now})


async def save_quality(tx: AsyncConnection, news: Sequence[Quality], *, now: datetime) -> None:
    """Keep what was counted of programmes, one each, where nothing newer is kept. A new number is a change ``now``."""
    if news:
        rows = {
            "ids": [one.programme_id for one in news],
            "checks": [one.checks_current for one in news],
            "on_time": [one.supervision_on_time for one in news],
            "trained": [one.training_held for one in news],
            "instants": [one.at for one in news],
        }
        await tx.execute(_NOTE, {**rows, "now": now})
