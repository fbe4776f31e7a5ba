"""What is left of people who were erased: one statement for each table that said something about them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import forget_answers
from kith_matching.domain.referral import UNKNOWN_LANGUAGE
from kith_matching.tables import looked_after, matches, picks, proposals, referrals, sessions

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
        connections={},
        **{name: [] for name in ("needs", "conditions", "interests", "requested", "channels")},
    )
    .returning(sa.literal("/referrals/") + sa.cast(referrals.c.id, sa.Text)),
    sa.update(proposals)
    .where(proposals.c.referral_id == _THEIRS)
    .values(parts=[], score=0)
    .returning(sa.literal("/proposals/") + sa.cast(proposals.c.id, sa.Text)),
    sa.update(sessions)
    .where(sessions.c.referral_id == _THEIRS)
    .values(topics=[])
    .returning(sa.literal("/sessions/") + sa.cast(sessions.c.id, sa.Text)),
)
"""What ``domain.referral.forgotten`` says of a referral; of proposals the reasons go, of sessions what they were about.

A group's meeting is about nobody in particular, and stays as it is. Each says where it is, because the answer to the
request that made it is kept for a day.
"""


_UNPICK: Final = sa.delete(picks).where(picks.c.referral_id == _THEIRS)
_LET_GO: Final = sa.delete(looked_after).where(
    sa.or_(
        sa.and_(looked_after.c.kind == "referral", looked_after.c.about_id == _THEIRS),
        sa.and_(
            looked_after.c.kind == "match",
            looked_after.c.about_id.in_(
                sa.select(matches.c.id)
                .join(proposals, proposals.c.id == matches.c.proposal_id)
                .where(proposals.c.referral_id == _THEIRS)
            ),
        ),
    )
)


async def forget(tx: AsyncConnection, people: Collection[UUID]) -> None:
    """Forget what is known by these pseudonyms but that there were referrals, proposals, matches and sessions."""
    if not people:
        return
    theirs = list((await tx.execute(_GONE, {"people": list(people)})).scalars())
    if theirs:
        for statement in (_UNPICK, _LET_GO):
            await tx.execute(statement, {"referrals": theirs})
        places = [place for statement in _FORGET for place in await tx.scalars(statement, {"referrals": theirs})]
        await forget_answers(tx, places)
