"""What a programme achieved, counted from rows when somebody asks.

Row-level security shows the programme's organisation its own rows, operators all.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_reporting.domain.results import Achieved, Figures
from kith_reporting.domain.totals import Side
from kith_reporting.store.programmes import get_offer
from kith_reporting.tables import claims, totals

_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)
_WORKED_WITH: Final = sa.select(totals.c.received, totals.c.matched).where(
    totals.c.programme_id == _PROGRAMME,
    totals.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
    totals.c.side == Side.OWNER.value,
)
_CLAIMED: Final = (
    sa.select(
        claims.c.result,
        sa.func.count().filter(claims.c.standing).label("standing"),
        sa.func.count().filter(~claims.c.standing).label("reversed"),
        sa.func.count(claims.c.household_id.distinct()).filter(claims.c.standing).label("households"),
    )
    .where(claims.c.programme_id == _PROGRAMME)
    .group_by(sa.func.grouping_sets(sa.tuple_(claims.c.result), sa.tuple_()))
    .order_by(claims.c.result.nulls_first())
)
"""First all of them, then each result by itself."""


async def get_results(tx: AsyncConnection, programme_id: UUID, asking: UUID | None) -> tuple[str, Figures]:
    """The name of a programme that ``asking`` runs (None: anybody's), and what it achieved, exactly.

    Claims are counted when somebody asks: there are as many as results that were paid for.
    Raises ``ProgrammeNotFound``.
    """
    offer = await get_offer(tx, programme_id, asking)
    of = {"programme_id": offer.programme_id, "organisation_id": offer.organisation_id}
    received, matched = (await tx.execute(_WORKED_WITH, of)).one_or_none() or (0, 0)
    everything, *each = (await tx.execute(_CLAIMED, {"programme_id": programme_id})).all()
    achieved = [Achieved(one.result, one.standing, one.reversed) for one in each]
    return offer.name, Figures(offer.proposed, received, matched, everything.households, achieved)
