"""Whoever relies on a consent is told in time that its last day is near, once for each last day."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain import consent, lifecycle
from kith_referrals.domain.consent import Consent, Consents, Purpose, State
from kith_referrals.settings import Settings
from kith_referrals.store import falling_due
from kith_referrals.timers import timers
from kith_referrals.usecases import expiring
from tests.builders import NOW, TODAY
from tests.conftest import SettingsOf
from tests.referrals.test_expiring import noon
from tests.referrals.world import AGREED, OPERATOR, World

NOTICE = timedelta(days=14)
DAYS = st.integers(-20, 20).map(lambda days: TODAY + timedelta(days=days))


async def notice(world: World, day: date = TODAY) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await expiring.notice_endings(tx, noon(day), notice=NOTICE)


async def endings(world: World) -> list[dict[str, Any]]:
    return [body for name, body in await world.told() if name == "consent-ending"]


async def a_referral_until(world: World, last: date, **changes: Any) -> Any:
    return await world.refer(answer=replace(AGREED, expires_on=last), **changes)


@given(
    state=st.sampled_from(State),
    ends=DAYS | st.none(),
    noticed=DAYS | st.none(),
    today=DAYS,
)
def test_notice_is_given_of_what_still_holds_and_ends_within_it_and_was_not_told(
    state: State, ends: date | None, noticed: date | None, today: date
) -> None:
    consents = {Purpose.CONTACT_PERSON: Consent(state, TODAY, "spoken", expires_on=ends, noticed_for=noticed)}

    near = consent.ending(consents, today, NOTICE)

    due = state is State.GRANTED and ends is not None and 0 <= (ends - today).days <= 14 and noticed != ends
    assert bool(near) == due
    assert consent.ending({**consents, **near}, today, NOTICE) == {}


words = st.builds(
    Consent,
    state=st.sampled_from([State.GRANTED, State.WITHDRAWN]),
    recorded_on=st.just(TODAY),
    how=st.just("spoken"),
    expires_on=st.none() | st.integers(0, 3).map(lambda days: TODAY + timedelta(days=days)),
)


@given(said=st.lists(words, max_size=12))
def test_no_last_day_is_told_of_twice_in_a_row_whatever_is_said_between(said: list[Consent]) -> None:
    consents: Consents = consent.agreed(AGREED, TODAY)
    told: list[date | None] = []
    for word in said:
        consents = consent.changed(consents, Purpose.SHARE_REFERRAL, word, TODAY) or consents
        near = consent.ending(consents, TODAY, NOTICE)
        told += [one.expires_on for one in near.values()]
        consents = {**consents, **near}

    assert all(one != other for one, other in pairwise(told))


async def test_each_consent_is_told_with_its_last_day_and_who_relies_on_it(world: World) -> None:
    last = TODAY + NOTICE
    referral = await a_referral_until(world, last)

    await notice(world)

    told = await endings(world)
    assert sorted(body["purpose"] for body in told) == ["contact-person", "share-referral", "tell-referrer"]
    assert [body | {"purpose": ""} for body in told] == 3 * [
        {
            "referral_id": str(referral.id),
            "person_id": str(referral.person_id),
            "programme_id": str(world.programme.id),
            "programme_organisation_id": str(world.host.id),
            "referring_organisation_id": str(world.referrer.id),
            "purpose": "",
            "ends_on": last.isoformat(),
        }
    ]


async def test_it_is_told_once(world: World) -> None:
    await a_referral_until(world, TODAY + NOTICE)

    for days in (0, 1, 14):
        await notice(world, TODAY + timedelta(days=days))

    assert len(await endings(world)) == 3


async def test_another_last_day_is_told_of_when_it_is_near(world: World) -> None:
    referral = await a_referral_until(world, TODAY + timedelta(days=3))
    await notice(world)
    later = Consent(State.GRANTED, TODAY, "spoken", expires_on=TODAY + timedelta(days=60))
    await world.change_consent(world.referrer, referral, Purpose.CONTACT_PERSON, later)
    await notice(world)
    before = len(await endings(world))

    await notice(world, TODAY + timedelta(days=50))

    assert [body["purpose"] for body in (await endings(world))[before:]] == ["contact-person"]


async def test_what_ends_later_or_never_is_not_told_of(world: World) -> None:
    await a_referral_until(world, TODAY + NOTICE + timedelta(days=1))
    await world.refer()

    await notice(world)

    assert await endings(world) == []


async def test_of_a_referral_that_is_over_nobody_is_told(world: World) -> None:
    referral = await a_referral_until(world, TODAY + timedelta(days=3))
    await world.move(referral, lifecycle.withdraw, world.referrer)

    await notice(world)

    assert await endings(world) == []


async def test_a_turn_takes_so_many_and_those_that_end_soonest_first(world: World) -> None:
    referrals = [await a_referral_until(world, TODAY + timedelta(days=days)) for days in (9, 2, 5)]
    due = []
    for _ in range(2):
        async with world.database.transaction(OPERATOR) as tx:
            found = await falling_due.list_ending_for_update(tx, TODAY, NOTICE, limit=3)
            due.append([one.id for one in found])
        await notice(world)

    assert due == [[referrals[1].id], []]


async def test_a_turn_is_as_many_statements_for_many_as_for_one(world: World) -> None:
    counts = []
    for number in (1, 12):
        for _ in range(number):
            await a_referral_until(world, TODAY + timedelta(days=2))
        async with world.database.transaction(OPERATOR) as tx:
            statements: list[str] = []

            def note(*told: Any, heard: list[str] = statements) -> None:
                heard.append(told[2])

            sa.event.listen(tx.sync_connection, "before_cursor_execute", note)
            await expiring.notice_endings(tx, NOW, notice=NOTICE)
        counts.append(len(statements))

    assert len(await endings(world)) == 39
    assert counts[0] == counts[1] > 0


def test_how_long_before_is_a_setting_in_days(settings_of: SettingsOf) -> None:
    settings = settings_of(kind=Settings, notice_before_consent_ends=30)

    assert isinstance(settings, Settings)
    assert settings.notice == timedelta(days=30)
    assert "notice-endings" in {
        timer.name
        for timer in timers(notice=settings.notice, drafts_kept_for=timedelta(days=90), erased_after=timedelta(days=7))
    }
