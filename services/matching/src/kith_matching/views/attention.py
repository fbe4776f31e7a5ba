"""Which supporters of an organisation somebody has to see to before they can go on being asked."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.attention import Need, needs
from kith_matching.store.holders import list_holders
from kith_matching.store.referrals import list_programmes


@dataclass(frozen=True, slots=True)
class Attention:
    """A supporter, and what of theirs runs out, has run out, or was never recorded."""

    id: UUID
    needs: tuple[Need, ...]


async def list_attention(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Attention]:
    """The organisation's active supporters who need something, in order of id."""
    programmes = await list_programmes(tx, organisation_id)
    holders = await list_holders(tx, organisation_id, after)
    await audit.record(tx, Entry("supporter-attention-listed", "organisation", organisation_id), now=now)
    today = clock.today(now)
    found = (Attention(one.id, needs(one, programmes, today)) for one in holders)
    return list(islice((one for one in found if one.needs), limit))
