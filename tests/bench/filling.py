"""A network of some size: organisations and programmes of very different ones, and everything about their referrals."""

from typing import Final
from uuid import UUID

import asyncpg

ORGANISATIONS: Final = 200
PROGRAMMES: Final = 50
"""Of the first so many organisations, one each."""
OPEN_DAYS: Final = 120
"""Referrals of the last so many days are open; of three years."""
PROMISED_DAYS: Final = 112
"""Whoever waits is promised a match within so many."""


def organisation(number: int) -> UUID:
    """The organisation of this number: 1 is the largest, ``ORGANISATIONS`` the smallest."""
    return UUID(f"00000000-0000-7000-8000-{number:012}")


def programme(number: int) -> UUID:
    """The programme of the organisation of this number."""
    return UUID(f"00000000-0000-7000-9000-{number:012}")


_ORGANISATION: Final = "('00000000-0000-7000-8000-' || lpad({}::text, 12, '0'))::uuid"
_PROGRAMME: Final = "('00000000-0000-7000-9000-' || lpad({}::text, 12, '0'))::uuid"

_NETWORK: Final = f"""
insert into organisations (id, name, kind)
select {_ORGANISATION.format("n")}, 'Example Organisation ' || n, 'charity' from generate_series(1, {ORGANISATIONS}) n;
insert into programmes (id, organisation_id, slug, name, model, formality, checks_required, channels, weights)
select {_PROGRAMME.format("n")}, {_ORGANISATION.format("n")}, 'example-' || n, 'Example Programme ' || n, 'one-to-one',
    'formal', true, '{{}}', '{{}}' from generate_series(1, {PROGRAMMES}) n;
insert into sharing_agreements (id, sharer_id, receiver_id, programme_ids, purposes, level, starts_on,
    sharer_signed_at, receiver_signed_at, version)
select uuidv7(), {_ORGANISATION.format("sharer")}, {_ORGANISATION.format("receiver")}, '{{}}', '{{referral}}', 'full',
    '2020-01-06', now(), now(), 1
from generate_series(1, {ORGANISATIONS}) sharer, generate_series(1, {PROGRAMMES}) receiver where sharer <> receiver
"""
_SPREAD: Final = """
create temporary table spread as
select n, uuidv7(-ago) as id, gen_random_uuid() as person_id, now() - ago as at, random() as chance,
    1 + floor({organisations} * random() ^ 3)::int as referring, 1 + floor({programmes} * random() ^ 2)::int as received
from generate_series(1, {count}) n, make_interval(secs => 3 * 31557600 * (1 - n / {count}::float8)) ago
"""
_PEOPLE: Final = f"""
insert into people (id, organisation_id, family_name, given_name, birth_date, nhs_number, postcode, email, telephone,
    contact_by, language)
select person_id, {_ORGANISATION.format("referring")},
    (array['Testwell', 'Sampleton', 'Specimen', 'Muestra', 'Shampla'])[1 + n % 5] || '-' || n % 4999,
    (array['Ailsa', 'Renée', 'Jacek', 'Amina', 'Morag', 'Owen', 'Siân'])[1 + n % 7],
    date '1935-01-01' + (floor(random() * 27000))::int, case when chance < 0.6 then '999' || lpad(n::text, 7, '0') end,
    (array['EH', 'DH', 'NE', 'G', 'CF', 'BT', 'SW', 'M'])[1 + n % 8] || 1 + n % 61 || ' 3ZZ',
    'person' || n || '@example.org', '07700 900' || lpad((n % 1000)::text, 3, '0'), '{{email}}', 'en'
from spread
"""
_REFERRALS: Final = f"""
insert into referrals (id, person_id, referring_organisation_id, programme_id, programme_organisation_id, submitted_at,
    status, version, source, received_on, needs, conditions, interests, requested, channels, urgent, notes, details,
    agreement_id, source_reference, notes_waited, closed_at, closing_reason, due_on)
select spread.id, person_id, {_ORGANISATION.format("referring")}, {_PROGRAMME.format("received")},
    {_ORGANISATION.format("received")}, at, case when at < now() - interval '{OPEN_DAYS} days' then 'closed'
        when chance < 0.3 then 'submitted' when chance < 0.5 then 'waiting' else 'in-support' end, 3, 'professional',
    at, '{{isolation,low-mood}}', '{{copd}}', '{{gardening}}', '{{}}', '{{telephone}}', chance < 0.05,
    case when chance < 0.5 then 'Would like to talk with somebody who has been through it.' end, '{{}}', agreed.id,
    'R/' || n, chance < 0.1, case when at < now() - interval '{OPEN_DAYS} days' then at + interval '100 days' end,
    case when at < now() - interval '{OPEN_DAYS} days' then 'support-ended' end,
    case when at < now() - interval '{OPEN_DAYS} days' then null
        when chance < 0.3 then current_date - 2 + n % 14 when chance < 0.5 then at::date + {PROMISED_DAYS} end
from spread left join sharing_agreements agreed on agreed.sharer_id = {_ORGANISATION.format("referring")}
    and agreed.receiver_id = {_ORGANISATION.format("received")}
order by spread.id
"""
_CONSENTS: Final = f"""
insert into consents (referral_id, purpose, referring_organisation_id, programme_organisation_id, state, recorded_on,
    how)
select id, purpose, {_ORGANISATION.format("referring")}, {_ORGANISATION.format("received")},
    case when chance > 0.97 then 'withdrawn' else 'granted' end, at, 'spoken'
from spread, unnest('{{share-referral,tell-referrer,contact-person}}'::text[]) as purpose order by id
"""
_STEPS: Final = f"""
insert into referral_steps (referral_id, referring_organisation_id, programme_organisation_id, name, before, after, at)
select id, {_ORGANISATION.format("referring")}, {_ORGANISATION.format("received")}, name, null, 'submitted', at
from spread, unnest('{{submitted,accepted}}'::text[]) as name order by id
"""


async def fill(address: str, count: int) -> None:
    """Put a network with ``count`` referrals into an empty database, as its administrator, and analyse it.

    All of it is invented. A few organisations and programmes have most of the referrals; the older ones are closed.
    """
    connection = await asyncpg.connect(address)
    try:
        await connection.execute("set synchronous_commit = off; set work_mem = '256MB'; select setseed(0.5)")
        await connection.execute(_NETWORK)
        await connection.execute(
            _SPREAD.format(count=count, organisations=ORGANISATIONS, programmes=PROGRAMMES), timeout=None
        )
        for statement in (_PEOPLE, _REFERRALS, _CONSENTS, _STEPS):
            await connection.execute(statement)
        await connection.execute("drop table spread")
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
