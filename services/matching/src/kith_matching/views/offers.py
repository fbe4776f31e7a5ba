"""What a supporter is asked: the card of each proposal that waits for their answer, and nothing that says who it is."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.proposal import ProposalState
from kith_matching.store.checking_in import get_own_organisation
from kith_matching.tables import programmes, proposals, referrals
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list

_OFFERS: Final = audited(
    sa.select(
        proposals.c.id,
        proposals.c.answer_by,
        proposals.c.version,
        programmes.c.name.label("programme_name"),
        referrals.c.age_band,
        referrals.c.district,
        referrals.c.language,
        referrals.c.needs,
        referrals.c.interests,
        referrals.c.channels,
    )
    .join(referrals, referrals.c.id == proposals.c.referral_id)
    .outerjoin(programmes, programmes.c.id == proposals.c.programme_id)
    .where(
        proposals.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid),
        proposals.c.state == ProposalState.AWAITING_SUPPORTER,
        referrals.c.consented,
        sa.or_(AFTER.is_(None), proposals.c.id > AFTER),
    )
    .order_by(proposals.c.id)
    .limit(LIMIT)
)


async def list_offers(
    tx: AsyncConnection, supporter_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What waits for the supporter's answer, in order of id. Raises ``SupporterNotFound`` for anybody else."""
    await get_own_organisation(tx, supporter_id, subject)
    listed = Entry("offers-listed", "supporter", supporter_id)
    return await get_list(tx, _OFFERS, listed, {"after": after, "limit": limit}, now)
