"""Which supporters a concern may be about, and how they are reached; and the visit that it is about."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_matching.domain.concern import About
from kith_matching.store.rows import values_of
from kith_matching.tables import contacts, incidents, matches, sessions, supporters, visits
from kith_matching.views.reading import Found

_ID: Final = sa.bindparam("about_id", type_=sa.Uuid)
_WHO: Final[dict[About, sa.ColumnElement[bool]]] = {
    About.SUPPORTER: supporters.c.id == _ID,
    About.REFERRAL: supporters.c.id.in_(
        sa.select(matches.c.supporter_id).where(matches.c.referral_id == _ID, matches.c.ended_on.is_(None))
    ),
    About.MATCH: supporters.c.id.in_(sa.select(matches.c.supporter_id).where(matches.c.id == _ID)),
    About.VISIT: supporters.c.id.in_(sa.select(visits.c.supporter_id).where(visits.c.id == _ID)),
    About.SESSION: supporters.c.id.in_(sa.select(sa.func.unnest(sessions.c.supporter_ids)).where(sessions.c.id == _ID)),
    About.CONTACT: supporters.c.id.in_(sa.select(contacts.c.supporter_id).where(contacts.c.id == _ID)),
    About.INCIDENT: supporters.c.id.in_(sa.select(incidents.c.supporter_id).where(incidents.c.id == _ID)),
}
"""Of a referral, whoever supports them now; of all else, whoever was there."""
_SUPPORTERS: Final = {
    about: sa.select(
        *(supporters.c[name] for name in ("id", "name", "telephone", "email", "state")),
    )
    .where(who)
    .order_by(supporters.c.id)
    for about, who in _WHO.items()
}
_VISIT: Final = sa.select(
    *(visits.c[name] for name in ("id", "starts_at", "ends_at", "checked_in_at", "checked_out_at", "cancelled_at"))
).where(visits.c.id == _ID)


async def list_concerned_supporters(
    tx: AsyncConnection, about: About | None, about_id: UUID | None, *, now: datetime
) -> tuple[Found, ...]:
    """Who supports there, with their own name, telephone and address for mail. Each that was read is on the record."""
    asked = _SUPPORTERS.get(about) if about is not None else None
    found = await _rows(tx, asked, about_id) if asked is not None else ()
    entries = [Entry("supporter-contact-read", "supporter", one["id"], purpose="concern") for one in found]
    await audit.record(tx, *entries, now=now)
    return found


async def find_visit(tx: AsyncConnection, about: About | None, about_id: UUID | None) -> Found | None:
    """The visit, if it is about one: when it was to be, and what was said of it since."""
    found = await _rows(tx, _VISIT, about_id) if about is About.VISIT else ()
    return found[0] if found else None


async def _rows(tx: AsyncConnection, asked: sa.Select[Any], about_id: UUID | None) -> tuple[Found, ...]:
    return tuple(values_of(row) for row in await tx.execute(asked, {"about_id": about_id}))
