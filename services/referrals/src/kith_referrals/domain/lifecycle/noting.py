"""What is noted of a referral that nobody decides: what was read, said, matched, ended and missed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from kith_referrals.domain.lifecycle.ways import MISSED, TAKEN_ON, check_programme, refused
from kith_referrals.domain.promises import Promise
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.steps import Actor, Moved, Step
from kith_referrals.domain.telling import Missed


def note_reading(referral: Referral, by: Actor, now: datetime) -> Moved | None:
    """Somebody of the programme's organisation has read the notes. Saying it again is no step.

    Raises ``NotYourProgramme``: a reader elsewhere does not know what the programme must know.
    """
    check_programme(referral, by)
    if not referral.notes_unread:
        return None
    read = replace(referral, notes_unread=False, version=referral.version + 1)
    return Moved(read, Step(referral.id, "notes-read", referral.status, referral.status, now, by))


def note_match(referral: Referral, at: datetime) -> Moved | None:
    """A match was made for it. A referral that is over stays over: the match lives in matching, and ends there.

    What happened before it was reopened is history, also where the news of it come late.
    """
    return _note(referral, "matched", Status.MATCHED, at, matched_at=at)


def note_session(referral: Referral, at: datetime) -> Moved | None:
    """A session of its match took place. Only the first after a match is a step."""
    return _note_support(referral, Status.MATCHED, at)


def note_attendance(referral: Referral, at: datetime) -> Moved | None:
    """Its person was at a meeting of a group: support has begun without a match, and nobody waits to be taken on.

    Only the first is a step. Who is matched too waits for the session of the match.
    """
    return _note_support(referral, Status.ACCEPTED, at)


def note_ending(referral: Referral, at: datetime, ending: str) -> Moved | None:
    """Its match came to an end. The referral stays open until somebody closes it: there may be another match."""
    return _note(referral, "match-ended", Status.ENDED, at, reason=ending, ended_at=at)


def note_consent(referral: Referral, by: Actor | None, word: str, now: datetime) -> Moved:
    """What its person agrees to changed, and so it is another version; where it stands does not change.

    A draft has no consent yet: it is asked when the draft is submitted. Raises ``MoveRefused``.
    """
    if referral.status is Status.DRAFT:
        raise refused(referral, by)
    changed = replace(referral, version=referral.version + 1)
    return Moved(changed, Step(referral.id, "consent-changed", referral.status, referral.status, now, by, word))


def note_missed(referral: Referral, promise: Promise, now: datetime) -> Moved:
    """A promise was not kept by its day, which is told once. The promise goes on: late is better than never."""
    told = (*referral.missed, promise)
    missed = replace(referral, missed=told, version=referral.version + 1)
    step = Step(referral.id, MISSED, referral.status, referral.status, now, None, promise.value)
    return Moved(missed, step, (Missed(missed, promise, referral.promises[promise]),))


def _note_support(referral: Referral, after: Status, at: datetime) -> Moved | None:
    if referral.status is not after:
        return None
    return _note(referral, "first-session", Status.IN_SUPPORT, at, supported_at=referral.supported_at or at)


def _note(
    referral: Referral, name: str, status: Status, at: datetime, *, reason: str | None = None, **changes: Any
) -> Moved | None:
    before_reopening = referral.reopened_at is not None and at < referral.reopened_at
    if referral.status not in TAKEN_ON or before_reopening:
        return None
    moved = replace(referral, status=status, version=referral.version + 1, promises={}, **changes)
    return Moved(moved, Step(referral.id, name, referral.status, status, at, None, reason))
