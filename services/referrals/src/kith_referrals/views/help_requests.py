"""Read-only SQL about requests for help, for the safeguarding leads of the organisation that answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_referrals.tables import help_requests
from kith_referrals.views.finding import find_one

_ASKED: Final = audited(
    sa.select(help_requests.c.id, help_requests.c.referral_id, help_requests.c.asked_at).where(
        help_requests.c.id == sa.bindparam("id", type_=sa.Uuid)
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose request it is, by their referral, and when they asked (UTC)."""

    id: UUID
    referral_id: UUID
    asked_at: datetime


async def get_help_request(tx: AsyncConnection, request_id: UUID, *, now: datetime) -> Asked:
    """Whose request it is; the look is on the record. Raises ``NotFound``."""
    seen = noted(tx, Entry("help-request-read", "help-request", request_id), now=now)
    row = await find_one(tx, _ASKED, request_id, seen)
    return Asked(row["id"], row["referral_id"], row["asked_at"])
