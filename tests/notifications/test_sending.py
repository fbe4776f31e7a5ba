"""When to try again, when to give up, and what an attempt changes."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_notifications.domain.sending import (
    CLAIM,
    MAIL_LIMIT,
    MOST_TRIES,
    Claimed,
    Delivered,
    Failed,
    NotTried,
    Outcome,
    PutOff,
    Settled,
    may_begin,
    pause_after,
    settle,
    wait_after,
)
from tests.builders import NOW

jitters = st.floats(0, 1, exclude_max=True)


def a_message(*, tries: int = 1, repeated: bool = False) -> Claimed:
    return Claimed(UUID(int=1), UUID(int=2), "match-made", "person", UUID(int=3), None, tries, repeated)


def settled(outcome: Outcome, message: Claimed | None = None, *, faults: int = 1, jitter: float = 0.0) -> Settled:
    return settle(message or a_message(), outcome, faults=faults, jitter=jitter, now=NOW)


def test_what_the_channel_took_is_delivered() -> None:
    assert settled(Delivered()).state == "delivered"


def test_what_was_refused_has_failed_with_its_code() -> None:
    failed = settled(Failed("refused"))

    assert (failed.state, failed.code) == ("failed", "refused")


def test_what_was_put_off_is_due_again_after_a_minute() -> None:
    again = settled(PutOff())

    assert (again.state, again.due_at) == ("pending", NOW + timedelta(minutes=1))


def test_what_is_put_off_too_often_is_given_up() -> None:
    assert settled(PutOff(), a_message(tries=MOST_TRIES)).code == "gave-up"


def test_what_could_not_be_tried_is_never_given_up() -> None:
    assert settled(NotTried(), a_message(tries=MOST_TRIES)).state == "pending"


def test_what_could_not_be_tried_gives_its_try_back() -> None:
    assert settled(NotTried()).given_back


def test_a_possible_second_copy_stays_one_until_it_is_tried() -> None:
    assert settled(NotTried(), a_message(repeated=True)).state == "sending"


def test_giving_up_takes_the_five_days_of_rfc_5321() -> None:
    waits = sum((wait_after(tries, jitter=0) for tries in range(1, MOST_TRIES)), timedelta())

    assert timedelta(days=5) <= waits < timedelta(days=5, hours=1)


@given(st.integers(1, 10_000), jitters)
def test_a_wait_is_never_shorter_than_a_minute_nor_much_longer_than_an_hour(tries: int, jitter: float) -> None:
    assert timedelta(minutes=1) <= wait_after(tries, jitter=jitter) <= timedelta(minutes=75)


@given(st.integers(1, 125), jitters)
def test_waits_never_shrink(tries: int, jitter: float) -> None:
    assert wait_after(tries, jitter=jitter) <= wait_after(tries + 1, jitter=jitter)


@given(st.integers(0, 10_000), jitters)
def test_a_pause_is_shorter_than_the_patience_with_a_silent_loop(faults: int, jitter: float) -> None:
    assert timedelta(seconds=1) <= pause_after(faults, jitter=jitter) < timedelta(seconds=60)


@pytest.mark.parametrize(("seconds", "may"), [(0, True), (200, True), (211, False), (400, False)])
def test_no_letter_begins_that_might_outlast_the_claim(seconds: int, *, may: bool) -> None:
    assert may_begin(NOW, NOW + timedelta(seconds=seconds)) is may


def test_a_claim_outlasts_several_letters() -> None:
    assert CLAIM > 3 * MAIL_LIMIT
