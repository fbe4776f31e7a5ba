"""Nobody is given up whom the programme has not tried to reach, on as many days as it says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id, now
from kith_referrals.domain import lifecycle
from kith_referrals.domain.network import ProgrammeEntry
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import (
    MoveRefused,
    NotFound,
    NotTried,
    NotYourProgramme,
)
from kith_referrals.domain.trying import Attempt, AttemptAfterNow, AttemptBeforeReferral, Outcome, Way
from kith_referrals.usecases import network
from kith_referrals.usecases.trying import log_attempt
from tests.builders import NOW
from tests.referrals.test_api import post
from tests.referrals.test_reopening import reopen
from tests.referrals.world import AGREED, OPERATOR, World, actor, member, on_the_record

DAY = timedelta(days=1)


LONG_AGO = NOW - 300 * DAY


async def referred(world: World) -> Referral:
    """A referral that was made long ago."""
    return await world.refer(answer=replace(AGREED, recorded_on=LONG_AGO.date()), now=LONG_AGO)


async def attempt(world: World, referral: Referral, at: datetime, outcome: Outcome = Outcome.NO_ANSWER) -> None:
    made = Attempt(new_id(), at, Way.TELEPHONE, outcome, "Private words.")
    async with world.database.transaction(member(world.host.id)) as tx:
        await log_attempt(tx, referral.id, made, by=actor(world.host.id), now=NOW)


async def give_up(world: World, referral: Referral) -> Referral:
    return await world.move(referral, lifecycle.decline, world.host, "could-not-contact")


async def test_attempts_in_vain_count_by_the_day(world: World) -> None:
    referral = await referred(world)
    for hours in (1, 2, 25, 26):
        await attempt(world, referral, NOW - timedelta(hours=hours))
    await attempt(world, referral, NOW - 3 * DAY, Outcome.REACHED)

    with pytest.raises(NotTried, match="3 different days before it gives up, and 2 "):
        await give_up(world, referral)

    await attempt(world, referral, NOW - 4 * DAY, Outcome.LEFT_MESSAGE)
    assert (await give_up(world, referral)).closing_reason == "declined"


async def test_a_day_is_one_of_london(world: World) -> None:
    referral = await referred(world)
    summer = datetime(2026, 7, 1, 22, 59, tzinfo=NOW.tzinfo)
    for at in (summer, summer + timedelta(minutes=1), summer + timedelta(minutes=2)):
        await attempt(world, referral, at)

    with pytest.raises(NotTried, match="and 2 "):
        await give_up(world, referral)


async def test_a_programme_says_on_how_many_days_it_tries(world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        once = replace(world.programme, entry=ProgrammeEntry(contact_attempts=1))
        await network.publish_programme(tx, once, now=NOW)
    referral = await world.refer()
    await attempt(world, referral, NOW)

    assert (await world.move(referral, lifecycle.close, world.referrer, "could-not-contact")).closed_at is not None


async def test_what_was_tried_before_the_referral_was_made_was_not_tried_for_it(world: World) -> None:
    with pytest.raises(AttemptBeforeReferral):
        await attempt(world, await world.refer(), NOW - DAY)


async def test_who_came_back_is_tried_again(world: World) -> None:
    referral = await referred(world)
    for days in range(3):
        await attempt(world, referral, NOW - days * DAY)
    reopened = await reopen(world, await give_up(world, referral), world.host, days=1)

    with pytest.raises(NotTried, match="and 0 "):
        await give_up(world, reopened)


async def test_only_what_the_programmes_organisation_did_is_logged_while_it_is_open(world: World) -> None:
    referral = await world.refer()
    made = Attempt(new_id(), NOW, Way.VISIT, Outcome.NO_ANSWER)

    async def log(who: Any, one: Attempt) -> None:
        async with world.database.transaction(member(who.id)) as tx:
            await log_attempt(tx, referral.id, one, by=actor(who.id), now=NOW)

    with pytest.raises(NotYourProgramme):
        await log(world.referrer, made)
    with pytest.raises(NotFound):
        await log(world.stranger, made)
    with pytest.raises(AttemptAfterNow):
        await log(world.host, replace(made, attempted_at=NOW + timedelta(minutes=1)))
    await world.move(referral, lifecycle.withdraw, world.referrer)
    with pytest.raises(MoveRefused):
        await log(world.host, made)


async def test_both_see_how_often_and_the_programmes_organisation_alone_how(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    referral = await referred(world)
    where = f"/referrals/{referral.id}/contact-attempts"
    at = now() - timedelta(hours=1)
    body = {"attempted_at": at.isoformat(), "channel": "text", "outcome": "left-message", "note": "Private words."}
    key = str(new_id())

    made = [await post(client, body, coordinator, key, path=where) for _ in range(2)]
    theirs, ours = [(await client.get(where, auth=auth)).json() for auth in (coordinator, referrer)]

    assert [answer.status_code for answer in made] == [201, 201]
    assert (theirs["days_tried"], theirs["days_wanted"]) == (ours["days_tried"], ours["days_wanted"]) == (1, 3)
    [seen], [known] = theirs["items"], ours["items"]
    assert (seen["channel"], seen["outcome"], seen["note"]) == ("text", "left-message", "Private words.")
    assert known == {"attempted_at": seen["attempted_at"], "channel": None, "outcome": None, "note": None}


async def test_the_record_knows_what_came_of_it_and_no_words(world: World) -> None:
    referral = await world.refer()

    await attempt(world, referral, NOW)

    entry = (await on_the_record(world, referral.id))[-1]
    assert (entry["action"], entry["codes"]) == ("contact-attempted", ["telephone", "no-answer"])
    assert await world.names_told() == ["referral-created"]
