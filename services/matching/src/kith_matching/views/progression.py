"""From supported to supporter: when somebody who is a supporter now was supported themself."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.store.rows import values_of
from kith_matching.store.supporters import get_supporter
from kith_matching.tables import hats, matches, programmes, referrals

_SUPPORTED: Final = audited(
    sa.select(matches.c.programme_id, programmes.c.name.label("programme_name"), matches.c.made_on, matches.c.ended_on)
    .select_from(hats)
    .join(referrals, referrals.c.person_id == hats.c.person_id)
    .join(matches, matches.c.referral_id == referrals.c.id)
    .outerjoin(programmes, programmes.c.id == matches.c.programme_id)
    .where(
        hats.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid),
        matches.c.organisation_id == hats.c.organisation_id,
    )
    .order_by(matches.c.made_on, matches.c.id)
)


async def list_supported(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """The matches in which the supporter was supported by their own organisation, the first first.

    Nobody who is not linked, and whom nobody supported, has any. Raises ``SupporterNotFound``.
    """
    await get_supporter(tx, supporter_id)
    read = noted(tx, Entry("progression-read", "supporter", supporter_id), now=now)
    return [values_of(row) for row in await tx.execute(_SUPPORTED, {"supporter_id": supporter_id, **read})]
