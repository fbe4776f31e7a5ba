"""Who may know whom already, as coordinators noted it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.referral import Referral
from kith_matching.tables import acquaintances

_NOTE: Final = postgresql.insert(acquaintances).on_conflict_do_nothing()
_TAKE_BACK: Final = sa.delete(acquaintances).where(
    acquaintances.c.referral_id == sa.bindparam("of_referral", type_=sa.Uuid),
    acquaintances.c.supporter_id == sa.bindparam("of_supporter", type_=sa.Uuid),
)


async def note(tx: AsyncConnection, referral: Referral, supporter_id: UUID, *, now: datetime) -> None:
    """Note, ``now`` (UTC), that the two may know each other. A second time changes nothing."""
    row = {"referral_id": referral.id, "supporter_id": supporter_id, "organisation_id": referral.organisation_id}
    await tx.execute(_NOTE, {**row, "noted_at": now})


async def take_back(tx: AsyncConnection, referral: Referral, supporter_id: UUID) -> None:
    """They do not know each other after all."""
    await tx.execute(_TAKE_BACK, {"of_referral": referral.id, "of_supporter": supporter_id})
