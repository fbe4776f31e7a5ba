"""What is due of what people said: that support makes it harder, as long as nobody has seen to it."""

from typing import Any, Final

import sqlalchemy as sa

from kith_matching.domain.helping import Says
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.worklist import Work
from kith_matching.store.due.selects import due, one
from kith_matching.tables import helpings

IS_HARDER: Final = sa.and_(helpings.c.said == sa.literal_column(f"'{Says.HARDER}'"), helpings.c.seen_at.is_(None))
"""Somebody said that it is harder, and nobody has seen to it."""


def _harder(about: Kind, about_key: str, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    asked_on, referral_id = helpings.c.asked_on, helpings.c.referral_id
    found = due(one(Work.SEE_TO_HARDER), helpings, about, asked_on, about_key=about_key, referral_id=referral_id)
    return found.where(IS_HARDER, where)


OF_ANSWERS: Final = (
    _harder(Kind.MATCH, "match_id", helpings.c.match_id.is_not(None)),
    _harder(Kind.REFERRAL, "referral_id", helpings.c.match_id.is_(None)),
)
"""Each is of answers that stand, whatever became of the support that they are about."""
