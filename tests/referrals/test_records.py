"""What humans decide about people's records: joined and taken apart, kept apart, restricted; and a death."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_chassis.http import StaleVersion
from kith_referrals import views
from kith_referrals.domain import lifecycle, records
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.likeness import Likeness
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.people import Person
from kith_referrals.domain.person_refusals import (
    DeathAfterToday,
    DeathBeforeBirth,
    MergeWithItself,
    NotMerged,
    NotYourPerson,
    OthersMergedInto,
    PersonDied,
    PersonMerged,
    RecordRestricted,
)
from kith_referrals.domain.records import Author, Record
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import NotFound, ReferralRefused
from kith_referrals.store import people as store
from kith_referrals.store.referrals import list_consents
from kith_referrals.usecases import contacts, network, people
from tests.builders import NOW, TODAY
from tests.referrals.test_contacts import NOTIFICATIONS
from tests.referrals.world import OPERATOR, World, a_person, a_programme, age, member, on_the_record
from tests.servers.lengths import examples

BORN = date(1981, 2, 3)
WHY = "Both wrote to us."
FREELY = settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def somebody(world: World, **changes: Any) -> Person:
    return a_person(world.referrer.id, **{"birth_date": BORN, "postcode": "EH16 5XX"} | changes)


def author(organisation: Organisation, at: datetime = NOW) -> Author:
    return Author("tester", "tests", organisation.id, at)


async def state(world: World) -> dict[str, list[dict[str, Any]]]:
    """All that is kept of people and where they stand, but for versions, which only grow."""
    async with world.database.transaction(OPERATOR) as tx:
        found = {
            table: [dict(row) for row in (await tx.execute(sa.text(f"select * from {table} order by 1"))).mappings()]
            for table in ("people", "merges", "referrals", "consents")
        }
    return {table: [{**row, "version": 0} for row in rows] for table, rows in found.items()}


async def merge(world: World, one: UUID, into: UUID, by: Organisation | None = None, version: int = 1) -> Record:
    organisation = by or world.referrer
    async with world.database.transaction(member(organisation.id, "coordinator")) as tx:
        return await people.merge_people(tx, one, into_id=into, reason=WHY, version=version, by=author(organisation))


async def unmerge(world: World, one: UUID, version: int = 2) -> Record:
    async with world.database.transaction(member(world.referrer.id, "coordinator")) as tx:
        return await people.unmerge_people(tx, one, reason=WHY, version=version, by=author(world.referrer))


async def keep_apart(world: World, one: UUID, other: UUID, by: Organisation | None = None) -> None:
    organisation = by or world.referrer
    async with world.database.transaction(member(organisation.id, "coordinator")) as tx:
        await people.keep_apart(tx, one, other_id=other, reason=WHY, by=author(organisation))


async def alike(world: World, one: UUID, by: Organisation | None = None) -> list[tuple[UUID, Likeness]]:
    organisation = by or world.referrer
    async with world.database.transaction(member(organisation.id, "coordinator")) as tx:
        _, found = await people.read_likenesses(tx, one, reason=None, by=author(organisation))
    return [(other.person.id, how) for other, how in found]


async def die(world: World, one: UUID, by: Organisation | None = None, version: int = 1) -> list[Referral]:
    organisation = by or world.host
    async with world.database.transaction(member(organisation.id)) as tx:
        _, closed = await people.record_death(tx, one, died_on=TODAY, version=version, by=author(organisation))
    return closed


async def restrict(world: World, one: UUID, restricted: bool = True, version: int = 1) -> Record:
    async with world.database.transaction(member(world.referrer.id)) as tx:
        return await people.restrict_person(
            tx, one, restricted=restricted, reason=WHY, version=version, by=author(world.referrer)
        )


async def two(world: World, **changes: Any) -> tuple[Referral, Referral]:
    """Two referrals of one person, mistyped the second time."""
    return await world.refer(somebody(world)), await world.refer(
        somebody(world, **{"family_name": "Tetswell"} | changes)
    )


async def seen(world: World, referral: Referral, by: Organisation) -> UUID | None:
    """The record that the organisation is shown for the referral's person."""
    async with world.database.transaction(member(by.id)) as tx:
        try:
            found: UUID = (await views.get_referral(tx, referral.id, asking=None, now=NOW))["shown_id"]
        except NotFound:
            return None
    return found


async def test_people_who_may_be_the_same_are_found_the_surest_first(world: World) -> None:
    asked = await world.refer(somebody(world, nhs_number="9990568855"))
    slip = await world.refer(somebody(world, birth_date=date(1981, 3, 2)))
    details = await world.refer(somebody(world, given_name="RENEE", family_name="Test-well"))
    number = await world.refer(a_person(world.referrer.id, family_name="Sampleton", nhs_number="9990568855"))
    await world.refer(somebody(world, given_name="Ailsa"))

    assert await alike(world, asked.person_id) == [
        (number.person_id, Likeness.NUMBER),
        (details.person_id, Likeness.DETAILS),
        (slip.person_id, Likeness.SLIP),
    ]


async def test_one_in_another_organisation_is_silent(world: World) -> None:
    here = await world.refer(somebody(world))
    own = a_programme(world.stranger, slug="own")
    elsewhere = World(world.database, world.stranger, world.stranger, world.host, own)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, own, now=NOW)
    await elsewhere.refer(a_person(world.stranger.id, birth_date=BORN, postcode="EH16 5XX"))

    assert await alike(world, here.person_id) == []


async def test_who_sees_both_is_shown_both_whoever_referred(world: World) -> None:
    one, other = await two(world)

    assert await alike(world, one.person_id, by=world.host) == [(other.person_id, Likeness.SLIP)]


async def test_a_pair_that_was_kept_apart_is_not_shown_again_to_those_who_said_so(world: World) -> None:
    one, other = await two(world)

    await keep_apart(world, one.person_id, other.person_id)

    shown = [await alike(world, referral.person_id) for referral in (one, other)]
    assert shown == [[], []]
    assert await alike(world, one.person_id, by=world.host) != []


async def test_reads_follow_a_merge_for_everybody_who_sees_the_referral(world: World) -> None:
    one, other = await two(world)

    await merge(world, other.person_id, one.person_id)

    for organisation in (world.referrer, world.host):
        assert await seen(world, other, organisation) == one.person_id
    assert await alike(world, other.person_id) == []


async def test_a_merge_shows_nobody_a_referral_that_they_did_not_see(world: World) -> None:
    one, other = await two(world)

    await merge(world, other.person_id, one.person_id)

    assert [await seen(world, each, world.stranger) for each in (one, other)] == [None, None]
    assert await world.seen(member(world.stranger.id), "people") == 0
    assert await world.seen(member(world.stranger.id), "merges") == 0


async def test_a_programme_that_only_knows_the_merged_record_is_shown_the_other(world: World) -> None:
    own = a_programme(world.stranger, slug="own")
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, own, now=NOW)
    one = await world.refer(somebody(world))
    other = await world.refer(somebody(world, family_name="Tetswell"), programme_id=own.id)

    await merge(world, other.person_id, one.person_id)

    assert await seen(world, other, world.stranger) == one.person_id
    assert await seen(world, one, world.stranger) is None


async def test_the_contact_of_a_merged_record_is_that_of_the_other(world: World) -> None:
    one = await world.refer(somebody(world, email="right@example.org", contact_by=("email",)))
    other = await world.refer(somebody(world, email="wrong@example.org"))

    await merge(world, other.person_id, one.person_id)

    async with world.database.transaction(NOTIFICATIONS) as tx:
        found = await contacts.read_person_contact(tx, other.person_id, purpose="message", now=NOW)
    assert (found.email, found.may_email) == ("right@example.org", True)


async def test_who_must_not_be_contacted_by_one_record_is_not_contacted_by_the_other(world: World) -> None:
    one = await world.refer(somebody(world, email="right@example.org", contact_by=("email",)))
    other = await world.refer(somebody(world, do_not_contact=True))

    await merge(world, other.person_id, one.person_id)

    async with world.database.transaction(NOTIFICATIONS) as tx:
        found = await contacts.read_person_contact(tx, one.person_id, purpose="message", now=NOW)
    assert not found.may_email


async def test_only_the_organisation_that_holds_both_merges_them(world: World) -> None:
    one, other = await two(world)

    with pytest.raises(NotYourPerson):
        await merge(world, other.person_id, one.person_id, by=world.host)
    with pytest.raises(NotFound):
        await merge(world, other.person_id, one.person_id, by=world.stranger)


async def test_a_merge_is_made_at_the_version_that_was_seen(world: World) -> None:
    one, other = await two(world)

    with pytest.raises(StaleVersion):
        await merge(world, other.person_id, one.person_id, version=2)


async def test_of_two_merges_at_once_that_would_turn_in_a_circle_one_is_made(world: World) -> None:
    one, other = await two(world)

    done = await asyncio.gather(
        merge(world, one.person_id, other.person_id),
        merge(world, other.person_id, one.person_id),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in done) in (
        ["OthersMergedInto", "Record"],
        ["PersonMerged", "Record"],
    )


async def test_every_decision_says_who_when_and_why(world: World) -> None:
    one, other = await two(world)
    await merge(world, other.person_id, one.person_id)
    await unmerge(world, other.person_id)
    await keep_apart(world, other.person_id, one.person_id)

    async with world.database.transaction(member(world.referrer.id)) as tx:
        rows = (await tx.execute(sa.text("select * from person_decisions order by id"))).all()

    assert [row.kind for row in rows] == ["merged", "unmerged", "kept-apart"]
    assert {(row.subject, row.client_id, row.reason, row.decided_at) for row in rows} == {("tester", "tests", WHY, NOW)}
    assert await world.seen(member(world.host.id), "person_decisions") == 0


steps = st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), max_size=8)


@given(steps=steps)
@FREELY
async def test_whatever_was_merged_is_as_if_never_merged_once_it_is_undone(
    world: World, steps: list[tuple[bool, int, int]]
) -> None:
    made = [(await world.refer(somebody(world))).person_id for _ in range(4)]
    before = await state(world)

    async def stands(one: UUID) -> Record:
        async with world.database.transaction(member(world.referrer.id)) as tx:
            return await store.get_record(tx, one)

    for joining, one, other in steps:
        version = (await stands(made[one])).version
        try:
            if joining:
                await merge(world, made[one], made[other], version=version)
            else:
                await unmerge(world, made[one], version=version)
        except ReferralRefused:
            continue
    for person_id in made:
        record = await stands(person_id)
        if record.merged_into is not None:
            await unmerge(world, person_id, version=record.version)

    assert await state(world) == before


@st.composite
def a_star(draw: st.DrawFn) -> list[Record]:
    """Some records of one organisation, where merges have been made and undone."""
    organisation_id = uuid4()
    found = [Record(a_person(organisation_id)) for _ in range(4)]
    for one, other, joining in draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=12)
    ):
        try:
            if joining:
                found[one], _ = records.merge(found[one], found[other], by=organisation_id, reason=WHY)
            else:
                found[one], _ = records.unmerge(found[one], by=organisation_id, reason=WHY)
        except ReferralRefused:
            continue
        into = {record.merged_into for record in found}
        found = [replace(record, has_merged=record.person.id in into) for record in found]
    return found


@given(a_star())
def test_merges_never_chain_and_never_turn_in_a_circle(found: list[Record]) -> None:
    own = {record.person.id: record for record in found}

    assert all(own[record.shown_id].merged_into is None for record in found)


def test_what_cannot_be_merged_is_refused() -> None:
    organisation_id = uuid4()
    one, other, third = (Record(a_person(organisation_id)) for _ in range(3))
    merged, _ = records.merge(one, other, by=organisation_id, reason=WHY)

    with pytest.raises(MergeWithItself):
        records.merge(one, one, by=organisation_id, reason=WHY)
    with pytest.raises(PersonMerged):
        records.merge(merged, third, by=organisation_id, reason=WHY)
    with pytest.raises(PersonMerged):
        records.merge(third, merged, by=organisation_id, reason=WHY)
    with pytest.raises(OthersMergedInto):
        records.merge(replace(other, has_merged=True), third, by=organisation_id, reason=WHY)
    with pytest.raises(PersonDied):
        records.merge(one, replace(other, died_on=TODAY), by=organisation_id, reason=WHY)
    with pytest.raises(NotMerged):
        records.unmerge(one, by=organisation_id, reason=WHY)
    with pytest.raises(PersonMerged):
        records.keep_apart(merged, other, reason=WHY)
    with pytest.raises(MergeWithItself):
        records.keep_apart(one, one, reason=WHY)


async def test_a_death_closes_everything_that_the_organisation_may_close(world: World) -> None:
    referral = await world.accept(await world.refer(somebody(world)))

    closed = await die(world, referral.person_id)

    assert [(one.id, one.closing_reason) for one in closed] == [(referral.id, "died")]
    assert (await world.told())[-1][0] == "referral-closed"
    assert (await world.told())[-1][1]["reason"] == "died"


async def test_after_a_death_nobody_is_contacted(world: World) -> None:
    referral = await world.refer(somebody(world, email="person@example.org", contact_by=("email",)))

    await die(world, referral.person_id)

    async with world.database.transaction(NOTIFICATIONS) as tx:
        found = await contacts.read_person_contact(tx, referral.person_id, purpose="x", now=NOW)
    assert not found.may_email


async def test_a_death_is_that_of_every_record_of_the_person(world: World) -> None:
    one, other = await two(world)
    await merge(world, other.person_id, one.person_id)

    closed = await die(world, other.person_id, version=2)

    assert {referral.id for referral in closed} == {one.id, other.id}
    async with world.database.transaction(member(world.referrer.id)) as tx:
        assert {record.died_on for record in await store.list_records(tx, [one.person_id, other.person_id])} == {TODAY}


async def test_what_the_organisation_does_not_see_stays_open(world: World) -> None:
    own = a_programme(world.stranger, slug="own")
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, own, now=NOW)
    one = await world.refer(somebody(world))
    other = await world.refer(somebody(world), programme_id=own.id)
    await merge(world, other.person_id, one.person_id)

    assert [referral.id for referral in await die(world, one.person_id)] == [one.id]


async def test_a_referral_that_is_over_stays_as_it_ended(world: World) -> None:
    referral = await world.refer(somebody(world))
    await world.move(referral, lifecycle.withdraw, world.host)

    assert await die(world, referral.person_id) == []


async def test_a_death_is_recorded_once(world: World) -> None:
    referral = await world.refer(somebody(world))
    await die(world, referral.person_id)

    with pytest.raises(PersonDied):
        await die(world, referral.person_id, version=2)


@pytest.mark.parametrize(
    ("day", "refusal"), [(TODAY + timedelta(days=1), DeathAfterToday), (BORN - timedelta(days=1), DeathBeforeBirth)]
)
def test_nobody_died_tomorrow_or_before_birth(day: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        records.die(Record(a_person(uuid4(), birth_date=BORN)), day, TODAY)


def test_somebody_may_die_on_the_day_of_birth() -> None:
    died, _ = records.die(Record(a_person(uuid4(), birth_date=age(0))), age(0), TODAY)

    assert (died.died_on, died.person.do_not_contact) == (age(0), True)


async def read(world: World, tx: AsyncConnection, one: UUID, reason: str | None) -> bool:
    row = await views.get_person(tx, one, now=NOW)
    await people.note_read(tx, row["id"], restricted=row["shown_restricted"], reason=reason, by=author(world.referrer))
    return bool(row["shown_restricted"])


async def test_a_restricted_record_is_read_with_a_reason_only_and_the_reason_is_kept(world: World) -> None:
    referral = await world.refer(somebody(world))
    await restrict(world, referral.person_id)

    async with world.database.transaction(member(world.referrer.id)) as tx:
        with pytest.raises(RecordRestricted):
            await read(world, tx, referral.person_id, None)
        assert await read(world, tx, referral.person_id, "They rang us.")

    [kept] = [entry for entry in await on_the_record(world) if entry["action"] == "restricted-read"]
    assert (kept["about_id"], kept["organisation_id"]) == (str(referral.person_id), str(world.referrer.id))
    assert kept["reason"] == "They rang us."


async def test_a_record_is_as_restricted_as_the_one_that_is_merged_into_it(world: World) -> None:
    one, other = await two(world)
    await restrict(world, other.person_id)
    await merge(world, other.person_id, one.person_id, version=2)

    async with world.database.transaction(member(world.referrer.id)) as tx:
        found = [await read(world, tx, each.person_id, "They rang us.") for each in (one, other)]
    assert found == [True, True]
    with pytest.raises(RecordRestricted):
        await alike(world, one.person_id)


async def test_restricting_twice_is_one_decision(world: World) -> None:
    referral = await world.refer(somebody(world))

    once = await restrict(world, referral.person_id)
    twice = await restrict(world, referral.person_id, version=2)
    opened = await restrict(world, referral.person_id, restricted=False, version=2)

    assert [record.version for record in (once, twice, opened)] == [2, 2, 3]


visits = st.lists(
    st.tuples(st.sampled_from(["merge", "unmerge", "withdraw"]), st.integers(0, 2), st.integers(0, 2)), max_size=8
)


@given(steps=visits)
@FREELY
async def test_the_database_shows_a_record_to_exactly_those_who_may_see_it(
    world: World, steps: list[tuple[str, int, int]]
) -> None:
    own = a_programme(world.stranger, id=new_id(), slug=f"own-{new_id()}")
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, own, now=NOW)
    made = [await world.refer(somebody(world), programme_id=programme.id) for programme in (world.programme, own, own)]
    ids = [referral.person_id for referral in made]

    for step, one, other in steps:
        try:
            if step == "withdraw":
                word = Consent(State.WITHDRAWN, TODAY, "spoken")
                made[one] = await world.change_consent(world.referrer, made[one], Purpose.SHARE_REFERRAL, word)
                continue
            async with world.database.transaction(OPERATOR) as tx:
                version = (await store.get_record(tx, ids[one])).version
            if step == "merge":
                await merge(world, ids[one], ids[other], version=version)
            else:
                await unmerge(world, ids[one], version=version)
        except ReferralRefused:
            continue

    async with world.database.transaction(OPERATOR) as tx:
        found = {record.person.id: record for record in await store.list_records(tx, ids)}
        said = [(referral, await list_consents(tx, referral.id)) for referral in made]
    for organisation in (world.referrer, world.host, world.stranger):
        async with world.database.transaction(member(organisation.id)) as tx:
            seen_ids = {record.person.id for record in await store.list_records(tx, ids)}
        assert seen_ids == {
            person_id
            for person_id, record in found.items()
            if records.may_see(
                record.person,
                [
                    (referral, consents)
                    for referral, consents in said
                    if person_id in {referral.person_id, found[referral.person_id].merged_into}
                ],
                organisation.id,
                agreed=True,
                today=TODAY,
            )
        }
