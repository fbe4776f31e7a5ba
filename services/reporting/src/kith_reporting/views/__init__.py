"""The totals, and what is held about somebody, read and never changed.

Row-level security shows each organisation its own lines, operators all.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.erased import find_erased
from kith_chassis.holdings import Held, Holding
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
_HELD: Final = sa.text("""
    select 'referral' as kind, referral_id as id, referring_organisation_id as organisation_id,
        to_jsonb(referrals) - '{referral_id,referring_organisation_id}'::text[] as says
    from referrals where referral_id = any(:referrals)
    union all
    select 'session', session_id, organisation_id,
        to_jsonb(sessions) - '{session_id,organisation_id,attended_referral_ids}'::text[]
    from sessions where referral_id = any(:referrals) or attended_referral_ids && :referrals
    order by kind, id
""").bindparams(sa.bindparam("referrals", type_=ARRAY(sa.Uuid)))


async def list_totals(tx: AsyncConnection) -> list[Total]:
    """Every line that may be seen: what organisations run before what they refer to, then by name.

    Bounded by the network itself: one line for a programme, and one for each organisation that refers to it, however
    many referrals there are.
    """
    return [Total(**{**row, "side": Side(row["side"])}) for row in (await tx.execute(_TOTALS)).mappings()]


async def list_holdings(tx: AsyncConnection, people: Sequence[UUID], referrals: Sequence[UUID]) -> Held:
    """Every row about these referrals; in the network's sight. All are tombstones: none names or describes a person.

    What they say of topics is what a group met about, and of a site where in its programme a referral went.
    """
    erased = await find_erased(tx, people)
    rows = await tx.execute(_HELD, {"referrals": list(referrals)})
    return Held(
        [Holding(row.kind, row.id, tombstone=True, organisation_id=row.organisation_id, says=row.says) for row in rows],
        erased,
    )
