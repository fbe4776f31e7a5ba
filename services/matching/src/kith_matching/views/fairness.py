"""How fair a round was, as it was reported when the round was held."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.domain.round import RoundNotFound
from kith_matching.tables import round_fairness

_FIND: Final = audited(sa.select(round_fairness.c.report).where(round_fairness.c.round_id == sa.bindparam("id")))


async def get_fairness(tx: AsyncConnection, round_id: UUID, *, now: datetime) -> dict[str, Any]:
    """A round's report. Raises ``RoundNotFound``, also of a round that an older release held without one."""
    read = Entry("round-fairness-read", "round", round_id)
    report = (await tx.execute(_FIND, {"id": round_id, **noted(tx, read, now=now)})).scalar_one_or_none()
    if report is None:
        raise RoundNotFound
    found: dict[str, Any] = report
    return found
