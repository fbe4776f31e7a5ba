"""Requests for help by a private link: where the link leads, and that somebody asked, once in an hour."""

from dataclasses import asdict
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.self_referral.help_request import HelpRequest, Place, hour_of
from kith_referrals.tables import help_requests, people, referrals, self_referrals

_PLACE: Final = (
    sa.select(
        referrals.c.id.label("referral_id"),
        referrals.c.programme_id,
        referrals.c.programme_organisation_id.label("organisation_id"),
        people.c.district,
        referrals.c.closed_at,
    )
    .join_from(self_referrals, referrals, referrals.c.id == self_referrals.c.referral_id)
    .join(people, people.c.id == referrals.c.person_id)
    .where(self_referrals.c.token_digest == sa.bindparam("token_digest", type_=sa.LargeBinary))
)
_KEEP: Final = (
    postgresql.insert(help_requests)
    .on_conflict_do_nothing(index_elements=[help_requests.c.referral_id, help_requests.c.hour])
    .returning(sa.true())
)


async def find_place(tx: AsyncConnection, token_digest: bytes) -> Place | None:
    """Where the link leads; or None."""
    row = (await tx.execute(_PLACE, {"token_digest": token_digest})).mappings().one_or_none()
    return Place(**row) if row else None


async def keep(tx: AsyncConnection, asked: HelpRequest) -> bool:
    """Keep that somebody asked; False where they did in this hour, also in another transaction at this moment."""
    return (await tx.execute(_KEEP, {**asdict(asked), "hour": hour_of(asked.asked_at)})).first() is not None
