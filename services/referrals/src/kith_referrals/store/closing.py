"""Closing organisations: kept, locked, and what they still hold a turn at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain import erasure
from kith_referrals.domain.agreement import Cut
from kith_referrals.domain.closing import Closing
from kith_referrals.domain.consent import Purpose, State
from kith_referrals.domain.network import Capacity, Standing
from kith_referrals.domain.referral import RELEASED
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import consents, merges, organisations, people, programmes, referrals
from kith_referrals.tables.governance import closings
from kith_referrals.tables.rights import retention_looks, retention_reviews, subject_access_requests

_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_SUCCESSOR: Final = sa.bindparam("successor_id", type_=sa.Uuid)
_TODAY: Final = sa.bindparam("today", type_=sa.Date)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_IDS: Final = sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
_ADD: Final = sa.insert(closings)
_LOCKED: Final = sa.select(closings).where(closings.c.organisation_id == _ORGANISATION).with_for_update(key_share=True)
_CLOSES: Final = (
    sa.update(organisations)
    .where(organisations.c.id == sa.bindparam("of_organisation", type_=sa.Uuid))
    .values(closes_on=sa.bindparam("last_day", type_=sa.Date))
)
_REMOVE: Final = sa.delete(closings).where(closings.c.organisation_id == _ORGANISATION)
_LAST_DAYS: Final = sa.select(organisations.c.id, organisations.c.closes_on).where(
    organisations.c.id == _IDS, organisations.c.closes_on.is_not(None)
)
_TAKING_NOBODY: Final = (
    sa.select(programmes.c.id)
    .where(programmes.c.organisation_id == _ORGANISATION, programmes.c.capacity == Capacity.CLOSED.value)
    .order_by(programmes.c.id)
)
_FINISH: Final = (
    sa.update(organisations)
    .where(organisations.c.id == sa.bindparam("of_organisation", type_=sa.Uuid))
    .values(closed_at=sa.bindparam("at", type_=organisations.c.closed_at.type))
)
_changed_at: Final = sa.bindparam("changed_at", type_=programmes.c.modified_at.type)
_TAKE_NOBODY: Final = (
    sa.update(programmes)
    .where(programmes.c.organisation_id == sa.bindparam("of_organisation", type_=sa.Uuid))
    .values(capacity=Capacity.CLOSED.value, expected_wait_days=None, modified_at=_changed_at)
)
_RUN_NO_MORE: Final = (
    sa.update(programmes)
    .where(programmes.c.organisation_id == sa.bindparam("of_organisation", type_=sa.Uuid))
    .values(status=Standing.DEFUNCT.value, modified_at=_changed_at)
)
_OPEN: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.programme_organisation_id == _ORGANISATION)
    .where(referrals.c.status == sa.any_(sa.bindparam("statuses", type_=ARRAY(sa.Text))))
    .order_by(referrals.c.id)
    .limit(_LIMIT)
)
_own: Final = merges.alias("own")
_joined: Final = merges.alias("joined")
_shown: Final = sa.func.coalesce(
    sa.select(_own.c.into_id).where(_own.c.person_id == people.c.id).correlate(people).scalar_subquery(), people.c.id
)
_same: Final = (
    sa.select(people.c.id.label("id"))
    .correlate(people)
    .union_all(
        sa.select(_shown).correlate(people),
        sa.select(_joined.c.person_id).where(_joined.c.into_id == _shown).correlate(people),
    )
)
_THEIRS: Final = referrals.c.person_id == sa.any_(sa.func.array(_same.scalar_subquery()))
"""The referrals of the person, also of records that are merged with theirs."""
COVERED: Final = (
    sa.exists()
    .where(_THEIRS, consents.c.referral_id == referrals.c.id)
    .where(referrals.c.programme_organisation_id == _SUCCESSOR)
    .where(referrals.c.closing_reason.is_distinct_from(RELEASED))
    .where(~referrals.c.misdirected)
    .where(consents.c.purpose == Purpose.SHARE_REFERRAL.value, consents.c.state == State.GRANTED.value)
    .where(sa.or_(consents.c.expires_on.is_(None), consents.c.expires_on >= _TODAY))
    .correlate(people)
)
"""Whether the person agrees that the successor sees them: they were referred to it, and have not taken that back."""
IN_CARE: Final = (
    sa.exists()
    .where(_THEIRS, referrals.c.closed_at.is_(None))
    .where(referrals.c.programme_organisation_id != people.c.organisation_id)
    .correlate(people)
)
"""Whether another organisation is at work for the person, which a restriction would stand in the way of."""
ACTIVE: Final = sa.and_(people.c.erasure_state == erasure.State.ACTIVE.value, ~people.c.draft)
"""Neither erased nor to be erased: that is between the person and whom they asked, and a tombstone is nobody's record.

A legal hold is none of it: it stops erasing, and goes with the record. The person of a draft goes with the draft.
"""
_LEFT: Final = (
    sa.select(people.c.id, COVERED.label("covered"))
    .where(people.c.organisation_id == _ORGANISATION, ACTIVE)
    .where(sa.or_(COVERED, sa.and_(~people.c.restricted, ~IN_CARE)))
    .order_by(people.c.id)
    .limit(_LIMIT)
    .with_for_update(of=people, key_share=True)
)
_version: Final = people.c.version + 1
_HAND_OVER: Final = sa.update(people).where(people.c.id == _IDS).values(organisation_id=_SUCCESSOR, version=_version)
_HAND_OVER_MERGES: Final = sa.update(merges).where(merges.c.person_id == _IDS).values(organisation_id=_SUCCESSOR)
_HAND_OVER_LOOKS: Final = (
    sa.update(retention_looks).where(retention_looks.c.person_id == _IDS).values(organisation_id=_SUCCESSOR)
)
_HAND_OVER_REVIEWS: Final = (
    sa.update(retention_reviews)
    .where(retention_reviews.c.person_id == _IDS, retention_reviews.c.decision.is_(None))
    .values(organisation_id=_SUCCESSOR)
)
_HAND_OVER_REQUESTS: Final = (
    sa.update(subject_access_requests)
    .where(subject_access_requests.c.person_id == _IDS, subject_access_requests.c.closed_on.is_(None))
    .where(subject_access_requests.c.organisation_id == _ORGANISATION)
    .values(organisation_id=_SUCCESSOR)
)
_RESTRICT: Final = sa.update(people).where(people.c.id == _IDS).values(restricted=True, version=_version)


async def add_closing(tx: AsyncConnection, closing: Closing) -> None:
    """Keep an announced closing; from now on the organisation's programmes take nobody."""
    await tx.execute(_ADD, asdict(closing))
    await tx.execute(_CLOSES, {"of_organisation": closing.organisation_id, "last_day": closing.closes_on})
    await tx.execute(_TAKE_NOBODY, {"of_organisation": closing.organisation_id, "changed_at": closing.announced_at})


async def get_closing_for_update(tx: AsyncConnection, organisation_id: UUID) -> Closing:
    """The closing, locked, so that one turn is taken at a time. Raises ``NotFound``."""
    row = (await tx.execute(_LOCKED, {"organisation_id": organisation_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    return closing_of(row)


async def remove_closing(tx: AsyncConnection, organisation_id: UUID) -> None:
    """Let there be no closing of it; its programmes take nobody until somebody says that they do."""
    await tx.execute(_REMOVE, {"organisation_id": organisation_id})
    await tx.execute(_CLOSES, {"of_organisation": organisation_id, "last_day": None})


async def list_last_days(tx: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, date]:
    """Those of the organisations that are to close, each with its last day."""
    return {row.id: row.closes_on for row in await tx.execute(_LAST_DAYS, {"ids": list(ids)})}


async def list_taking_nobody(tx: AsyncConnection, organisation_id: UUID) -> Sequence[UUID]:
    """The organisation's programmes that take nobody: a handful."""
    return list((await tx.execute(_TAKING_NOBODY, {"organisation_id": organisation_id})).scalars())


async def list_open(tx: AsyncConnection, organisation_id: UUID, statuses: Collection[str], *, limit: int) -> list[UUID]:
    """Referrals to its programmes that stand so, the oldest first."""
    asked = {"organisation_id": organisation_id, "statuses": list(statuses), "limit": limit}
    return list((await tx.execute(_OPEN, asked)).scalars())


async def list_left_for_update(
    tx: AsyncConnection, closing: Closing, today: date, *, limit: int
) -> Mapping[UUID, bool]:
    """People whose record it still holds and need not, locked; each with whether consent covers the successor."""
    asked = {
        "organisation_id": closing.organisation_id,
        "successor_id": closing.successor_id,
        "today": today,
        "limit": limit,
    }
    return {row.id: row.covered for row in await tx.execute(_LEFT, asked)}


async def save_handed_over(
    tx: AsyncConnection, ids: Collection[UUID], organisation_id: UUID, successor_id: UUID
) -> None:
    """Let the successor hold these records, with what they are merged into and what somebody still has to decide.

    That is when to look at each again, reviews that wait, and requests for access that ``organisation_id`` has not
    answered: without the record it no longer can.
    """
    theirs = {"ids": list(ids), "successor_id": successor_id}
    for statement in (_HAND_OVER, _HAND_OVER_MERGES, _HAND_OVER_LOOKS, _HAND_OVER_REVIEWS):
        await tx.execute(statement, theirs)
    await tx.execute(_HAND_OVER_REQUESTS, {**theirs, "organisation_id": organisation_id})


async def save_restricted(tx: AsyncConnection, ids: Collection[UUID]) -> None:
    """Let these records be read with a reason only."""
    await tx.execute(_RESTRICT, {"ids": list(ids)})


async def finish(tx: AsyncConnection, organisation_id: UUID, *, now: datetime) -> None:
    """Keep that all it had was handed over (``now``, UTC), and that its programmes run no more."""
    await tx.execute(_FINISH, {"of_organisation": organisation_id, "at": now})
    await tx.execute(_RUN_NO_MORE, {"of_organisation": organisation_id, "changed_at": now})


def closing_of(row: Mapping[Any, Any]) -> Closing:
    """The closing that a row holds."""
    successors = {UUID(old): UUID(new) for old, new in row["successors"].items()}
    cuts = {
        UUID(id_): Cut(date.fromisoformat(cut["ends_on"]) if cut["ends_on"] else None, cut["version"])
        for id_, cut in row["cuts"].items()
    }
    return Closing(**{**row, "successors": successors, "cuts": cuts})
