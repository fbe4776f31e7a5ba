"""Cells of other systems' files: what they stand for."""

import locale
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.intake import reading
from kith_referrals.domain.intake.mapping import Dates
from kith_referrals.domain.intake.refusals import (
    CellRefused,
    CountUnreadable,
    DateUnreadable,
    EmailUnreadable,
    LanguageUnreadable,
    SurnameMissing,
    ValueTooLong,
)
from kith_referrals.domain.words import clean, folded

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
any_text = st.text(st.characters(codec=None), max_size=60)


def written(day: date, form: Dates) -> str:
    """The date as a file of that form has it."""
    match form:
        case Dates.ISO:
            return day.isoformat()
        case Dates.UK:
            return f"{day.day:02}/{day.month:02}/{day.year:04}"
        case Dates.WORDS:
            return f"{day.day} {MONTHS[day.month - 1]} {day.year:04}"


@given(st.dates(), st.sampled_from(Dates))
def test_every_date_is_read_as_it_was_written(day: date, form: Dates) -> None:
    assert reading.read_date(written(day, form), form) == day


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31/02/1970", Dates.UK),
        ("13/13/1980", Dates.UK),
        ("1970-02-31", Dates.ISO),
        ("1 Foo 1960", Dates.WORDS),
        ("31/02/1970", Dates.ISO),
        ("1970-1-2", Dates.ISO),
        ("02/03/70", Dates.UK),
        ("29 Feb 2027", Dates.WORDS),
        ("0000-01-01", Dates.ISO),
        ("२०२६-०१-०१", Dates.ISO),
        ("1980-12-31 00:00", Dates.ISO),
    ],
)
def test_what_is_no_date_of_the_form_is_refused(text: str, form: Dates) -> None:
    with pytest.raises(DateUnreadable, match="written like"):
        reading.read_date(text, form)


@pytest.mark.parametrize("text", ["28 Sep 1969", "28 sep 1969", "28 SEPT 1969", "28  September 1969"])
def test_english_months_are_read_whatever_the_machine_speaks(text: str) -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, "C")

        assert reading.read_date(text, Dates.WORDS) == date(1969, 9, 28)
    finally:
        locale.setlocale(locale.LC_TIME, before)


@given(st.integers(0, 999_999))
def test_a_count_is_a_whole_number_in_figures(count: int) -> None:
    assert reading.read_count(str(count)) == count


@pytest.mark.parametrize("text", ["two", "-1", "2.0", "1e3", "٢", " 2", "1000000", ""])
def test_anything_else_is_no_count(text: str) -> None:
    with pytest.raises(CountUnreadable):
        reading.read_count(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("MacAskill, Renée", ("Renée", "MacAskill")),
        ("de la Cruz,Ana Maria", ("Ana Maria", "de la Cruz")),
        ("Ana Testwell", ("Ana", "Testwell")),
        ("Testwell", (None, "Testwell")),
        ("Testwell,", (None, "Testwell")),
        ("Testwell, Ana, B.", ("Ana, B.", "Testwell")),
    ],
)
def test_a_full_name_is_split_into_given_name_and_surname(text: str, name: tuple[str | None, str]) -> None:
    assert reading.read_full_name(text) == name


@pytest.mark.parametrize("text", ["", "  ", ",", ", Renée"])
def test_a_full_name_without_surname_is_refused(text: str) -> None:
    with pytest.raises(SurnameMissing):
        reading.read_full_name(text)


@pytest.mark.parametrize("text", ["person@example.org", "a.b+c@mail.example.org"])
def test_an_address_that_mail_can_reach_is_kept(text: str) -> None:
    assert reading.read_email(text) == text


@pytest.mark.parametrize(
    "text", ["none", "a@b", "a b@example.org", "a@example.org, c@example.org", "a@example.org\nBcc: x", "@", "x" * 260]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(EmailUnreadable):
        reading.read_email(text)


@pytest.mark.parametrize("text", ["07700 900113", "+44 7700 900067", "ask for the ward, ext. 12"])
def test_a_telephone_number_is_kept_as_a_human_wrote_it(text: str) -> None:
    assert reading.read_telephone(text) == text


@pytest.mark.parametrize("text", ["english", "e", "e1"])
def test_a_language_is_a_code_of_iso_639(text: str) -> None:
    with pytest.raises(LanguageUnreadable):
        reading.read_language(text)


def test_words_become_codes_by_the_table_and_the_rest_stays_words() -> None:
    table = {"low mood": "low-mood", "anxiety": "anxiety"}

    codes, unknown = reading.read_codes("LOW  mood|grief| anxiety |low mood|", "|", table)

    assert (codes, unknown) == (("low-mood", "anxiety"), ("grief",))


def test_what_is_longer_than_its_column_may_be_is_refused() -> None:
    with pytest.raises(ValueTooLong):
        reading.read_name("x" * 201)


READERS: list[Callable[[str], object]] = [
    lambda text: reading.read_date(text, Dates.ISO),
    lambda text: reading.read_date(text, Dates.UK),
    lambda text: reading.read_date(text, Dates.WORDS),
    reading.read_count,
    reading.read_email,
    reading.read_telephone,
    reading.read_language,
    reading.read_name,
    reading.read_full_name,
    lambda text: reading.read_codes(text, "|", {}),
]


@given(any_text)
def test_any_text_is_read_or_refused_by_every_reader(text: str) -> None:
    for read in READERS:
        try:
            read(clean(text))
        except CellRefused:
            continue


@given(any_text)
def test_cleaned_text_can_be_kept_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)

    assert cleaned.encode() is not None
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


@given(any_text)
def test_folded_text_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)
