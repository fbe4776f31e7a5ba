"""What a referral looks like, going out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from kith_referrals.domain.agreement import Level
from kith_referrals.domain.consent import Feedback, State
from kith_referrals.domain.erasure import State as Erasing
from kith_referrals.domain.referral import Status


class ReferralState(BaseModel):
    """Where a referral stands; it names nobody.

    ``due_on`` is the first day (Europe/London) by which something is to be done about it; null where nothing is. Of a
    draft ``submitted_at`` is when it was last kept.
    """

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
    reopened_at: datetime | None
    due_on: date | None


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
    """A line of a list of referrals; it names nobody. ``overdue``: a promise about it is missed today."""

    received_on: date
    urgent: bool
    source_reference: str | None
    overdue: bool


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
    address: str | None
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
    """A referral with its person and what they agree to, by purpose. ``feedback`` is how much its referrer may know.

    ``person`` and ``notes`` are null to whoever sees codes only, until they accept.
    """

    source: str
    site: str | None
    needs: list[str]
    conditions: list[str]
    interests: list[str]
    requested: list[str]
    connections: dict[str, list[str]]
    channels: list[str]
    notes: str | None
    notes_unread: bool
    details: dict[str, int]
    consents: dict[str, State]
    feedback: Annotated[Feedback, Field(validation_alias="hears")]
    person: PersonView | None
    household: HouseholdOfReferral | None = None
