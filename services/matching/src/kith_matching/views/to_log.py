"""What a supporter has yet to log: visits that they made, slots that have been, and groups that have begun."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited
from kith_matching.domain.leading import THEIRS
from kith_matching.store.speaking import lead_as
from kith_matching.store.supporters import get_own_organisation
from kith_matching.tables import group_plans, matches, places, sessions, visits
from kith_matching.views.reading import LIMIT, NOW, TODAY, Found, get_list

_SUPPORTER: Final = sa.bindparam("supporter_id", type_=sa.Uuid)


def _day_of(instant: sa.ColumnElement[datetime]) -> sa.Cast[object]:
    return sa.cast(sa.func.timezone("Europe/London", instant), sa.Date)


def _thing(kind: str, id_: sa.ColumnElement[UUID], on: sa.ColumnElement[object]) -> sa.Select[tuple[object, ...]]:
    match_id = visits.c.match_id if kind == "visit" else sa.null()
    group_id = sa.null() if kind == "visit" else group_plans.c.group_id
    return sa.select(
        sa.literal_column(f"'{kind}'").label("kind"),
        id_.label("id"),
        sa.cast(match_id, sa.Uuid).label("match_id"),
        sa.cast(group_id, sa.Uuid).label("group_id"),
        on.label("held_on"),
    )


def _logged(*which: sa.ColumnElement[bool]) -> sa.Exists:
    return sa.exists(sessions.select().where(*which, sessions.c.voided_as.is_(None)))


_LEADS: Final = sa.any_(group_plans.c.facilitators) == _SUPPORTER
_MET: Final = _logged(sessions.c.group_id == group_plans.c.group_id)
_VISITS: Final = (
    _thing("visit", visits.c.id, _day_of(visits.c.starts_at))
    .join(matches, matches.c.id == visits.c.match_id)
    .where(
        visits.c.supporter_id == _SUPPORTER,
        visits.c.checked_out_at.is_not(None),
        matches.c.ended_on.is_(None),
        ~_logged(sessions.c.match_id == visits.c.match_id, sessions.c.held_on == _day_of(visits.c.starts_at)),
    )
)
_SLOTS: Final = _thing("slot", group_plans.c.group_id, _day_of(group_plans.c.slot_starts_at)).where(
    _LEADS,
    group_plans.c.slot_starts_at + sa.func.make_interval(0, 0, 0, 0, 0, group_plans.c.slot_minutes) <= NOW,
    group_plans.c.slot_cancelled_at.is_(None),
    sa.exists(places.select().where(places.c.group_id == group_plans.c.group_id, places.c.state.in_(THEIRS))),
    ~_MET,
)
_GROUPS: Final = _thing("group", group_plans.c.group_id, group_plans.c.starts_on).where(
    _LEADS, group_plans.c.slot_starts_at.is_(None), group_plans.c.starts_on <= TODAY, ~_MET
)
_all: Final = sa.union_all(_VISITS, _SLOTS, _GROUPS).subquery("things")
_TO_LOG: Final = audited(sa.select(*_all.c).order_by(_all.c.held_on, _all.c.id).limit(LIMIT))


async def list_to_log(
    tx: AsyncConnection, supporter_id: UUID, subject: str, *, limit: int, now: datetime
) -> list[Found]:
    """What the supporter has yet to log, the longest ago first. Raises ``SupporterNotFound`` for anybody else.

    A visit is logged once a session of its match on its day is, a slot and a group's beginning once a meeting of it is:
    when a group meets after that no plan says. Whatever was logged and is void is to be logged still.
    """
    await get_own_organisation(tx, supporter_id, subject)
    await lead_as(tx, supporter_id)
    asked: dict[str, Any] = {"limit": limit, "now": now, "today": clock.today(now)}
    return await get_list(tx, _TO_LOG, Entry("to-log-listed", "supporter", supporter_id), asked, now)
