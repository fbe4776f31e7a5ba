"""A network that was there before: what it has is found, holds as it held, and the code of before still writes."""

import asyncio
from datetime import date

import asyncpg

from kith_chassis.clock import new_id, new_pseudonym
from kith_referrals.domain import directory
from tests.servers.postgres import Databases, upgrade

OLD_PROGRAMME = """
    insert into programmes (id, organisation_id, slug, name, model, formality, checks_required, channels, weights)
    values ($1, $2, $3, 'Walks', 'group', 'organised', true, $4, '{}')
"""


async def test_programmes_of_before_are_found_in_the_directory(databases: Databases) -> None:
    organisation_id, first, second = new_id(), new_id(), new_id()
    async with databases.at_revision("referrals", "0001") as address:
        owner = await asyncpg.connect(address.owner_url)
        await owner.execute(
            "insert into organisations (id, name, kind) values ($1, 'Harbour', 'charity')", organisation_id
        )
        await owner.execute(OLD_PROGRAMME, first, organisation_id, "first", ["in-person", "video"])

        await asyncio.to_thread(upgrade, "referrals", address.owner_url, "0003")
        await owner.execute(OLD_PROGRAMME, second, organisation_id, "second", ["in-person"])

        found = await owner.fetch("select id from programmes where words @@ plainto_tsquery('english', 'harbour walk')")
        places = await owner.fetch("select id from places where programme_id = $1", first)
        said = await owner.fetch("select distinct status, capacity, districts from programmes")
        await owner.close()
    assert [row["id"] for row in found] == [first]
    assert {row["id"] for row in places} == {place.id for place in directory.places(first, ["in-person", "video"], [])}
    assert [tuple(row) for row in said] == [("active", "open", [])]


OLD_ACCESS = """
    insert into subject_access_requests (id, person_id, organisation_id, asked_on, due_on, opened_by, version)
    values ($1, $2, $2, '2026-09-01', '2026-10-01', 'somebody', 1)
"""
OLD_REFERRAL = """
    insert into referrals (id, person_id, referring_organisation_id, programme_id, programme_organisation_id,
    submitted_at, status, version, source, received_on, needs, conditions, interests, requested, channels, urgent,
    details)
    values ($1, $2, $3, $1, $1, now(), 'accepted', 1, 'professional', now(), '{}', '{}', '{}', '{}', '{}', false, '{}')
"""
OLD_PERSON = (
    "insert into people (id, organisation_id, family_name, contact_by, language) values ($1, $1, 'T', '{}', 'en')"
)
OLD_WORD = """
    insert into consents (referral_id, purpose, referring_organisation_id, programme_organisation_id, state,
    recorded_on, how) values ($1, 'tell-referrer', $1, $1, 'granted', now(), 'spoken')
"""


async def test_a_word_of_before_there_were_levels_is_read_as_one_that_allows_all(databases: Databases) -> None:
    referral_id, person_id = new_id(), new_pseudonym()
    async with databases.at_revision("referrals", "0008") as address:
        owner = await asyncpg.connect(address.owner_url)
        await owner.execute(OLD_PERSON, person_id)
        await owner.execute(OLD_REFERRAL, referral_id, person_id, new_id())
        await asyncio.to_thread(upgrade, "referrals", address.owner_url, "0011")
        await owner.execute(OLD_WORD, referral_id)
        said = await owner.fetch("select feedback, noticed_for from consents")
        await owner.close()

    assert [tuple(row) for row in said] == [(None, None)]


async def test_a_request_for_access_of_before_there_were_waits_runs_on(databases: Databases) -> None:
    before, meanwhile, person_id = new_id(), new_id(), new_pseudonym()
    async with databases.at_revision("referrals", "0014") as address:
        owner = await asyncpg.connect(address.owner_url)
        await owner.execute(OLD_PERSON, person_id)
        await owner.execute(OLD_ACCESS, before, person_id)
        await asyncio.to_thread(upgrade, "referrals", address.owner_url, "0015")
        await owner.execute(OLD_ACCESS, meanwhile, person_id)
        kept = await owner.fetch(
            "select id, due_on, extended_on, waiting_since, waits from subject_access_requests order by id"
        )
        await owner.close()

    assert [tuple(row) for row in kept] == [
        (id_, date(2026, 10, 1), None, None, "[]") for id_ in sorted((before, meanwhile))
    ]
