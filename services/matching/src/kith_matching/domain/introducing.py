"""How two people come to be introduced: known to who proposes them, asked without names, a no with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kith_matching.domain.refusals import MatchingRefused, MoveRefused, PairStopped
from kith_matching.domain.terms import Acquaintance, Terms


class GetToKnowFirst(MatchingRefused):
    """Whoever proposes knows the person a little, and the supporter (LTC, *The matching process*)."""

    code = "get-to-know-first"
    advice = (
        "In this programme a coordinator gets to know both before proposing them. Once you have, say got_to_know: true."
    )


class KnowingNotAsked(MoveRefused):
    """Each is asked whether it may be somebody they know; everybody is, so that being asked says nothing."""

    code = "knowing-not-asked"
    advice = (
        "Ask, without naming anybody, whether it may be somebody they know already, and send the answer as "
        "knowing_is_fine."
    )


class KnowsEachOther(PairStopped):
    """The programme introduces nobody to somebody they know."""

    code = "knows-each-other"
    advice = "The two may know each other, and in this programme nobody is introduced to somebody they know."


class TooManyOffers(PairStopped):
    """Otherwise everybody is offered the same popular supporter, who is worn out by saying no."""

    code = "too-many-offers"
    advice = "The supporter has as many open proposals as the programme allows. Wait for an answer, or propose another."


class Reason(StrEnum):
    """Why somebody said no, as far as they care to say."""

    NOT_NOW = "not-now"
    TOO_FAR = "too-far"
    NOT_AVAILABLE = "not-available"
    TOO_MUCH = "too-much"
    PREFERS_ANOTHER = "prefers-another"
    MAY_KNOW = "may-know-each-other"
    NOT_SAID = "not-said"


_COMES_BACK_AFTER: Final[Mapping[Reason, timedelta]] = MappingProxyType(
    {
        Reason.NOT_NOW: timedelta(weeks=4),
        Reason.NOT_AVAILABLE: timedelta(weeks=4),
        Reason.TOO_MUCH: timedelta(weeks=12),
    }
)
"""A no to the moment is no *no* to the other: the pair may be thought of again after so long [K]."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said beside yes or no: why not, and whether it may be somebody they know. None was not asked."""

    reason: Reason | None = None
    knowing_is_fine: bool | None = None


NOTHING_MORE: Final = Said()


def again_from(reason: Reason, today: date) -> date | None:
    """The day (Europe/London) from which a pair of whom one said no today may be thought of again; None is never."""
    after = _COMES_BACK_AFTER.get(reason)
    return today + after if after else None


def check_got_to_know(terms: Terms, *, got_to_know: bool) -> None:
    """Refuse a proposal by somebody who knows neither, where the programme asks for it. Raises ``GetToKnowFirst``."""
    if terms.getting_to_know and not got_to_know:
        raise GetToKnowFirst


def check_asked(terms: Terms, said: Said) -> None:
    """Refuse a yes of somebody who was not asked whether it may be somebody they know, where everybody is.

    Raises ``KnowingNotAsked``.
    """
    if terms.knowing_each_other == Acquaintance.ASK_EACH and said.knowing_is_fine is None:
        raise KnowingNotAsked


def would_mind(terms: Terms, said: Said, *, acquainted: bool) -> bool:
    """Whether a yes is a no, because it may be somebody they know: neither is told whom, or that it was so."""
    return terms.knowing_each_other == Acquaintance.ASK_EACH and acquainted and said.knowing_is_fine is False
