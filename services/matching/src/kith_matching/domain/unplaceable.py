"""People whom no supporter could take today: which rules stand in the way, and which one rule would change it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import PairStopped, SaidNo

NO_SUITABLE: Final = "no-suitable-supporter"
"""What is said where no rule may be named, or the programme has no active supporter."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why nobody could take somebody.

    ``rules`` stop the supporters for whom the fewest stand in the way, in alphabetical order. ``would_change`` is the
    one rule that alone stops the most ``supporters``; None where each is stopped by more than one.
    """

    rules: tuple[str, ...]
    would_change: str | None
    supporters: int


@dataclass(frozen=True, slots=True)
class Unplaceable:
    """Somebody whom nobody could take ``since`` then, what was ``told_at`` last, and when they were looked at."""

    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    since: datetime
    cause: Cause
    told_at: datetime
    looked_at: datetime


def cause_of(stopped: Iterable[tuple[PairStopped, ...]]) -> Cause:
    """The cause, from what stops each of the programme's active supporters for this person.

    A supporter whom a hidden rule stops too is left out whole: what they keep private is not named, and no other rule
    would bring them. A no is never what would change it: nobody is asked a second time [K].
    """
    seen = [{stop.code for stop in stops} for stops in stopped if counts(stops)]
    if not seen:
        return Cause((NO_SUITABLE,), None, 0)
    fewest = min(len(codes) for codes in seen)
    rules = {code for codes in seen if len(codes) == fewest for code in codes}
    alone = Counter(code for codes in seen if len(codes) == 1 for code in codes - {SaidNo.code})
    most, supporters = min(alone.items(), key=lambda one: (-one[1], one[0]), default=(None, 0))
    return Cause(tuple(sorted(rules)), most, supporters)


def look_at(before: Unplaceable | None, referral: Referral, cause: Cause, *, now: datetime) -> tuple[Unplaceable, bool]:
    """Somebody who is found with nobody who could take them, and whether that is news.

    It is news at first, and where other rules stand in the way than when it was told last.
    """
    if before is None:
        one = Unplaceable(referral.id, referral.programme_id, referral.organisation_id, now, cause, now, now)
        return one, True
    news = before.cause.rules != cause.rules
    return replace(before, cause=cause, told_at=now if news else before.told_at, looked_at=now), news


def counts(stops: Iterable[PairStopped]) -> bool:
    """Whether it may be said that these stop somebody: not where nobody may learn of one of them."""
    return not any(getattr(stop, "hidden", False) for stop in stops)
