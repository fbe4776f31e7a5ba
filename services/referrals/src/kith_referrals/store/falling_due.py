"""Referrals of which something falls due: a consent that ends, a promise missed. Found by an index, and locked."""

from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.consent import State
from kith_referrals.domain.referral import Referral
from kith_referrals.store.referrals import STANDING, as_referral
from kith_referrals.tables import consents, referrals

_of_consent: Final = referrals.alias("of_consent")
_EXPIRING: Final = (
    STANDING.where(
        referrals.c.id.in_(
            sa.select(consents.c.referral_id)
            .where(consents.c.state == State.GRANTED.value)
            .where(consents.c.expires_on < sa.bindparam("today", type_=sa.Date))
            .order_by(consents.c.expires_on)
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
    )
    .order_by(referrals.c.id)
    .with_for_update(of=referrals, key_share=True)
)
_MISSING: Final = (
    STANDING.where(
        referrals.c.id.in_(
            sa.select(referrals.c.id)
            .where(referrals.c.miss_on <= sa.bindparam("today", type_=sa.Date))
            .order_by(referrals.c.miss_on)
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
    )
    .order_by(referrals.c.id)
    .with_for_update(of=referrals, key_share=True)
)
_ENDING: Final = (
    STANDING.where(
        referrals.c.id.in_(
            sa.select(consents.c.referral_id)
            .join(_of_consent, _of_consent.c.id == consents.c.referral_id)
            .where(_of_consent.c.closed_at.is_(None))
            .where(consents.c.state == State.GRANTED.value)
            .where(consents.c.expires_on >= sa.bindparam("today", type_=sa.Date))
            .where(consents.c.expires_on <= sa.bindparam("until", type_=sa.Date))
            .where(consents.c.noticed_for.is_distinct_from(consents.c.expires_on))
            .order_by(consents.c.expires_on)
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
    )
    .order_by(referrals.c.id)
    .with_for_update(of=referrals, key_share=True)
)


async def list_expiring_for_update(tx: AsyncConnection, today: date, *, limit: int) -> list[Referral]:
    """Referrals with a consent whose last day has passed, first those it passed longest ago; locked in order of id."""
    rows = await tx.execute(_EXPIRING, {"today": today, "limit": limit})
    return [as_referral(row) for row in rows.mappings()]


async def list_ending_for_update(tx: AsyncConnection, today: date, notice: timedelta, *, limit: int) -> list[Referral]:
    """Open referrals with a consent that ends within ``notice`` and of which nobody was told; locked in order of id.

    Those that end soonest are taken first.
    """
    rows = await tx.execute(_ENDING, {"today": today, "until": today + notice, "limit": limit})
    return [as_referral(row) for row in rows.mappings()]


async def list_missing_for_update(tx: AsyncConnection, today: date, *, limit: int) -> list[Referral]:
    """Referrals with a promise that is missed and was not told so yet, the longest missed first; locked by id."""
    rows = await tx.execute(_MISSING, {"today": today, "limit": limit})
    return [as_referral(row) for row in rows.mappings()]
