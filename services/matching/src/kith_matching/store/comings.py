"""How people come to meetings. Their referrals are locked whenever a row of theirs changes."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_matching.domain.helping import Coming
from kith_matching.domain.occasion import Session
from kith_matching.domain.referral import Referral
from kith_matching.store.rows import values_of
from kith_matching.tables import comings

_IDS: Final = sa.bindparam("ids", type_=ARRAY(sa.Uuid))
_COUNT: Final = Compiled(
    sa.text("""
        insert into comings as kept (referral_id, programme_id, organisation_id, first_on, second_on, last_on,
            limits_explained, stopped)
        select referrals.id, referrals.programme_id, referrals.organisation_id, min(held_on),
            (array_agg(held_on order by held_on) filter (where held_on is not null))[2], max(held_on),
            coalesce(bool_or(limits_explained), false), false
        from referrals
        left join attendances on attendances.referral_id = referrals.id
        left join sessions on sessions.id = attendances.session_id and sessions.outcome = 'happened'
        where referrals.id = any(:ids) and not referrals.erased
        group by referrals.id order by referrals.id
        on conflict (referral_id) do update
        set first_on = excluded.first_on, second_on = excluded.second_on, last_on = excluded.last_on,
            limits_explained = excluded.limits_explained,
            stopped = kept.stopped and not coalesce(excluded.last_on > kept.last_on, excluded.last_on is not null)
    """).bindparams(_IDS)
)
_ADD: Final = Compiled(
    sa.text("""
        insert into comings as kept (referral_id, programme_id, organisation_id, first_on, second_on, last_on,
            limits_explained, stopped)
        select id, programme_id, organisation_id, :held_on, null, :held_on, :explained, false
        from referrals where id = any(:ids) and not erased order by id
        on conflict (referral_id) do update
        set first_on = least(kept.first_on, excluded.first_on),
            second_on = case
                when excluded.first_on <= kept.first_on then kept.first_on
                when kept.first_on is not null then least(kept.second_on, excluded.first_on) end,
            last_on = greatest(kept.last_on, excluded.last_on),
            limits_explained = kept.limits_explained or excluded.limits_explained,
            stopped = kept.stopped and coalesce(excluded.last_on <= kept.last_on, false)
    """).bindparams(_IDS, sa.bindparam("held_on", type_=sa.Date), sa.bindparam("explained", type_=sa.Boolean))
)
"""One meeting more, whenever it was: the two first days and the last are reckoned from what was kept, at any length."""
_STOP: Final = sa.text("update comings set stopped = true where referral_id = any(:ids) and not stopped").bindparams(
    _IDS
)
_LEAVE: Final = sa.text("""
    update comings set stopped = true where referral_id = :referral_id and not stopped and not exists (
        select from places where places.referral_id = comings.referral_id and (ended_at is null or state = 'past')
    )
""")
_GET: Final = sa.select(comings).where(comings.c.referral_id == sa.bindparam("referral_id"))
_ASKED: Final = sa.update(comings).where(comings.c.referral_id == sa.bindparam("of_id"))


async def add_meeting(tx: AsyncConnection, session: Session) -> None:
    """Take down that a meeting which was just logged brought these people together.

    However many there were before, it takes as long. Whoever had stopped and came again goes on. Of those who were
    erased nothing is taken down.
    """
    if session.attended_referral_ids:
        came = {"held_on": session.occasion.held_on, "explained": session.occasion.limits_explained}
        await _ADD.rows(tx, {"ids": sorted(session.attended_referral_ids), **came})


async def count_meetings(tx: AsyncConnection, referral_ids: Collection[UUID]) -> None:
    """Take down anew to which meetings these people came, once a meeting is corrected or void.

    Whoever had stopped and came again goes on. Of those who were erased nothing is taken down.
    """
    if referral_ids:
        await _COUNT.rows(tx, {"ids": sorted(referral_ids)})


async def stop(tx: AsyncConnection, referral_ids: Collection[UUID]) -> None:
    """Ask these people no more: their referrals may not go on."""
    if referral_ids:
        await tx.execute(_STOP, {"ids": sorted(referral_ids)})


async def leave(tx: AsyncConnection, referral_id: UUID) -> None:
    """Ask somebody no more who left the last group in which they had a place."""
    await tx.execute(_LEAVE, {"referral_id": referral_id})


async def get_coming(tx: AsyncConnection, referral: Referral) -> Coming:
    """How the person of a referral, which is locked, comes to meetings; who came to none yet has no days."""
    row = (await tx.execute(_GET, {"referral_id": referral.id})).one_or_none()
    if row is None:
        return Coming(referral.id, referral.programme_id, referral.organisation_id, None, None, None)
    return Coming(**values_of(row))


async def save_asked(tx: AsyncConnection, coming: Coming) -> None:
    """Keep when they were asked."""
    asked = {"asked_on": coming.asked_on, "reviewed_on": coming.reviewed_on}
    await tx.execute(_ASKED, {"of_id": coming.referral_id, **asked})
