"""Everything this service holds about somebody, as codes. Who supported them is somebody else, and is left out."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.erased import find_erased
from kith_chassis.holdings import Held, Holding

_HELD: Final = sa.text("""
    with theirs as (select * from referrals where person_id = any(:people) or id = any(:referrals))
    select 'referral' as kind, id, organisation_id,
        district is null and age_band = 'unknown' and language = 'und' and not urgent
        and cardinality(needs || conditions || interests || requested || channels) = 0
        and coalesce(connections, '{}') = '{}' and num_nonnulls(before_visiting, interpreter) = 0 as tombstone,
        to_jsonb(theirs) - '{id,person_id,organisation_id}'::text[] as says
    from theirs
    union all
    select 'proposal', id, organisation_id, parts = '[]' and score = 0 and reason is null,
        to_jsonb(proposals) - '{id,supporter_id,organisation_id,version}'::text[]
    from proposals where referral_id in (select id from theirs)
    union all
    select 'pick', round_id, organisation_id, false, to_jsonb(picks) - '{supporter_id,organisation_id}'::text[]
    from picks where referral_id in (select id from theirs)
    union all
    select 'acquaintance', referral_id, organisation_id, false, '{}'::jsonb
    from acquaintances where referral_id in (select id from theirs)
    union all
    select 'unplaceable', referral_id, organisation_id, false, to_jsonb(unplaceable) - '{organisation_id}'::text[]
    from unplaceable where referral_id in (select id from theirs)
    union all
    select 'round-input', round_id, organisation_id, false, jsonb_build_object('held_at', held_at)
    from round_inputs where programme_id in (select programme_id from theirs)
        and referral_ids && (select coalesce(array_agg(id), '{}') from theirs)
    union all
    select 'hat', person_id, organisation_id, false, '{}'::jsonb
    from hats where person_id = any(:people)
    union all
    select 'looked-after', about_id, organisation_id, false, jsonb_build_object('kind', kind)
    from looked_after where kind = 'referral' and about_id in (select id from theirs)
        or kind = 'match' and about_id in (select id from matches where referral_id in (select id from theirs))
    union all
    select 'helping', id, organisation_id, false,
        to_jsonb(helpings) - '{id,match_id,referral_id,organisation_id,seen_by,version}'::text[]
    from helpings where referral_id in (select id from theirs)
    union all
    select 'coming', referral_id, organisation_id, false,
        to_jsonb(comings) - '{referral_id,organisation_id}'::text[]
    from comings where referral_id in (select id from theirs)
    union all
    select 'due', id, organisation_id, false, to_jsonb(dues) - '{id,thing_id,organisation_id}'::text[]
    from dues where referral_id in (select id from theirs)
    union all
    select 'interpreter', id, organisation_id, false,
        to_jsonb(interpreters) - '{id,match_id,referral_id,organisation_id,version}'::text[]
    from interpreters where referral_id in (select id from theirs)
    union all
    select 'loose-end', id, organisation_id, false,
        to_jsonb(loose_ends) - '{id,match_id,referral_id,supporter_id,organisation_id,seen_by}'::text[]
    from loose_ends where referral_id in (select id from theirs)
    union all
    select 'goal', id, organisation_id, false,
        to_jsonb(goals) - '{id,referral_id,organisation_id,sealed_words,version}'::text[]
        || jsonb_build_object('in_own_words', sealed_words is not null)
    from goals where referral_id in (select id from theirs)
    union all
    select 'goal-look', id, organisation_id, false, to_jsonb(goal_looks) - '{id,organisation_id}'::text[]
    from goal_looks where goal_id in (select id from goals where referral_id in (select id from theirs))
    union all
    select 'signpost', id, organisation_id, false,
        to_jsonb(signposts) - '{id,referral_id,organisation_id,contact_id,version}'::text[]
    from signposts where referral_id in (select id from theirs)
    union all
    select 'taster', id, contacts.organisation_id, false,
        to_jsonb(contacts) - '{id,organisation_id,supporter_id,client_id,version}'::text[]
    from contacts join tasters on tasters.contact_id = contacts.id where referral_id in (select id from theirs)
    union all
    select 'taster-correction', contact_corrections.contact_id, contact_corrections.organisation_id, false,
        to_jsonb(contact_corrections) - '{contact_id,organisation_id,supporter_id}'::text[]
    from contact_corrections join tasters on tasters.contact_id = contact_corrections.contact_id
    where referral_id in (select id from theirs)
    union all
    select 'incident', id, organisation_id, false, jsonb_build_object('kind', kind, 'happened_on', happened_on,
        'serious', serious, 'done', done, 'closed_on', closed_on, 'in_words', sealed_words is not null)
    from incidents where referral_id in (select id from theirs)
    union all
    select 'visit', id, organisation_id, (select bool_or(erased) from theirs),
        to_jsonb(visits) - '{id,match_id,referral_id,supporter_id,organisation_id,version}'::text[]
    from visits where referral_id in (select id from theirs)
    union all
    select 'place', id, organisation_id, false, to_jsonb(places) - '{id,organisation_id,version}'::text[]
    from places where referral_id in (select id from theirs)
    union all
    select 'measurement', id, organisation_id, false,
        to_jsonb(measurements) - '{id,organisation_id,recorded_by}'::text[]
            - case of when 'carer' then '{answers,imported,licence_holder,helped_by,language,risk_items}'::text[]
                else '{}' end
    from measurements where referral_id in (select id from theirs)
    union all
    select 'measure-decline', id, organisation_id, false,
        to_jsonb(measure_declines) - '{id,match_id,referral_id,organisation_id,recorded_by}'::text[]
    from measure_declines where referral_id in (select id from theirs) and of <> 'supporter'
    union all
    select 'concern', concerns.id, concerns.organisation_id,
        (select bool_or(erased) from theirs) and not exists (select from concern_words where concern_id = concerns.id),
        to_jsonb(concerns) - '{id,organisation_id,raised_by,acknowledged_by,decided_by,version}'::text[]
    from concerns where referral_id in (select id from theirs)
    union all
    select 'match', id, organisation_id,
        (select erased from theirs where theirs.id = referral_id) and balance is null and balance_due_on is null
        and moved_to is null,
        to_jsonb(matches) - '{id,supporter_id,organisation_id,version}'::text[]
    from matches where referral_id in (select id from theirs)
    union all
    select 'mediation', id, organisation_id, (select bool_or(erased) from theirs where id in (first_id, second_id)),
        to_jsonb(mediations) - '{id,first_id,second_id,mediator_id,organisation_id,version}'::text[]
    from mediations where first_id in (select id from theirs) or second_id in (select id from theirs)
    union all
    select 'session', id, organisation_id, cardinality(topics) = 0 and (select bool_or(erased) from theirs),
        to_jsonb(sessions) - '{id,supporter_ids,organisation_id,attended_referral_ids,double_of}'::text[]
    from sessions where referral_id in (select id from theirs)
    union all
    select 'meeting', id, organisation_id, (select bool_or(erased) from theirs),
        to_jsonb(sessions) - '{id,supporter_ids,organisation_id,attended_referral_ids,double_of}'::text[]
    from sessions where attended_referral_ids && (select coalesce(array_agg(id), '{}') from theirs)
    union all
    select 'attendance', id, organisation_id, (select bool_or(erased) from theirs),
        to_jsonb(attendances) - '{id,pair_with,organisation_id}'::text[]
            || jsonb_build_object('as_a_pair', pair_with is not null)
    from attendances where referral_id in (select id from theirs)
    union all
    select 'session-note', id, organisation_id, false, jsonb_build_object('written_at', written_at)
    from session_notes where session_id in (select id from sessions where referral_id in (select id from theirs))
    union all
    select 'session-correction', session_id, organisation_id,
        cardinality(topics) = 0 and (select bool_or(erased) from theirs),
        to_jsonb(session_corrections) - '{session_id,organisation_id,attended_referral_ids,came_with}'::text[]
    from session_corrections where session_id in (
        select id from sessions where referral_id in (select id from theirs)
    )
    union all
    select 'meeting-correction', session_id, organisation_id, (select bool_or(erased) from theirs),
        to_jsonb(session_corrections) - '{session_id,organisation_id,attended_referral_ids,came_with}'::text[]
    from session_corrections where attended_referral_ids && (select coalesce(array_agg(id), '{}') from theirs)
    order by kind, id
""").bindparams(*(sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in ("people", "referrals")))


async def list_holdings(tx: AsyncConnection, people: Sequence[UUID], referrals: Sequence[UUID]) -> Held:
    """Every row about these people and referrals; in the network's sight. A meeting is a row about all who came.

    Of somebody who is a supporter too, it says only that they are; of a carer who came with them, that they answered.
    """
    erased = await find_erased(tx, people)
    rows = await tx.execute(_HELD, {"people": list(people), "referrals": list(referrals)})
    return Held([Holding(row.kind, row.id, row.tombstone, row.organisation_id, row.says) for row in rows], erased)
