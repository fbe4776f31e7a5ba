"""Whose own rows a transaction sees, beside its organisation's."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

_SPEAK: Final = sa.text("select set_config('kith.subject', :subject, true)")


async def speak_as(tx: AsyncConnection, subject: str) -> None:
    """Have row-level security open to this transaction what belongs to this subject alone."""
    await tx.execute(_SPEAK, {"subject": subject})
