"""A person who may be supported, as this service alone knows them: others have a pseudonym, an age band, a district."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from kith_referrals.domain import identifiers, places
from kith_referrals.domain.about import NOTHING_MORE, About, check_about
from kith_referrals.domain.agreeing import BY_THEMSELF, Agreement
from kith_referrals.domain.likeness import Traits
from kith_referrals.domain.person_refusals import ContactContradicts
from kith_referrals.domain.refusals import BirthDateAfterToday
from kith_referrals.domain.words import folded

CONTACT_CHANNELS: Final = ("email", "telephone", "text")
"""The ways in which a person may allow that they are contacted."""

_OLDEST: Final = 85
_FIRST: Final = 5
_DECADE: Final = 10


@dataclass(frozen=True, slots=True)
class Person:
    """One person in the sight of the organisation that referred them.

    ``id`` is a random pseudonym. Identifiers and postcode are in their kept form. ``contact_by`` names the channels the
    person allowed; a telephone number or an address alone allows nothing. With ``do_not_contact`` nobody may contact
    the person at all. ``language`` is ISO 639. ``address`` is what stands on an envelope above the postcode; it is
    never compared, and leaves this service in no fact.
    """

    id: UUID
    organisation_id: UUID
    family_name: str = field(repr=False)
    given_name: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    nhs_number: str | None = field(default=None, repr=False)
    chi_number: str | None = field(default=None, repr=False)
    hc_number: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)
    contact_by: tuple[str, ...] = ()
    do_not_contact: bool = False
    language: str = "en"
    about: About = NOTHING_MORE
    agreement: Agreement = BY_THEMSELF

    @property
    def district(self) -> str | None:
        """The postcode district, or None where no postcode is known."""
        return places.district(self.postcode) if self.postcode else None

    @property
    def traits(self) -> Traits:
        """What tells this person from another."""
        return Traits(
            family_name=self.family_name,
            given_name=self.given_name,
            birth_date=self.birth_date,
            district=self.district,
            nhs_number=self.nhs_number,
            chi_number=self.chi_number,
            hc_number=self.hc_number,
        )

    @property
    def likeness(self) -> bytes | None:
        """The digest by which the release before this one finds two records of one person, while it still runs."""
        return likeness(self.given_name, self.family_name, self.birth_date, self.district)


def likeness(given_name: str | None, family_name: str, birth_date: date | None, district: str | None) -> bytes | None:
    """What two records of one person share: name, birth date and district, as a digest of 16 bytes.

    Equal however the name is cased, spaced or composed (Unicode NFC, case folded). None unless all three are known: two
    unknown birth dates are not the same birth date.
    """
    if birth_date is None or district is None:
        return None
    told = json.dumps([folded(f"{given_name or ''} {family_name}"), birth_date.isoformat(), district])
    return hashlib.blake2b(told.encode(), digest_size=16).digest()


def checked(person: Person, today: date) -> Person:
    """The person with identifiers and postcode in their kept form; or the refusal of the first that cannot be right.

    Raises ``IdentifierRefused`` (or one of its kinds), ``BirthDateAfterToday``, ``PostcodeUnreadable``,
    ``ContactContradicts`` or ``SaidNothingAndSomething``.
    """
    nhs = identifiers.nhs_number(person.nhs_number) if person.nhs_number else None
    chi = identifiers.chi_number(person.chi_number) if person.chi_number else None
    hc = identifiers.hc_number(person.hc_number) if person.hc_number else None
    if person.birth_date is not None:
        check_birth_date(person.birth_date, today)
        if chi is not None:
            identifiers.check_chi_date(chi, person.birth_date)
    postcode = places.postcode(person.postcode) if person.postcode else None
    if person.do_not_contact and person.contact_by:
        raise ContactContradicts
    check_about(person.about)
    return replace(person, nhs_number=nhs, chi_number=chi, hc_number=hc, postcode=postcode)


def check_birth_date(birth_date: date, today: date) -> None:
    """Refuse a birth date after today (Europe/London). Raises ``BirthDateAfterToday``."""
    if birth_date > today:
        raise BirthDateAfterToday


def age(birth_date: date | None, today: date) -> int | None:
    """The person's age in whole years; None without a date.

    A birthday counts from its own day; somebody born on 29 February is a year older on 1 March of a common year.
    """
    if birth_date is None:
        return None
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def age_band(birth_date: date | None, today: date) -> str:
    """The ten years of age somebody is in: ``35-44``; ``0-4`` below, ``85-plus`` above, ``unknown`` without a date."""
    years = age(birth_date, today)
    if years is None:
        return "unknown"
    if years >= _OLDEST:
        return f"{_OLDEST}-plus"
    if years < _FIRST:
        return f"0-{_FIRST - 1}"
    lowest = (years - _FIRST) // _DECADE * _DECADE + _FIRST
    return f"{lowest}-{lowest + _DECADE - 1}"
