"""Incidents with their words sealed, and what was done about them."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.incident import FollowUp, Incident, IncidentKind, IncidentNotFound
from kith_matching.store.rows import values_of
from kith_matching.store.sealed import keep_key, opened, seal
from kith_matching.tables import incident_follow_ups, incident_keys, incidents

_INSERT: Final = sa.insert(incidents)
_FURTHER: Final = sa.insert(incident_follow_ups)
_FIND: Final[sa.Select[Any]] = (
    sa.select(*incidents.c, incident_keys.c.key)
    .outerjoin(incident_keys, incident_keys.c.id == incidents.c.id)
    .where(incidents.c.id == sa.bindparam("incident_id"))
)
_LOCK: Final = _FIND.with_for_update(of=incidents)
_FOLLOWED: Final = (
    sa.select(incident_follow_ups)
    .where(incident_follow_ups.c.incident_id == sa.bindparam("incident_id"))
    .order_by(incident_follow_ups.c.id)
)
_CLOSE: Final = sa.update(incidents).where(incidents.c.id == sa.bindparam("incident_id"))


async def insert_incident(tx: AsyncConnection, incident: Incident) -> None:
    """Keep an incident. Its words are sealed."""
    values, sealed = asdict(incident), seal(tx, incident.id, incident.organisation_id, incident.words)
    del values["words"]
    await tx.execute(_INSERT, {**values, "sealed_words": sealed.text if sealed else None})
    await keep_key(tx, incident_keys, incident.id, incident.organisation_id, sealed=sealed)


async def get_incident(tx: AsyncConnection, incident_id: UUID) -> Incident:
    """The incident with its words. Raises ``IncidentNotFound``."""
    return _incident(tx, (await tx.execute(_FIND, {"incident_id": incident_id})).one_or_none())


async def get_incident_for_update(tx: AsyncConnection, incident_id: UUID) -> Incident:
    """The same, locked. Raises ``IncidentNotFound``."""
    return _incident(tx, (await tx.execute(_LOCK, {"incident_id": incident_id})).one_or_none())


async def list_follow_ups(tx: AsyncConnection, incident_id: UUID) -> list[FollowUp]:
    """What was done about it later, the first first."""
    rows = await tx.execute(_FOLLOWED, {"incident_id": incident_id})
    return [FollowUp(**values_of(row)) for row in rows]


async def insert_follow_up(tx: AsyncConnection, further: FollowUp) -> None:
    """Keep what was done. The incident is locked."""
    await tx.execute(_FURTHER, asdict(further))


async def save_closed(tx: AsyncConnection, incident: Incident) -> None:
    """Keep that it is closed."""
    now = {name: getattr(incident, name) for name in ("serious", "closed_on", "closed_by", "version")}
    await tx.execute(_CLOSE, {"incident_id": incident.id, **now})


def _incident(tx: AsyncConnection, row: sa.Row[Any] | None) -> Incident:
    if row is None:
        raise IncidentNotFound
    values = values_of(row)
    words = opened(tx, values)
    return Incident(**{**values, "kind": IncidentKind(values["kind"])}, words=words)
