"""Each step and where it may begin; how one is taken; and how any other is refused, with what *is* possible."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from kith_referrals.domain.clocks import kept
from kith_referrals.domain.referral import OFFERED, RELEASED, Referral, Status
from kith_referrals.domain.refusals import MoveRefused, NotTried, NotYourProgramme, NotYourReferral, ReasonUnknown
from kith_referrals.domain.steps import Actor, Moved, Step
from kith_referrals.domain.telling import Closed, Decided, Telling

DECLINING: Final = ("not-suitable", "out-of-area", "no-capacity", "needs-another-service", "could-not-contact")
"""Why a programme may decline."""

CLOSING: Final = ("support-ended", "could-not-contact", "moved-away", "died", "entered-in-error")
"""Why either side may close. Every other way of ending closes by itself, with a reason of its own."""

REOPENING: Final = ("person-came-back", "closed-in-error", "circumstances-changed")
"""Why what was over is open again."""

ORGANISATION_CLOSED: Final = "organisation-closed"
"""Why an organisation that closes hands back what it has: nobody chooses it."""

COULD_NOT_CONTACT: Final = "could-not-contact"
FOR_GOOD: Final = frozenset({"died", "entered-in-error", RELEASED})
"""Closed for one of these, a referral is never open again: there is nobody to support, or they chose otherwise."""

TAKEN_ON: Final = frozenset({Status.ACCEPTED, Status.MATCHED, Status.IN_SUPPORT, Status.ENDED})
"""The programme has the person, or had."""
OPEN: Final = OFFERED | TAKEN_ON
OVER: Final = frozenset(Status) - OPEN - {Status.DRAFT}

SUBMITTED: Final = "submitted"
CHANGED: Final = "changed"
THROWN_AWAY: Final = "thrown-away"
ACKNOWLEDGED: Final = "acknowledged"
ASKED: Final = "asked"
ANSWERED: Final = "answered"
ACCEPTED: Final = "accepted"
PUT_ON_WAITING_LIST: Final = "put-on-waiting-list"
PUT_OFF: Final = "put-off"
LOOKED_AT_AGAIN: Final = "looked-at-again"
CHOSEN: Final = "chosen"
DECLINED: Final = "declined"
REDIRECTED: Final = "redirected"
WITHDRAWN: Final = "withdrawn"
CLOSED: Final = "closed"
REOPENED: Final = "reopened"
MISSED: Final = "promise-missed"

CONSENT_WITHDRAWN: Final = "consent-withdrawn"
"""Why an offer was recalled whose person no longer agrees that it is shared."""

CONSENT_EXPIRED: Final = "consent-expired"
"""Why an offer was recalled whose person had agreed until a day that has passed."""

BEGINS: Final[Mapping[str, frozenset[Status]]] = {
    **dict.fromkeys((SUBMITTED, CHANGED, THROWN_AWAY), frozenset({Status.DRAFT})),
    ACKNOWLEDGED: frozenset({Status.SUBMITTED}),
    ASKED: frozenset({Status.SUBMITTED, Status.RECEIVED}),
    ANSWERED: frozenset({Status.NEEDS_INFORMATION}),
    ACCEPTED: frozenset({Status.SUBMITTED, Status.RECEIVED, Status.NOT_YET, Status.WAITING}),
    PUT_ON_WAITING_LIST: frozenset({Status.SUBMITTED, Status.RECEIVED}),
    PUT_OFF: frozenset({Status.RECEIVED, Status.WAITING, Status.ACCEPTED}),
    LOOKED_AT_AGAIN: frozenset({Status.NOT_YET}),
    CHOSEN: frozenset({Status.HELD}),
    RELEASED: OFFERED,
    DECLINED: OFFERED,
    REDIRECTED: OFFERED,
    WITHDRAWN: OPEN - {Status.ENDED},
    CLOSED: OPEN,
    REOPENED: OVER - {Status.ENTERED_IN_ERROR},
}
"""Each step that somebody takes, and where it may begin. What is over ``FOR_GOOD`` is not reopened either."""

THE_REFERRERS: Final = frozenset({SUBMITTED, CHANGED, THROWN_AWAY, ANSWERED, CHOSEN, WITHDRAWN, CLOSED, REOPENED})
"""The steps that the organisation which referred may take."""


def take(
    referral: Referral,
    name: str,
    status: Status,
    by: Actor | None,
    now: datetime,
    *,
    reason: str | None = None,
    note: str | None = None,
    decision: str | None = None,
    closing: str | None = None,
    **changes: Any,
) -> Moved:
    """The step, where it may begin; a ``decision`` and a ``closing`` reason are told.

    Raises ``MoveRefused``.
    """
    check_begins(referral, name, by)
    if closing is not None:
        changes |= {"closed_at": now, "closing_reason": closing}
    stands = {"promises": kept(referral, status, now), "asked_at": None, **changes}
    moved = replace(referral, status=status, version=referral.version + 1, **stands)
    told: list[Telling] = [Decided(moved, decision)] if decision is not None else []
    if closing is not None:
        told.append(Closed(moved))
    step = Step(referral.id, name, referral.status, status, now, by, reason or closing, note)
    return Moved(moved, step, tuple(told))


def check_begins(referral: Referral, name: str, by: Actor | None) -> None:
    """Let a step begin only where it may. Raises ``MoveRefused``."""
    if name not in _possible(referral):
        raise refused(referral, by)


def check_open(referral: Referral, by: Actor) -> None:
    """Let only a referral through that is submitted and not over. Raises ``MoveRefused``."""
    if referral.status not in OPEN:
        raise refused(referral, by)


def refused(referral: Referral, by: Actor | None) -> MoveRefused:
    """What is possible instead. The referrer hears of their own steps only: how far it has come may be too much."""
    is_referrer = by is not None and by.organisation_id != referral.programme_organisation_id
    possible = [name for name in _possible(referral) if name in THE_REFERRERS or not is_referrer]
    steps = [name.replace("-", " ") for name in possible]
    listed = " or ".join(part for part in (", ".join(steps[:-1]), *steps[-1:]) if part)
    can = f"it can be {listed}" if steps else "nothing more can happen to it"
    stands = "That cannot be done to the referral now" if is_referrer else f"The referral is {referral.status}"
    return MoveRefused(f"{stands}: {can}.")


def _possible(referral: Referral) -> list[str]:
    over_for_good = referral.closing_reason in FOR_GOOD
    return [name for name, begins in BEGINS.items() if referral.status in begins and not over_for_good]


def check_programme(referral: Referral, by: Actor) -> None:
    """Let only the programme's organisation do it. Raises ``NotYourProgramme``."""
    if by.organisation_id != referral.programme_organisation_id:
        raise NotYourProgramme


def check_referrer(referral: Referral, by: Actor) -> None:
    """Let only the organisation that referred do it. Raises ``NotYourReferral``."""
    if by.organisation_id != referral.referring_organisation_id:
        raise NotYourReferral


def check_reason(reason: str, known: tuple[str, ...]) -> None:
    """Let only a known reason through. Raises ``ReasonUnknown``."""
    if reason not in known:
        raise ReasonUnknown(f"The reason must be one of: {', '.join(known)}.")


def check_tried(referral: Referral, reason: str) -> None:
    """Nobody is given up whom the programme has not tried to reach on as many days as it says. Raises ``NotTried``."""
    if reason == COULD_NOT_CONTACT and referral.days_tried < referral.terms.contact_attempts:
        raise NotTried.after(referral.days_tried, of=referral.terms.contact_attempts)
