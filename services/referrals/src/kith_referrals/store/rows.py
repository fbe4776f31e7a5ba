"""What of a person, a referral, a step and a consent becomes rows, and what of a step goes on the record."""

from collections.abc import Sequence
from typing import Final

from kith_chassis.audit import Entry
from kith_referrals.domain.making import NewReferral
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.steps import Step
from kith_referrals.store.records import Record, hexadecimal

MOVING: Final = (
    *("status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason"),
    *("acknowledged_at", "supported_at", "redirected_to", "agreement_id", "level", "reopened_at", "asked_at"),
    *("promises", "missed", "due_on", "miss_on", "misdirected"),
)
"""What a step changes in a row of ``referrals``."""
WORD: Final = ("state", "recorded_on", "how", "wording_version", "expires_on", "feedback", "noticed_for")
"""What a person's word on one purpose is, in a row of ``consents``."""


def people_records(news: Sequence[NewReferral]) -> list[Record]:
    """The rows of ``people`` that new referrals bring, each once."""
    brought = {new.person.id: new for new in news if not new.person_is_known}
    return [_person_record(new.person, draft=new.referral.status is Status.DRAFT) for new in brought.values()]


def _person_record(person: Person, *, draft: bool) -> Record:
    """A row of ``people``. That of a draft is as it was written, and is nobody's likeness."""
    about, agreement = person.about, person.agreement
    return {
        "id": person.id,
        "organisation_id": person.organisation_id,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": person.birth_date,
        "nhs_number": person.nhs_number,
        "chi_number": person.chi_number,
        "hc_number": person.hc_number,
        "address": person.address,
        "postcode": person.postcode,
        "email": person.email,
        "telephone": person.telephone,
        "contact_by": person.contact_by,
        "do_not_contact": person.do_not_contact,
        "language": person.language,
        "strengths": about.strengths,
        "impacts": about.impacts,
        "accessible_information": about.accessible_information,
        "interpreter": about.interpreter,
        "safe_times": about.safe_times,
        "risk_to_visitor": about.risk_to_visitor,
        "agrees": agreement.agrees,
        "nation": agreement.nation,
        "understands": agreement.understands,
        "power_act": agreement.power_act,
        "power_seen_on": agreement.power_seen_on,
        "power_expires_on": agreement.power_expires_on,
        "likeness": None if draft else hexadecimal(person.likeness),
        "draft": draft,
    }


def referral_record(new: NewReferral) -> Record:
    """A row of ``referrals``, as it is made."""
    referral, wish = new.referral, new.wish
    return {
        **move_record(referral),
        "person_id": referral.person_id,
        "referring_organisation_id": referral.referring_organisation_id,
        "programme_id": referral.programme_id,
        "programme_organisation_id": referral.programme_organisation_id,
        "submitted_at": referral.submitted_at,
        "source": wish.source,
        "received_on": wish.received_on,
        "site": wish.site,
        "needs": wish.needs,
        "conditions": wish.conditions,
        "interests": wish.interests,
        "connections": wish.connections,
        "requested": wish.requested,
        "channels": wish.channels,
        "urgent": wish.urgent,
        "notes": wish.notes,
        "source_reference": wish.source_reference,
        "details": wish.details,
        "choice_id": referral.choice_id,
        "notes_waited": referral.notes_unread,
    }


def move_record(referral: Referral) -> Record:
    """What a step changes in a row of ``referrals``, and whose it is."""
    return {name: getattr(referral, name) for name in ("id", *MOVING)}


def entry(step: Step) -> Entry:
    """A step as the audit has it."""
    codes = dict.fromkeys(code for code in (step.after.value, step.reason) if code)
    return Entry(f"referral-{step.name}", "referral", step.referral_id, tuple(codes))


def step_record(referral: Referral, step: Step) -> Record:
    """A row of ``referral_steps``."""
    return {
        "referral_id": step.referral_id,
        "referring_organisation_id": referral.referring_organisation_id,
        "programme_organisation_id": referral.programme_organisation_id,
        "name": step.name,
        "before": step.before,
        "after": step.after,
        "at": step.at,
        "organisation_id": None if step.by is None else step.by.organisation_id,
        "subject": None if step.by is None else step.by.subject,
        "reason": step.reason,
        "note": step.note,
    }


def consent_records(new: NewReferral) -> list[Record]:
    """The rows of ``consents`` that a new referral begins with."""
    alike = {
        "referral_id": new.referral.id,
        "referring_organisation_id": new.referral.referring_organisation_id,
        "programme_organisation_id": new.referral.programme_organisation_id,
    }
    return [
        {
            **alike,
            "purpose": purpose,
            **{name: getattr(word, name) for name in WORD},
        }
        for purpose, word in new.consents.items()
    ]
