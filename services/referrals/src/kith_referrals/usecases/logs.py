"""An organisation's two logs: what went wrong with people's data, and what people complained of."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import breaches, complaints
from kith_referrals.domain.breaches import Breach
from kith_referrals.domain.complaints import Complaint, Outcome, Step
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Actor
from kith_referrals.store import logs as store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.usecases.moving import save_moves


async def log_breach(tx: AsyncConnection, breach: Breach, *, now: datetime) -> Breach:
    """Keep a breach; about a referral it names its person too.

    Raises what ``breaches.checked`` does, or ``NotFound``.
    """
    breach = await _about_its_person(tx, breaches.checked(breach, now))
    await _keep_breach(tx, breach, "breach-logged", now)
    return breach


async def change_breach(tx: AsyncConnection, breach: Breach, *, version: int, now: datetime) -> Breach:
    """Keep what is now known of a breach. The same again changes nothing.

    Raises what ``breaches.checked`` does, ``NotFound`` or ``StaleVersion``.
    """
    before = await store.get_breach_for_update(tx, breach.id, version=version)
    if breach.referral_id != before.referral_id:
        breach = await _about_its_person(tx, breach)
    else:
        breach = replace(breach, person_id=before.person_id)
    changed = breaches.changed(breach, before, now)
    if changed is None:
        return before
    await _keep_breach(tx, changed, "breach-changed", now)
    return changed


async def misdirect_referral(
    tx: AsyncConnection, referral_id: UUID, *, note: str | None, by: Actor, version: int, now: datetime
) -> Referral:
    """Recall a referral that went to the wrong programme, and keep the breach: one step, both or neither.

    Raises what ``breaches.misdirect`` does, ``NotFound`` or ``StaleVersion``.
    """
    referral = await referrals_store.get_referral_for_update(tx, referral_id, version=version)
    moved, breach = breaches.misdirect(referral, by, breach_id=clock.new_id(), note=note, now=now)
    await save_moves(tx, [moved], now=now)
    await _keep_breach(tx, breach, "breach-logged", now)
    return moved.referral


async def take_complaint(tx: AsyncConnection, complaint: Complaint, *, now: datetime) -> Complaint:
    """Keep a complaint as received. Raises what ``complaints.taken`` does, or ``NotFound`` for its referral."""
    complaint = complaints.taken(complaint, clock.today(now))
    if complaint.referral_id is not None:
        await store.get_person_of(tx, complaint.referral_id)
    await _keep_complaint(tx, complaint, now)
    return complaint


async def move_complaint(
    tx: AsyncConnection,
    complaint_id: UUID,
    step: Step,
    *,
    on: date,
    outcome: Outcome | None,
    version: int,
    now: datetime,
) -> Complaint:
    """Take a step with a complaint. Raises what ``complaints.move`` does, ``NotFound`` or ``StaleVersion``."""
    before = await store.get_complaint_for_update(tx, complaint_id, version=version)
    moved = complaints.move(before, step, on, outcome, clock.today(now))
    await _keep_complaint(tx, moved, now)
    return moved


async def _about_its_person(tx: AsyncConnection, breach: Breach) -> Breach:
    if breach.referral_id is None:
        return replace(breach, person_id=None)
    return replace(breach, person_id=await store.get_person_of(tx, breach.referral_id))


async def _keep_breach(tx: AsyncConnection, breach: Breach, action: str, now: datetime) -> None:
    await store.save_breach(tx, breach)
    await audit.record(tx, Entry(action, "breach", breach.id, breach.what), now=now)


async def _keep_complaint(tx: AsyncConnection, complaint: Complaint, now: datetime) -> None:
    await store.save_complaint(tx, complaint)
    entry = Entry(f"complaint-{complaint.state.value}", "complaint", complaint.id, (complaint.category.value,))
    await audit.record(tx, entry, now=now)
