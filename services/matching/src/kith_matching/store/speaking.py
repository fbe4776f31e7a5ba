"""Whose own rows a transaction sees, beside its organisation's."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

_SPEAK: Final = sa.text("select set_config('kith.subject', :subject, true)")
_LEAD: Final = sa.text("select set_config('kith.leader', :supporter, true)")


async def speak_as(tx: AsyncConnection, subject: str) -> None:
    """Have row-level security open to this transaction what belongs to this subject alone."""
    await tx.execute(_SPEAK, {"subject": subject})


async def lead_as(tx: AsyncConnection, supporter_id: UUID) -> None:
    """Have row-level security hide from this transaction every group and slot that this supporter does not lead.

    That who asks is this supporter was seen to before.
    """
    await tx.execute(_LEAD, {"supporter": str(supporter_id)})
