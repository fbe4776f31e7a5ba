"""What a supporter did, counted from what was logged, and named by what is public."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_matching.domain.competencies import Function, Role
from kith_matching.domain.experience import Experience, TrainingHeld
from kith_matching.domain.refusals import SupporterNotFound
from kith_matching.store.rows import values_of

_DONE: Final = sa.text("""
    with given as (
        select programme_id, held_on, minutes, attended_referral_ids || referral_id as referral_ids
        from sessions where supporter_ids @> array[cast(:id as uuid)] and outcome = 'happened'
    ), received as (
        select held_on, minutes from supervisions where supporter_id = :id
    ), days as (
        select min(held_on) as since, max(held_on) as until
        from (select held_on from given union all select held_on from received) as occasions
    )
    select supporters.name, organisations.name as organisation,
        array(
            select programmes.name from programmes
            where programmes.organisation_id = supporters.organisation_id
            and (programmes.id = any(supporters.programme_ids) or programmes.id in (select programme_id from given))
            order by programmes.name
        ) as programmes,
        days.since, days.until,
        coalesce(developments.roles, '{}') as roles,
        coalesce(developments.functions, '{}') as functions,
        (select count(*) from given) as sessions,
        (select coalesce(sum(minutes), 0) from given) as session_minutes,
        (
            select count(distinct referrals.person_id) from given
            cross join unnest(given.referral_ids) as supported (id) join referrals on referrals.id = supported.id
        ) as people,
        (select count(*) from received) as supervisions,
        (select coalesce(sum(minutes), 0) from received) as supervision_minutes,
        (
            select jsonb_agg(jsonb_build_array(code, finished_on, credits, placement_weeks) order by finished_on, id)
            from supporter_trainings where supporter_id = :id
        ) as trainings
    from supporters cross join days
    left join organisations on organisations.id = supporters.organisation_id
    left join developments on developments.supporter_id = supporters.id
    where supporters.id = :id
""").bindparams(sa.bindparam("id", type_=sa.Uuid))


async def get_experience(
    tx: AsyncConnection, supporter_id: UUID, *, now: datetime
) -> tuple[Experience, tuple[TrainingHeld, ...]]:
    """What the supporter did until now, and the trainings they finished, the first first.

    Raises ``SupporterNotFound``, and then nothing is recorded.
    """
    row = (await tx.execute(_DONE, {"id": supporter_id})).one_or_none()
    if row is None:
        raise SupporterNotFound
    await audit.record(tx, Entry("experience-read", "supporter", supporter_id), now=now)
    values = values_of(row)
    roles, functions = values.pop("roles"), values.pop("functions")
    trainings = tuple(_training(*one) for one in values.pop("trainings") or ())
    done = Experience(
        **values, roles=tuple(Role(one) for one in roles), functions=tuple(Function(one) for one in functions)
    )
    return done, trainings


def _training(code: str, finished_on: str, credits_: str | None, placement_weeks: int | None) -> TrainingHeld:
    return TrainingHeld(code.replace("-", " "), date.fromisoformat(finished_on), credits_, placement_weeks)
