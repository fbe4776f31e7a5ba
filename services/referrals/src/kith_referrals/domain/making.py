"""A new referral, or the draft of one: what is asked for, all that is kept of it, and what others are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kith_referrals.domain import agreeing, agreement, clocks, consent, lifecycle, people
from kith_referrals.domain.agreement import Agreement, Offer
from kith_referrals.domain.consent import Answer, Consents, hears
from kith_referrals.domain.network import Programme, check_site, check_takes_referrals
from kith_referrals.domain.people import Person, age_band
from kith_referrals.domain.referral import Referral, Status, Wish
from kith_referrals.domain.refusals import ProgrammeUnknown, ReferenceTaken, ReferralRefused
from kith_referrals.domain.steps import Actor, Step
from kith_referrals.domain.telling import Made

Found = Mapping[UUID, tuple[Programme, Sequence[Agreement]]]
"""Programmes by their ids, each with the agreements of the organisation that refers and its own that have not ended."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: whom to refer, to which programme, with what wish, and what the person said to it.

    ``draft`` is what was kept of it before.
    """

    referral_id: UUID
    person: Person
    programme_id: UUID
    wish: Wish
    answer: Answer
    choice_id: UUID | None = None
    draft: Referral | None = None


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


def make(asked: Asked, programmes: Found, *, by: Actor, now: datetime, today: date) -> tuple[NewReferral, Made]:
    """The referral that is asked for, and what to tell. ``today`` is the civil date (Europe/London).

    Raises the refusals of ``consent.agreed``, ``people.checked``, ``check_takes_referrals``, ``check_site``,
    ``agreeing`` and ``agreement.offer``, or ``ProgrammeUnknown``.
    """
    consents = consent.agreed(asked.answer, today)
    person = people.checked(asked.person, today)
    age = people.age(person.birth_date, today)
    if asked.programme_id not in programmes:
        raise ProgrammeUnknown
    programme, agreements = programmes[asked.programme_id]
    check_takes_referrals(programme)
    check_site(programme, asked.wish.site)
    agreeing.check_age(age, programme)
    agreeing.check_may_agree(person.agreement, age, programme, today)
    return submit(
        referral_id=asked.referral_id,
        person=person,
        offer=agreement.offer(programme, person.organisation_id, agreements, today),
        wish=asked.wish,
        consents=consents,
        by=by,
        today=today,
        now=now,
        choice_id=asked.choice_id,
        draft=asked.draft,
    )


def make_each(
    many: Sequence[Asked], programmes: Found, *, taken: Collection[str], by: Actor, now: datetime, today: date
) -> list[tuple[NewReferral, Made] | ReferralRefused]:
    """Each of the referrals, or why it is refused, as if they were asked for one after the other.

    ``taken`` are the organisation's own references that already name a referral; what is refused takes none.
    """
    names = set(taken)
    done: list[tuple[NewReferral, Made] | ReferralRefused] = []
    for asked in many:
        try:
            made = make(asked, programmes, by=by, now=now, today=today)
            if asked.wish.source_reference in names:
                raise ReferenceTaken
        except ReferralRefused as refused:
            done.append(refused)
            continue
        if asked.wish.source_reference is not None:
            names.add(asked.wish.source_reference)
        done.append(made)
    return done


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
    made = Made(
        referral,
        wish,
        age_band(person.birth_date, today),
        person.district,
        person.language,
        hears(consents, today),
        before_visiting=bool(person.about.risk_to_visitor),
        interpreter=person.about.interpreter,
    )
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
