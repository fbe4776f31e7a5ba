"""Read-only SQL that shows what was tried to reach a person: to both organisations how often, to one of them how."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_referrals.store.trying import DAYS_TRIED
from kith_referrals.tables import contact_attempts, programmes, referrals
from kith_referrals.views.finding import Found, find_one, list_rows

MOST: Final = 200
"""Attempts that are shown, the latest of them."""

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_IS_THEIRS: Final = contact_attempts.c.programme_organisation_id == sa.bindparam("asking", type_=sa.Uuid)
_COUNTS: Final = audited(
    sa.select(DAYS_TRIED.label("days_tried"), programmes.c.contact_attempts.label("days_wanted"))
    .join_from(referrals, programmes, programmes.c.id == referrals.c.programme_id)
    .where(referrals.c.id == _ID)
)
_ATTEMPTS: Final = (
    sa.select(
        contact_attempts.c.attempted_at,
        *(sa.case((_IS_THEIRS, contact_attempts.c[name])).label(name) for name in ("channel", "outcome", "note")),
    )
    .where(contact_attempts.c.referral_id == _ID)
    .order_by(contact_attempts.c.attempted_at.desc(), contact_attempts.c.id)
    .limit(MOST)
)


async def get_attempts(
    tx: AsyncConnection, referral_id: UUID, *, asking: UUID, now: datetime
) -> tuple[dict[str, Any], Sequence[Found]]:
    """On how many days nobody reached the person and on how many it is tried; and each attempt, the latest first.

    Only the programme's organisation sees how it was tried and what came of it. Raises ``NotFound``.
    """
    listed = noted(tx, Entry("contact-attempts-listed", "referral", referral_id), now=now)
    counts = await find_one(tx, _COUNTS, referral_id, listed)
    return counts, await list_rows(tx, _ATTEMPTS, {"id": referral_id, "asking": asking})
