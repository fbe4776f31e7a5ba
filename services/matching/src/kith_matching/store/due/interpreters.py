"""What is due of two who do not speak one language: that an interpreter is booked for the next time."""

from typing import Final

import sqlalchemy as sa

from kith_matching.domain.worklist import Work
from kith_matching.store.due.matches import of_match
from kith_matching.store.due.selects import NOW, day_of, one
from kith_matching.tables import interpreters, matches, referrals, supporters

_NEEDED: Final = sa.exists().where(
    referrals.c.id == matches.c.referral_id,
    referrals.c.interpreter.is_not(None),
    supporters.c.id == matches.c.supporter_id,
    ~(referrals.c.language == sa.any_(supporters.c.languages)),
)
_BOOKED: Final = (interpreters.c.match_id == matches.c.id, interpreters.c.cancelled_at.is_(None))
_COMING: Final = sa.exists().where(*_BOOKED, interpreters.c.ends_at > NOW)
_SINCE: Final = sa.func.greatest(
    matches.c.made_on, sa.select(day_of(sa.func.max(interpreters.c.ends_at))).where(*_BOOKED).scalar_subquery()
)
OF_INTERPRETERS: Final = (of_match(one(Work.BOOK_INTERPRETER), _SINCE, _NEEDED, ~_COMING),)
"""Each is of a match that runs, with nobody booked for a time to come."""
