"""Everything others may ever learn from matching: pseudonyms, codes, points, days and shares. No names, no words."""

from kith_matching.outgoing.concerns import tell_concern, tell_concern_answered, tell_due, tell_unanswered
from kith_matching.outgoing.occasions import session_told, tell_contact, tell_measured, tell_session
from kith_matching.outgoing.support import (
    tell_answered,
    tell_changed,
    tell_ended,
    tell_proposed,
    tell_quality,
    tell_supervised,
    tell_unplaceable,
)

__all__ = [
    "session_told",
    "tell_answered",
    "tell_changed",
    "tell_concern",
    "tell_concern_answered",
    "tell_contact",
    "tell_due",
    "tell_ended",
    "tell_measured",
    "tell_proposed",
    "tell_quality",
    "tell_session",
    "tell_supervised",
    "tell_unanswered",
    "tell_unplaceable",
]
