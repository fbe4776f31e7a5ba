"""What a supporter leads: their groups, and the slots at which they listen; of who has a place, only that."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.leading import THEIRS
from kith_matching.store.speaking import lead_as
from kith_matching.store.supporters import get_own_organisation
from kith_matching.tables import group_plans, places, programmes, referrals, sessions
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list

_SUPPORTER: Final = sa.bindparam("supporter_id", type_=sa.Uuid)
_PLACE: Final = sa.func.json_build_object("id", places.c.id, "comes_with", places.c.comes_with)
_THEIRS: Final = (
    sa.select(sa.func.json_agg(postgresql.aggregate_order_by(_PLACE, places.c.id), type_=postgresql.JSON))
    .join(referrals, referrals.c.id == places.c.referral_id)
    .where(
        places.c.group_id == group_plans.c.group_id,
        places.c.state.in_(THEIRS),
        referrals.c.consented,
        ~referrals.c.erased,
    )
    .scalar_subquery()
)
_LOGGED: Final = sa.exists(
    sessions.select().where(sessions.c.group_id == group_plans.c.group_id, sessions.c.voided_as.is_(None))
)
_LED: Final[sa.Select[Any]] = (
    sa.select(*group_plans.c, programmes.c.name.label("programme_name"), _THEIRS.label("who"))
    .outerjoin(programmes, programmes.c.id == group_plans.c.programme_id)
    .where(sa.any_(group_plans.c.facilitators) == _SUPPORTER)
)
_GROUPS: Final = audited(
    _LED.where(
        group_plans.c.slot_starts_at.is_(None),
        sa.or_(AFTER.is_(None), group_plans.c.group_id > AFTER),
    )
    .order_by(group_plans.c.group_id)
    .limit(LIMIT)
)
_last: Final = group_plans.alias("last")
_AFTER_LAST: Final = sa.tuple_(group_plans.c.slot_starts_at, group_plans.c.group_id) > (
    sa.select(_last.c.slot_starts_at, _last.c.group_id).where(_last.c.group_id == AFTER).scalar_subquery()
)
_SLOTS: Final = audited(
    _LED.add_columns(_LOGGED.label("logged"))
    .where(
        group_plans.c.slot_starts_at >= sa.bindparam("since"),
        sa.or_(AFTER.is_(None), _AFTER_LAST),
    )
    .order_by(group_plans.c.slot_starts_at, group_plans.c.group_id)
    .limit(LIMIT)
)


async def list_own_groups(
    tx: AsyncConnection, supporter_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The groups that the supporter leads, in order of id. Raises ``SupporterNotFound`` for anybody else."""
    await get_own_organisation(tx, supporter_id, subject)
    await lead_as(tx, supporter_id)
    listed = Entry("own-groups-listed", "supporter", supporter_id)
    return await get_list(tx, _GROUPS, listed, {"after": after, "limit": limit}, now)


async def list_own_slots(
    tx: AsyncConnection,
    supporter_id: UUID,
    subject: str,
    since: datetime,
    *,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[Found]:
    """The supporter's slots that begin at that instant or later, the first first, also those that were cancelled.

    Raises ``SupporterNotFound`` for anybody else.
    """
    await get_own_organisation(tx, supporter_id, subject)
    await lead_as(tx, supporter_id)
    page: dict[str, Any] = {"since": since, "after": after, "limit": limit}
    return await get_list(tx, _SLOTS, Entry("own-slots-listed", "supporter", supporter_id), page, now)
