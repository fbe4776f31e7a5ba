"""Referrers see how long people wait for their first session, and what was counted of a programme's supporters.

Nothing tells of a few of them.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis import clock
from kith_chassis.received import Received
from kith_contracts.programmes.terms import ProgrammeTerms, TrainingAsked
from kith_referrals.domain.directory import (
    CHECKS_CURRENT,
    COUNTED,
    COUNTED_OVER,
    DAYS_TO_FIRST_SESSION,
    FEWEST,
    SUPERVISION_ON_TIME,
    TRAINING_HELD,
    Term,
)
from kith_referrals.domain.network import Programme
from kith_referrals.incoming import on_facts
from kith_referrals.usecases import network
from kith_referrals.usecases.counting import count_first_sessions
from kith_referrals.usecases.hearing import Kind, MatchNews, note_matches
from tests.builders import NOW, TODAY, a_quality_counted, received
from tests.conftest import DatabaseOf
from tests.matching.stage import Stage
from tests.referrals.directory import read
from tests.referrals.world import OPERATOR, World
from tests.servers.lengths import examples

CODE = DAYS_TO_FIRST_SESSION.code


async def supported(world: World, at: datetime) -> None:
    """Somebody whom the host took on, and whose first session was ``at``."""
    referral = await world.accept(await world.refer())
    news = [MatchNews(referral.id, kind, at) for kind in (Kind.MATCHED, Kind.SESSION)]
    async with world.database.transaction(OPERATOR) as tx:
        await note_matches(tx, news, now=at)


async def counted(world: World, client: httpx.AsyncClient, now: datetime = NOW) -> str | None:
    async with world.database.transaction(OPERATOR) as tx:
        await count_first_sessions(tx, now)
    service = await read(client, f"/services/{world.programme.id}")
    of_it = [one for one in service["attributes"] if one["taxonomy_term"]["code"] == CODE]
    return of_it[0]["value"] if of_it else None


@given(waits=st.lists(st.integers(0, 60), min_size=FEWEST, max_size=FEWEST + 3))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_half_of_the_people_waited_so_long_or_less(
    world: World, client: httpx.AsyncClient, waits: list[int]
) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await tx.exec_driver_sql("update referrals set supported_at = null")
    for days in waits:
        await supported(world, NOW + timedelta(days=days))

    assert await counted(world, client) == str(median_low(waits))


async def test_of_fewer_than_ten_nothing_is_said_and_what_was_said_goes_with_them(
    world: World, client: httpx.AsyncClient
) -> None:
    for _ in range(FEWEST - 1):
        await supported(world, NOW + timedelta(days=5))
    too_few = await counted(world, client)
    await supported(world, NOW + timedelta(days=1))
    enough = await counted(world, client)

    after = await counted(world, client, NOW + COUNTED_OVER + timedelta(days=2))

    assert (too_few, enough, after) == (None, "5", None)


async def test_an_entry_counts_as_changed_when_its_number_does_and_only_then(
    world: World, client: httpx.AsyncClient
) -> None:
    for _ in range(FEWEST):
        await supported(world, NOW + timedelta(days=5))
    later = [NOW + timedelta(days=1), NOW + timedelta(days=2)]

    changed = []
    for now in later:
        await counted(world, client, now)
        service = await read(client, f"/services/{world.programme.id}")
        changed.append(datetime.fromisoformat(service["last_modified"]))

    assert changed == [later[0]] * 2


@pytest.mark.parametrize("how", ["taxonomy_id", "taxonomy_term_id"])
async def test_programmes_of_which_it_is_known_are_found_and_publishing_keeps_it(
    world: World, client: httpx.AsyncClient, operator: httpx.Auth, how: str
) -> None:
    term = DAYS_TO_FIRST_SESSION
    asked = {how: str(term.taxonomy.id if how == "taxonomy_id" else term.id)}
    before = (await read(client, "/services", **asked))["total_items"]
    for _ in range(FEWEST):
        await supported(world, NOW)

    await counted(world, client)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, world.programme, now=NOW)

    found = (await read(client, "/services", **asked))["contents"]
    own = await client.get(f"/programmes/{world.programme.id}", auth=operator)
    assert (before, [one["id"] for one in found]) == (0, [str(world.programme.id)])
    assert own.json()["first_session_days"] == 0


OF_SUPPORTERS = (CHECKS_CURRENT, SUPERVISION_ON_TIME, TRAINING_HELD)
"""What matching counts."""


def at_hours(programme: Programme, *shares: int | None, of: Term = CHECKS_CURRENT) -> list[Received]:
    """What matching told of the programme, an hour between any two; of nothing but that one quality."""
    about: dict[str, Any] = {"programme_id": programme.id, "organisation_id": programme.organisation_id}
    about |= dict.fromkeys(COUNTED[one] for one in OF_SUPPORTERS)
    return [
        received(a_quality_counted(**about | {COUNTED[of]: share}), at=NOW + timedelta(hours=hour))
        for hour, share in enumerate(shares)
    ]


async def hear(world: World, *facts: Received) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await on_facts(tx, facts)


async def shown(client: httpx.AsyncClient, programme: Programme, of: Term = CHECKS_CURRENT) -> str | None:
    service = await read(client, f"/services/{programme.id}")
    of_it = [one for one in service["attributes"] if one["taxonomy_term"]["code"] == of.code]
    return of_it[0]["value"] if of_it else None


@pytest.mark.parametrize("of", OF_SUPPORTERS, ids=lambda of: of.code)
async def test_the_directory_says_what_matching_counted_last_of_each_programme(
    world: World, client: httpx.AsyncClient, cafe: Programme, operator: httpx.Auth, of: Term
) -> None:
    own = world.programme

    await hear(world, *at_hours(own, 100, 92, of=of), *at_hours(cafe, 0, of=of))
    both = [await shown(client, programme, of) for programme in (own, cafe)]
    inside = [(await client.get(f"/programmes/{one.id}", auth=operator)).json() for one in (own, cafe)]
    await hear(world, *at_hours(own, 100, 92, None, of=of)[2:])

    assert (both, [await shown(client, programme, of) for programme in (own, cafe)]) == (["92", "0"], [None, "0"])
    assert [one[COUNTED[of]] for one in inside] == [92, 0]


async def test_what_is_counted_of_supporters_stands_side_by_side(world: World, client: httpx.AsyncClient) -> None:
    own = world.programme
    fact = a_quality_counted(
        programme_id=own.id,
        organisation_id=own.organisation_id,
        checks_current=92,
        supervision_on_time=84,
        training_held=97,
    )

    await hear(world, received(fact, at=NOW))

    assert [await shown(client, own, of) for of in OF_SUPPORTERS] == ["92", "84", "97"]


@given(
    facts=st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=6).flatmap(
        lambda shares: st.tuples(st.just(shares), st.permutations(range(len(shares))), st.sets(st.integers(1, 5)))
    )
)
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_was_counted_last_is_shown_in_whatever_order_and_batches_it_comes(
    world: World, client: httpx.AsyncClient, facts: tuple[list[int | None], list[int], set[int]]
) -> None:
    shares, order, cuts = facts
    async with world.database.transaction(OPERATOR) as tx:
        await tx.exec_driver_sql("update programmes set checks_current = 50, quality_counted_at = null")
    told = [at_hours(world.programme, *shares)[place] for place in order]

    for begin, end in pairwise([0, *sorted(cut for cut in cuts if cut < len(told)), len(told)]):
        await hear(world, *told[begin:end])

    assert await shown(client, world.programme) == (None if shares[-1] is None else str(shares[-1]))


@pytest.mark.parametrize("of", OF_SUPPORTERS, ids=lambda of: of.code)
async def test_an_entry_changes_when_a_share_does_at_the_moment_in_which_it_is_heard(
    world: World, client: httpx.AsyncClient, of: Term
) -> None:
    changed = []
    for fact in at_hours(world.programme, 92, 92, 96, of=of):
        before = clock.now()
        await hear(world, fact)
        service = await read(client, f"/services/{world.programme.id}")
        changed.append(datetime.fromisoformat(service["last_modified"]) >= before)

    assert changed == [True, False, True]


async def test_what_is_counted_of_a_programme_that_is_not_here_is_passed_over(
    world: World, client: httpx.AsyncClient
) -> None:
    await hear(world, received(a_quality_counted()), *at_hours(world.programme, 92))

    assert await shown(client, world.programme) == "92"


@pytest.mark.parametrize("of", OF_SUPPORTERS, ids=lambda of: of.code)
@pytest.mark.parametrize("term", COUNTED, ids=lambda term: f"asked for {term.code}")
async def test_one_quality_is_not_taken_for_another_and_publishing_keeps_it(
    world: World, client: httpx.AsyncClient, term: Term, of: Term
) -> None:
    await hear(world, *at_hours(world.programme, 92, of=of))
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, replace(world.programme, name="A new name"), now=NOW)

    of_the_taxonomy = await read(client, "/services", taxonomy_id=str(term.taxonomy.id))
    found = await read(client, "/services", taxonomy_term_id=str(term.id))

    assert (of_the_taxonomy["total_items"], found["total_items"]) == (1, int(term is of))
    assert await shown(client, world.programme, of) == "92"


async def test_what_matching_counts_of_its_supporters_is_read_in_the_directory(
    world: World, client: httpx.AsyncClient, database_of: DatabaseOf
) -> None:
    matching = Stage(await database_of("matching"), world.host.id)
    own = world.programme
    asked = TrainingAsked(code="listening")
    terms = ProgrammeTerms(definition_version=1, supervision_weeks=6, training=(asked,))
    programme = await matching.a_programme(programme_id=own.id, terms=terms)
    for place in range(25):
        until = TODAY if place < 3 else TODAY + timedelta(days=90)
        supporter = await matching.a_supporter(programme, checks_valid_until=until)
        if place < 20:
            await matching.train(supporter, asked.code)

    said = []
    for days in (0, 1, 2, 43):
        before = await matching.told()
        await matching.count_quality(NOW + timedelta(days=days))
        await hear(
            world, *(received(fact, at=NOW + timedelta(days=days)) for fact in await matching.told_since(before))
        )
        said.append([await shown(client, own, of) for of in OF_SUPPORTERS])

    assert said == [["100", "100", "80"], ["88", "100", "80"], ["88", "100", "80"], ["88", "0", "80"]]
