"""Health-service numbers: what can be one."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kith_referrals.domain import identifiers
from kith_referrals.domain.refusals import (
    ChiDateDiffers,
    ChiDateUnreal,
    IdentifierRefused,
    RepeatedDigits,
    WrongCheckDigit,
)
from tests.referrals.world import CHI_NUMBER, NHS_NUMBER

nine_digits = st.text("0123456789", min_size=9, max_size=9)
dates = st.dates(date(1900, 1, 1), date(2026, 11, 23))


def with_check_digit(nine: str) -> str:
    """The number that these nine digits begin, by the sum as the NHS Data Dictionary writes it, in five steps."""
    total = sum(int(digit) * weight for digit, weight in zip(nine, (10, 9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    check = 11 - total % 11
    assume(check != 10)
    number = nine + ("0" if check == 11 else str(check))
    assume(len(set(number)) > 1)
    return number


@given(nine_digits.map(with_check_digit))
def test_a_number_with_the_right_check_digit_is_kept_as_ten_digits(number: str) -> None:
    spaced = f" {number[:3]} {number[3:6]}  {number[6:]} "

    assert [read(spaced) for read in (identifiers.nhs_number, identifiers.hc_number)] == [number] * 2


@given(nine_digits, st.integers(1, 9))
def test_every_other_check_digit_is_refused(nine: str, further: int) -> None:
    number = with_check_digit(nine)
    wrong = number[:9] + str((int(number[9]) + further) % 10)
    assume(len(set(wrong)) > 1)

    for read in (identifiers.nhs_number, identifiers.hc_number):
        with pytest.raises(WrongCheckDigit):
            read(wrong)


@given(nine_digits, st.integers(0, 8))
def test_two_neighbouring_digits_exchanged_are_noticed(nine: str, place: int) -> None:
    number = with_check_digit(nine)
    assume(number[place] != number[place + 1])
    exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    with pytest.raises(WrongCheckDigit):
        identifiers.nhs_number(exchanged)


@pytest.mark.parametrize("digit", "0123456789")
@pytest.mark.parametrize("read", [identifiers.nhs_number, identifiers.chi_number, identifiers.hc_number])
def test_ten_equal_digits_are_refused(read: Callable[[str], str], digit: str) -> None:
    with pytest.raises(RepeatedDigits):
        read(digit * 10)


@given(st.text(max_size=14))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for read in (identifiers.nhs_number, identifiers.chi_number, identifiers.hc_number):
        try:
            kept = read(text)
        except IdentifierRefused:
            continue
        assert len(kept) == 10


@pytest.mark.parametrize("text", ["", "999056885", "99905688555", "999-056-8855", "999056885A", "९९९०५६८८५५"])
def test_what_is_not_ten_digits_is_refused(text: str) -> None:
    with pytest.raises(IdentifierRefused):
        identifiers.nhs_number(text)


@pytest.mark.parametrize("number", [NHS_NUMBER, "9434765919", "9990568855"])
def test_a_published_nhs_number_is_one(number: str) -> None:
    assert identifiers.nhs_number(number) == number


def test_the_example_of_public_health_scotland_is_a_chi_number() -> None:
    assert identifiers.chi_number(CHI_NUMBER) == CHI_NUMBER


def test_public_health_scotlands_wrong_example_is_refused() -> None:
    with pytest.raises(WrongCheckDigit):
        identifiers.chi_number("0101201234")


@given(dates, st.text("0123456789", min_size=3, max_size=3))
def test_a_chi_number_fits_the_birth_date_that_it_begins_with(born: date, rest: str) -> None:
    number = with_check_digit(f"{born:%d%m%y}" + rest)

    identifiers.check_chi_date(identifiers.chi_number(number), born)


@given(dates, dates, st.text("0123456789", min_size=3, max_size=3))
def test_a_chi_number_fits_no_other_birth_date(born: date, other: date, rest: str) -> None:
    assume(f"{born:%d%m%y}" != f"{other:%d%m%y}")
    number = with_check_digit(f"{born:%d%m%y}" + rest)

    with pytest.raises(ChiDateDiffers):
        identifiers.check_chi_date(number, other)


@pytest.mark.parametrize("begin", ["310270", "320170", "011370", "000170", "290201"])
def test_a_chi_number_that_begins_with_no_date_is_refused(begin: str) -> None:
    with pytest.raises(ChiDateUnreal):
        identifiers.chi_number(begin + "1234")


def test_the_29th_of_february_of_a_year_that_ends_in_two_noughts_is_that_of_2000() -> None:
    identifiers.check_chi_date(identifiers.chi_number("2902001231"), date(2000, 2, 29))
