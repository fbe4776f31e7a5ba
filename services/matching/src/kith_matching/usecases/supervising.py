"""The support that supporters receive is logged, read by the two whose it is, and its rhythm kept."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching import outgoing
from kith_matching.domain import supervision as domain
from kith_matching.domain.supervision import Attendance, Supervision, SupervisionKind
from kith_matching.store import supervision as store


async def log_supervision(
    tx: AsyncConnection,
    kind: SupervisionKind,
    attended: Sequence[Attendance],
    *,
    organisation_id: UUID,
    held_on: date,
    minutes: int,
    supervisor: str,
    now: datetime,
) -> list[Supervision]:
    """Log one meeting, with a record for each supporter. Raises ``SupporterNotFound``, and then nothing is kept."""
    subjects = await store.hold_supporters(tx, {one.supporter_id for one in attended})
    logged = domain.log_supervision(
        kind,
        organisation_id,
        [(clock.new_id(), one) for one in attended],
        held_on=held_on,
        minutes=minutes,
        supervisor=supervisor,
        meeting_id=clock.new_id(),
        today=clock.today(now),
        subjects=subjects,
    )
    await store.insert_supervisions(tx, logged)
    await store.keep_rhythms(tx, clock.today(now), [one.supporter_id for one in logged])
    await audit.record(tx, *(Entry("supervision-logged", "supervision", one.id, (kind,)) for one in logged), now=now)
    await outgoing.tell_supervised(tx, logged, now=now)
    return logged


async def read_supervision(tx: AsyncConnection, supervision_id: UUID, reader: str, *, now: datetime) -> Supervision:
    """The supervision, for who gave it or received it. Raises ``SupervisionNotFound``, and nothing is recorded."""
    found = await store.get_supervision(tx, supervision_id, reader)
    await audit.record(tx, Entry("supervision-read", "supervision", supervision_id), now=now)
    return found
