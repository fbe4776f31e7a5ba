"""What falls due: on which day, and that it is told once. Days are civil days in Europe/London.

A bank holiday moves none of them [K]: a week without a visit is a week for the person, whatever day it ends on, and
which holidays there are differs between the nations of one programme.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from kith_matching.domain.helping import Helping
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.worklist import Work

NOTICED_AFTER: Final = 1
"""Days from the last of a silence to the one on which it is noticed [K].

So where a visit is weekly (RE, *Home-Start*: "once a week"), whoever came on a Monday may come all of the next one.
Only a session that happened ends it: one that was cancelled is a week without one, whoever could not.
"""
QUIET_DAYS: Final = 14
"""Days without contact with the person, in a formal programme and where none says how long is too long [K].

Contact is with the person: a session that happened, a meeting that they came to, their answer whether it helps. That
somebody spoke with their supporter is none: if the two have met, a session says so (decision 0043).
"""
NOTICE_DAYS: Final = 14
"""Days before a planned ending in which it is prepared [K]."""
AT_ONCE: Final = frozenset({Work.LOOK_FOR_VISITOR, Work.TELL_SUPPORTER, Work.SEE_TO_HARDER, Work.ARRANGE_COVER})
"""What does not wait for the next look at the worklist."""

_UNSAID: Final = frozenset({Work.SEE_TO_HARDER, Work.CHECK_BALANCE})


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a coordinator sees to from ``due_on`` on, until it is seen to.

    ``thing_id`` is what it hangs on: the match, the supporter, the visit, the answer, the place; ``about`` is a kind of
    what coordinators look after, or ``group``; ``missing`` what of a visit has not been said in time, or at which
    moment a plan asks. With ``every`` it is due again each time so many days have passed.
    """

    kind: Work
    thing_id: UUID
    about: str
    about_id: UUID
    organisation_id: UUID
    programme_id: UUID | None
    referral_id: UUID | None
    due_on: date
    every: int | None = None
    missing: str = ""

    @property
    def at_once(self) -> bool:
        """Whether somebody is told who does not look at the worklist now."""
        return self.kind in AT_ONCE

    @property
    def told_as(self) -> str:
        """What others learn of its kind. What a person answered is none of it: a fact stays when they are erased."""
        if self.kind not in _UNSAID:
            return self.kind
        return "look-at-match" if self.about == Kind.MATCH else "look-at-support"


@dataclass(frozen=True, slots=True)
class Raised:
    """What fell due, and the id under which it is told."""

    id: UUID
    due: Due


def latest(due: Due, today: date) -> Due:
    """The same with the last of its days that has come by ``today``: a silence that goes on is due again.

    After days on which nobody looked, what came due in between is one thing to see to, not many.
    """
    if due.every is None:
        return due
    again = (today - due.due_on).days // due.every * due.every
    return replace(due, due_on=due.due_on + timedelta(days=again))


def harder(helping: Helping) -> Due:
    """That it is harder is seen to at once (RE: "no guarantee that the support provided will be beneficial")."""
    return Due(
        kind=Work.SEE_TO_HARDER,
        thing_id=helping.id,
        about=Kind.REFERRAL if helping.match_id is None else Kind.MATCH,
        about_id=helping.match_id or helping.referral_id,
        organisation_id=helping.organisation_id,
        programme_id=helping.programme_id,
        referral_id=helping.referral_id,
        due_on=helping.asked_on,
    )
