"""What is kept of rounds beside what they found: their input, for a time, and how fair they were."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.fairness import Report
from kith_matching.domain.replay import ERASED, KEPT_FOR, InputNotKept, Kept
from kith_matching.domain.round import Round
from kith_matching.store.rows import values_of
from kith_matching.tables import round_fairness, round_inputs

MOST_AT_ONCE: Final = 100
"""Inputs that are forgotten in one transaction; the others follow at the next tick."""

_KEEP: Final = sa.text(
    "with there as (select id from referrals where id = any(:referral_ids) and not erased order by id for key share)"
    " insert into round_inputs (round_id, programme_id, organisation_id, held_at, layout, referral_ids, supporter_ids,"
    " problem) select :round_id, :programme_id, :organisation_id, :held_at, :layout,"
    f" array(select coalesce(there.id, '{ERASED}') from unnest(cast(:referral_ids as uuid[])) with ordinality"
    " as asked (id, place) left join there on there.id = asked.id order by place), :supporter_ids, :problem"
)
"""The id of a person who was erased while the round was held is not kept; whoever erases waits for those that are."""
_REPORT: Final = sa.insert(round_fairness)
_FIND: Final[sa.Select[Any]] = sa.select(
    round_inputs.c.layout, round_inputs.c.referral_ids, round_inputs.c.supporter_ids, round_inputs.c.problem
).where(round_inputs.c.round_id == sa.bindparam("round_id"))
_OLD: Final = sa.delete(round_inputs).where(
    round_inputs.c.round_id.in_(
        sa.select(round_inputs.c.round_id)
        .where(round_inputs.c.held_at < sa.bindparam("before"))
        .order_by(round_inputs.c.held_at)
        .limit(MOST_AT_ONCE)
    )
)


async def keep(tx: AsyncConnection, held: Round, kept: Kept, report: Report) -> None:
    """Keep a round's input and its report. The round itself is there already."""
    own = {"round_id": held.id, "organisation_id": held.organisation_id}
    values: dict[str, Any] = {
        "programme_id": held.programme_id,
        "held_at": held.held_at,
        "layout": kept.layout,
        "referral_ids": list(kept.referral_ids),
        "supporter_ids": list(kept.supporter_ids),
        "problem": kept.problem,
    }
    await tx.execute(_KEEP, own | values)
    await tx.execute(_REPORT, own | {"report": asdict(report)})


async def get_input(tx: AsyncConnection, round_id: UUID) -> Kept:
    """What the round looked at. Raises ``InputNotKept``, also where the round is another organisation's."""
    row = (await tx.execute(_FIND, {"round_id": round_id})).one_or_none()
    if row is None:
        raise InputNotKept
    return Kept(**values_of(row))


async def forget_old(tx: AsyncConnection, now: datetime) -> None:
    """Forget what rounds looked at that were held more than ``KEPT_FOR`` ago, the oldest first."""
    await tx.execute(_OLD, {"before": now - KEPT_FOR})
