"""What of a person, a referral, a step and a consent becomes rows, and what of a step goes on the record."""

from collections.abc import Sequence

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
        "id": person.id,
        "organisation_id": person.organisation_id,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": person.birth_date,
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
        "needs": wish.needs,
        "conditions": wish.conditions,
        "interests": wish.interests,
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
    """What a step changes in a row of ``referrals``."""
    return {
        "id": referral.id,
        "status": referral.status,
        "version": referral.version,
        "decided_at": referral.decided_at,
        "decision_reason": referral.decision_reason,
        "matched_at": referral.matched_at,
        "ended_at": referral.ended_at,
        "closed_at": referral.closed_at,
        "closing_reason": referral.closing_reason,
        "acknowledged_at": referral.acknowledged_at,
        "supported_at": referral.supported_at,
        "redirected_to": referral.redirected_to,
        "agreement_id": referral.agreement_id,
        "level": referral.level,
        "reopened_at": referral.reopened_at,
        "asked_at": referral.asked_at,
        "promises": referral.promises,
        "missed": referral.missed,
        "due_on": referral.due_on,
        "miss_on": referral.miss_on,
        "misdirected": referral.misdirected,
    }


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
            "state": word.state,
            "recorded_on": word.recorded_on,
            "how": word.how,
            "wording_version": word.wording_version,
            "expires_on": word.expires_on,
            "feedback": word.feedback,
            "noticed_for": word.noticed_for,
        }
        for purpose, word in new.consents.items()
    ]
