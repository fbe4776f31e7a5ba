"""When two records may be of one person: every slip that is tolerated is found, and two people are not one."""

import unicodedata
from datetime import date
from typing import Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kith_referrals.domain.likeness import SURE, Likeness, Traits, is_near, likeness, near, one_edit, plain, sure_marks
from tests.referrals.world import CHI_NUMBER, NHS_NUMBER
from tests.servers.lengths import examples

LETTERS = "abcdefghijklmnopqrstuvwxyzéüøł"
names = st.text(LETTERS, min_size=4, max_size=12)
dates = st.dates(date(1900, 1, 1), date(2026, 11, 23))


def somebody(given: str | None, family: str, born: date | None = date(1981, 2, 3), district: str = "EH16") -> Traits:
    return Traits(family, given, born, district)


@st.composite
def edited(draw: st.DrawFn, name: str) -> str:
    """The name with one letter left out, added or mistaken, or two neighbours exchanged."""
    at = draw(st.integers(0, len(name) - 1))
    letter = draw(st.sampled_from(LETTERS))
    left, right = name[:at], name[at:]
    return draw(
        st.sampled_from(
            [left + right[1:], left + letter + right, left + letter + right[1:], left + right[1::-1] + right[2:]]
        )
    )


def slipped(name: str) -> st.SearchStrategy[str]:
    return st.one_of(st.just(name), edited(name))


@st.composite
def written(draw: st.DrawFn, name: str) -> str:
    """The same name in another way of writing."""
    at = draw(st.integers(1, len(name) - 1))
    parted = name[:at] + draw(st.sampled_from(["", " ", "-", "'", "\u2019", "  "])) + name[at:]
    form: Literal["NFC", "NFD"] = draw(st.sampled_from(["NFC", "NFD"]))
    cased = draw(st.sampled_from([parted, parted.upper(), parted.title()]))
    return unicodedata.normalize(form, cased)


@given(st.data(), names, names, dates)
def test_however_it_is_written_a_name_is_the_same(data: st.DataObject, given: str, family: str, born: date) -> None:
    one = somebody(given, family, born)

    other = somebody(data.draw(written(given)), data.draw(written(family)), born)

    assert likeness(one, other) is Likeness.DETAILS


@given(names, names, dates)
def test_given_and_family_name_may_have_changed_places(given: str, family: str, born: date) -> None:
    assert likeness(somebody(given, family, born), somebody(family, given, born)) is Likeness.DETAILS


@given(st.data(), names, names, dates, st.booleans())
def test_one_edit_in_each_part_of_the_name_is_found(
    data: st.DataObject, given: str, family: str, born: date, swapped: bool
) -> None:
    one, other = data.draw(slipped(given)), data.draw(slipped(family))
    there = somebody(other, one, born) if swapped else somebody(one, other, born)

    found = likeness(somebody(given, family, born), there)

    assert found in {Likeness.DETAILS, Likeness.SLIP}


@given(names, names, dates)
def test_day_and_month_exchanged_are_found(given: str, family: str, born: date) -> None:
    assume(born.day <= 12)
    exchanged = date(born.year, born.day, born.month)

    assert likeness(somebody(given, family, born), somebody(given, family, exchanged)) is not None


@given(names, names, dates, st.integers(0, 7), st.sampled_from("0123456789"))
def test_one_mistaken_digit_of_the_birth_date_is_found(
    given: str, family: str, born: date, at: int, digit: str
) -> None:
    digits = f"{born:%Y%m%d}"
    mistaken = digits[:at] + digit + digits[at + 1 :]
    try:
        other = date.fromisoformat(mistaken)
    except ValueError:
        assume(False)

    assert likeness(somebody(given, family, born), somebody(given, family, other)) is not None


@given(dates, dates)
def test_a_date_is_near_another_exactly_when_the_other_is_near_it(one: date, other: date) -> None:
    assert is_near(one, other) == is_near(other, one) == (one in near(other))


FEW_NAMES = st.sampled_from(["Ann", "Lee", "ann-lee", "Leeann", "Ánn", ""])
FEW_PEOPLE = st.builds(
    Traits,
    FEW_NAMES,
    st.none() | FEW_NAMES,
    st.sampled_from([date(1981, 2, 3), date(1981, 3, 2)]),
    st.just("EH16"),
    st.sampled_from([None, None, None, NHS_NUMBER]),
)


@given(FEW_PEOPLE, FEW_PEOPLE)
@settings(max_examples=examples(1000))
def test_whoever_is_surely_alike_is_found_by_a_mark_in_common(one: Traits, other: Traits) -> None:
    in_common = set(sure_marks(one)) & set(sure_marks(other))

    assert likeness(one, other) not in SURE or in_common


@given(dates)
def test_every_date_that_is_looked_for_is_near_and_the_date_itself_comes_first(born: date) -> None:
    assert all(is_near(born, day) for day in near(born))
    assert near(born)[0] == born


@given(st.data(), names)
def test_a_name_is_one_edit_from_another_exactly_when_the_other_is_from_it(data: st.DataObject, name: str) -> None:
    other = data.draw(edited(name))

    assert one_edit(name, other)
    assert one_edit(other, name)


@given(st.text(max_size=12), st.text(max_size=12))
def test_one_edit_is_a_distance_of_at_most_one(one: str, other: str) -> None:
    assert one_edit(one, other) == (distance(one, other) <= 1)


def distance(one: str, other: str) -> int:
    """The restricted Damerau-Levenshtein distance, by the table of the textbooks."""
    table = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


everybody = st.builds(
    Traits,
    family_name=st.sampled_from(["Testwell", "Tetswell", "Sampleton", "Ann"]),
    given_name=st.sampled_from([None, "Renée", "Rene", "Ailsa", "Testwell"]),
    birth_date=st.sampled_from([None, date(1981, 2, 3), date(1981, 3, 2), date(1960, 7, 19)]),
    district=st.sampled_from([None, "EH16", "G12"]),
    nhs_number=st.sampled_from([None, NHS_NUMBER]),
    chi_number=st.sampled_from([None, CHI_NUMBER]),
)


@given(everybody, everybody)
def test_one_is_as_like_the_other_as_the_other_is_like_the_one(one: Traits, other: Traits) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(everybody, everybody)
def test_without_a_number_nobody_of_another_or_unknown_district_or_birth_date_is_alike(
    one: Traits, other: Traits
) -> None:
    assume(not set(one.numbers) & set(other.numbers))
    known = None not in {one.district, one.birth_date, other.birth_date}

    if likeness(one, other) is not None:
        assert known
        assert one.district == other.district


@given(names, names, dates, names, names)
def test_two_people_with_other_names_are_two(given: str, family: str, born: date, given_too: str, other: str) -> None:
    parts = plain(given), plain(family), plain(given_too), plain(other)
    assume(min(distance(one, another) for one in parts[:2] for another in parts[2:]) > 1)
    assume(parts[0] + parts[1] not in {parts[2] + parts[3], parts[3] + parts[2]})

    assert likeness(somebody(given, family, born), somebody(given_too, other, born)) is None


@pytest.mark.parametrize(
    "other",
    [
        somebody("Renée", "Testwell", date(1981, 2, 3), "G12"),
        somebody("Renée", "Testwell", date(1983, 4, 3)),
        somebody("Renee", "Tetswell", date(1981, 3, 2)),
        somebody("Ailsa", "Testwell"),
        somebody(None, "Testwell"),
        somebody("Renée", "Testwell2"),
        somebody("Renée", "Testwell", None),
    ],
    ids=["district", "two digits", "name and date", "sister", "no given name", "numbered", "no date"],
)
def test_more_than_one_kind_of_difference_is_another_person(other: Traits) -> None:
    assert likeness(somebody("Renée", "Testwell"), other) is None


def test_among_short_names_one_edit_is_another_name() -> None:
    assert likeness(somebody("Ann", "Testwell"), somebody("Ian", "Testwell")) is None
    assert likeness(somebody("Anna", "Testwell"), somebody("Ana", "Testwell")) is Likeness.SLIP


def test_the_same_number_is_enough_and_a_number_of_another_kind_is_not() -> None:
    one, other = Traits("Testwell", nhs_number=NHS_NUMBER), Traits("Sampleton", nhs_number=NHS_NUMBER)

    assert likeness(one, other) is Likeness.NUMBER
    assert likeness(one, Traits("Sampleton", hc_number=NHS_NUMBER)) is None


@given(st.text(max_size=20))
def test_a_name_compared_twice_is_compared_the_same(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_names_that_are_signs_alone_are_still_told_apart() -> None:
    assert plain("—") != plain("…")


def test_traits_do_not_show_in_a_traceback() -> None:
    assert "Testwell" not in repr(somebody("Renée", "Testwell"))
