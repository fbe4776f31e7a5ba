"""What organisations do with a referral: make it, decide, withdraw, close, and record what the person agrees to."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import repeat
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals import outgoing
from kith_referrals.domain import agreement, choice, consent, feedback, lifecycle, making
from kith_referrals.domain.agreement import NoAgreement
from kith_referrals.domain.consent import Answer, Consent, Purpose, State
from kith_referrals.domain.making import Asked
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Referral, Wish
from kith_referrals.domain.refusals import ReferralRefused
from kith_referrals.domain.steps import Actor, Moved
from kith_referrals.domain.telling import ConsentTold
from kith_referrals.store import agreements as agreements_store
from kith_referrals.store import network as network_store
from kith_referrals.store import referrals as store
from kith_referrals.usecases.moving import save_moves

Move = Callable[[Referral], Moved]
"""A step of ``lifecycle``, with all but the referral given."""


async def make_referral(tx: AsyncConnection, asked: Asked, *, by: Actor, now: datetime) -> Referral:
    """Make a referral by the organisation that knows the person. Without consent nothing is kept.

    A ``draft`` of it, which is locked, was removed before. Raises the refusals of ``making.make``, ``NoOrganisation``
    or ``ReferenceTaken``.
    """
    (made,) = await _make(tx, [asked], by=by, now=now)
    return made


async def make_referrals(
    tx: AsyncConnection, many: Sequence[Asked], *, by: Actor, now: datetime
) -> list[Referral | ReferralRefused]:
    """Each of the referrals, or why it was refused, in the order asked: what one after the other would have come to.

    The number of statements does not grow with them; it does where somebody else takes one of their references
    meanwhile, because then they are looked at again. Raises ``NoOrganisation``.
    """
    programmes = await network_store.list_programmes_for_referral(
        tx, {asked.programme_id for asked in many}, by.organisation_id
    )
    references = [asked.wish.source_reference for asked in many if asked.wish.source_reference is not None]
    while True:
        taken = await store.list_taken_references(tx, by.organisation_id, references)
        done = making.make_each(many, programmes, taken=taken, by=by, now=now, today=clock.today(now))
        made = [one for one in done if not isinstance(one, ReferralRefused)]
        told = outgoing.told(*(telling for _, telling in made), now=now)
        if await store.try_add_referrals(tx, [new for new, _ in made], told, now=now):
            break
    return [one if isinstance(one, ReferralRefused) else one[0].referral for one in done]


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
    wishes = (wish, *repeat(making.without_reference(wish), len(offers) - 1))
    asked = [
        Asked(referral_id, person, programme_id, one, answer, choice_id)
        for (referral_id, programme_id), one in zip(offers, wishes, strict=True)
    ]
    return await _make(tx, asked, by=by, now=now)


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
    level = after[purpose].feedback if word.state is State.GRANTED else None
    said = "-".join(filter(None, (purpose.value, word.state.value, level)))
    noted = lifecycle.note_consent(referral, by, said, now)
    told = ConsentTold(noted.referral, purpose, word.state, level)
    moves = [Moved(noted.referral, noted.step, (told,))]
    recalled = purpose is Purpose.SHARE_REFERRAL and word.state is State.WITHDRAWN
    if recalled and referral.is_offered:
        moves.append(lifecycle.withdraw(noted.referral, by, now, lifecycle.CONSENT_WITHDRAWN))
    await save_moves(tx, moves, now=now)
    await store.save_consents(tx, {referral_id: {purpose: after[purpose]}})
    return moves[-1].referral


async def as_known(
    tx: AsyncConnection, referrals: Sequence[Referral], asking: UUID, *, now: datetime
) -> list[Referral]:
    """The referrals as ``asking`` may know them: whoever referred, at the level of feedback that the person agreed to.

    Where nobody is held to a level nothing is read for it.
    """
    held = {
        one.id
        for one in referrals
        if feedback.is_held_to(asking, one.referring_organisation_id, one.programme_organisation_id)
    }
    words = await store.list_consents_of(tx, held) if held else {}
    today = clock.today(now)
    return [feedback.as_known(one, consent.hears(words[one.id], today)) if one.id in held else one for one in referrals]


async def _make(tx: AsyncConnection, many: Sequence[Asked], *, by: Actor, now: datetime) -> list[Referral]:
    """All of the referrals, or the refusal of the first that cannot be made."""
    programmes = await network_store.list_programmes_for_referral(
        tx, [asked.programme_id for asked in many], by.organisation_id
    )
    made = [making.make(asked, programmes, by=by, now=now, today=clock.today(now)) for asked in many]
    told = outgoing.told(*(telling for _, telling in made), now=now)
    await store.add_referrals(tx, [new for new, _ in made], told, now=now)
    return [new.referral for new, _ in made]
