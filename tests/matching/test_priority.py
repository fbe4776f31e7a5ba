"""Who goes before whom, and what a pair is worth in the whole list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from kith_matching.domain.priority import PLACE, standing
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.round import WaitingList
from kith_matching.domain.supporter import Load, Supporter
from kith_matching.domain.terms import Priority, Terms
from kith_matching.solving import price, solve
from kith_matching.solving.waiting import list_of
from tests.matching.builders import DAY, TODAY, a_programme, a_referral, a_supporter

POLICY = Priority(ageing_per_day=10, scarcity=3000, urgent=2000)


def points(candidates: int = 4, today: date = TODAY, **different: object) -> dict[str, int]:
    referral = a_referral(a_programme(), **different)
    return {part.connection: part.points for part in standing(referral, POLICY, candidates=candidates, today=today)}


def waiting(
    programme: Programme, people: Sequence[Referral], supporters: Sequence[tuple[Supporter, Load]]
) -> WaitingList:
    """A list of the programme, by the policy of these tests."""
    return WaitingList(replace(programme, terms=Terms(priority=POLICY)), people, supporters, frozenset())


def test_every_day_of_waiting_counts_up_to_a_year() -> None:
    waited = [points(received_on=TODAY - days * DAY)["waiting"] for days in (0, 1, 365, 366, 4000)]

    assert waited == [0, 10, 3650, 3650, 3650]


def test_a_referral_dated_tomorrow_has_not_waited() -> None:
    assert points(received_on=TODAY + DAY)["waiting"] == 0


@pytest.mark.parametrize(("candidates", "worth"), [(0, 0), (1, 3000), (3, 1732), (4, 1500), (100, 300)])
def test_whoever_few_could_support_goes_before_whoever_many_could(candidates: int, worth: int) -> None:
    assert points(candidates=candidates)["scarcity"] == worth


def test_only_what_is_urgent_has_points_for_it() -> None:
    assert (points(urgent=True)["urgency"], points(urgent=False)["urgency"]) == (2000, 0)


def test_no_part_gives_more_than_its_most() -> None:
    referral = a_referral(a_programme(), received_on=TODAY - 9999 * DAY, urgent=True)

    assert all(part.points <= part.most for part in standing(referral, POLICY, candidates=1, today=TODAY))


def test_a_pair_is_worth_a_place_its_fit_and_its_persons_standing() -> None:
    programme = a_programme()
    person, supporter = a_referral(programme, received_on=TODAY - 20 * DAY), a_supporter(programme)

    problem = list_of(waiting(programme, [person], [(supporter, Load())]), today=TODAY)

    assert problem.weight.tolist() == [PLACE + 100 + 200 + 3000]
    assert problem.free.tolist() == [1]


def test_the_only_one_who_could_is_kept_for_whom_nobody_else_could() -> None:
    programme = a_programme()
    speaks_both = a_supporter(programme, languages=("en", "pl"))
    speaks_english = a_supporter(programme, conditions=())
    anyone_would_do = a_referral(programme)
    needs_polish = a_referral(programme, language="pl", conditions=(), needs=())
    people, supporters = [anyone_would_do, needs_polish], [(speaks_both, Load()), (speaks_english, Load())]

    problem = list_of(waiting(programme, people, supporters), today=TODAY)
    chosen = solve(problem).chosen

    assert [(problem.person[pair], problem.supporter[pair]) for pair in chosen] == [(0, 1), (1, 0)]
    assert price(problem, chosen).gap == 0


def test_a_taken_place_is_not_given_again() -> None:
    programme = a_programme()
    busy = (a_supporter(programme, capacity=2), Load(matches=1))
    people = [a_referral(programme), a_referral(programme)]

    problem = list_of(waiting(programme, people, [busy]), today=TODAY)

    assert len(solve(problem).chosen) == 1


def test_a_policy_that_takes_away_more_than_a_place_is_worth_leaves_the_least_that_counts() -> None:
    programme = a_programme(weights={"condition": -20_000})

    given = waiting(programme, [a_referral(programme)], [(a_supporter(programme), Load())])
    problem = list_of(given, today=TODAY)

    assert problem.weight.tolist() == [1]
