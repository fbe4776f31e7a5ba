"""What each level of feedback lets a referrer read, written down apart from the code that holds to it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SAYS: Final = {
    "receipt": {"draft", "submitted", "received", "needs-information", "held", "closed"},
    "decision": {"not-yet", "waiting", "accepted", "declined", "redirected"},
    "progress": {"matched", "in-support"},
    "outcome": {"ended", "withdrawn", "entered-in-error"},
}
"""The statuses that each level adds to those of the one before."""
FIELDS: Final = {
    "decision": {"decided_at", "decision_reason", "redirected_to", "due_on"},
    "progress": {"matched_at", "supported_at"},
    "outcome": {"ended_at"},
}
"""What else of where a referral stands each level adds."""
DECIDED: Final = {"declined", "redirected", "released"}
"""Reasons for a close that a referrer reads with the decision; the others with the outcome."""
STEPS: Final = {
    "receipt": {
        *("drafted", "changed", "submitted", "acknowledged", "asked", "answered", "notes-read", "consent-changed"),
        *("closed", "reopened"),
    },
    "decision": {
        *("accepted", "put-on-waiting-list", "declined", "redirected", "chosen", "released"),
        *("put-off", "looked-at-again", "promise-missed"),
    },
    "progress": {"matched", "first-session"},
    "outcome": {"match-ended", "withdrawn"},
}
"""The names of steps that each level adds; *accepted* is at every level where a place is held by it."""


def told_at(level: str, added: Mapping[str, set[str]]) -> set[str]:
    """All that the level and those before it add."""
    levels = list(SAYS)
    return {one for name in levels[: levels.index(level) + 1] for one in added.get(name, ())}


def beyond(level: str, state: Mapping[str, Any]) -> Iterator[str]:
    """What where a referral stands, as it is shown, says beyond the level."""
    if state["status"] not in told_at(level, SAYS):
        yield f"status {state['status']}"
    for name in told_at("outcome", FIELDS) - told_at(level, FIELDS):
        if state[name] is not None:
            yield name
    reason = state["closing_reason"]
    if reason is not None and level != "outcome" and (level == "receipt" or reason not in DECIDED):
        yield f"closed as {reason}"


def beyond_in_step(level: str, step: Mapping[str, Any]) -> Iterator[str]:
    """What a step, as it is shown, says beyond the level."""
    for end in ("before", "after"):
        if step[end] is not None and step[end] not in told_at(level, SAYS):
            yield f"{end} {step[end]}"
    if step["name"] not in told_at(level, STEPS) and (step["name"], step["after"]) != ("accepted", "held"):
        yield f"step {step['name']}"
    if step["name"] == "closed" and level != "outcome":
        yield from (name for name in ("reason", "note", "organisation_id", "subject") if step[name] is not None)
