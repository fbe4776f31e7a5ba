"""How long a record must be kept: per nation and record class, each period with the line that it comes from.

A period begins at an event: the last day on which somebody dealt with the person, their death, or a birthday. When it
is over the record is looked at by a human, and never erased by itself.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from kith_referrals.domain.nations import Nation
from kith_referrals.domain.people import Person, age
from kith_referrals.domain.person_refusals import RuleWithoutTime
from kith_referrals.domain.referral import Referral

ADULT: Final = 18
"""The age (whole years) from which a record is an adult's."""
REFUSED: Final = frozenset({"declined", "redirected"})
"""Why a referral was closed that no programme accepted."""


class RecordClass(StrEnum):
    """What kind of record it is, as far as this service can tell."""

    REFERRAL_NOT_ACCEPTED = "referral-not-accepted"
    ENQUIRY = "enquiry"
    """Asked, and no service was given."""
    ADULT_RECORD = "adult-record"
    CHILD_RECORD = "child-record"
    ENDED = "ended"
    """Support that ended, whatever else the record is."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One line of a schedule. ``required`` says that a law asks for it; then it stands against an erasure.

    The record is kept for ``years`` after it was last dealt with; or ``years_after_death`` after a death, where that is
    said; a child's at least until the birthday ``until_age``, or ``until_age_at_seventeen`` if they were 17 at the end.
    """

    nation: Nation
    record: RecordClass
    source: str
    required: bool
    years: int | None = None
    years_after_death: int | None = None
    until_age: int | None = None
    until_age_at_seventeen: int | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What of a person's record sets its periods running. All dates are civil dates (Europe/London).

    ``last_seen`` is the day of the last step of their last referral; ``supported`` that one of them came to a match,
    ``refused`` that one was declined or redirected. ``nation`` is None where nobody said.
    """

    nation: Nation | None
    birth_date: date | None
    died_on: date | None
    last_seen: date
    supported: bool
    refused: bool

    @property
    def records(self) -> frozenset[RecordClass]:
        """The classes that the record is of. Somebody of unknown age may be a child, and may be none."""
        if not self.supported:
            return frozenset({RecordClass.REFERRAL_NOT_ACCEPTED if self.refused else RecordClass.ENQUIRY})
        years = age(self.birth_date, self.last_seen)
        child = years is not None and years < ADULT
        return frozenset({RecordClass.ENDED, RecordClass.CHILD_RECORD if child else RecordClass.ADULT_RECORD})


@dataclass(frozen=True, slots=True)
class Kept:
    """The last day on which a record must be kept, and by which line."""

    until: date
    record: RecordClass
    source: str
    required: bool


def checked(schedule: Sequence[RetentionRule]) -> Sequence[RetentionRule]:
    """The schedule, if each line says how long. Raises ``RuleWithoutTime``, which names the first that does not."""
    for number, rule in enumerate(schedule, start=1):
        if rule.years is None and rule.until_age is None:
            raise RuleWithoutTime(f"Line {number} ({rule.nation}, {rule.record}) says neither years nor until_age.")
    return schedule


def last_dealt_with(referrals: Iterable[Referral]) -> datetime:
    """When somebody last did anything for a person (UTC): with their last referral, of which there is one at least."""
    return max(one.closed_at or one.ended_at or one.decided_at or one.submitted_at for one in referrals)


def life_of(
    people: Collection[Person], referrals: Collection[Referral], *, died_on: date | None, last_seen: date
) -> Life:
    """What sets the periods of somebody running, from their joined records and every referral of them."""
    return Life(
        nation=next((one.agreement.nation for one in people if one.agreement.nation), None),
        birth_date=next((one.birth_date for one in people if one.birth_date), None),
        died_on=died_on,
        last_seen=last_seen,
        supported=any(one.matched_at is not None for one in referrals),
        refused=any(one.closing_reason in REFUSED for one in referrals),
    )


def kept(schedule: Iterable[RetentionRule], life: Life) -> Sequence[Kept]:
    """What each line that applies asks of the record, the longest first: the strictest wins.

    Where nobody said whose law it is, the lines of every nation apply.
    """
    found = [
        Kept(until, rule.record, rule.source, rule.required)
        for rule in schedule
        if rule.record in life.records and life.nation in {None, rule.nation} and (until := _until(rule, life))
    ]
    return sorted(found, key=lambda one: (one.until, one.required, one.source), reverse=True)


def required(schedule: Iterable[RetentionRule], life: Life, today: date) -> Kept | None:
    """The line by which the law still requires the record, the longest; None where none does."""
    return next((one for one in kept(schedule, life) if one.required and one.until >= today), None)


def over(schedule: Iterable[RetentionRule], life: Life, today: date) -> Kept | None:
    """The line that kept the record longest, once its last day has passed; None while one runs, or none applies."""
    lines = kept(schedule, life)
    return lines[0] if lines and lines[0].until < today else None


def _until(rule: RetentionRule, life: Life) -> date | None:
    days = []
    if life.died_on is not None and rule.years_after_death is not None:
        days.append(years_after(life.died_on, rule.years_after_death))
    elif rule.years is not None:
        days.append(years_after(life.last_seen, rule.years))
    if life.birth_date is not None and rule.until_age is not None:
        at_end = age(life.birth_date, life.last_seen)
        seventeen = at_end == ADULT - 1 and rule.until_age_at_seventeen is not None
        days.append(years_after(life.birth_date, rule.until_age_at_seventeen if seventeen else rule.until_age))  # type: ignore[arg-type]
    return max(days, default=None)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March where that year has no 29 February, so that nothing is cut short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
