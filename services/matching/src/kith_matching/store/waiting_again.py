"""Who waits again once a meeting at which they were said to be is void."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

_WAIT_AGAIN: Final = sa.text("""
    update referrals set waiting = true where id = any(:ids)
        and not exists (select from matches where matches.referral_id = referrals.id)
        and not exists (
            select from places where places.referral_id = referrals.id and places.state in ('taken', 'left', 'past')
        )
        and not exists (select from sessions where sessions.attended_referral_ids @> array[referrals.id])
""").bindparams(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
"""Whoever had a match, or a place in a group, was taken on by that, whatever became of it; not who waits for one."""


async def wait_again(tx: AsyncConnection, referral_ids: Collection[UUID]) -> None:
    """Let those wait again whom nothing else has taken on. They are locked, and the void meeting is kept as void."""
    if referral_ids:
        await tx.execute(_WAIT_AGAIN, {"ids": list(referral_ids)})
