"""What matching tells, on the referral: whole batches, any order of other keys."""

import random

import pytest

from kith_chassis.clock import new_id
from kith_contracts.matching import MatchEnded, MatchMade, SessionLogged
from kith_contracts.referrals import ReferralCreated
from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.incoming import on_facts
from kith_referrals.views import get_referral
from tests import builders as a
from tests.builders import NOW, received
from tests.referrals.world import OPERATOR, World, member


def made(referral: Referral) -> MatchMade:
    created = a.a_referral_created(referral_id=referral.id)
    return a.a_match_made(a.a_match_proposed(created, a.a_supporter_changed()))


def ended(referral: Referral) -> MatchEnded:
    return a.a_match_ended(made(referral))


def came(referral: Referral) -> ReferralCreated:
    return a.a_referral_created(referral_id=referral.id)


async def hear(world: World, *facts: MatchMade | MatchEnded | SessionLogged) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await on_facts(tx, [received(fact) for fact in facts])


async def status(world: World, referral: Referral) -> str:
    async with world.database.transaction(OPERATOR) as tx:
        return str((await get_referral(tx, referral.id, asking=None, now=NOW))["status"])


async def test_who_referred_can_read_that_a_match_was_made(world: World) -> None:
    referral = await world.accept(await world.refer())

    await hear(world, made(referral))

    async with world.database.transaction(member(world.referrer.id)) as tx:
        found = await get_referral(tx, referral.id, asking=None, now=NOW)
    assert (found["status"], found["matched_at"], found["version"]) == ("matched", NOW, 3)


async def test_made_and_ended_in_one_batch_is_ended(world: World) -> None:
    referral = await world.accept(await world.refer())

    await hear(world, made(referral), ended(referral))

    assert await status(world, referral) == "ended"


async def test_another_match_after_an_ending_is_a_match(world: World) -> None:
    referral = await world.accept(await world.refer())

    await hear(world, made(referral), ended(referral))
    await hear(world, made(referral))

    assert await status(world, referral) == "matched"


async def test_who_came_to_a_group_is_in_support_from_the_first_time_on(world: World) -> None:
    referral = await world.accept(await world.refer())
    first, second = (a.a_meeting_logged(a.a_programme_published(), came(referral)) for _ in range(2))

    await hear(world, a.a_record_taken_back(first[0]))
    stood = await status(world, referral)
    await hear(world, *first, *second)

    assert (stood, await status(world, referral)) == ("accepted", "in-support")
    async with world.database.transaction(OPERATOR) as tx:
        assert (await get_referral(tx, referral.id, asking=None, now=NOW))["version"] == 3


async def test_a_meeting_of_a_group_is_no_session_of_a_match(world: World) -> None:
    referral = await world.accept(await world.refer())

    await hear(world, made(referral), *a.a_meeting_logged(a.a_programme_published(), came(referral)))

    assert await status(world, referral) == "matched"


async def test_news_of_a_withdrawn_referral_change_nothing(world: World) -> None:
    referral = await world.accept(await world.refer())
    await world.move(referral, lifecycle.withdraw, world.referrer)

    await hear(world, made(referral), ended(referral))

    assert await status(world, referral) == "withdrawn"


async def test_news_of_a_referral_that_is_not_here_are_passed_over(world: World) -> None:
    referral = await world.accept(await world.refer())

    await hear(world, a.a_match_ended(made(referral), referral_id=new_id()), made(referral))

    assert await status(world, referral) == "matched"


async def test_other_facts_are_passed_over(world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await on_facts(tx, [received(a.a_supporter_changed())])

    assert await world.told() == []


@pytest.mark.parametrize("seed", range(5))
async def test_the_order_of_other_referrals_does_not_matter(world: World, seed: int) -> None:
    chance = random.Random(seed)
    referrals = [await world.accept(await world.refer()) for _ in range(4)]
    lines: list[list[MatchMade | MatchEnded]] = [
        [made(referral), *([ended(referral)] if place % 2 else [])] for place, referral in enumerate(referrals)
    ]

    while any(lines):
        chance.shuffle(lines)
        await hear(world, *(line.pop(0) for line in lines if line))

    assert [await status(world, referral) for referral in referrals] == ["matched", "ended"] * 2
