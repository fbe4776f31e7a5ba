"""What counts say about waiting, and whose they are."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from kith_reporting.domain.totals import COUNTS, Side, Total
from kith_reporting.pages.chart import bar, in_words, longest

NOTHING = Total(uuid4(), None, uuid4(), None, None, Side.OWNER, **dict.fromkeys(COUNTS, 0))


def a_total(**counts: Any) -> Total:
    return replace(NOTHING, **counts)


def test_nobody_matched_has_no_mean() -> None:
    assert a_total().mean_days_waited is None


def test_the_mean_wait_is_of_those_whose_day_of_referral_is_known() -> None:
    assert a_total(matched=3, waited=2, days_waited=25).mean_days_waited == 12.5


def test_those_who_wait_wait_a_day_longer_every_day() -> None:
    waiting_since = date(2026, 11, 1).toordinal() + date(2026, 11, 3).toordinal()
    line = a_total(waiting=2, waiting_since=waiting_since)

    means = [line.mean_days_waiting(date(2026, 11, day)) for day in (4, 5)]

    assert means == [2.0, 3.0]


def test_nobody_waiting_has_no_mean() -> None:
    assert a_total().mean_days_waiting(date(2026, 11, 23)) is None


def test_a_bar_shows_every_referral_once() -> None:
    line = a_total(received=20, matched=8, attending=2, waiting=5, undecided=3)

    parts = bar(line, most=20)

    assert [part.count for part in parts] == [8, 2, 5, 3, 2]
    assert sum(part.width for part in parts) == 100


def test_parts_of_a_bar_stand_side_by_side() -> None:
    parts = bar(a_total(received=20, matched=8, waiting=5, undecided=3), most=40)

    assert [part.begin for part in parts] == [0, 20, 32.5, 40]


def test_bars_share_the_scale_of_the_longest() -> None:
    lines = [a_total(received=4, undecided=4), a_total(received=9, matched=9)]

    assert longest(lines) == 9


def test_nothing_at_all_still_has_a_scale() -> None:
    assert longest([]) == 1


def test_a_bar_can_be_heard() -> None:
    words = in_words(bar(a_total(received=1200, matched=1100, waiting=100), most=1200))

    assert words == "1,100 matched, 100 waiting for a match"


def test_an_empty_bar_says_so() -> None:
    assert in_words(bar(a_total(), most=1)) == "nothing yet"
