"""Who would rather not be asked what a programme's plan asks."""

from dataclasses import asdict
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.measures_due import Declined, Said
from kith_matching.store.due import MEASURES_DUE
from kith_matching.tables import measure_declines

_OF: Final = sa.func.jsonb_build_object(sa.literal_column("'of'"), sa.bindparam("of", type_=sa.Text))
_SINCE: Final = sa.select(sa.func.max(MEASURES_DUE.c.due_on)).where(
    MEASURES_DUE.c.match_id == sa.bindparam("match_id", type_=sa.Uuid),
    MEASURES_DUE.c.moment == sa.bindparam("moment", type_=sa.Text),
    MEASURES_DUE.c.asked.op("@>")(sa.func.jsonb_build_array(_OF)),
)
_INSERT: Final = sa.insert(measure_declines)


async def find_asked_since(tx: AsyncConnection, match_id: UUID, said: Said, *, today: date) -> date | None:
    """Since when somebody of a match is asked at a moment; None where they are not asked now."""
    asked = {"match_id": match_id, "moment": said.moment, "of": said.of, "today": today}
    since: date | None = await tx.scalar(_SINCE, asked)
    return since


async def insert_decline(tx: AsyncConnection, declined: Declined) -> None:
    """Keep that somebody of a match, whose referral is locked, would rather not."""
    await tx.execute(_INSERT, asdict(declined))
