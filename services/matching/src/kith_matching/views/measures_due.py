"""Which measures are due, match by match, and who would rather not."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited
from kith_matching.domain.measurement import Moment
from kith_matching.store.due import MEASURES_DUE, SECOND_ON
from kith_matching.tables import matches, measure_declines
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, TODAY, Found, get_list

_MOMENT: Final = sa.func.jsonb_build_object(
    sa.literal_column("'moment'"),
    MEASURES_DUE.c.moment,
    sa.literal_column("'due_on'"),
    MEASURES_DUE.c.due_on,
    sa.literal_column("'late'"),
    sa.and_(
        MEASURES_DUE.c.moment == sa.literal_column(f"'{Moment.BASELINE}'"), sa.func.coalesce(SECOND_ON < TODAY, False)
    ),
    sa.literal_column("'measures'"),
    MEASURES_DUE.c.asked,
)
_DUE: Final = audited(
    sa.select(
        matches.c.id,
        matches.c.referral_id,
        matches.c.supporter_id,
        matches.c.programme_id,
        sa.func.jsonb_agg(aggregate_order_by(_MOMENT, MEASURES_DUE.c.due_on, MEASURES_DUE.c.moment)).label("asked"),
    )
    .join(MEASURES_DUE, MEASURES_DUE.c.match_id == matches.c.id)
    .where(matches.c.organisation_id == ORGANISATION, sa.or_(AFTER.is_(None), matches.c.id > AFTER))
    .group_by(matches.c.id)
    .order_by(matches.c.id)
    .limit(LIMIT)
)
_DECLINES: Final = audited(
    sa.select(measure_declines)
    .where(
        measure_declines.c.match_id == sa.bindparam("match_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), measure_declines.c.id > AFTER),
    )
    .order_by(measure_declines.c.id)
    .limit(LIMIT)
)


async def list_due(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Matches of which their programme's plan asks something now, with what, of whom and since when."""
    page: dict[str, Any] = {"after": after, "limit": limit, "today": clock.today(now)}
    return await get_list(tx, _DUE, Entry("measures-due-listed", "organisation", organisation_id), page, now)


async def list_declines(
    tx: AsyncConnection, match_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Who of a match would rather not be asked what, the first kept first."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    return await get_list(tx, _DECLINES, Entry("measure-declines-listed", "match", match_id), page, now)
