"""A concern: what must be seen to, and shared if need be, whether or not the person agrees.

Anybody raises one in a single action, from anywhere; what they know decides nothing of it, and neither does a missing
consent. Named roles answer it inside a clock, and what they share without agreement is deliberate, minimal, reasoned
and on the record (HH: "clear about what you would need to tell someone else").
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.duty_desk import TO_ACKNOWLEDGE, TO_BE_ANSWERED, TO_DECIDE, DutyDesk
from kith_matching.domain.refusals import MoveRefused, NotFound
from kith_matching.domain.working_time import USUAL, working_day_after, working_time_after

EMERGENCY: Final = (
    "Kith is not an emergency service. If somebody is in danger now, call 999. For urgent help that is no emergency, "
    "call NHS 111."
)


class Grounds(StrEnum):
    """What it is about."""

    RISK_OF_SUICIDE = "risk-of-suicide"
    SELF_HARM = "self-harm"
    ABUSE_OR_NEGLECT = "abuse-or-neglect"
    HARM_TO_OTHERS = "harm-to-others"
    CHILD_AT_RISK = "child-at-risk"
    ALLEGATION = "allegation"
    """Somebody says that a supporter, or a worker, did harm."""
    URGENT_HEALTH = "urgent-health"
    RISK_ITEM = "risk-item"
    """Somebody answered above 0 to an item about harming themself: raised by the service, whatever the total.

    Where the answers were refused, and so are kept nowhere, ``raised_by`` is who sent them: they know what was said.
    """
    VISITOR_OVERDUE = "visitor-overdue"
    """Somebody who visits a home has not said in time that all is well: raised by the service."""
    PERSON_ASKED = "person-asked"
    """Somebody asked by their private link that whoever is on duty gets in touch, and was not asked why."""
    SOMETHING_ELSE = "something-else"


class About(StrEnum):
    """What kind of thing the id belongs to that was named."""

    REFERRAL = "referral"
    MATCH = "match"
    SUPPORTER = "supporter"
    GROUP = "group"
    VISIT = "visit"
    SESSION = "session"
    CONTACT = "contact"
    INCIDENT = "incident"
    HELP_REQUEST = "help-request"
    """What somebody asked for by their private link: whose it is, the referrals service says to leads."""


class Decision(StrEnum):
    """What was decided, in the end."""

    NO_FURTHER_ACTION = "no-further-action"
    KEEP_WATCH = "keep-watch"
    SUPPORT_CHANGED = "support-changed"
    SHARED = "shared"
    """It was passed to whoever must act: what and why stands with the sharing."""


class SharedWith(StrEnum):
    """Who was told without agreement."""

    EMERGENCY_SERVICES = "emergency-services"
    POLICE = "police"
    LOCAL_AUTHORITY = "local-authority"
    CRISIS_TEAM = "crisis-team"
    GENERAL_PRACTICE = "general-practice"
    ANOTHER_ORGANISATION = "another-organisation"


class Item(StrEnum):
    """What was told: as little as does the work."""

    NAME = "name"
    CONTACT = "contact"
    ADDRESS = "address"
    WHAT_WAS_SAID = "what-was-said"
    HEALTH = "health"
    HOUSEHOLD = "household"
    SUPPORTER = "supporter"


@dataclass(frozen=True, slots=True)
class Concern:
    """One concern. Instants are UTC; ``raised_by`` is None where the service itself raised it of what it keeps.

    ``about`` and ``about_id`` are as they were said: a concern is not turned away because of a mistaken id. ``words``
    and ``reason`` are sealed, and answered to the named roles alone.
    """

    id: UUID
    organisation_id: UUID
    grounds: Grounds
    raised_at: datetime
    acknowledge_by: datetime
    decide_by: datetime
    raised_by: str | None = None
    about: About | None = None
    about_id: UUID | None = None
    referral_id: UUID | None = None
    programme_id: UUID | None = None
    desk_id: UUID | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: Decision | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Raised:
    """What somebody raises: the grounds, and about what if they can say. The words are theirs."""

    grounds: Grounds
    about: About | None = None
    about_id: UUID | None = None
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known here of what a concern is about: whose referral, in which programme and district."""

    referral_id: UUID | None = None
    programme_id: UUID | None = None
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Sharing:
    """One telling without agreement: to whom, which items, and by when an answer is to be asked for.

    ``answer_by`` is a day in Europe/London. The reason is sealed. ``told_at`` (UTC) is when the desk was told that the
    day has come and nobody has answered.
    """

    id: UUID
    concern_id: UUID
    organisation_id: UUID
    shared_with: SharedWith
    items: tuple[Item, ...]
    shared_at: datetime
    shared_by: str
    answer_by: date
    receiving_organisation_id: UUID | None = None
    answered_on: date | None = None
    told_at: datetime | None = None


def raise_concern(
    raised: Raised,
    where: Whereabouts,
    desk: DutyDesk | None,
    *,
    organisation_id: UUID,
    concern_id: UUID,
    by: str | None,
    now: datetime,
) -> Concern:
    """The concern, with its clocks: the desk's, or the usual ones where no desk answers for the area."""
    acknowledge_within = desk.acknowledge_within if desk else TO_ACKNOWLEDGE
    decide_within = desk.decide_within if desk else TO_DECIDE
    return Concern(
        id=concern_id,
        organisation_id=organisation_id,
        grounds=raised.grounds,
        raised_at=now,
        acknowledge_by=now + acknowledge_within,
        decide_by=max(now + acknowledge_within, working_time_after(now, decide_within, desk.hours if desk else USUAL)),
        raised_by=by,
        about=raised.about,
        about_id=raised.about_id,
        referral_id=where.referral_id,
        programme_id=where.programme_id,
        desk_id=desk.id if desk else None,
    )


def acknowledge(concern: Concern, *, by: str, now: datetime) -> Concern:
    """Somebody sees to it. Raises ``AlreadyAnswered``."""
    if concern.acknowledged_at is not None:
        raise AlreadyAnswered
    return replace(concern, acknowledged_at=now, acknowledged_by=by, version=concern.version + 1)


def decide(concern: Concern, decision: Decision, *, shared: bool, by: str, now: datetime) -> Concern:
    """What is done about it; whoever decides has seen it. Raises ``AlreadyAnswered`` and ``SharingDisagrees``.

    ``shared`` says whether it was shared with anybody.
    """
    if concern.decided_at is not None:
        raise AlreadyAnswered
    if shared != (decision is Decision.SHARED):
        raise SharingDisagrees
    seen_at, seen_by = concern.acknowledged_at or now, concern.acknowledged_by or by
    return replace(
        concern,
        acknowledged_at=seen_at,
        acknowledged_by=seen_by,
        decided_at=now,
        decided_by=by,
        decision=decision,
        version=concern.version + 1,
    )


def answer_by(day: date, desk: DutyDesk | None) -> date:
    """By when whoever was told on ``day`` should have answered."""
    days = desk.chase_after_days if desk else TO_BE_ANSWERED
    return working_day_after(day, days, desk.hours if desk else USUAL)


def is_to_be_told(sharing: Sharing, desk: DutyDesk | None, *, now: datetime) -> bool:
    """Whether the desk is told that an answer is due: once, on the day, from when it opens."""
    opens = (desk.hours if desk else USUAL).opens_on(sharing.answer_by)
    return sharing.answered_on is None and sharing.told_at is None and now >= opens


def answer_sharing(sharing: Sharing, *, today: date) -> Sharing:
    """Whoever was told has answered. Raises ``AlreadyAnswered``."""
    if sharing.answered_on is not None:
        raise AlreadyAnswered
    return replace(sharing, answered_on=today)


class ConcernNotFound(NotFound):
    """No concern of this organisation has the id."""

    code = "concern-not-found"
    advice = "No concern of your organisation has this id."


class SharingNotFound(NotFound):
    """No sharing of this concern has the id."""

    code = "sharing-not-found"
    advice = "Nothing of this concern was shared under this id."


class AlreadyAnswered(MoveRefused):
    """Whoever answered first stands on the record."""

    code = "already-answered"
    advice = "Somebody has answered this already; read it to see who. If something new happened, raise another concern."


class SharingDisagrees(MoveRefused):
    """What was decided agrees with what was done."""

    code = "sharing-disagrees"
    advice = "Decide shared where it was shared with somebody, and only there: record with whom, what and why first."
