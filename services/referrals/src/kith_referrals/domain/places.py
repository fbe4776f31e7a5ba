"""UK postcodes: how they are kept, and the district, which is all that leaves this service."""

import re
from typing import Final

from kith_referrals.domain.refusals import PostcodeUnreadable

OUTWARD: Final = "[A-Z]{1,2}[0-9][A-Z0-9]?"
"""A postcode district, as a regular expression."""
_FULL: Final = re.compile(f"({OUTWARD})([0-9][A-Z]{{2}})")
_DISTRICT: Final = re.compile(OUTWARD)


def postcode(text: str) -> str:
    """The postcode in capitals, one space before its inward half; or the outward half alone where that is all there is.

    Case and spaces do not matter: ``eh165xx`` is ``EH16 5XX``. Raises ``PostcodeUnreadable``.
    """
    packed = "".join(text.split()).upper()
    if full := _FULL.fullmatch(packed):
        return f"{full[1]} {full[2]}"
    if _DISTRICT.fullmatch(packed):
        return packed
    raise PostcodeUnreadable


def district(kept: str) -> str:
    """The outward half of a postcode in its kept form: ``EH16 5XX`` lies in ``EH16``."""
    return kept.partition(" ")[0]
