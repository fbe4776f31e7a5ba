"""Records whose time may be over: found, put into the queue, and decided."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version
from kith_referrals.domain.erasure import State
from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.reviewing import Choice, Review
from kith_referrals.tables import merges, people, referrals
from kith_referrals.tables.rights import retention_looks, retention_reviews

_ONE: Final = sa.bindparam("review_id", type_=sa.Uuid)
_TODAY: Final = sa.bindparam("today", type_=sa.Date)
_joined: Final = merges.alias("joined")
_theirs: Final = sa.or_(
    referrals.c.person_id == people.c.id,
    referrals.c.person_id.in_(sa.select(_joined.c.person_id).where(_joined.c.into_id == people.c.id)),
)
_DUE: Final = (
    sa.select(people.c.id)
    .join(retention_looks, retention_looks.c.person_id == people.c.id, isouter=True)
    .where(people.c.erasure_state == State.ACTIVE.value, ~people.c.held)
    .where(sa.or_(retention_looks.c.look_again_on.is_(None), retention_looks.c.look_again_on <= _TODAY))
    .where(~sa.exists().where(merges.c.person_id == people.c.id))
    .where(
        ~sa.exists()
        .where(retention_reviews.c.person_id == people.c.id)
        .where(sa.or_(retention_reviews.c.decision.is_(None), retention_reviews.c.keep_until >= _TODAY))
    )
    .where(sa.exists().where(_theirs), ~sa.exists().where(_theirs, referrals.c.closed_at.is_(None)))
    .order_by(retention_looks.c.look_again_on.nulls_first(), people.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_WITH_JOINED: Final = sa.union(
    sa.select(sa.func.unnest(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))),
    sa.select(merges.c.person_id).where(merges.c.into_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))),
)
_look: Final = insert(retention_looks)
_LOOK: Final = _look.on_conflict_do_update(
    index_elements=[retention_looks.c.person_id], set_={"look_again_on": _look.excluded.look_again_on}
)
_LOOK_ANEW: Final = sa.delete(retention_looks)
_OPEN: Final = insert(retention_reviews)
_LOCKED: Final = sa.select(retention_reviews).where(retention_reviews.c.id == _ONE).with_for_update()
_SAVE: Final = (
    sa.update(retention_reviews)
    .where(retention_reviews.c.id == _ONE)
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in ("version", "decision", "keep_until", "decided_by", "decided_on")
        }
    )
)


async def list_due(tx: AsyncConnection, today: date, *, limit: int) -> Sequence[UUID]:
    """Records to look at today: nothing open, not held, not in the queue, not kept by a human; longest due first."""
    return list((await tx.execute(_DUE, {"today": today, "limit": limit})).scalars())


async def list_with_joined(tx: AsyncConnection, ids: Sequence[UUID]) -> Sequence[UUID]:
    """These records and those that are merged into them."""
    return list((await tx.execute(_WITH_JOINED, {"ids": list(ids)})).scalars())


async def look_again(tx: AsyncConnection, days: Mapping[tuple[UUID, UUID], date]) -> None:
    """Keep when each record (its person, and the organisation that holds it) is looked at again."""
    if days:
        rows = [
            {"person_id": person_id, "organisation_id": organisation_id, "look_again_on": day}
            for (person_id, organisation_id), day in days.items()
        ]
        await tx.execute(_LOOK, rows)


async def look_at_all_anew(tx: AsyncConnection) -> None:
    """Look at every record again, because the schedule is another one."""
    await tx.execute(_LOOK_ANEW)


async def open_reviews(tx: AsyncConnection, reviews: Sequence[Review]) -> None:
    """Put records into the queue."""
    if reviews:
        await tx.execute(_OPEN, [asdict(review) for review in reviews])


async def get_review_for_update(tx: AsyncConnection, review_id: UUID, *, version: int) -> Review:
    """The review, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    row = (await tx.execute(_LOCKED, {"review_id": review_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    check_version(row["version"], version, "review")
    told: dict[str, Any] = {**row, "decision": Choice(row["decision"]) if row["decision"] else None}
    return Review(**told)


async def save_review(tx: AsyncConnection, review: Review) -> None:
    """Keep what was decided."""
    names = ("version", "decision", "keep_until", "decided_by", "decided_on")
    await tx.execute(_SAVE, {"review_id": review.id, **{f"new_{name}": getattr(review, name) for name in names}})
