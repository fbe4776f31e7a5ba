"""A person: where they live, how old they are, and when two records may be of one."""

import unicodedata
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kith_contracts.fact import AgeBand
from kith_referrals.domain import places
from kith_referrals.domain.people import age_band, checked
from kith_referrals.domain.refusals import (
    BirthDateAfterToday,
    ChiDateDiffers,
    PostcodeUnreadable,
    WrongCheckDigit,
)
from tests.builders import TODAY
from tests.referrals.world import CHI_NUMBER, NHS_NUMBER, a_person, age

OUTWARD = st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]?", fullmatch=True)
INWARD = st.from_regex(r"[0-9][A-Z]{2}", fullmatch=True)
SPACE = st.sampled_from(["", " ", "  ", "\t"])


@pytest.mark.parametrize(
    ("written", "kept", "district"),
    [
        ("eh165xx", "EH16 5XX", "EH16"),
        ("EH1 1YZ", "EH1 1YZ", "EH1"),
        (" g12  8qq ", "G12 8QQ", "G12"),
        ("SW1A 1AA", "SW1A 1AA", "SW1A"),
        ("W1A1AA", "W1A 1AA", "W1A"),
        ("ml1", "ML1", "ML1"),
    ],
)
def test_a_postcode_is_kept_in_one_form_and_lies_in_a_district(written: str, kept: str, district: str) -> None:
    assert (places.postcode(written), places.district(places.postcode(written))) == (kept, district)


@given(OUTWARD, SPACE, INWARD, st.booleans())
def test_case_and_spaces_of_a_postcode_do_not_matter(outward: str, space: str, inward: str, lower: bool) -> None:
    written = outward + space + inward

    assert places.district(places.postcode(written.lower() if lower else written)) == outward


@given(st.text(max_size=12))
def test_any_text_is_a_postcode_with_a_district_or_refused(text: str) -> None:
    try:
        kept = places.postcode(text)
    except PostcodeUnreadable:
        return
    assert places.postcode(kept) == kept


@pytest.mark.parametrize("text", ["", "no fixed abode", "12345", "E", "EH16 5X", "EH16 XXX"])
def test_what_is_no_postcode_is_refused(text: str) -> None:
    with pytest.raises(PostcodeUnreadable):
        places.postcode(text)


@pytest.mark.parametrize(
    ("years", "band"),
    [(0, "0-4"), (4, "0-4"), (5, "5-14"), (14, "5-14"), (15, "15-24"), (44, "35-44"), (84, "75-84"), (85, "85-plus")],
)
def test_an_age_lies_in_a_band_of_ten_years(years: int, band: str) -> None:
    assert age_band(age(years), TODAY) == band


def test_a_birthday_counts_from_its_own_day() -> None:
    assert age_band(date(1991, 11, 24), TODAY) == "25-34"


def test_somebody_born_on_29_february_is_a_year_older_on_1_march() -> None:
    born = date(2012, 2, 29)

    assert [age_band(born, day) for day in (date(2027, 2, 28), date(2027, 3, 1))] == ["5-14", "15-24"]


def test_without_a_birth_date_the_band_is_unknown() -> None:
    assert age_band(None, TODAY) == "unknown"


@given(st.dates(date(1850, 1, 1), TODAY))
def test_every_band_is_one_that_a_fact_may_hold(born: date) -> None:
    assert TypeAdapter(AgeBand).validate_python(age_band(born, TODAY))


def test_a_name_is_the_same_however_it_is_cased_spaced_and_composed() -> None:
    whole = a_person(uuid4(), family_name="de la Müller", birth_date=age(40), postcode="EH1 1YZ")
    decomposed = a_person(
        uuid4(),
        given_name="RENÉE ",
        family_name=unicodedata.normalize("NFD", "De  la MÜLLER"),
        birth_date=age(40),
        postcode="EH1 9ZZ",
    )

    assert whole.likeness == decomposed.likeness


@pytest.mark.parametrize(
    "other", [{"family_name": "Sampleton"}, {"birth_date": age(41)}, {"postcode": "EH2 1YZ"}, {"given_name": "Ailsa"}]
)
def test_another_name_birth_date_or_district_is_not_alike(other: dict[str, object]) -> None:
    one = a_person(uuid4(), birth_date=age(40), postcode="EH1 1YZ")

    assert one.likeness != a_person(uuid4(), **{"birth_date": age(40), "postcode": "EH1 1YZ"} | other).likeness


@pytest.mark.parametrize("unknown", [{"birth_date": None}, {"postcode": None}])
def test_what_is_not_known_is_not_alike(unknown: dict[str, object]) -> None:
    assert a_person(uuid4(), **{"birth_date": age(40), "postcode": "EH1 1YZ"} | unknown).likeness is None


def test_a_checked_person_has_identifiers_and_postcode_in_their_kept_form() -> None:
    person = a_person(uuid4(), nhs_number="999 056 8855", postcode="eh165xx")

    kept = checked(person, TODAY)

    assert (kept.nhs_number, kept.postcode) == (NHS_NUMBER, "EH16 5XX")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"nhs_number": "9990568856"}, WrongCheckDigit),
        ({"chi_number": CHI_NUMBER, "birth_date": date(1902, 1, 1)}, ChiDateDiffers),
        ({"birth_date": date(2026, 11, 24)}, BirthDateAfterToday),
        ({"postcode": "nowhere"}, PostcodeUnreadable),
    ],
)
def test_a_person_with_something_that_cannot_be_right_is_refused(
    wrong: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        checked(a_person(uuid4(), **wrong), TODAY)


def test_a_person_does_not_show_in_a_traceback() -> None:
    person = a_person(uuid4(), nhs_number=NHS_NUMBER, postcode="EH16 5XX", email="person@example.org")

    shown = repr(person)

    assert not any(private in shown for private in ("Testwell", "Renée", NHS_NUMBER, "EH16", "example.org"))
