"""What is due of what people said: that support makes it harder, as long as nobody has seen to it."""

from typing import Final

import sqlalchemy as sa

from kith_matching.domain.helping import Says
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.worklist import Work
from kith_matching.store.due.selects import due, one
from kith_matching.tables import helpings

IS_HARDER: Final = sa.and_(helpings.c.said == sa.literal_column(f"'{Says.HARDER}'"), helpings.c.seen_at.is_(None))
"""Somebody said that it is harder, and nobody has seen to it."""
OF_ANSWERS: Final = (
    due(
        one(Work.SEE_TO_HARDER),
        helpings,
        Kind.MATCH,
        helpings.c.asked_on,
        about_key="match_id",
        referral_id=helpings.c.referral_id,
    ).where(IS_HARDER),
)
"""Each is of answers that stand, whatever became of the support that they are about."""
