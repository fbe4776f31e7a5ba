"""What organisations do with a referral: make it, decide, withdraw, close, and record what the person agrees to."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals import outgoing
from kith_referrals.domain import agreeing, consent, lifecycle, people
from kith_referrals.domain import referral as referrals
from kith_referrals.domain.consent import Answer, Consent, Purpose
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import ConsentTold, Referral, Telling, Wish
from kith_referrals.store import network as network_store
from kith_referrals.store import referrals as store

Move = Callable[[Referral], tuple[Referral, tuple[Telling, ...]]]


async def make_referral(
    tx: AsyncConnection,
    *,
    referral_id: UUID,
    person: Person,
    programme_id: UUID,
    wish: Wish,
    answer: Answer,
    now: datetime,
) -> Referral:
    """Make a referral by the organisation that knows the person. Without consent nothing is kept.

    Raises the refusals of ``consent.agreed``, ``people.checked``, ``agreeing.check_age`` and
    ``agreeing.check_may_agree``, ``ProgrammeUnknown``, ``NoOrganisation`` or ``ReferenceTaken``.
    """
    today = clock.today(now)
    consents = consent.agreed(answer, today)
    checked = people.checked(person, today)
    programme = await network_store.get_programme_for_referral(tx, programme_id, person.organisation_id)
    age = people.age(checked.birth_date, today)
    agreeing.check_age(age, programme)
    agreeing.check_may_agree(checked.agreement, age, programme, today)
    new, made = referrals.submit(
        referral_id=referral_id,
        person=checked,
        programme=programme,
        wish=wish,
        consents=consents,
        today=today,
        now=now,
    )
    await store.add_referrals(tx, [new])
    await outgoing.tell(tx, made, now=now)
    return new.referral


async def accept_referral(tx: AsyncConnection, referral_id: UUID, *, by: UUID, version: int, now: datetime) -> Referral:
    """The programme's organisation takes the referral on. Raises what ``lifecycle.accept`` and loading do."""
    return await _move(tx, referral_id, version, lambda referral: lifecycle.accept(referral, by, now), now=now)


async def decline_referral(
    tx: AsyncConnection, referral_id: UUID, *, by: UUID, reason: str, version: int, now: datetime
) -> Referral:
    """The programme's organisation says no. Raises what ``lifecycle.decline`` and loading do."""
    return await _move(tx, referral_id, version, lambda referral: lifecycle.decline(referral, by, reason, now), now=now)


async def withdraw_referral(tx: AsyncConnection, referral_id: UUID, *, version: int, now: datetime) -> Referral:
    """The person no longer wants it. Raises what ``lifecycle.withdraw`` and loading do."""
    return await _move(tx, referral_id, version, lambda referral: lifecycle.withdraw(referral, now), now=now)


async def close_referral(
    tx: AsyncConnection, referral_id: UUID, *, reason: str, version: int, now: datetime
) -> Referral:
    """Nothing more will happen. Raises what ``lifecycle.close`` and loading do."""
    return await _move(tx, referral_id, version, lambda referral: lifecycle.close(referral, reason, now), now=now)


async def change_consent(
    tx: AsyncConnection, referral_id: UUID, *, purpose: Purpose, word: Consent, version: int, now: datetime
) -> Referral:
    """Record what the person now says about one purpose. Saying the same again changes nothing and is not told.

    Raises ``NotFound``, ``StaleVersion`` or ``ConsentAfterToday``.
    """
    referral = await store.get_referral_for_update(tx, referral_id, version=version)
    before = await store.list_consents(tx, referral_id)
    after = consent.changed(before, purpose, word, clock.today(now))
    if after is None:
        return referral
    changed = lifecycle.note_consent(referral)
    await store.save_referrals(tx, [changed])
    await store.save_consent(tx, referral_id, purpose, after[purpose])
    await outgoing.tell(tx, ConsentTold(changed, purpose, word.state), now=now)
    return changed


async def _move(tx: AsyncConnection, referral_id: UUID, version: int, move: Move, *, now: datetime) -> Referral:
    referral = await store.get_referral_for_update(tx, referral_id, version=version)
    moved, tellings = move(referral)
    await store.save_referrals(tx, [moved])
    await outgoing.tell(tx, *tellings, now=now)
    return moved
