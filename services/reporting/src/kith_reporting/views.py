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
from kith_reporting.domain.results import Achieved, Figures, NotFound
from kith_reporting.domain.totals import COUNTS, Side, Total
from kith_reporting.tables import claims, organisations, programmes, totals

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
_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)
_ASKING: Final = sa.bindparam("asking", type_=sa.Uuid)
_WORKED_WITH: Final = (
    sa.select(programmes.c.name, programmes.c.proposed, totals.c.received, totals.c.matched)
    .outerjoin(
        totals,
        sa.and_(
            totals.c.programme_id == programmes.c.programme_id,
            totals.c.organisation_id == programmes.c.organisation_id,
            totals.c.side == Side.OWNER.value,
        ),
    )
    .where(programmes.c.programme_id == _PROGRAMME)
    .where(sa.or_(_ASKING.is_(None), programmes.c.organisation_id == _ASKING))
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


async def get_results(tx: AsyncConnection, programme_id: UUID, asking: UUID | None) -> tuple[str, Figures]:
    """The name of a programme that ``asking`` runs (None: anybody's), and what it achieved, exactly.

    Claims are counted when somebody asks: there are as many as results that were paid for. Raises ``NotFound``.
    """
    row = (await tx.execute(_WORKED_WITH, {"programme_id": programme_id, "asking": asking})).one_or_none()
    if row is None:
        raise NotFound
    everything, *each = (await tx.execute(_CLAIMED, {"programme_id": programme_id})).all()
    achieved = [Achieved(one.result, one.standing, one.reversed) for one in each]
    return row.name, Figures(row.proposed, row.received or 0, row.matched or 0, everything.households, achieved)


async def list_holdings(tx: AsyncConnection, people: Sequence[UUID], referrals: Sequence[UUID]) -> Held:
    """Every row about these referrals; in the network's sight. All are tombstones: none names or describes a person."""
    erased = await find_erased(tx, people)
    rows = await tx.execute(_HELD, {"referrals": list(referrals)})
    return Held(
        [Holding(row.kind, row.id, tombstone=True, organisation_id=row.organisation_id, says=row.says) for row in rows],
        erased,
    )
