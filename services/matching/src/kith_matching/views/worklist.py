"""All that a coordinator has to see to, in one query."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.visit import LATE_IN, LATE_OUT
from kith_matching.domain.worklist import Work

_DAY: Final = "cast({} at time zone 'Europe/London' as date)"
_ANSWER_BY: Final = _DAY.format("answer_by")
_SINCE: Final = _DAY.format("since")
_BY: Final = (
    f"case when checked_in_at is null then starts_at + interval '{LATE_IN.seconds} seconds'"
    f" else ends_at + interval '{LATE_OUT.seconds} seconds' end"
)
_OVERDUE: Final = _DAY.format(f"({_BY})")
_WORK: Final = sa.text(f"""
    with work as (
        select 'look-for-visitor' as kind, id, 'supporter' as about, supporter_id as about_id, programme_id,
            {_OVERDUE} as due_on, false as urgent
        from visits where organisation_id = :organisation_id and checked_out_at is null and cancelled_at is null
            and :now >= {_BY}
        union all
        select 'see-to-risk', id, 'referral', referral_id, programme_id, taken_on, false
        from measurements where organisation_id = :organisation_id and cardinality(risk_items) > 0
            and acknowledged_at is null
        union all
        select 'see-to-harder', id, 'match', match_id, programme_id, asked_on, false
        from helpings where organisation_id = :organisation_id and said = 'harder' and seen_at is null
        union all
        select 'take-answer', id, 'referral', referral_id, programme_id, {_ANSWER_BY}, false
        from proposals where organisation_id = :organisation_id and ended_at is null
        union all
        select 'take-place-answer', id, 'referral', referral_id, programme_id, {_ANSWER_BY}, false
        from places where organisation_id = :organisation_id and state = 'offered'
        union all
        select 'explain-limits', id, 'match', id, programme_id, first_on, false
        from matches cross join lateral (
            select min(held_on) as first_on, bool_or(limits_explained) as explained
            from sessions where match_id = matches.id and outcome = 'happened'
        ) as told
        where organisation_id = :organisation_id and ended_on is null and first_on is not null and not explained
        union all
        select 'supervise', supporter_id, 'supporter', supporter_id, null, due_on, false
        from rhythms where organisation_id = :organisation_id and due_on < :today
        union all
        select 'ask-whether-it-helps', id, 'match', id, programme_id, due_on, false
        from matches cross join lateral (
            select case when exists (select from helpings where match_id = matches.id) then review_on
                else least(review_on, (
                    select held_on from sessions where match_id = matches.id and outcome = 'happened'
                    order by held_on offset 1 limit 1
                )) end as due_on
        ) as asked
        where organisation_id = :organisation_id and ended_on is null and due_on <= :today
        union all
        select 'find-supporter', referral_id, 'referral', referral_id, programme_id, {_SINCE}, false
        from unplaceable where organisation_id = :organisation_id
        union all
        select 'propose', id, 'referral', id, programme_id, received_on, urgent
        from referrals where organisation_id = :organisation_id and waiting and consented and decision = 'accepted'
            and closed_reason is null
            and not exists (select from proposals where referral_id = referrals.id and ended_at is null)
            and not exists (select from unplaceable where referral_id = referrals.id)
    ),
    theirs as (
        select * from work where cast(:coordinator as text) is null or exists (
            select from looked_after
            where looked_after.kind = about and looked_after.about_id = work.about_id and coordinator = :coordinator
        )
    ),
    counted as (select jsonb_object_agg(kind, number) as counts
        from (select kind, count(*) as number from theirs group by kind) as each)
    select counts, kind, id, about, about_id, programme_id, due_on, urgent
    from counted left join (
        select * from theirs
        order by array_position(cast(:kinds as text[]), kind), not urgent, due_on, id limit :limit
    ) as first on true
    order by array_position(cast(:kinds as text[]), kind), not urgent, due_on, id
""").bindparams(
    sa.bindparam("organisation_id", type_=sa.Uuid),
    sa.bindparam("today", type_=sa.Date),
    sa.bindparam("now", type_=sa.DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to see to: of what kind, its id, which match, referral or supporter it is about, and since when.

    ``due_on`` is a day in Europe/London: when it was or will be due, or since when somebody waits.
    """

    kind: Work
    id: UUID
    about: str
    about_id: UUID
    programme_id: UUID | None
    due_on: date
    urgent: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """What comes first, and how much there is of each kind."""

    items: tuple[Item, ...]
    counts: dict[Work, int]


async def list_work(
    tx: AsyncConnection, organisation_id: UUID, *, coordinator: str | None, limit: int, now: datetime
) -> Worklist:
    """What the organisation's coordinators, or one of them, have to see to; at most ``limit`` of it."""
    asked = {"organisation_id": organisation_id, "today": clock.today(now), "now": now, "coordinator": coordinator}
    rows = (await tx.execute(_WORK, {**asked, "limit": limit, "kinds": list(Work)})).mappings().all()
    await audit.record(tx, Entry("worklist-read", "organisation", organisation_id), now=now)
    counts = {Work(kind): number for kind, number in (rows[0]["counts"] or {}).items()}
    items = [{name: value for name, value in row.items() if name != "counts"} for row in rows if row["kind"]]
    return Worklist(tuple(Item(**{**one, "kind": Work(one["kind"])}) for one in items), counts)
