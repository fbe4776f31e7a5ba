"""What a referral looks like, coming in and going out."""

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from kith_referrals.api.words import (
    Act,
    Body,
    Code,
    Codes,
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
from kith_referrals.domain.agreeing import Agreement, Agrees, Nation
from kith_referrals.domain.agreement import Level
from kith_referrals.domain.consent import Answer, Consent, Purpose, State
from kith_referrals.domain.erasure import State as Erasing
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Meeting, Source, Status, Wish

_ABOUT: Final = tuple(one.name for one in fields(About))
_AGREEMENT: Final = tuple(one.name for one in fields(Agreement))
_APART: Final = frozenset({"person", "programme_id", "programme_ids", "consent"})
"""What stands beside the wish in a referral's body."""

ContactChannel = Literal["email", "telephone", "text"]


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


class ConsentBody(Body):
    """What the person said about being referred, when (Europe/London), how, to which wording, and until which day."""

    given: bool
    recorded_on: date | None = None
    how: Code
    wording_version: Reference | None = None
    expires_on: date | None = None

    def answer(self) -> Answer:
        """The answer as the domain has it."""
        return Answer(**vars(self))


class WishBody(Body):
    """What is asked for whom. ``received_on`` is the day on which the referrer was asked (Europe/London)."""

    person: PersonBody
    source: Source
    received_on: date
    needs: Codes = ()
    conditions: Codes = ()
    interests: Codes = ()
    requested: Codes = ()
    channels: Annotated[tuple[Meeting, ...], Field(max_length=3)] = ()
    urgent: bool = False
    notes: Notes | None = None
    source_reference: Reference | None = None
    consent: ConsentBody

    def wish(self) -> Wish:
        """What is asked for, without the person and their answer."""
        return Wish(**{name: value for name, value in vars(self).items() if name not in _APART})


class ReferralBody(WishBody):
    """A referral to a programme."""

    programme_id: UUID


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


class ConsentChangeBody(Body):
    """The person's new word on one purpose. ``expires_on`` is its last day, if they agreed to one."""

    purpose: Purpose
    state: Literal["granted", "withdrawn"]
    recorded_on: date
    how: Code
    wording_version: Reference | None = None
    expires_on: date | None = None

    def word(self) -> Consent:
        """The word as the domain has it."""
        return Consent(State(self.state), self.recorded_on, self.how, self.wording_version, self.expires_on)


class ReferralState(BaseModel):
    """Where a referral stands; it names nobody."""

    id: UUID
    person_id: UUID
    referring_organisation_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    submitted_at: datetime
    status: Status
    version: int
    decided_at: datetime | None
    decision_reason: str | None
    matched_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    closing_reason: str | None
    choice_id: UUID | None
    acknowledged_at: datetime | None
    supported_at: datetime | None
    redirected_to: UUID | None
    agreement_id: UUID | None
    level: Level


class StepView(BaseModel):
    """One step: from where to where, when (UTC), by whom, and why. Nobody's name: ``subject`` is the login's."""

    name: str
    before: Status | None
    after: Status
    at: datetime
    organisation_id: UUID | None
    subject: str | None
    reason: str | None
    note: str | None


class Steps(BaseModel):
    """A referral's steps, in order."""

    items: list[StepView]


class ReferralSummary(ReferralState):
    """A line of a list of referrals; it names nobody."""

    received_on: date
    urgent: bool
    source_reference: str | None


class PersonView(BaseModel):
    """Who was referred: first what they bring.

    ``id`` is the record that is shown, which differs from the referral's where two are merged. ``risk_to_visitor`` is
    for whoever visits.
    """

    strengths: list[str]
    risk_to_visitor: list[str]
    id: UUID

    given_name: str | None
    family_name: str
    birth_date: date | None
    died_on: date | None
    nhs_number: str | None
    chi_number: str | None
    hc_number: str | None
    postcode: str | None
    email: str | None
    telephone: str | None
    contact_by: list[str]
    do_not_contact: bool
    safe_times: str | None
    language: str
    interpreter: str | None
    accessible_information: list[str]
    impacts: list[str]
    agrees: str
    nation: str | None
    understands: bool
    power_act: str | None
    power_seen_on: date | None
    power_expires_on: date | None


class HouseholdOfReferral(BaseModel):
    """The person's household: how many it is, and those of its referred members whom the organisation may see."""

    id: UUID
    size: int
    members: list[UUID]


class PersonRecord(BaseModel):
    """A person's record: where it stands, and whom reads show for it. ``died_on`` is the day of their death.

    ``held`` says that a legal hold keeps it; ``erasure`` is ``active``, ``restricted`` (to be erased) or ``erased``.
    """

    id: UUID
    version: int
    merged_into: UUID | None
    restricted: bool
    died_on: date | None
    held: bool
    erasure: Erasing


class ReferralView(ReferralSummary):
    """A referral with its person and what they agree to, by purpose.

    ``person`` and ``notes`` are null to whoever sees codes only, until they accept.
    """

    source: str
    needs: list[str]
    conditions: list[str]
    interests: list[str]
    requested: list[str]
    channels: list[str]
    notes: str | None
    notes_unread: bool
    details: dict[str, int]
    consents: dict[str, State]
    person: PersonView | None
    household: HouseholdOfReferral | None = None
