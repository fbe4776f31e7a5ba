"""Health-service numbers: what can be one, and how it is kept (ten digits, no spaces).

NHS number: NHS Data Dictionary, *NHS NUMBER* (ten digits, the last a modulus-11 check digit). CHI number: Public
Health Scotland, *CHI number* (ten digits, the birth date as DDMMYY first, the same check digit last). Health and Care
number of Northern Ireland (H&C number): ten digits with the same check digit. All are kept as text, because a CHI
number may begin with a nought. Their ranges are not looked at: a range is moved more easily than a check digit.
"""

from datetime import date
from typing import Final

from kith_referrals.domain.refusals import (
    ChiDateDiffers,
    ChiDateUnreal,
    IdentifierRefused,
    RepeatedDigits,
    WrongCheckDigit,
)

_LENGTH: Final = 10
_WEIGHTS: Final = range(_LENGTH, 1, -1)
_MODULUS: Final = 11
_CENTURIES: Final = (1900, 2000)


def nhs_number(text: str) -> str:
    """The NHS number in its kept form.

    Raises ``IdentifierRefused``, ``RepeatedDigits`` or ``WrongCheckDigit``.
    """
    digits = _ten_digits(text)
    _check_digit(digits)
    return digits


def chi_number(text: str) -> str:
    """The CHI number in its kept form.

    Raises ``IdentifierRefused``, ``RepeatedDigits``, ``ChiDateUnreal`` or ``WrongCheckDigit``, in this order.
    """
    digits = _ten_digits(text)
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if not any(_is_date(century + year, month, day) for century in _CENTURIES):
        raise ChiDateUnreal
    _check_digit(digits)
    return digits


def hc_number(text: str) -> str:
    """The Health and Care number in its kept form.

    Raises ``IdentifierRefused``, ``RepeatedDigits`` or ``WrongCheckDigit``.
    """
    digits = _ten_digits(text)
    _check_digit(digits)
    return digits


def check_chi_date(chi: str, birth_date: date) -> None:
    """Refuse a CHI number (in its kept form) that begins with another date. The century cannot be told from it.

    Raises ``ChiDateDiffers``.
    """
    if chi[:6] != f"{birth_date.day:02}{birth_date.month:02}{birth_date.year % 100:02}":
        raise ChiDateDiffers


def _ten_digits(text: str) -> str:
    digits = "".join(text.split())
    if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()):
        raise IdentifierRefused
    if len(set(digits)) == 1:
        raise RepeatedDigits
    return digits


def _check_digit(digits: str) -> None:
    """Modulus 11: a remainder that asks for 10 belongs to no number, so it fits no last digit."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:-1], _WEIGHTS, strict=True))
    if (_MODULUS - total % _MODULUS) % _MODULUS != int(digits[-1]):
        raise WrongCheckDigit


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
