"""Attempts to reach a person: kept, and counted by the days on which they were in vain."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Actor
from kith_referrals.domain.trying import Attempt, Outcome
from kith_referrals.tables import contact_attempts, referrals

DAYS_TRIED: Final = (
    sa.select(
        sa.func.count(sa.distinct(sa.cast(sa.func.timezone("Europe/London", contact_attempts.c.attempted_at), sa.Date)))
    )
    .where(contact_attempts.c.referral_id == referrals.c.id)
    .where(contact_attempts.c.outcome != Outcome.REACHED.value)
    .where(contact_attempts.c.attempted_at >= sa.func.coalesce(referrals.c.reopened_at, referrals.c.submitted_at))
    .correlate(referrals)
    .scalar_subquery()
)
"""On how many days (Europe/London) nobody reached the person, since the referral was made or reopened."""
_ADD: Final = audited(
    sa.insert(contact_attempts).values({column.name: sa.bindparam(column.name) for column in contact_attempts.c})
)


async def add_attempt(tx: AsyncConnection, referral: Referral, attempt: Attempt, by: Actor, *, now: datetime) -> None:
    """Keep an attempt of a referral that is locked; on the record goes what came of it, and no note."""
    codes = (attempt.channel.value, attempt.outcome.value)
    await tx.execute(
        _ADD,
        {
            "id": attempt.id,
            "referral_id": referral.id,
            "referring_organisation_id": referral.referring_organisation_id,
            "programme_organisation_id": referral.programme_organisation_id,
            "attempted_at": attempt.attempted_at,
            "channel": attempt.channel.value,
            "outcome": attempt.outcome.value,
            "note": attempt.note,
            "subject": by.subject,
            "logged_at": now,
            **noted(tx, Entry("contact-attempted", "referral", referral.id, codes), now=now),
        },
    )
