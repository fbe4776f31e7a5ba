"""A new referral: all that is kept of it, and what others are told."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kith_referrals.domain.agreement import Offer
from kith_referrals.domain.consent import Consents, hears
from kith_referrals.domain.people import Person, age_band
from kith_referrals.domain.referral import Made, Referral, Status, Wish
from kith_referrals.domain.steps import Actor, Step


@dataclass(frozen=True, slots=True)
class NewReferral:
    """All that is kept of a referral when it is made. Those of one choice have one person.

    Of a person who is known the record stays as it is.
    """

    person: Person
    referral: Referral
    wish: Wish
    consents: Consents
    step: Step
    person_is_known: bool = False


def without_reference(wish: Wish) -> Wish:
    """The same wish, for the further referrals of a choice: the organisation's own reference names one referral."""
    return replace(wish, source_reference=None)


def submit(
    *,
    referral_id: UUID,
    person: Person,
    offer: Offer,
    wish: Wish,
    consents: Consents,
    by: Actor,
    today: date,
    now: datetime,
    choice_id: UUID | None = None,
) -> tuple[NewReferral, Made]:
    """A new referral of ``person`` to the programme of ``offer`` by the organisation that knows them, and what to tell.

    The consents have been checked by ``consent.agreed``; this is why telling is right.
    """
    referral = Referral(
        id=referral_id,
        person_id=person.id,
        referring_organisation_id=person.organisation_id,
        programme_id=offer.programme.id,
        programme_organisation_id=offer.programme.organisation_id,
        submitted_at=now,
        choice_id=choice_id,
        agreement_id=offer.agreement_id,
        level=offer.level,
        notes_unread=wish.unread and wish.notes is not None,
    )
    made = Made(
        referral, wish, age_band(person.birth_date, today), person.district, person.language, hears(consents, today)
    )
    step = Step(referral_id, "submitted", None, Status.SUBMITTED, now, by)
    return NewReferral(person, referral, wish, consents, step), made
