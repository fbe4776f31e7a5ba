"""A new referral, or the draft of one: all that is kept of it, and what others are told."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kith_referrals.domain import clocks, lifecycle
from kith_referrals.domain.agreement import Offer
from kith_referrals.domain.consent import Consents
from kith_referrals.domain.network import Programme
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


@dataclass(frozen=True, slots=True)
class Draft:
    """A referral that is kept and not submitted, as it was written: nothing of it was checked but its shape."""

    person: Person
    referral: Referral
    wish: Wish


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
    draft: Referral | None = None,
) -> tuple[NewReferral, Made]:
    """A new referral of ``person`` to the programme of ``offer`` by the organisation that knows them, and what to tell.

    The consents have been checked by ``consent.agreed``; this is why telling is right. What was kept as a ``draft`` is
    from now on as if it had been made now; only its version goes on.
    """
    referral = Referral(
        id=referral_id,
        person_id=person.id,
        referring_organisation_id=person.organisation_id,
        programme_id=offer.programme.id,
        programme_organisation_id=offer.programme.organisation_id,
        submitted_at=now,
        version=_next(draft),
        choice_id=choice_id,
        agreement_id=offer.agreement_id,
        level=offer.level,
        notes_unread=wish.unread and wish.notes is not None,
        promises=clocks.begun(offer.programme.terms, now),
        terms=offer.programme.terms,
    )
    made = Made(referral, wish, age_band(person.birth_date, today), person.district, person.language)
    step = Step(referral_id, lifecycle.SUBMITTED, draft.status if draft else None, Status.SUBMITTED, now, by)
    return NewReferral(person, referral, wish, consents, step), made


def draft(
    *,
    referral_id: UUID,
    person: Person,
    programme: Programme,
    wish: Wish,
    by: Actor,
    now: datetime,
    before: Referral | None = None,
) -> NewReferral:
    """What is kept of a referral that is not submitted yet: as it was written, for who knows the person alone.

    Nothing is promised of it and nothing told. ``before`` is the draft that it takes the place of.
    """
    referral = Referral(
        id=referral_id,
        person_id=person.id,
        referring_organisation_id=person.organisation_id,
        programme_id=programme.id,
        programme_organisation_id=programme.organisation_id,
        submitted_at=now,
        status=Status.DRAFT,
        version=_next(before),
    )
    name = "drafted" if before is None else lifecycle.CHANGED
    step = Step(referral_id, name, before.status if before else None, Status.DRAFT, now, by)
    return NewReferral(person, referral, wish, {}, step)


def _next(draft: Referral | None) -> int:
    return 1 if draft is None else draft.version + 1
