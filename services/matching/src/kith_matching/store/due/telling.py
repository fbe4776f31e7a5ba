"""What is due now, of the whole network, in one statement; and what of it was told."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.due import AT_ONCE, Due, Raised
from kith_matching.domain.worklist import Work
from kith_matching.store.due.answers import OF_ANSWERS
from kith_matching.store.due.interpreters import OF_INTERPRETERS
from kith_matching.store.due.loose_ends import OF_LOOSE_ENDS
from kith_matching.store.due.matches import OF_MATCHES
from kith_matching.store.due.measures import OF_MEASURES
from kith_matching.store.due.places import OF_PLACES
from kith_matching.store.due.selects import TODAY
from kith_matching.store.due.supporters import OF_SUPPORTERS
from kith_matching.tables import dues, groups, referrals, supporters

DUE: Final = sa.union_all(
    *OF_SUPPORTERS, *OF_LOOSE_ENDS, *OF_ANSWERS, *OF_MATCHES, *OF_INTERPRETERS, *OF_MEASURES, *OF_PLACES
).subquery("due")
"""What is due ``today`` (Europe/London), and visits that are overdue ``now``: a row for each, until it is seen to.

Whatever else may fall due stands here and in ``Work``; the timer and the worklist then know of it.
"""
_TOLD: Final = sa.exists().where(
    dues.c.kind == DUE.c.kind,
    dues.c.thing_id == DUE.c.thing_id,
    dues.c.missing == DUE.c.missing,
    dues.c.due_on >= sa.func.greatest(DUE.c.due_on, TODAY - DUE.c.every + 1),
)
_NEW: Final = sa.select(DUE).where(~_TOLD)
_FIND: Final = _NEW.order_by(DUE.c.kind.in_(sorted(AT_ONCE)).desc(), DUE.c.due_on, DUE.c.kind, DUE.c.thing_id).limit(
    sa.bindparam("limit", type_=sa.Integer)
)


def _any(name: str) -> sa.ColumnElement[Any]:
    return sa.any_(sa.bindparam(name, type_=ARRAY(sa.Uuid)))


_FIND_OF: Final = _NEW.where(
    sa.or_(
        DUE.c.referral_id == _any("referrals"),
        sa.and_(DUE.c.referral_id.is_(None), DUE.c.about_id == _any("others")),
    )
)
_HOLD_REFERRALS: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.id == _any("ids"))
    .order_by(referrals.c.id)
    .with_for_update(skip_locked=True)
)
_HOLD_SUPPORTERS: Final = (
    sa.select(supporters.c.id)
    .where(supporters.c.id == _any("ids"))
    .order_by(supporters.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_HOLD_GROUPS: Final = (
    sa.select(groups.c.id).where(groups.c.id == _any("ids")).order_by(groups.c.id).with_for_update(skip_locked=True)
)
_KEEP: Final = sa.text(
    "insert into dues select * from jsonb_populate_recordset(null::dues, cast(:rows as jsonb))"
    " on conflict (kind, thing_id, missing, due_on) do nothing returning id"
)


async def list_new(tx: AsyncConnection, *, limit: int, today: date, now: datetime) -> list[Due]:
    """What is due and was not told, at most ``limit``: what cannot wait first, then what is due longest."""
    return _read(await tx.execute(_FIND, {"today": today, "now": now, "limit": limit}))


async def list_new_for_update(tx: AsyncConnection, found: Iterable[Due], *, today: date, now: datetime) -> list[Due]:
    """What of the same is still due, and was not told meanwhile.

    The referrals, supporters and groups it is about are locked. What somebody else holds now is passed over until the
    next time.
    """
    known = list(found)
    theirs = sorted({one.referral_id for one in known if one.referral_id is not None})
    others = sorted({one.about_id for one in known if one.referral_id is None})
    held = list((await tx.execute(_HOLD_REFERRALS, {"ids": theirs})).scalars())
    others_held = [
        one for hold in (_HOLD_SUPPORTERS, _HOLD_GROUPS) for one in (await tx.execute(hold, {"ids": others})).scalars()
    ]
    return _read(await tx.execute(_FIND_OF, {"today": today, "now": now, "referrals": held, "others": others_held}))


async def keep(tx: AsyncConnection, raised: Sequence[Raised], *, now: datetime) -> list[Raised]:
    """Keep what fell due; those of it that were not kept before."""
    rows = [_row(one, now) for one in raised]
    kept: Collection[UUID] = set((await tx.execute(_KEEP, {"rows": json.dumps(rows, default=str)})).scalars())
    return [one for one in raised if one.id in kept]


def _row(raised: Raised, now: datetime) -> dict[str, Any]:
    names = ("kind", "thing_id", "missing", "due_on", "organisation_id", "referral_id")
    return {"id": raised.id, "raised_at": now, **{name: getattr(raised.due, name) for name in names}}


def _read(rows: Iterable[sa.Row[Any]]) -> list[Due]:
    found = (dict(row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name for it
    return [Due(**{**one, "kind": Work(one["kind"])}) for one in found]
