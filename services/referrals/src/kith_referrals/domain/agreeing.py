"""Who agrees that a person is referred: the person, or whoever lawfully holds the power to; and from which age."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from kith_referrals.domain.nations import Nation
from kith_referrals.domain.network import Programme
from kith_referrals.domain.person_refusals import (
    AgeOutsideProgramme,
    ParentOfAdult,
    ParentOfUnknownAge,
    PowerActMissing,
    PowerExpired,
    PowerNotSeen,
    TooYoungToAgree,
)

AGREES_ALONE: Final = 16
"""From this age (whole years) a person agrees for themself, in every nation."""
PRESUMED_IN_SCOTLAND: Final = 12
"""From this age a child in Scotland is presumed to understand (Data Protection Act 2018, section 208)."""


class Agrees(StrEnum):
    """Who gives the consent."""

    SELF = "self"
    SUPPORTED = "supported"
    """The person, supported to decide."""

    ATTORNEY = "attorney"
    GUARDIAN = "guardian"
    DEPUTY = "deputy"
    PARENT = "parent"
    """Whoever has parental responsibility for a child."""


_BY_POWER: Final = frozenset({Agrees.ATTORNEY, Agrees.GUARDIAN, Agrees.DEPUTY})


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agrees, under which law, and what was seen of it.

    ``nation`` is None where nobody said: the strictest rule then counts. ``understands`` records that somebody judged
    that a child under 16 understands what they agree to. ``power_act`` is the law that gives the power: ``AWISA-2000``
    (Adults with Incapacity (Scotland) Act 2000), ``MCA-2005`` (Mental Capacity Act 2005), ``MCANI-2016`` (Mental
    Capacity Act (Northern Ireland) 2016), ``CA-1989`` (Children Act 1989), or another in this form. Dates are civil
    dates (Europe/London); a power holds on the day on which it expires.
    """

    agrees: Agrees = Agrees.SELF
    nation: Nation | None = field(default=None, repr=False)
    understands: bool = field(default=False, repr=False)
    power_act: str | None = field(default=None, repr=False)
    power_seen_on: date | None = field(default=None, repr=False)
    power_expires_on: date | None = field(default=None, repr=False)


BY_THEMSELF: Final = Agreement()
"""The person agrees, and nothing more was said."""


def check_age(age: int | None, programme: Programme) -> None:
    """Refuse somebody whom the programme is not for, as far as their age is known. Both ends are included.

    Raises ``AgeOutsideProgramme``.
    """
    if age is None:
        return
    too_young = programme.minimum_age is not None and age < programme.minimum_age
    too_old = programme.maximum_age is not None and age > programme.maximum_age
    if too_young or too_old:
        raise AgeOutsideProgramme


def check_may_agree(agreement: Agreement, age: int | None, programme: Programme, today: date) -> None:
    """Refuse the consent of somebody who may not give it. ``age`` is in whole years, None where it is not known.

    From 16 a person agrees for themself. Below, two things are needed: that the programme's own ages include them
    (no limit at all says nothing about children), and a record that they understand what they agree to (in England and
    Wales after *Gillick v West Norfolk and Wisbech AHA* [1986] AC 112; in Northern Ireland the network asks the same).
    In Scotland a child of 12 is presumed to understand, so neither is asked. A parent agrees only for somebody under
    16. Any other power must have been seen, under a named law, and not have expired.

    These are the rules of this network for sharing a referral, and no statement of the law on treatment. Raises
    ``TooYoungToAgree``, ``ParentOfUnknownAge``, ``ParentOfAdult``, ``PowerActMissing``, ``PowerNotSeen`` or
    ``PowerExpired``.
    """
    if agreement.agrees in _BY_POWER:
        _check_power(agreement, today)
    elif agreement.agrees is Agrees.PARENT:
        _check_parent(age)
    elif not _understands(agreement, age, programme):
        raise TooYoungToAgree


def _understands(agreement: Agreement, age: int | None, programme: Programme) -> bool:
    if age is None or age >= AGREES_ALONE:
        return True
    if agreement.nation is Nation.SCOTLAND and age >= PRESUMED_IN_SCOTLAND:
        return True
    accepted = programme.minimum_age is not None and programme.minimum_age <= age
    return accepted and agreement.understands


def _check_parent(age: int | None) -> None:
    if age is None:
        raise ParentOfUnknownAge
    if age >= AGREES_ALONE:
        raise ParentOfAdult


def _check_power(agreement: Agreement, today: date) -> None:
    if agreement.power_act is None:
        raise PowerActMissing
    if agreement.power_seen_on is None or agreement.power_seen_on > today:
        raise PowerNotSeen
    if agreement.power_expires_on is not None and agreement.power_expires_on < today:
        raise PowerExpired
