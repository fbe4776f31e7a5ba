"""What a supporter answered about themself: to them what it comes to, to who organises only that they answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.measurement import OwnMeasure, scored, since_baseline
from kith_matching.domain.scoring import Changed, Scored, get_instrument
from kith_matching.domain.subjects import Speaker, check_is_theirs
from kith_matching.store.measuring import own_measure_of
from kith_matching.store.supporters import get_supporter
from kith_matching.tables import own_measures
from kith_matching.views.reading import LIMIT, get_list

MOST: Final = 500
"""More than anybody is asked for in twenty years."""

_OF: Final = audited(
    sa.select(own_measures)
    .where(own_measures.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid))
    .order_by(own_measures.c.id)
    .limit(LIMIT)
)


@dataclass(frozen=True, slots=True)
class SeenMeasure:
    """What was answered; ``scored`` and what changed since the first baseline only for whom it is."""

    measure: OwnMeasure
    scored: Scored | None = None
    since_baseline: tuple[Changed, ...] = ()


async def list_own_measures(
    tx: AsyncConnection, supporter_id: UUID, *, by: Speaker, now: datetime
) -> list[SeenMeasure]:
    """What a supporter answered, the first recorded first. Raises ``SupporterNotFound``, also for another supporter."""
    supporter = await get_supporter(tx, supporter_id)
    check_is_theirs(supporter, by)
    listed = Entry("own-measures-listed", "supporter", supporter_id)
    found = [own_measure_of(one) for one in await get_list(tx, _OF, listed, {"limit": MOST}, now)]
    if supporter.subject != by.subject:
        return [SeenMeasure(one) for one in found]
    return [_seen(one, found) for one in found]


def _seen(one: OwnMeasure, all_: list[OwnMeasure]) -> SeenMeasure:
    instrument = get_instrument(one.instrument)
    return SeenMeasure(one, scored(one, instrument), since_baseline(all_, one, instrument))
