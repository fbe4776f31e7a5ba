"""Mediations as they stand, with what their card says of the two."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.mediation import MediationNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import mediations, programmes, referrals, supporters
from kith_matching.views.reading import Found, get_list, get_one, paged


def _told(side: str, what: str, of_person: sa.ColumnElement[Any]) -> sa.Label[Any]:
    """Something of one of the two, whether they are a person or a supporter."""
    party = mediations.c[f"{side}_id"]
    person = sa.select(of_person).where(referrals.c.id == party).scalar_subquery()
    supporter = sa.select(supporters.c[what]).where(supporters.c.id == party).scalar_subquery()
    return sa.func.coalesce(person, supporter).label(f"{side}_{what}")


_MEDIATIONS: Final = paged(mediations)
_ALONE: Final[sa.Select[Any]] = (
    sa.select(
        *mediations.c,
        programmes.c.name.label("programme_name"),
        *(_told(side, "languages", array([referrals.c.language])) for side in ("first", "second")),
        *(_told(side, "channels", referrals.c.channels) for side in ("first", "second")),
    )
    .outerjoin(programmes, programmes.c.id == mediations.c.programme_id)
    .where(mediations.c.id == sa.bindparam("id"))
)
_MEDIATION: Final = audited(_ALONE)


async def list_mediations(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's mediations, the first proposed first."""
    entry = Entry("mediations-listed", "organisation", organisation_id)
    return await get_list(tx, _MEDIATIONS, entry, {"after": after, "limit": limit}, now)


async def get_mediation(tx: AsyncConnection, mediation_id: UUID, *, now: datetime) -> Found:
    """One mediation, with what its card says. Raises ``MediationNotFound``."""
    return await get_one(tx, _MEDIATION, Entry("mediation-read", "mediation", mediation_id), MediationNotFound, now)


async def show_mediation(tx: AsyncConnection, mediation_id: UUID) -> Found:
    """The same, for whoever has just done something to it: that is on the record already."""
    return values_of((await tx.execute(_ALONE, {"id": mediation_id})).one())
