"""What is due of supporters: a visitor is missed, a supervision is overdue."""

from typing import Final

import sqlalchemy as sa

from kith_matching.domain.looking_after import Kind
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.visit import LATE_IN, LATE_OUT, Missing
from kith_matching.domain.worklist import Work
from kith_matching.store.due.selects import NOW, TODAY, day_of, due, one
from kith_matching.tables import rhythms, supporters, visits

OVERDUE_SINCE: Final = sa.case(
    (visits.c.checked_in_at.is_(None), visits.c.starts_at + LATE_IN), else_=visits.c.ends_at + LATE_OUT
)
"""From when on somebody is looked for who has not checked in, or out."""
IS_OVERDUE: Final = sa.and_(visits.c.checked_out_at.is_(None), visits.c.cancelled_at.is_(None), NOW >= OVERDUE_SINCE)
"""A visit goes on, or should, and nobody has said in time that all is well. It counts whatever became of its match."""
_MISSING: Final = sa.case(
    (visits.c.checked_in_at.is_(None), sa.literal_column(f"'{Missing.CHECK_IN}'")),
    else_=sa.literal_column(f"'{Missing.CHECK_OUT}'"),
)
_IS_ACTIVE: Final = sa.exists().where(
    supporters.c.id == rhythms.c.supporter_id, supporters.c.state == sa.literal_column(f"'{SupporterState.ACTIVE}'")
)
OF_SUPPORTERS: Final = (
    due(
        one(Work.LOOK_FOR_VISITOR),
        visits,
        Kind.SUPPORTER,
        day_of(OVERDUE_SINCE),
        about_key="supporter_id",
        missing=_MISSING,
    ).where(IS_OVERDUE),
    due(
        one(Work.SUPERVISE), rhythms, Kind.SUPPORTER, rhythms.c.due_on + 1, key="supporter_id", about_key="supporter_id"
    ).where(rhythms.c.due_on < TODAY, _IS_ACTIVE),
)
"""Each is of supporters, whether or not they are matched."""
