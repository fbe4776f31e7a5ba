"""People who are counted together: the referred by their record, the others as numbers, to whoever may see them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.domain.households import Household, Membership, Relation, join, leave
from kith_referrals.domain.records import Record
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import NotFound, ReferralRefused
from kith_referrals.usecases import network
from tests.builders import NOW
from tests.referrals.test_api import version
from tests.referrals.test_records import die, merge
from tests.referrals.world import OPERATOR, World, a_person, a_programme

ORGANISATION = UUID(int=1)


async def a_household(client: httpx.AsyncClient, auth: httpx.Auth, **others: int) -> str:
    headers = {"Idempotency-Key": str(new_id())}
    made = await client.post("/households", json={"others": others}, auth=auth, headers=headers)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def add(
    client: httpx.AsyncClient, auth: httpx.Auth, where: str, referral: Referral, at: int, *, relation: str | None = None
) -> httpx.Response:
    path = f"{where}/members/{referral.person_id}"
    return await client.put(path, json={"relation": relation}, auth=auth, headers=version(at))


async def elsewhere(world: World) -> Referral:
    """A referral by the same organisation to a programme of the stranger's."""
    programme = a_programme(world.stranger, slug="own")
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, programme, now=NOW)
    return await world.refer(a_person(world.referrer.id), programme_id=programme.id)


async def test_a_referral_shows_how_many_the_household_is_and_whom_of_it_the_organisation_may_see(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    person, hidden = await world.refer(), await elsewhere(world)
    where = await a_household(client, referrer, family=2)
    await add(client, referrer, where, person, 1)
    await add(client, referrer, where, hidden, 2, relation="carer")

    seen = [
        (await client.get(f"/referrals/{person.id}", auth=auth)).json()["household"] for auth in (referrer, coordinator)
    ]

    assert [household["size"] for household in seen] == [4, 4]
    assert set(seen[0]["members"]) == {str(person.person_id), str(hidden.person_id)}
    assert seen[1]["members"] == [str(person.person_id)]


async def test_who_sees_nobody_of_it_does_not_see_the_household(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    where = await a_household(client, referrer, family=2)

    assert (await client.get(where, auth=coordinator)).status_code == 404


async def test_who_only_sees_it_changes_nothing_in_it(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    person = await world.refer()
    where = await a_household(client, referrer)
    await add(client, referrer, where, person, 1)

    answers = [
        await client.get(where, auth=coordinator),
        await client.put(where, json={"others": {"family": 9}}, auth=coordinator, headers=version(2)),
        await client.delete(f"{where}/members/{person.person_id}", auth=coordinator, headers=version(2)),
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 404]


async def test_people_come_and_go_and_the_others_are_counted_anew(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    person = await world.refer()
    where = await a_household(client, referrer, partner=1)

    answers = [
        await add(client, referrer, where, person, 1),
        await add(client, referrer, where, person, 2, relation="family"),
        await client.put(where, json={"others": {"family": 3, "friend": 1}}, auth=referrer, headers=version(3)),
        await client.delete(f"{where}/members/{person.person_id}", auth=referrer, headers=version(4)),
        await client.delete(f"{where}/members/{person.person_id}", auth=referrer, headers=version(5)),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 409]
    assert [answer.json()["size"] for answer in answers[:4]] == [2, 2, 5, 4]
    assert answers[4].json()["code"] == "person-not-in-household"


async def test_one_person_is_in_one_household(client: httpx.AsyncClient, world: World, referrer: httpx.Auth) -> None:
    person = await world.refer()
    one, other = [await a_household(client, referrer) for _ in range(2)]
    await add(client, referrer, one, person, 1)

    answer = await add(client, referrer, other, person, 1)

    assert (answer.status_code, answer.json()["code"]) == (409, "person-in-household")


async def test_a_household_takes_whom_the_same_organisation_referred(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    person = await world.refer()

    answer = await add(client, coordinator, await a_household(client, coordinator), person, 1)

    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-person")


async def test_nobody_who_died_or_whose_record_is_merged_is_put_into_a_household(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    dead, merged, shown = [await world.refer() for _ in range(3)]
    await die(world, dead.person_id)
    await merge(world, merged.person_id, shown.person_id)
    where = await a_household(client, referrer)

    answers = [await add(client, referrer, where, person, 1) for person in (dead, merged)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "person-died"),
        (409, "person-merged"),
    ]


async def test_a_household_id_does_not_say_when_it_was_made(client: httpx.AsyncClient, referrer: httpx.Auth) -> None:
    where = await a_household(client, referrer)

    assert UUID(where.rsplit("/", 1)[1]).version == 4


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 1)), max_size=12))
def test_a_household_is_always_as_many_as_are_in_it(steps: list[tuple[bool, int, int]]) -> None:
    people = [Record(a_person(ORGANISATION)) for _ in range(3)]
    found = [Household(uuid4(), ORGANISATION, {Relation.FAMILY: 2}) for _ in range(2)]
    inside: dict[UUID, Membership] = {}

    for coming, who, where in steps:
        person_id = people[who].person.id
        before = inside.get(person_id)
        try:
            if coming:
                found[where], inside[person_id] = join(found[where], people[who], None, before=before, by=ORGANISATION)
            else:
                found[where] = leave(found[where], before=before, by=ORGANISATION)
                del inside[person_id]
        except ReferralRefused:
            continue

    for household in found:
        members = [member for member in inside.values() if member.household_id == household.id]
        assert (household.members, household.size) == (len(members), len(members) + 2)


def test_a_household_of_another_organisation_is_not_found() -> None:
    household: Any = Household(uuid4(), ORGANISATION)

    with pytest.raises(NotFound):
        join(household, Record(a_person(UUID(int=2))), None, before=None, by=UUID(int=2))
