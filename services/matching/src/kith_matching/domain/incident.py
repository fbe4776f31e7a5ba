"""What went wrong, or nearly did: logged by whoever was there, followed up, and closed by a coordinator [K].

Supporters who fear for themselves leave, and an allegation is something else: that suspends (``domain.suspension``). An
incident is kept ten years, a serious one twenty, whatever becomes of those whom it is about: then a human looks at it.
Erasing somebody takes their id from it. So whoever writes words names nobody in them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.refusals import InTheFuture, MatchingRefused, MoveRefused, NotFound

KEPT_YEARS: Final = 10
KEPT_YEARS_SERIOUS: Final = 20
_LEAP_DAY: Final = (2, 29)


class IncidentKind(StrEnum):
    """What it was."""

    ACCIDENT = "accident"
    NEAR_MISS = "near-miss"
    """Nothing happened, and could have."""
    LOST_DATA = "lost-data"
    """Something about people was lost, or reached somebody whom it was not for."""
    AGGRESSION = "aggression"
    LONE_WORKING = "lone-working"
    """Somebody was alone where they should not have been, or could reach nobody."""
    DAMAGE = "damage"
    OTHER = "other"


class IncidentNotFound(NotFound):
    """No incident that the caller may see has the id."""

    code = "incident-not-found"
    advice = "There is no incident with this id that you may see."


class IncidentClosed(MoveRefused):
    """What is closed stays so."""

    code = "incident-closed"
    advice = "The incident is closed. If it happened again, log that."


class NothingDone(MatchingRefused):
    """An incident of which nothing came is not over."""

    code = "nothing-done"
    advice = "Nobody said what was done. Log a follow-up first, also where it is that nothing could be."


class BeforeItHappened(MatchingRefused):
    """Nobody follows up what has not happened yet."""

    code = "before-it-happened"
    advice = "The incident happened after this day. Name the day on which it was followed up."


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, on a day in Europe/London. Whom it is about is said by ids, if at all.

    ``done`` are codes of what was done at once. ``words`` are sealed: they are for who organises and for whoever logged
    it. ``logged_by`` and ``closed_by`` are subjects of tokens.
    """

    id: UUID
    organisation_id: UUID
    kind: IncidentKind
    happened_on: date
    logged_at: datetime
    logged_by: str
    serious: bool = False
    done: tuple[str, ...] = ()
    referral_id: UUID | None = None
    supporter_id: UUID | None = None
    words: str | None = field(default=None, repr=False)
    closed_on: date | None = None
    closed_by: str | None = None
    version: int = 1

    @property
    def look_again_on(self) -> date:
        """The day from which a human decides whether it is kept any longer; nothing is deleted by itself."""
        year = self.happened_on.year + (KEPT_YEARS_SERIOUS if self.serious else KEPT_YEARS)
        if (self.happened_on.month, self.happened_on.day) == _LEAP_DAY:
            return date(year, 3, 1)
        return self.happened_on.replace(year=year)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was done about it later, in codes, on a day in Europe/London, and by whom."""

    id: UUID
    incident_id: UUID
    organisation_id: UUID
    followed_up_on: date
    done: tuple[str, ...]
    by: str


def log_incident(incident: Incident, *, today: date) -> Incident:
    """Log it. Raises ``InTheFuture``."""
    if incident.happened_on > today:
        raise InTheFuture
    return incident


def follow_up(incident: Incident, further: FollowUp, *, today: date) -> FollowUp:
    """Say what was done about it. Raises ``IncidentClosed``, ``InTheFuture`` and ``BeforeItHappened``."""
    _check_open(incident)
    if further.followed_up_on > today:
        raise InTheFuture
    if further.followed_up_on < incident.happened_on:
        raise BeforeItHappened
    return further


def close(
    incident: Incident, further: Collection[FollowUp], *, by: str, today: date, serious: bool = False
) -> Incident:
    """Close it. It may turn out ``serious``, and is not less so than it seemed.

    Raises ``IncidentClosed`` and ``NothingDone``.
    """
    _check_open(incident)
    if not incident.done and not further:
        raise NothingDone
    serious = incident.serious or serious
    return replace(incident, serious=serious, closed_on=today, closed_by=by, version=incident.version + 1)


def _check_open(incident: Incident) -> None:
    if incident.closed_on is not None:
        raise IncidentClosed
