"""One coordinator hands over to another: all of it or nothing, in one transaction."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.looking_after import Handover, Thing, check_asked
from kith_matching.domain.looking_after import hand_over as decide
from kith_matching.store import looking_after as store


async def hand_over(
    tx: AsyncConnection,
    organisation_id: UUID,
    chosen: Collection[Thing] | None,
    *,
    from_coordinator: str | None,
    to_coordinator: str,
    arranged_by: str,
    now: datetime,
) -> Handover:
    """Let one coordinator look after what another did, or after what nobody did. Raises ``HandoverRefused``."""
    check_asked(from_coordinator, to_coordinator, chosen)
    if from_coordinator is None:
        moved = await store.take_free(tx, organisation_id, chosen or (), to_coordinator)
    else:
        moved = await store.list_held_for_update(tx, organisation_id, from_coordinator, chosen)
    handover = decide(
        moved,
        chosen,
        handover_id=clock.new_id(),
        organisation_id=organisation_id,
        from_coordinator=from_coordinator,
        to_coordinator=to_coordinator,
        arranged_by=arranged_by,
        now=now,
    )
    if from_coordinator is not None:
        await store.give(tx, moved, to_coordinator)
    await store.insert_handover(tx, handover)
    await audit.record(tx, Entry("handed-over", "handover", handover.id), now=now)
    return handover
