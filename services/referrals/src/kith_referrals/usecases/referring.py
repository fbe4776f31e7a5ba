"""What organisations do with a referral: make it, decide, withdraw, close, and record what the person agrees to."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals import outgoing
from kith_referrals.domain import agreeing, agreement, choice, consent, lifecycle, making, people
from kith_referrals.domain.agreement import NoAgreement
from kith_referrals.domain.consent import Answer, Consent, Purpose, State
from kith_referrals.domain.making import NewReferral
from kith_referrals.domain.network import check_takes_referrals
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import ConsentTold, Made, Referral, Wish
from kith_referrals.domain.steps import Actor, Moved
from kith_referrals.store import agreements as agreements_store
from kith_referrals.store import network as network_store
from kith_referrals.store import referrals as store
from kith_referrals.usecases.moving import save_moves

Move = Callable[[Referral], Moved]
"""A step of ``lifecycle``, with all but the referral given."""


async def make_referral(
    tx: AsyncConnection,
    *,
    referral_id: UUID,
    person: Person,
    programme_id: UUID,
    wish: Wish,
    answer: Answer,
    by: Actor,
    now: datetime,
    draft: Referral | None = None,
) -> Referral:
    """Make a referral by the organisation that knows the person. Without consent nothing is kept.

    A ``draft`` of it, which is locked, was removed before.

    Raises the refusals of ``consent.agreed``, ``people.checked``, ``check_takes_referrals`` and ``agreeing``,
    ``ProgrammeUnknown``, ``NoOrganisation``, ``NoAgreement`` or ``ReferenceTaken``.
    """
    offers = [(referral_id, programme_id)]
    (made,) = await _make(tx, offers, person=person, wish=wish, answer=answer, by=by, now=now, draft=draft)
    return made


async def offer_choice(
    tx: AsyncConnection,
    *,
    choice_id: UUID,
    offers: Sequence[tuple[UUID, UUID]],
    person: Person,
    wish: Wish,
    answer: Answer,
    by: Actor,
    now: datetime,
) -> list[Referral]:
    """Make one referral for each of ``offers`` (its id, and the programme's), between which the person chooses.

    The organisation's own reference names the first of them. Raises what ``make_referral`` does, or ``ChoiceTooSmall``.
    """
    choice.check_offers([programme_id for _, programme_id in offers])
    return await _make(tx, offers, person=person, wish=wish, answer=answer, by=by, now=now, choice_id=choice_id)


async def choose(
    tx: AsyncConnection, choice_id: UUID, referral_id: UUID, *, by: Actor, now: datetime
) -> list[Referral]:
    """The person's yes to one of several programmes; the others are released. Raises what ``choice.choose`` does."""
    offered = await store.list_choice_for_update(tx, choice_id)
    moves = choice.choose(offered, referral_id, by, now)
    await save_moves(tx, moves, now=now)
    moved = {move.referral.id: move.referral for move in moves}
    return [moved.get(referral.id, referral) for referral in offered]


async def note_reading(tx: AsyncConnection, referral_id: UUID, *, by: Actor, version: int, now: datetime) -> Referral:
    """Record that somebody of the programme's organisation has read the notes. It is told to nobody.

    Raises what ``lifecycle.note_reading`` and loading do.
    """
    referral = await store.get_referral_for_update(tx, referral_id, version=version)
    read = lifecycle.note_reading(referral, by, now)
    if read is None:
        return referral
    await store.save_reading(tx, referral_id, by=by.subject, now=now)
    await save_moves(tx, [read], now=now)
    return read.referral


async def move_referral(tx: AsyncConnection, referral_id: UUID, move: Move, *, version: int, now: datetime) -> Referral:
    """Take a step of ``lifecycle``. Raises what the step does, ``NotFound`` or ``StaleVersion``."""
    moved = move(await store.get_referral_for_update(tx, referral_id, version=version))
    await save_moves(tx, [moved], now=now)
    return moved.referral


async def put_off_referral(
    tx: AsyncConnection, referral_id: UUID, revisit_on: date, *, by: Actor, version: int, now: datetime
) -> Referral:
    """Record that the person is not ready yet: it is an offer again, and so it needs an agreement that holds today.

    Without one the programme's organisation would never see it again. Raises what ``lifecycle.put_off`` and loading
    do, or ``NoAgreement``.
    """
    referral = await store.get_referral_for_update(tx, referral_id, version=version)
    moved = lifecycle.put_off(referral, by, revisit_on, now)
    if referral.agreement_id is not None:
        shared_under = await agreements_store.find_agreement_for_update(tx, referral.agreement_id)
        if shared_under is None or not agreement.is_in_force(shared_under, clock.today(now)):
            raise NoAgreement
    await save_moves(tx, [moved], now=now)
    return moved.referral


async def change_consent(
    tx: AsyncConnection,
    referral_id: UUID,
    *,
    purpose: Purpose,
    word: Consent,
    by: Actor,
    version: int,
    now: datetime,
) -> Referral:
    """Record what the person now says about one purpose. Saying the same again changes nothing and is not told.

    Whoever may no longer see the referral and has not taken it on loses it: the offer is recalled. Raises ``NotFound``,
    ``StaleVersion`` or ``ConsentAfterToday``.
    """
    referral = await store.get_referral_for_update(tx, referral_id, version=version)
    before = await store.list_consents(tx, referral_id)
    after = consent.changed(before, purpose, word, clock.today(now))
    if after is None:
        return referral
    noted = lifecycle.note_consent(referral, by, f"{purpose.value}-{word.state.value}", now)
    moves = [Moved(noted.referral, noted.step, (ConsentTold(noted.referral, purpose, word.state),))]
    recalled = purpose is Purpose.SHARE_REFERRAL and word.state is State.WITHDRAWN
    if recalled and referral.is_offered:
        moves.append(lifecycle.withdraw(noted.referral, by, now, lifecycle.CONSENT_WITHDRAWN))
    await save_moves(tx, moves, now=now)
    await store.save_consents(tx, {referral_id: {purpose: after[purpose]}})
    return moves[-1].referral


async def _make(
    tx: AsyncConnection,
    offers: Sequence[tuple[UUID, UUID]],
    *,
    person: Person,
    wish: Wish,
    answer: Answer,
    by: Actor,
    now: datetime,
    choice_id: UUID | None = None,
    draft: Referral | None = None,
) -> list[Referral]:
    today = clock.today(now)
    consents = consent.agreed(answer, today)
    checked = people.checked(person, today)
    age = people.age(checked.birth_date, today)
    made: list[tuple[NewReferral, Made]] = []
    for referral_id, programme_id in offers:
        programme, agreements = await network_store.get_programme_for_referral(tx, programme_id, person.organisation_id)
        check_takes_referrals(programme)
        agreeing.check_age(age, programme)
        agreeing.check_may_agree(checked.agreement, age, programme, today)
        made.append(
            making.submit(
                referral_id=referral_id,
                person=checked,
                offer=agreement.offer(programme, person.organisation_id, agreements, today),
                wish=wish if not made else making.without_reference(wish),
                consents=consents,
                by=by,
                today=today,
                now=now,
                choice_id=choice_id,
                draft=draft,
            )
        )
    await store.add_referrals(tx, [new for new, _ in made], now=now)
    await outgoing.tell(tx, *(telling for _, telling in made), now=now)
    return [new.referral for new, _ in made]
