"""What a supporter is asked, on cards that do not say who it is; and whom they support, by the ids of their matches."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.proposal import ProposalState
from kith_matching.store.supporters import get_own_organisation
from kith_matching.tables import matches, programmes, proposals, referrals
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


_OWN_MATCHES: Final = audited(
    sa.select(
        matches.c.id,
        matches.c.programme_id,
        programmes.c.name.label("programme_name"),
        matches.c.made_on,
        matches.c.review_on,
        matches.c.ended_on,
    )
    .outerjoin(programmes, programmes.c.id == matches.c.programme_id)
    .where(
        matches.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid),
        matches.c.ended_on.is_not(None) == sa.bindparam("ended", type_=sa.Boolean),
        sa.or_(AFTER.is_(None), matches.c.id > AFTER),
    )
    .order_by(matches.c.id)
    .limit(LIMIT)
)


async def list_offers(
    tx: AsyncConnection, supporter_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What waits for the supporter's answer, in order of id. Raises ``SupporterNotFound`` for anybody else."""
    await get_own_organisation(tx, supporter_id, subject)
    listed = Entry("offers-listed", "supporter", supporter_id)
    return await get_list(tx, _OFFERS, listed, {"after": after, "limit": limit}, now)


async def list_own_matches(
    tx: AsyncConnection,
    supporter_id: UUID,
    subject: str,
    *,
    ended: bool,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[Found]:
    """The supporter's matches that run, or those that ended, in order of id: that they did, and never how or why.

    Raises ``SupporterNotFound`` for anybody else.
    """
    await get_own_organisation(tx, supporter_id, subject)
    listed = Entry("own-matches-listed", "supporter", supporter_id)
    return await get_list(tx, _OWN_MATCHES, listed, {"ended": ended, "after": after, "limit": limit}, now)
