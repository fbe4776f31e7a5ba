"""``POST`` of a meeting of thirty: requests a second, against a bare handler that writes the rows in one statement."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from kith_chassis import clock
from kith_chassis.clock import new_id
from tests.bench import load
from tests.bench.load import Plan
from tests.bench.measure import Figure, compare
from tests.bench.sides import sides
from tests.bench.stage import Stage
from tests.servers.postgres import Address

SECONDS = 1.5
ROUNDS = 15
PEOPLE = 30
GROUPS = 32
"""Each with its own thirty: more than there are connections, so that nobody waits for another's lock."""
EARLIER = 1000
"""Meetings that were held already: a table that is analysed while it is empty has plans for empty tables."""
ORGANISATION, PROGRAMME = new_id(), new_id()
WORDS = f"""
insert into programmes (id, organisation_id, name, checks_required, channels, weights)
values ('{PROGRAMME}', '{ORGANISATION}', 'Example café', true, '{{}}', '{{}}');
insert into supporters (id, organisation_id, name, programme_ids, state, capacity, experience, conditions, interests,
    languages, districts, channels, meets, version)
select gen_random_uuid(), '{ORGANISATION}', 'Sam Testwell', '{{{PROGRAMME}}}', 'active', 2, '{{}}', '{{}}', '{{}}',
    '{{}}', '{{}}', '{{}}', '{{}}', 1 from generate_series(1, 100);
insert into referrals (id, person_id, programme_id, organisation_id, received_on, age_band, language, needs, conditions,
    interests, requested, channels, urgent, decision)
select uuidv7(), gen_random_uuid(), '{PROGRAMME}', '{ORGANISATION}', now(), '65-74', 'en', '{{}}', '{{}}', '{{}}',
    '{{}}', '{{}}', false, 'accepted' from generate_series(1, {PEOPLE * GROUPS});
insert into groups (id, programme_id, organisation_id) values ('{PROGRAMME}', '{PROGRAMME}', '{ORGANISATION}');
insert into sessions (id, programme_id, organisation_id, held_on, outcome, minutes, channel, topics, supporter_ids,
    group_id, attended_referral_ids, version, limits_explained)
select uuidv7(), '{PROGRAMME}', '{ORGANISATION}', now(), 'happened', 90, 'in-person', '{{}}', '{{}}', '{PROGRAMME}',
    array(select id from referrals order by id limit {PEOPLE}), 1, false from generate_series(1, {EARLIER});
insert into attendances (id, referral_id, session_id, organisation_id)
select uuidv7(), person, id, '{ORGANISATION}' from sessions, unnest(attended_referral_ids) as person;
insert into idempotency_keys (client, route, key, body_digest, created_at)
select 'earlier', 'POST /sessions', id::text, '', now() from sessions;
analyze
"""
KEPT = f"""
select (select count(*) from sessions) - {EARLIER} as meetings,
    (select count(*) from attendances) - {EARLIER * PEOPLE} as records, (select count(*) from outbox) as facts,
    (select count(*) from idempotency_keys where status = 201) as answers,
    (select count(*) from audit_tail) + (select number from audit_head) as noted
"""


async def bench(stage: Stage) -> Figure:
    """Thirty records and thirty facts in one transaction."""
    async with sides(stage) as both:
        token = both.token("coordinator", ORGANISATION)
        ours, by_hand = [await _database(stage) for _ in range(2)]
        ports = await both.service("matching", "api", ours), await both.bare("bare_meetings", by_hand, {})
        rates = [
            _rate(Plan(port=port, token=token, bodies=await _bodies(where), path="/sessions", seconds=SECONDS))
            for port, where in zip(ports, (ours, by_hand), strict=True)
        ]
        figure = await compare("POST meeting of 30, requests/s", *rates, goal=0.6, rounds=ROUNDS)
        for where in (ours, by_hand):
            await _check(where)
    return figure


def _rate(plan: Plan) -> Callable[[], Awaitable[float]]:
    async def rate() -> float:
        return float((await load.run(plan))["rate"])

    return rate


async def _database(stage: Stage) -> Address:
    address = await stage.database("matching")
    connection = await asyncpg.connect(address.admin_url)
    await connection.execute(WORDS)
    await connection.close()
    return address


async def _bodies(where: Address) -> tuple[str, ...]:
    connection = await asyncpg.connect(where.admin_url)
    people: list[UUID] = [row[0] for row in await connection.fetch("select id from referrals order by id")]
    supporters = [row[0] for row in await connection.fetch("select id from supporters order by id limit 2")]
    await connection.close()
    return tuple(
        json.dumps(
            {
                "kind": "group",
                "group_id": str(new_id()),
                "programme_id": str(PROGRAMME),
                "held_on": clock.today(clock.now()).isoformat(),
                "minutes": 90,
                "channel": "in-person",
                "topics": ["signposting"],
                "supporter_ids": [str(one) for one in supporters],
                "attended_referral_ids": [str(one) for one in there],
            }
        )
        for there in (people[first : first + PEOPLE] for first in range(0, len(people), PEOPLE))
    )


async def _check(where: Address) -> None:
    """Both sides keep the same: thirty records and thirty facts for every meeting."""
    connection = await asyncpg.connect(where.admin_url)
    rows = dict(await connection.fetchrow(KEPT) or {})
    await connection.close()
    made = rows["meetings"]
    wanted = {
        **dict.fromkeys(("meetings", "answers", "noted"), made),
        **dict.fromkeys(("records", "facts"), PEOPLE * made),
    }
    if not made or rows != wanted:
        raise RuntimeError(f"not every duty was done: {rows}")
