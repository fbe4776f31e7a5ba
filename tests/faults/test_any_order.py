"""Facts come in any order of keys and topics and in any batches, and the result is the same."""

import json
import random
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.database import Database
from kith_chassis.received import Received
from kith_chassis.service import Service
from kith_contracts.referrals import OrganisationPublished, PersonErased, ProgrammePublished, ReferralCreated
from tests.builders import NOW
from tests.conftest import DatabaseOf, ServiceOf
from tests.faults.journeys import all_journeys, shuffled

HEARERS = ("referrals", "matching", "notifications", "reporting")
NOT_OURS = {
    "alembic_version",
    "inbox",
    "inbox_progress",
    "idempotency_keys",
    "relay_heartbeat",
    "outbox",
    "dead_letters",
}
MADE_HERE: dict[str, dict[str, tuple[str, ...]]] = {
    "referrals": {"referral_steps": ("seq",), "programmes": ("published_at", "modified_at")},
    "notifications": {"messages": ("id", "created_at", "due_at", "settled_at")},
}
"""Columns that a service draws or stamps itself, so that no two runs agree in them."""

TABLES = sa.text("select tablename from pg_tables where schemaname = 'public' order by tablename")
ORGANISATION = sa.text("insert into organisations (id, name, kind) values (:organisation_id, 'Testwell', 'charity')")
PROGRAMME = sa.text(
    "insert into programmes (id, organisation_id, slug, name, model, formality, checks_required, channels, weights)"
    " values (:programme_id, :organisation_id, :slug, :programme_name, :model, :formality, true, '{}', '{}')"
    " on conflict do nothing"
)
PERSON = sa.text(
    "insert into people (id, organisation_id, family_name, contact_by, language)"
    " values (:id, :organisation, 'Testwell', '{}', 'en') on conflict do nothing"
)
REFERRAL = sa.text(
    "insert into referrals (id, person_id, referring_organisation_id, programme_id, programme_organisation_id,"
    " submitted_at, status, version, source, received_on, needs, conditions, interests, requested, channels, urgent,"
    " details) values (:referral_id, :person_id, :referring_organisation_id, :programme_id,"
    " :programme_organisation_id, :at, 'accepted', 1, :source, :received_on, '{}', '{}', '{}', '{}', '{}', false, '{}')"
)


async def deliver(database: Database, service: Service, batches: list[list[Received]]) -> None:
    assert service.on_facts is not None
    for batch in batches:
        heard = [fact for fact in batch if fact.topic in service.hears]
        if heard:
            async with database.network_transaction() as tx:
                await service.on_facts(tx, heard)


async def contents(database: Database, name: str) -> dict[str, list[str]]:
    """Every row of every table that the service owns, and the kinds of facts it has to tell."""
    found: dict[str, list[str]] = {}
    async with database.network_transaction() as tx:
        for table in (await tx.execute(TABLES)).scalars():
            if table not in NOT_OURS:
                rows = (await tx.execute(sa.text(f'select to_jsonb(it) from "{table}" it'))).scalars()
                made_here = MADE_HERE.get(name, {}).get(table, ())
                found[table] = sorted(told(row, made_here) for row in rows)
        types = await tx.execute(sa.text("select type, subject from outbox order by type, subject"))
        found["outbox"] = [f"{row.type} {row.subject}" for row in types]
    return found


def told(row: dict[str, Any], made_here: tuple[str, ...]) -> str:
    return json.dumps({name: value for name, value in row.items() if name not in made_here}, sort_keys=True)


async def keep_referrals(database: Database, facts: list[Received]) -> None:
    """The referrals service hears of matches for referrals, and of programmes, that it keeps already: these."""
    there = [fact.body for fact in facts if isinstance(fact.body, OrganisationPublished)]
    offered = [fact.body for fact in facts if isinstance(fact.body, ProgrammePublished)]
    made = [fact.body for fact in facts if isinstance(fact.body, ReferralCreated)]
    async with database.network_transaction() as tx:
        for organisation in there:
            await tx.execute(ORGANISATION, organisation.model_dump())
        for programme in offered:
            await tx.execute(PROGRAMME, programme.model_dump())
        for body in made:
            await tx.execute(PERSON, {"id": body.person_id, "organisation": body.referring_organisation_id})
            await tx.execute(REFERRAL, body.model_dump() | {"at": NOW})


async def outcome(
    database: Database, service: Service, facts: list[Received], batches: list[list[Received]]
) -> dict[str, list[str]]:
    if service.name == "referrals":
        await keep_referrals(database, facts)
    await deliver(database, service, batches)
    return await contents(database, service.name)


@pytest.mark.parametrize("name", HEARERS)
async def test_every_journey_ends_the_same_in_whatever_order_its_facts_come_to(
    name: str, database_of: DatabaseOf, service_of: ServiceOf
) -> None:
    facts = all_journeys()
    database = await database_of(name)
    in_order = await outcome(database, await service_of(name, database), facts, [facts])

    for seed in range(12):
        database = await database_of(name)
        batches = shuffled(facts, random.Random(seed))
        shaken = await outcome(database, await service_of(name, database), facts, batches)

        assert shaken == in_order, f"seed {seed}"


@pytest.mark.parametrize("name", ["matching", "notifications"])
async def test_whoever_was_erased_is_in_no_row_but_as_a_tombstone_in_whatever_order(
    name: str, database_of: DatabaseOf, service_of: ServiceOf
) -> None:
    facts = all_journeys()
    gone = [fact.body.person_id for fact in facts if isinstance(fact.body, PersonErased)]
    for seed in range(4):
        database = await database_of(name)
        service = await service_of(name, database)
        await deliver(database, service, shuffled(facts, random.Random(seed)))

        assert service.holds is not None
        async with database.network_transaction() as tx:
            held = await service.holds(tx, gone, [])
        assert held.erased == set(gone)
        assert held.holdings
        assert [one for one in held.holdings if not one.tombstone] == []
