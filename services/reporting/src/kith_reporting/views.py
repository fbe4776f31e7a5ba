"""The totals, read and never changed. Row-level security shows each organisation its own lines, operators all."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_reporting.domain.totals import COUNTS, Side, Total
from kith_reporting.tables import organisations, programmes, totals

_runs = organisations.alias("runs")
_TOTALS: Final = (
    sa.select(
        totals.c.organisation_id,
        organisations.c.name.label("organisation_name"),
        totals.c.programme_id,
        programmes.c.name.label("programme_name"),
        _runs.c.name.label("run_by"),
        totals.c.side,
        *(totals.c[name] for name in COUNTS),
    )
    .outerjoin(organisations, organisations.c.organisation_id == totals.c.organisation_id)
    .outerjoin(programmes, programmes.c.programme_id == totals.c.programme_id)
    .outerjoin(_runs, _runs.c.organisation_id == programmes.c.organisation_id)
    .order_by(
        totals.c.side,
        organisations.c.name,
        totals.c.organisation_id,
        programmes.c.name,
        totals.c.programme_id,
    )
)


async def list_totals(tx: AsyncConnection) -> list[Total]:
    """Every line that may be seen: what organisations run before what they refer to, then by name.

    Bounded by the network itself: one line for a programme, and one for each organisation that refers to it, however
    many referrals there are.
    """
    return [Total(**{**row, "side": Side(row["side"])}) for row in (await tx.execute(_TOTALS)).mappings()]
