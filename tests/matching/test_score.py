from collections.abc import Sequence
from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.rules import Pair
from kith_matching.domain.score import Ranking, parts, rank
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from tests.matching.builders import TODAY, WEIGHTS, a_pair, a_programme, a_referral, a_supporter

CODES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=4).map(tuple)


def points(pair: Pair) -> dict[str, int]:
    return {part.connection: part.points for part in parts(pair)}


def test_a_perfect_pair_has_all_the_points_of_the_programme() -> None:
    assert points(a_pair()) == WEIGHTS


def test_a_supporter_with_one_of_two_conditions_has_half_the_points() -> None:
    pair = a_pair(referral={"conditions": ("type-2-diabetes", "depression")})

    assert points(pair)["condition"] == 20


def test_lived_experience_of_the_persons_need_counts() -> None:
    assert points(a_pair(supporter={"experience": ()}))["experience"] == 0


def test_a_second_language_is_shared_but_gives_no_points() -> None:
    assert points(a_pair(supporter={"languages": ("gd", "en")}))["language"] == 0


def test_meeting_only_at_a_distance_gives_no_points_for_place() -> None:
    assert points(a_pair(referral={"district": "EH1"}))["place"] == 0


def test_a_connection_the_programme_does_not_name_is_worth_nothing() -> None:
    assert points(a_pair(programme={"weights": {"interest": 7}})) == {
        "condition": 0,
        "experience": 0,
        "interest": 7,
        "language": 0,
        "place": 0,
    }


def test_every_part_says_why() -> None:
    told = {part.connection: part.because for part in parts(a_pair(referral={"interests": ("gardening", "chess")}))}

    assert told == {
        "condition": "1 of 1 shared: type-2-diabetes",
        "experience": "1 of 1 shared: isolation",
        "interest": "1 of 2 shared: gardening",
        "language": "the same first language",
        "place": "can meet in person",
    }


def several(*supporters: Supporter, loads: Sequence[Load] = ()) -> list[Pair]:
    programme = a_programme()
    referral = a_referral(programme)
    made = [replace(one, programme_ids=(programme.id,)) for one in supporters]
    return [Pair(referral, programme, one, loads[place] if loads else Load()) for place, one in enumerate(made)]


def test_the_best_fit_is_first() -> None:
    near, far = a_supporter(), a_supporter(interests=())

    ranking = rank(several(far, near), TODAY)

    assert [one.pair.supporter.id for one in ranking.candidates] == [near.id, far.id]


def test_of_equals_the_one_with_fewer_matches_is_first() -> None:
    busy, free = a_supporter(capacity=3), a_supporter(capacity=3)

    ranking = rank(several(busy, free, loads=(Load(matches=1), Load(matches=0, proposals=2))), TODAY)

    assert [one.pair.supporter.id for one in ranking.candidates] == [free.id, busy.id]


def test_of_equals_in_everything_the_lower_id_is_first() -> None:
    supporters = [a_supporter() for _ in range(5)]

    ranking = rank(several(*supporters), TODAY)

    assert [one.pair.supporter.id for one in ranking.candidates] == sorted(one.id for one in supporters)


def test_who_is_stopped_by_least_is_first_of_the_blocked() -> None:
    twice, once = a_supporter(capacity=0, languages=("cy",)), a_supporter(state=SupporterState.RESTING)

    ranking = rank(several(twice, once), TODAY)

    assert [[stop.code for stop in one.stops] for one in ranking.blocked] == [
        ["supporter-not-active"],
        ["no-capacity", "language-not-shared"],
    ]


@given(st.randoms(use_true_random=False))
def test_the_ranking_does_not_depend_on_the_order_of_the_supporters(random: Random) -> None:
    pairs = several(
        *(
            a_supporter(interests=("gardening",) * (number % 2), capacity=number % 3, conditions=())
            for number in range(12)
        ),
        loads=[Load(matches=number % 2) for number in range(12)],
    )
    shuffled = random.sample(pairs, len(pairs))

    assert _order(rank(shuffled, TODAY)) == _order(rank(pairs, TODAY))


def _order(ranking: Ranking) -> list[UUID]:
    pairs = [one.pair for one in ranking.candidates] + [one.pair for one in ranking.blocked]
    return [pair.supporter.id for pair in pairs]


@given(CODES, CODES, st.integers(0, 1000))
def test_a_part_never_gives_more_than_the_programme_says(
    asked: tuple[str, ...], has: tuple[str, ...], weight: int
) -> None:
    pair = a_pair(
        referral={"conditions": asked}, supporter={"conditions": has}, programme={"weights": {"condition": weight}}
    )

    assert 0 <= points(pair)["condition"] <= weight


@given(CODES.filter(bool), CODES, st.integers(0, 1000))
def test_somebody_whose_every_condition_is_shared_gives_all_the_points(
    asked: tuple[str, ...], more: tuple[str, ...], weight: int
) -> None:
    pair = a_pair(
        referral={"conditions": asked},
        supporter={"conditions": asked + more},
        programme={"weights": {"condition": weight}},
    )

    assert points(pair)["condition"] == weight
