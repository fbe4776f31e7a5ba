"""How much a referrer hears, over time: less stops what is not yet sent, more begins with what happens next."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.database import Database
from kith_notifications.domain.referral import LEVELS, Feedback
from tests.builders import (
    NOW,
    a_consent_changed,
    a_match_made,
    a_match_proposed,
    a_referral_created,
    a_referral_decided,
    a_supporter_changed,
    received,
)
from tests.conftest import DatabaseOf
from tests.notifications.test_incoming import hear, messages

levels = st.sampled_from(LEVELS)
said = st.lists(st.tuples(levels, st.integers(0, 9)), max_size=8).map(lambda news: sorted(news, key=lambda one: one[1]))


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def after(first: str, news: list[tuple[str, int]]) -> Feedback:
    feedback = Feedback().said(first, later(0))
    for level, minute in news:
        feedback = feedback.said(level, later(minute))
    return feedback


@given(levels, said, levels, st.integers(0, 9))
def test_something_is_told_if_every_level_since_it_happened_allows_it(
    first: str, news: list[tuple[str, int]], needed: str, happened: int
) -> None:
    steps = [(first, 0), *news]
    in_force = [
        level for place, (level, _) in enumerate(steps) if place == len(steps) - 1 or steps[place + 1][1] > happened
    ]

    stops = after(first, news).stops(needed, later(happened))

    assert stops == any(LEVELS.index(level) < LEVELS.index(needed) for level in in_force)


def test_the_receipt_is_told_at_every_level() -> None:
    assert not any(Feedback().said(level, NOW).stops("receipt", NOW) for level in (*LEVELS, "not-known-here"))


def test_a_level_that_is_not_known_here_is_no_more_than_the_receipt() -> None:
    assert Feedback().said("not-known-here", NOW) == Feedback().said("receipt", NOW)


async def told(database: Database, who: str = "referrer") -> dict[str, str | None]:
    """What is written to one kind of recipient, by what it tells; and why it is cancelled, if it is."""
    return {
        reason.partition("/")[0]: code
        for reason, recipient, _, code in await messages(database)
        if recipient.startswith(f"{who}/")
    }


async def test_a_referrer_hears_of_the_decision_and_not_of_the_match(database_of: DatabaseOf) -> None:
    database = await database_of("notifications")
    referral = a_referral_created(feedback="decision")
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))

    await hear(database, referral, a_referral_decided(referral), match)

    assert await told(database) == {
        "referral-received": None,
        "referral-accepted": None,
        "match-made": "beyond-feedback",
    }
    assert await told(database, "person") == {"referral-accepted": None, "match-made": None}


async def test_agreeing_to_less_stops_what_is_not_sent(database_of: DatabaseOf) -> None:
    database = await database_of("notifications")
    referral = a_referral_created()
    less = a_consent_changed(referral, purpose="tell-referrer", state="granted", feedback="receipt")

    await hear(database, referral, a_referral_decided(referral))
    await hear(database, received(less, at=later(1)))

    assert await told(database) == {"referral-received": None, "referral-accepted": "beyond-feedback"}


async def test_agreeing_to_more_tells_what_happens_next_and_not_what_had_happened(database_of: DatabaseOf) -> None:
    database = await database_of("notifications")
    referral = a_referral_created(feedback="receipt")
    more = a_consent_changed(referral, purpose="tell-referrer", state="granted", feedback="progress")
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))

    await hear(database, referral, a_referral_decided(referral), received(match, at=later(3)))
    await hear(database, received(more, at=later(2)))

    assert await told(database) == {
        "referral-received": None,
        "referral-accepted": "beyond-feedback",
        "match-made": None,
    }
