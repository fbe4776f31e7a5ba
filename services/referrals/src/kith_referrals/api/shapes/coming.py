"""What a referral looks like, coming in."""

from dataclasses import fields
from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from kith_referrals.api.consenting import ConsentBody
from kith_referrals.api.words import (
    Act,
    Body,
    Code,
    Codes,
    ContactChannel,
    Email,
    Language,
    Name,
    Notes,
    Number,
    Postcode,
    Reference,
    Telephone,
    Words,
)
from kith_referrals.domain.about import About
from kith_referrals.domain.agreeing import Agreement, Agrees
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Connection, Meeting, Source, Wish

_ABOUT: Final = tuple(one.name for one in fields(About))
_AGREEMENT: Final = tuple(one.name for one in fields(Agreement))
_APART: Final = frozenset({"person", "programme_id", "programme_ids", "consent"})
"""What stands beside the wish in a referral's body."""


class PersonBody(Body):
    """Who is referred. ``contact_by`` names the channels the person allows; an address alone allows nothing.

    What is known beyond that is optional (``domain.about``), and so is who agrees for them (``domain.agreeing``).
    """

    given_name: Name | None = None
    family_name: Name
    birth_date: date | None = None
    nhs_number: Number | None = None
    chi_number: Number | None = None
    hc_number: Number | None = None
    address: Words | None = None
    postcode: Postcode | None = None
    email: Email | None = None
    telephone: Telephone | None = None
    contact_by: Annotated[tuple[ContactChannel, ...], Field(max_length=3)] = ()
    do_not_contact: bool = False
    language: Language = "en"
    strengths: Codes = ()
    impacts: Codes = ()
    accessible_information: Codes = ()
    interpreter: Language | None = None
    safe_times: Words | None = None
    risk_to_visitor: Codes = ()
    agrees: Agrees = Agrees.SELF
    nation: Nation | None = None
    understands: bool = False
    power_act: Act | None = None
    power_seen_on: date | None = None
    power_expires_on: date | None = None

    def person(self, person_id: UUID, organisation_id: UUID) -> Person:
        """The person, as a record of the organisation that refers."""
        told = dict(vars(self))
        about = About(**{name: told.pop(name) for name in _ABOUT})
        agreement = Agreement(**{name: told.pop(name) for name in _AGREEMENT})
        return Person(id=person_id, organisation_id=organisation_id, about=about, agreement=agreement, **told)


class AskedBody(Body):
    """What is asked for whom. ``received_on`` is the day on which the referrer was asked (Europe/London)."""

    person: PersonBody
    source: Source
    received_on: date
    needs: Codes = ()
    conditions: Codes = ()
    interests: Codes = ()
    requested: Codes = ()
    connections: Annotated[dict[Connection, Codes], Field(max_length=len(Connection))] = Field(default_factory=dict)
    channels: Annotated[tuple[Meeting, ...], Field(max_length=3)] = ()
    urgent: bool = False
    notes: Notes | None = None
    source_reference: Reference | None = None

    def wish(self) -> Wish:
        """What is asked for, without the person and their answer."""
        return Wish(**{name: value for name, value in vars(self).items() if name not in _APART})


class DraftBody(AskedBody):
    """A referral that is not submitted yet: nothing of it is checked but its shape, and no consent is needed."""

    programme_id: UUID
    site: Code | None = None


class SubmissionBody(Body):
    """What the person said about being referred, when a draft is submitted."""

    consent: ConsentBody


class WishBody(AskedBody):
    """What is asked for whom, and what they said about it."""

    consent: ConsentBody


class ReferralBody(WishBody):
    """A referral to a programme, and to one of its sites where somebody knows which: a code of ``sites`` there."""

    programme_id: UUID
    site: Code | None = None


class ChosenBody(Body):
    """Which of the referrals of a choice the person said yes to."""

    referral_id: UUID


class NoteBody(Body):
    """What is asked, or answered. The two organisations read it, and nobody else."""

    note: Notes


class DecisionBody(Body):
    """Yes, yes when there is room, no with a reason, or who would be better: another programme, or words for others."""

    decision: Literal["accept", "wait", "decline", "redirect"]
    reason: Code | None = None
    programme_id: UUID | None = None
    note: Notes | None = None

    @model_validator(mode="after")
    def _each_goes_with_its_own(self) -> Self:
        """Refuse a yes with a reason, and a direction that is none: somebody meant something else."""
        if self.decision != "decline" and self.reason is not None:
            raise ValueError("a reason belongs to decline")
        if self.decision != "redirect" and (self.programme_id is not None or self.note is not None):
            raise ValueError("a programme_id and a note belong to redirect")
        return self


class ClosureBody(Body):
    """Why nothing more will happen."""

    reason: Code


class NotYetBody(Body):
    """On which day to ask again who is not ready yet (Europe/London): after today, and within a year."""

    revisit_on: date


class ReopeningBody(Body):
    """Why what was over is open again."""

    reason: Code
