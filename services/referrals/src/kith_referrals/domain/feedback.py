"""What the organisation that referred is shown of a referral, at the level of feedback to which the person agreed.

The programme's organisation sees all of it, and so does one that refers to a programme of its own. Two things are shown
at every level, because the referrer must act on them: a question to be answered, and a place held until the person has
chosen. And it is always shown that a referral is over, so that nobody waits for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any, Final
from uuid import UUID

from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.lifecycle.ways import (
    ACKNOWLEDGED,
    CLOSED,
    DECLINED,
    LOOKED_AT_AGAIN,
    MISSED,
    OVER,
    REDIRECTED,
)
from kith_referrals.domain.referral import RELEASED, Referral, Status

_NEEDS: Final[Mapping[Status, Feedback]] = {
    **dict.fromkeys(
        (Status.NOT_YET, Status.WAITING, Status.ACCEPTED, Status.DECLINED, Status.REDIRECTED), Feedback.DECISION
    ),
    **dict.fromkeys((Status.MATCHED, Status.IN_SUPPORT), Feedback.PROGRESS),
    **dict.fromkeys((Status.ENDED, Status.WITHDRAWN, Status.ENTERED_IN_ERROR), Feedback.OUTCOME),
}
"""From which level on a status is shown as it is; one that is not here, at all."""

_LEADS_TO: Final[Mapping[Status, str]] = {Status.RECEIVED: ACKNOWLEDGED, Status.CLOSED: CLOSED}
"""What a step is called that leads, as far as the referrer may know, to this."""

_STEPS: Final[Mapping[str, Feedback]] = dict.fromkeys((LOOKED_AT_AGAIN, MISSED), Feedback.DECISION)
"""From which level on a step is shown that by its name says more than where it led."""

_DECIDED: Final = frozenset({DECLINED, REDIRECTED, RELEASED})
"""Reasons for a close that say what was decided. Every other says how it ended."""

_FIELDS: Final[Mapping[str, Feedback]] = {
    **dict.fromkeys(("decided_at", "decision_reason", "redirected_to"), Feedback.DECISION),
    **dict.fromkeys(("matched_at", "supported_at"), Feedback.PROGRESS),
    "ended_at": Feedback.OUTCOME,
}
"""From which level on the rest of where a referral stands is shown."""


DUE_FROM: Final = Feedback.DECISION
"""From which level on it is shown by which day something is to be done: the day says what was decided."""


def is_held_to(asking: UUID, referring: UUID, programme: UUID) -> bool:
    """Whether the organisation ``asking`` sees a referral as its referrer, and no more than the person agreed to."""
    return asking == referring != programme


def shown_status(status: Status, feedback: Feedback, *, supported: bool) -> Status:
    """The last status that the referrer may know. ``supported`` says whether a first session has taken place."""
    if feedback.tells(_NEEDS.get(status, Feedback.RECEIPT)):
        return status
    if status in OVER:
        return Status.CLOSED
    came_past = (Status.IN_SUPPORT if supported else Status.MATCHED, Status.ACCEPTED)
    return next((one for one in came_past if feedback.tells(_NEEDS[one])), Status.RECEIVED)


@cache
def may_be_shown_as(shown: Status) -> frozenset[Status]:
    """Where a referral may stand of which the referrer is shown that it stands here."""
    return frozenset(
        status
        for status, level, supported in product(Status, Feedback, (False, True))
        if shown_status(status, level, supported=supported) is shown
    )


def shown_otherwise(state: Mapping[str, Any], feedback: Feedback) -> dict[str, Any]:
    """What of where a referral stands is shown to its referrer otherwise than it is: by field, as it is shown.

    ``state`` has the fields of ``Referral`` by name.
    """
    supported = state["supported_at"] is not None
    shown: dict[str, Any] = {
        "status": shown_status(Status(state["status"]), feedback, supported=supported),
        **{name: None for name, needed in _FIELDS.items() if not feedback.tells(needed)},
    }
    if state["closing_reason"] is not None and not feedback.tells(_needed_for(state["closing_reason"])):
        shown["closing_reason"] = None
    return shown


def as_known(referral: Referral, feedback: Feedback) -> Referral:
    """The referral as its referrer may know it."""
    state = {name: getattr(referral, name) for name in ("status", "supported_at", "closing_reason")}
    shown = shown_otherwise(state, feedback)
    return replace(referral, **shown, promises=referral.promises if feedback.tells(DUE_FROM) else {})


def known_steps(steps: Iterable[Mapping[str, Any]], feedback: Feedback) -> list[dict[str, Any]]:
    """The steps of one referral, in their order, as its referrer may know them.

    One that leads beyond the level is shown by as much as they may know of where it led, without who and why, or not at
    all. Steps that leave a referral where it stands, as a changed consent does, are shown.
    """
    known: list[dict[str, Any]] = []
    supported = False
    for step in steps:
        before, after = Status(step["before"]) if step["before"] else None, Status(step["after"])
        stood = before and shown_status(before, feedback, supported=supported)
        supported = supported or after is Status.IN_SUPPORT
        stands = shown_status(after, feedback, supported=supported)
        shown = {**step, "before": stood, "after": stands}
        if not feedback.tells(_STEPS.get(step["name"], Feedback.RECEIPT)):
            continue
        if before is after or feedback.tells(_needed_for_step(after, step["reason"])):
            known.append(shown)
        elif stood is not stands and (name := _LEADS_TO.get(stands)):
            known.append({**shown, "name": name, **dict.fromkeys(("organisation_id", "subject", "reason", "note"))})
    return known


def _needed_for_step(after: Status, reason: str | None) -> Feedback:
    if after is Status.CLOSED:
        return _needed_for(reason or "")
    return _NEEDS.get(after, Feedback.RECEIPT)


def _needed_for(closing_reason: str) -> Feedback:
    return Feedback.DECISION if closing_reason in _DECIDED else Feedback.OUTCOME
