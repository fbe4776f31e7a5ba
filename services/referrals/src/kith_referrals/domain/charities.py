"""Charity numbers: what can be one, by the regulator that gave it, and how it is kept (capitals, no spaces).

Charity Commission for England and Wales: six or seven digits, linked charities with a hyphen and their own number.
Office of the Scottish Charity Regulator: ``SC`` and six digits. Charity Commission for Northern Ireland: six digits,
often written with ``NIC`` before them.
"""

import re
from enum import StrEnum
from typing import Final

from kith_referrals.domain.refusals import CharityNumberInvalid


class Regulator(StrEnum):
    """Who keeps the register that a charity's number is from."""

    ENGLAND_AND_WALES = "CCEW"
    SCOTLAND = "OSCR"
    NORTHERN_IRELAND = "CCNI"


_FORMS: Final = {
    Regulator.ENGLAND_AND_WALES: re.compile(r"[0-9]{6,7}(-[0-9]+)?", re.ASCII),
    Regulator.SCOTLAND: re.compile(r"SC[0-9]{6}", re.ASCII),
    Regulator.NORTHERN_IRELAND: re.compile(r"(NIC)?[0-9]{6}", re.ASCII),
}


def charity_number(text: str, regulator: Regulator) -> str:
    """The charity number in its kept form. Raises ``CharityNumberInvalid``."""
    packed = "".join(text.split()).upper()
    if _FORMS[regulator].fullmatch(packed) is None:
        raise CharityNumberInvalid
    return packed
