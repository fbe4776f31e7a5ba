"""A consent holds until the day the person said, and not a day longer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis import clock
from kith_referrals.domain import consent
from kith_referrals.domain.consent import Consent, Purpose, State, allows
from kith_referrals.domain.refusals import ConsentExpired
from kith_referrals.usecases.expiring import expire_consents
from kith_referrals.usecases.referring import change_consent
from tests.builders import NOW, TODAY
from tests.referrals.test_visibility import sees
from tests.referrals.world import AGREED, OPERATOR, World, actor, member

DAYS = st.integers(-5, 5).map(lambda days: TODAY + timedelta(days=days))


def granted(until: date | None) -> Consent:
    return Consent(State.GRANTED, TODAY - timedelta(days=30), "spoken", expires_on=until)


@given(until=DAYS | st.none(), today=DAYS)
def test_the_last_day_is_the_last_on_which_it_holds(until: date | None, today: date) -> None:
    consents = {Purpose.SHARE_REFERRAL: granted(until)}

    holds = until is None or today <= until
    assert allows(consents, Purpose.SHARE_REFERRAL, today) == holds
    assert bool(consent.expired(consents, today)) != holds


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.EXPIRED])
def test_what_does_not_hold_cannot_expire(state: State) -> None:
    gone = {Purpose.SHARE_REFERRAL: replace(granted(TODAY - timedelta(days=1)), state=state)}

    assert consent.expired(gone, TODAY) == {}


def test_a_consent_that_ended_yesterday_makes_no_referral() -> None:
    with pytest.raises(ConsentExpired):
        consent.agreed(replace(AGREED, expires_on=TODAY - timedelta(days=1)), TODAY)


def test_nobody_says_that_a_consent_expired_and_nobody_grants_one_that_has() -> None:
    consents = consent.agreed(AGREED, TODAY)
    for word in (Consent(State.EXPIRED, TODAY, "spoken"), granted(TODAY - timedelta(days=1))):
        with pytest.raises(ConsentExpired):
            consent.changed(consents, Purpose.SHARE_REFERRAL, word, TODAY)


def test_another_last_day_is_another_word() -> None:
    consents = consent.agreed(AGREED, TODAY)
    longer = Consent(State.GRANTED, TODAY, "spoken", expires_on=TODAY + timedelta(days=90))

    after = consent.changed(consents, Purpose.SHARE_REFERRAL, longer, TODAY)

    assert after is not None
    assert after[Purpose.SHARE_REFERRAL].expires_on == longer.expires_on
    assert consent.changed(after, Purpose.SHARE_REFERRAL, longer, TODAY) is None


async def a_referral_until(world: World, last: date) -> Any:
    return await world.refer(answer=replace(AGREED, recorded_on=last, expires_on=last), now=noon(last))


def noon(day: date) -> Any:
    return NOW.replace(year=day.year, month=day.month, day=day.day, hour=12)


async def expire(world: World, day: date) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await expire_consents(tx, noon(day))


async def test_from_the_first_moment_after_it_the_database_shows_nothing(world: World) -> None:
    today = clock.today(clock.now())
    passed = await a_referral_until(world, today - timedelta(days=1))
    holds = await a_referral_until(world, today)

    assert await sees(world, member(world.host.id), passed) == set()
    assert await sees(world, member(world.host.id), holds) == {"referrals", "people"}


async def test_what_expired_is_told_for_each_purpose_and_the_offer_is_recalled(world: World) -> None:
    referral = await a_referral_until(world, TODAY)
    await expire(world, TODAY)
    told = len(await world.told())

    await expire(world, TODAY + timedelta(days=1))

    news = (await world.told())[told:]
    assert sorted((body["purpose"], body["state"]) for name, body in news if name == "consent-changed") == [
        (purpose, "expired") for purpose in ("contact-person", "share-referral", "tell-referrer")
    ]
    assert [body["reason"] for name, body in news if name == "referral-closed"] == ["consent-expired"]
    assert {body["referral_id"] for _, body in news} == {str(referral.id)}


async def test_it_expires_once(world: World) -> None:
    await a_referral_until(world, TODAY)
    await expire(world, TODAY + timedelta(days=1))
    told = len(await world.told())

    await expire(world, TODAY + timedelta(days=2))

    assert len(await world.told()) == told


async def test_who_was_taken_on_stays_until_the_person_says_more(world: World) -> None:
    referral = await world.accept(await a_referral_until(world, clock.today(clock.now())))
    tomorrow = clock.today(clock.now()) + timedelta(days=1)

    await expire(world, tomorrow)

    assert (await world.told())[-1][0] == "consent-changed"
    word = Consent(State.GRANTED, tomorrow, "spoken", expires_on=tomorrow + timedelta(days=60))
    async with world.database.transaction(member(world.referrer.id)) as tx:
        again = await change_consent(
            tx,
            referral.id,
            purpose=Purpose.SHARE_REFERRAL,
            word=word,
            by=actor(world.referrer.id),
            version=referral.version + 3,
            now=noon(tomorrow),
        )
    assert again.status == "accepted"
    assert await sees(world, member(world.host.id), referral) == {"referrals", "people"}
