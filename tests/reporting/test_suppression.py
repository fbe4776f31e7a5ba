"""Counts fit to be shown outside: few are hidden, and what is shown never says exactly how many there were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_reporting.domain.suppression import FEW, LEAST_WHOLE, STEP, fit_to_show, percent_fit_to_show

COUNTS = st.integers(0, 200_000)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (22, 20), (23, 25), (92_001, 92_000)],
)
def test_few_are_hidden_and_others_rounded_to_the_nearest_five(count: int, shown: int | None) -> None:
    assert fit_to_show(count) == shown


@given(COUNTS)
def test_what_is_shown_stands_for_several_counts(count: int) -> None:
    shown = fit_to_show(count)
    others = [other for other in range(max(0, count - STEP), count + FEW) if fit_to_show(other) == shown]

    assert count == 0 or len(others) >= 3
    assert shown is None or abs(shown - count) <= STEP // 2


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(8, 40, 25), (7, 40, None), (0, 40, 0), (12, 22, None), (12, 23, 40), (120, 100, 120), (22_000, 120_000, 18)],
)
def test_a_share_comes_from_what_is_shown(part: int, whole: int, percent: int | None) -> None:
    assert percent_fit_to_show(part, whole) == percent


@given(COUNTS, COUNTS)
def test_a_share_tells_nothing_that_the_two_shown_counts_do_not(part: int, whole: int) -> None:
    shown, of = fit_to_show(part), fit_to_show(whole)
    percent = percent_fit_to_show(part, whole)

    if shown is None or of is None or of < LEAST_WHOLE:
        assert percent is None
    else:
        assert percent == percent_fit_to_show(shown, of)
        assert percent is not None
        assert abs(percent - 100 * shown / of) <= 0.5
