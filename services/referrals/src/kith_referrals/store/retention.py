"""The network's retention schedule, as its operator put it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.nations import Nation
from kith_referrals.domain.retention import RecordClass, RetentionRule
from kith_referrals.tables.rights import retention_schedule

_FIND: Final = sa.select(retention_schedule.c.rules)
_put: Final = insert(retention_schedule)
_PUT: Final = _put.on_conflict_do_update(
    index_elements=[retention_schedule.c.only_row],
    set_={name: _put.excluded[name] for name in ("rules", "put_at", "put_by")},
)


async def list_rules(tx: AsyncConnection) -> Sequence[RetentionRule]:
    """Every line of the schedule; none before an operator has put one."""
    lines = (await tx.execute(_FIND)).scalar_one_or_none() or []
    return [
        RetentionRule(**{**line, "nation": Nation(line["nation"]), "record": RecordClass(line["record"])})
        for line in lines
    ]


async def put_rules(tx: AsyncConnection, rules: Sequence[RetentionRule], *, by: str, now: datetime) -> None:
    """Keep the schedule in the place of the one before."""
    row = {"only_row": True, "rules": [asdict(rule) for rule in rules], "put_at": now, "put_by": by}
    await tx.execute(_PUT, row)
