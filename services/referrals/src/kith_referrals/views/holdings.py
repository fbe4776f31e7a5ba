"""Everything this service holds about somebody: which rows, and whether anything in them still says who they are."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.holdings import Held, Holding

_IDS: Final = ("people", "referrals")
_HELD: Final = sa.text("""
    with joined as (
        select id from people where id = any(:people)
        union select into_id from merges where person_id = any(:people)
        union select person_id from merges where into_id = any(:people)
            or into_id in (select into_id from merges where person_id = any(:people))
    ), theirs as (
        select * from referrals where person_id in (select id from joined) or id = any(:referrals)
    )
    select 'person' as kind, id, organisation_id, erasure_state as state,
        erasure_state = 'erased' and family_name = '' and do_not_contact and language = 'und' and not restricted
        and num_nonnulls(given_name, birth_date, nhs_number, chi_number, hc_number, postcode, email, telephone,
            address, interpreter, safe_times, nation, power_act, power_seen_on, power_expires_on, likeness, died_on) = 0
        and cardinality(contact_by || strengths || impacts || accessible_information || risk_to_visitor) = 0
        as tombstone
    from people where id in (select id from joined)
    union all
    select 'referral', id, referring_organisation_id, status,
        num_nonnulls(notes, source_reference) = 0 and details = '{}' and connections = '{}'
        and cardinality(needs || conditions || interests || requested || channels) = 0
    from theirs
    union all
    select 'step-note', referral_id, referring_organisation_id, name, false
    from referral_steps where note is not null and referral_id in (select id from theirs)
    union all
    select 'attempt-note', referral_id, referring_organisation_id, outcome, false
    from contact_attempts where note is not null and referral_id in (select id from theirs)
    union all
    select 'household', household_id, organisation_id, coalesce(relation, 'about'), false
    from household_members where person_id in (select id from joined)
    union all
    select 'decision', id, organisation_id, kind, reason is null
    from person_decisions where person_id in (select id from joined) or other_id in (select id from joined)
    union all
    select 'breach', id, organisation_id, case when is_open then 'open' else 'closed' end, note is null
    from breaches where person_id in (select id from joined) or referral_id in (select id from theirs)
    union all
    select 'complaint', id, organisation_id, state, words is null
    from complaints where referral_id in (select id from theirs)
    union all
    select 'claim', id, organisation_id, state, false
    from claims where referral_id in (select id from theirs)
        or household_id in (select household_id from household_members where person_id in (select id from joined))
    union all
    select 'imported-row', id, organisation_id, outcome, outcome = 'erased'
    from imported_rows where referral_id in (select id from theirs)
    union all
    select 'private-link', referral_id, organisation_id, 'self-referral', false
    from self_referrals where referral_id in (select id from theirs)
    union all
    select 'help-request', id, organisation_id, 'asked', false
    from help_requests where referral_id in (select id from theirs)
    union all
    select 'audit-reason', about_id, null, about_kind, false
    from audit_keys where about_id in (select id from joined union select id from theirs)
    order by kind, id
""").bindparams(*(sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in _IDS))


async def list_holdings(tx: AsyncConnection, people: Sequence[UUID], referrals: Sequence[UUID]) -> Held:
    """Every row about these people, whoever is joined with them, and their referrals; in the network's sight."""
    rows = (await tx.execute(_HELD, {"people": list(people), "referrals": list(referrals)})).all()
    holdings = [Holding(row.kind, row.id, row.tombstone, row.organisation_id, {"state": row.state}) for row in rows]
    return Held(holdings, {row.id for row in rows if row.kind == "person" and row.state == "erased"})
