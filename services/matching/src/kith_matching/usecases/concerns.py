"""Concerns are raised by anybody, and by the service itself; and answered by those whose duty it is."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching import outgoing
from kith_matching.domain import concern as domain
from kith_matching.domain.concern import Concern, Decision, Item, Raised, SharedWith, Sharing, Whereabouts
from kith_matching.domain.duty_desk import DutyDesk, desk_for
from kith_matching.store import concerns as store
from kith_matching.store import duty_desks


@dataclass(frozen=True, slots=True)
class SharingAsked:
    """With whom something is shared, which items of it, and why."""

    shared_with: SharedWith
    items: tuple[Item, ...]
    reason: str = field(repr=False)
    receiving_organisation_id: UUID | None = None


async def raise_concern(
    tx: AsyncConnection,
    raised: Raised,
    *,
    organisation_id: UUID,
    by: str | None,
    where: Whereabouts | None = None,
    now: datetime,
) -> tuple[Concern, DutyDesk | None]:
    """Keep a concern and have its desk told; also the desk. It is never turned away for what it is about.

    ``where`` is known already, or looked for.
    """
    where = where or await store.find_whereabouts(tx, raised.about, raised.about_id)
    desk = desk_for(where.programme_id, where.district, await duty_desks.list_desks(tx, organisation_id))
    concern = domain.raise_concern(
        raised, where, desk, organisation_id=organisation_id, concern_id=clock.new_id(), by=by, now=now
    )
    await store.insert_concern(tx, concern)
    if raised.words is not None:
        await store.seal_words(tx, concern, "raised", concern.id, raised.words)
    await audit.record(tx, Entry("concern-raised", "concern", concern.id), now=now)
    await outgoing.tell_concern(tx, concern, now=now)
    return concern, desk


async def acknowledge(tx: AsyncConnection, concern_id: UUID, *, by: str, now: datetime) -> Concern:
    """Somebody sees to a concern. Raises ``ConcernNotFound`` and ``AlreadyAnswered``."""
    seen = domain.acknowledge(await store.get_concern_for_update(tx, concern_id), by=by, now=now)
    await store.save_answer(tx, seen)
    await audit.record(tx, Entry("concern-acknowledged", "concern", concern_id), now=now)
    await outgoing.tell_concern_answered(tx, seen, now=now)
    return seen


async def decide(
    tx: AsyncConnection, concern_id: UUID, decision: Decision, reason: str, *, by: str, now: datetime
) -> Concern:
    """Keep what was decided, and why. Raises ``ConcernNotFound``, and as ``domain.concern.decide``.

    What was written of somebody who was erased meanwhile is destroyed now that nobody needs it any more.
    """
    open_ = await store.get_concern_for_update(tx, concern_id)
    decided = domain.decide(open_, decision, shared=await store.is_shared(tx, concern_id), by=by, now=now)
    await store.save_answer(tx, decided)
    await store.seal_words(tx, decided, "decided", clock.new_id(), reason)
    if decided.referral_id is not None:
        await store.forget_words(tx, [decided.referral_id])
    await audit.record(tx, Entry("concern-decided", "concern", concern_id), now=now)
    await outgoing.tell_concern_answered(tx, decided, now=now)
    return decided


async def share(tx: AsyncConnection, concern_id: UUID, asked: SharingAsked, *, by: str, now: datetime) -> Sharing:
    """Keep that something was told without agreement: to whom, which items, why. Raises ``ConcernNotFound``."""
    concern = await store.get_concern_for_update(tx, concern_id)
    desk = await duty_desks.find_desk(tx, concern.desk_id) if concern.desk_id is not None else None
    sharing = Sharing(
        id=clock.new_id(),
        concern_id=concern_id,
        organisation_id=concern.organisation_id,
        shared_with=asked.shared_with,
        items=asked.items,
        shared_at=now,
        shared_by=by,
        answer_by=domain.answer_by(clock.today(now), desk),
        receiving_organisation_id=asked.receiving_organisation_id,
    )
    await store.insert_sharing(tx, sharing)
    await store.seal_words(tx, concern, "shared", sharing.id, asked.reason)
    await audit.record(tx, Entry("concern-shared", "concern", concern_id, (asked.shared_with,)), now=now)
    return sharing


async def note_answer(tx: AsyncConnection, concern_id: UUID, sharing_id: UUID, *, now: datetime) -> Sharing:
    """Keep that whoever was told has answered. Raises ``SharingNotFound`` and ``AlreadyAnswered``."""
    sharing = await store.get_sharing_for_update(tx, concern_id, sharing_id)
    answered = domain.answer_sharing(sharing, today=clock.today(now))
    await store.save_answered(tx, answered)
    await audit.record(tx, Entry("sharing-answered", "concern", concern_id), now=now)
    return answered
