"""What is left of people who were erased: one statement for each table that said something about them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.referral import UNKNOWN_LANGUAGE
from kith_matching.tables import proposals, referrals, sessions

_GONE: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.person_id == sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid))))
    .order_by(referrals.c.id)
    .with_for_update()
)
_THEIRS: Final = sa.any_(sa.bindparam("referrals", type_=ARRAY(sa.Uuid)))
_FORGET: Final = (
    sa.update(referrals)
    .where(referrals.c.id == _THEIRS)
    .values(
        age_band="unknown",
        district=None,
        language=UNKNOWN_LANGUAGE,
        urgent=False,
        erased=True,
        **{name: [] for name in ("needs", "conditions", "interests", "requested", "channels")},
    ),
    sa.update(proposals).where(proposals.c.referral_id == _THEIRS).values(parts=[], score=0),
    sa.update(sessions).where(sessions.c.referral_id == _THEIRS).values(topics=[]),
)
"""What ``domain.referral.forgotten`` says of a referral; of proposals the reasons go, of sessions what they were about.

A group's meeting is about nobody in particular, and stays as it is.
"""


async def forget(tx: AsyncConnection, people: Collection[UUID]) -> None:
    """Forget what is known by these pseudonyms but that there were referrals, proposals, matches and sessions."""
    if not people:
        return
    theirs = list((await tx.execute(_GONE, {"people": list(people)})).scalars())
    if theirs:
        for statement in _FORGET:
            await tx.execute(statement, {"referrals": theirs})
