"""How long an organisation's supporters are on their way, who waits in which step, and where those go who leave."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry

_COUNTED: Final = sa.text("""
    with theirs as (select * from supporter_steps where organisation_id = :organisation_id),
    started as (
        select min(active.begun_on) - applied.begun_on as days
        from theirs applied
        join theirs active on active.supporter_id = applied.supporter_id and active.id > applied.id
        where applied.kind = 'state' and applied.step = 'application'
        and active.kind = 'state' and active.step = 'active'
        and not exists (
            select from theirs again
            where again.supporter_id = applied.supporter_id and again.kind = 'state' and again.step = 'application'
            and again.id > applied.id and again.id < active.id
        )
        group by applied.id, applied.begun_on
    ),
    taken as (
        select step, finished_on - begun_on as days, finished_on is null as waits
        from theirs where kind = 'step' and not given_up
    )
    select 'start' as what, null as code, count(*) as number,
        percentile_disc(0.5) within group (order by days) as median, max(days) as longest, 0 as waiting
    from started
    union all
    select 'step', step, count(days), percentile_disc(0.5) within group (order by days), max(days),
        count(*) filter (where waits)
    from taken group by step
    union all
    select 'state', case state when 'paused' then 'resting' else state end, count(*), null, null, 0
    from supporters where organisation_id = :organisation_id group by 2
    union all
    select 'destination', coalesce(destination, 'not-said'), count(*), null, null, 0
    from theirs where kind = 'state' and step = 'left' group by 2
    order by what, code
""").bindparams(sa.bindparam("organisation_id", type_=sa.Uuid))
"""Days are whole; of two in the middle the median is the shorter. Whose start is counted applied here first, and then
became active: each time that they did."""


async def count_paths(tx: AsyncConnection, organisation_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """What is counted of the organisation's supporters: ``what`` it is (start, step, state, destination), and of it."""
    rows = (await tx.execute(_COUNTED, {"organisation_id": organisation_id})).mappings()
    await audit.record(tx, Entry("supporter-paths-counted", "organisation", organisation_id), now=now)
    return [dict(row) for row in rows]
