"""Which places and which kinds of supporter would help most, in numbers and in words."""

from uuid import UUID

import pytest

from kith_matching.domain.helpful import most_helpful, price_in_words
from tests.matching.builders import a_programme, a_referral

SAM, ALEX, JO = UUID(int=1), UUID(int=2), UUID(int=3)


def test_the_dearest_places_come_first_and_equals_by_id() -> None:
    found = most_helpful({JO: 90, ALEX: 380, SAM: 90}, [], most=2)

    assert [(one.supporter_id, one.points) for one in found.places] == [(ALEX, 380), (SAM, 90)]
    assert found.places[0].because == "one more place of theirs is worth 380 to others"


def test_people_who_found_nobody_are_counted_with_all_that_a_supporter_would_need() -> None:
    programme = a_programme()
    polish = a_referral(programme, language="pl", district=None, conditions=("asthma", "asthma", "copd"))
    local = a_referral(programme, language="pl", district="G12", conditions=("copd",), requested=("women-only",))

    found = most_helpful({}, [(polish, 0), (local, 3)], most=9)

    assert {(one.connection, one.code): (one.nobody, one.lost_out) for one in found.wanted} == {
        ("language", "pl"): (1, 1),
        ("district", "G12"): (0, 1),
        ("requested", "women-only"): (0, 1),
        ("condition", "asthma"): (1, 0),
        ("condition", "copd"): (1, 1),
    }
    assert found.unmatched == 2
    assert [one.because for one in found.wanted if one.code == "pl"] == [
        "nobody could take 1, and 1 lost out to others"
    ]


def test_of_each_connection_those_that_most_people_need_are_named() -> None:
    programme = a_programme()
    people = [a_referral(programme, language=one, district=None, conditions=()) for one in ("ur", "pl", "ur", "so")]

    found = most_helpful({}, [(one, 0) for one in people], most=2)

    assert [(one.code, one.people) for one in found.wanted] == [("ur", 2), ("pl", 1)]


@pytest.mark.parametrize(
    ("score", "price", "words"),
    [
        (120, 380, "scores 40 more than the first, but a place of theirs is worth 380 to others"),
        (80, 380, "a place of theirs is worth 380 to others"),
        (70, 380, "a place of theirs is worth 380 to others"),
        (120, 0, None),
    ],
)
def test_a_price_is_said_in_words(score: int, price: int, words: str | None) -> None:
    assert price_in_words(score, price, first=80) == words
