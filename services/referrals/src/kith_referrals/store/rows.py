"""What of a person, a referral, a step and a consent becomes rows, and what of a step goes on the record."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kith_chassis.audit import Entry
from kith_referrals.domain.making import NewReferral
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.steps import Step
from kith_referrals.store.records import Record, hexadecimal


def people_records(news: Sequence[NewReferral]) -> list[Record]:
    """The rows of ``people`` that new referrals bring, each once."""
    brought = {new.person.id: new for new in news if not new.person_is_known}
    return [_person_record(new.person, draft=new.referral.status is Status.DRAFT) for new in brought.values()]


def _person_record(person: Person, *, draft: bool) -> Record:
    """A row of ``people``. That of a draft is as it was written, and is nobody's likeness."""
    about, agreement = person.about, person.agreement
    return {
        "id": str(person.id),
        "organisation_id": str(person.organisation_id),
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": _text(person.birth_date),
        "nhs_number": person.nhs_number,
        "chi_number": person.chi_number,
        "hc_number": person.hc_number,
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
        "agrees": agreement.agrees.value,
        "nation": agreement.nation.value if agreement.nation else None,
        "understands": agreement.understands,
        "power_act": agreement.power_act,
        "power_seen_on": _text(agreement.power_seen_on),
        "power_expires_on": _text(agreement.power_expires_on),
        "likeness": None if draft else hexadecimal(person.likeness),
        "draft": draft,
    }


def referral_record(new: NewReferral) -> Record:
    """A row of ``referrals``, as it is made."""
    referral, wish = new.referral, new.wish
    return {
        **move_record(referral),
        "person_id": str(referral.person_id),
        "referring_organisation_id": str(referral.referring_organisation_id),
        "programme_id": str(referral.programme_id),
        "programme_organisation_id": str(referral.programme_organisation_id),
        "submitted_at": referral.submitted_at.isoformat(),
        "source": wish.source.value,
        "received_on": wish.received_on.isoformat(),
        "needs": wish.needs,
        "conditions": wish.conditions,
        "interests": wish.interests,
        "requested": wish.requested,
        "channels": [way.value for way in wish.channels],
        "urgent": wish.urgent,
        "notes": wish.notes,
        "source_reference": wish.source_reference,
        "details": wish.details,
        "choice_id": _id(referral.choice_id),
        "notes_waited": referral.notes_unread,
    }


def move_record(referral: Referral) -> Record:
    """What a step changes in a row of ``referrals``."""
    return {
        "id": str(referral.id),
        "status": referral.status.value,
        "version": referral.version,
        "decided_at": _text(referral.decided_at),
        "decision_reason": referral.decision_reason,
        "matched_at": _text(referral.matched_at),
        "ended_at": _text(referral.ended_at),
        "closed_at": _text(referral.closed_at),
        "closing_reason": referral.closing_reason,
        "acknowledged_at": _text(referral.acknowledged_at),
        "supported_at": _text(referral.supported_at),
        "redirected_to": _id(referral.redirected_to),
        "agreement_id": _id(referral.agreement_id),
        "level": referral.level.value,
        "reopened_at": _text(referral.reopened_at),
        "asked_at": _text(referral.asked_at),
        "promises": {name.value: due.isoformat() for name, due in referral.promises.items()},
        "missed": [name.value for name in referral.missed],
        "due_on": _text(referral.due_on),
        "miss_on": _text(referral.miss_on),
        "misdirected": referral.misdirected,
    }


def entry(step: Step) -> Entry:
    """A step as the audit has it."""
    codes = dict.fromkeys(code for code in (step.after.value, step.reason) if code)
    return Entry(f"referral-{step.name}", "referral", step.referral_id, tuple(codes))


def step_record(referral: Referral, step: Step) -> Record:
    """A row of ``referral_steps``."""
    return {
        "referral_id": str(step.referral_id),
        "referring_organisation_id": str(referral.referring_organisation_id),
        "programme_organisation_id": str(referral.programme_organisation_id),
        "name": step.name,
        "before": step.before,
        "after": step.after,
        "at": step.at.isoformat(),
        "organisation_id": None if step.by is None else str(step.by.organisation_id),
        "subject": None if step.by is None else step.by.subject,
        "reason": step.reason,
        "note": step.note,
    }


def consent_records(new: NewReferral) -> list[Record]:
    """The rows of ``consents`` that a new referral begins with."""
    alike = {
        "referral_id": str(new.referral.id),
        "referring_organisation_id": str(new.referral.referring_organisation_id),
        "programme_organisation_id": str(new.referral.programme_organisation_id),
    }
    return [
        {
            **alike,
            "purpose": purpose.value,
            "state": word.state.value,
            "recorded_on": word.recorded_on.isoformat(),
            "how": word.how,
            "wording_version": word.wording_version,
            "expires_on": _text(word.expires_on),
            "feedback": word.feedback.value if word.feedback else None,
            "noticed_for": _text(word.noticed_for),
        }
        for purpose, word in new.consents.items()
    ]


def _id(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def _text(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
