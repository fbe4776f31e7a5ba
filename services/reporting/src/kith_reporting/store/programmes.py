"""Programmes as they were published last, for whoever runs them."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_reporting.domain.offer import Offer
from kith_reporting.domain.refusals import ProgrammeNotFound
from kith_reporting.tables import programmes

_OFFER: Final = sa.select(programmes).where(programmes.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid))


async def get_offer(tx: AsyncConnection, programme_id: UUID, asking: UUID | None) -> Offer:
    """The programme, if the organisation that asks runs it; None stands for the network, which sees all.

    A referrer has rows of a programme too, so that row-level security alone would show it a part that looks like the
    whole. Raises ``ProgrammeNotFound``.
    """
    row = (await tx.execute(_OFFER, {"programme_id": programme_id})).one_or_none()
    if row is None or asking not in {None, row.organisation_id}:
        raise ProgrammeNotFound
    return Offer(row.programme_id, row.organisation_id, row.name, tuple(row.sites or ()), row.proposed)
