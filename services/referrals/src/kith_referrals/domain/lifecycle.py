"""The only ways a referral may change: submitted, accepted or declined, matched, ended; withdrawn or closed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from kith_referrals.domain.referral import Closed, Decided, Referral, Status
from kith_referrals.domain.refusals import MoveRefused, NotesUnread, NotYourProgramme, ReasonUnknown

DECLINING: Final = ("not-suitable", "out-of-area", "no-capacity", "needs-another-service", "could-not-contact")
"""Why a programme may decline."""

CLOSING: Final = ("support-ended", "could-not-contact", "moved-away", "died", "entered-in-error")
"""Why either side may close. Declining and withdrawing close by themselves, with their own reasons."""

_POSSIBLE: Final[Mapping[Status, str]] = {
    Status.SUBMITTED: "it can be accepted, declined, withdrawn or closed",
    Status.ACCEPTED: "it can be withdrawn or closed",
    Status.MATCHED: "it can be withdrawn or closed",
    Status.ENDED: "it can be closed",
    Status.DECLINED: "nothing more can happen to it",
    Status.WITHDRAWN: "nothing more can happen to it",
    Status.CLOSED: "nothing more can happen to it",
}
_OPEN: Final = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.MATCHED, Status.ENDED})
_BEFORE_THE_END: Final = _OPEN - {Status.ENDED}
_TAKEN_ON: Final = _OPEN - {Status.SUBMITTED}


def accept(referral: Referral, by: UUID, now: datetime) -> tuple[Referral, tuple[Decided]]:
    """Take the referral on, for the programme it names.

    Accepting twice is refused, not ignored: the referrer would otherwise be told twice. Raises ``NotYourProgramme``,
    ``MoveRefused`` or ``NotesUnread``.
    """
    _check_decider(referral, by)
    _check_from(referral, {Status.SUBMITTED})
    if referral.notes_unread:
        raise NotesUnread
    accepted = replace(referral, status=Status.ACCEPTED, version=referral.version + 1, decided_at=now)
    return accepted, (Decided(accepted),)


def decline(referral: Referral, by: UUID, reason: str, now: datetime) -> tuple[Referral, tuple[Decided, Closed]]:
    """Say no, with a reason the referrer may know. A declined referral is closed by it.

    Raises ``NotYourProgramme``, ``ReasonUnknown`` or ``MoveRefused``.
    """
    _check_decider(referral, by)
    _check_reason(reason, DECLINING)
    _check_from(referral, {Status.SUBMITTED})
    declined = replace(
        referral,
        status=Status.DECLINED,
        version=referral.version + 1,
        decided_at=now,
        decision_reason=reason,
        closed_at=now,
        closing_reason="declined",
    )
    return declined, (Decided(declined), Closed(declined))


def withdraw(referral: Referral, now: datetime) -> tuple[Referral, tuple[Closed]]:
    """The person no longer wants it. Possible from anywhere before the end. Raises ``MoveRefused``."""
    _check_from(referral, _BEFORE_THE_END)
    withdrawn = replace(
        referral, status=Status.WITHDRAWN, version=referral.version + 1, closed_at=now, closing_reason="withdrawn"
    )
    return withdrawn, (Closed(withdrawn),)


def close(referral: Referral, reason: str, now: datetime) -> tuple[Referral, tuple[Closed]]:
    """Nothing more will happen, for a reason other than the person's withdrawal.

    ``support-ended`` needs a referral that was taken on. Raises ``ReasonUnknown`` or ``MoveRefused``.
    """
    _check_reason(reason, CLOSING)
    _check_from(referral, _TAKEN_ON if reason == "support-ended" else _OPEN)
    closed = replace(referral, status=Status.CLOSED, version=referral.version + 1, closed_at=now, closing_reason=reason)
    return closed, (Closed(closed),)


def note_reading(referral: Referral, by: UUID) -> Referral:
    """Somebody of the programme's organisation has read the notes. Saying it again changes nothing.

    Raises ``NotYourProgramme``: a reader elsewhere does not know what the programme must know.
    """
    _check_decider(referral, by)
    if not referral.notes_unread:
        return referral
    return replace(referral, notes_unread=False, version=referral.version + 1)


def note_match(referral: Referral, now: datetime) -> Referral:
    """A match was made for it. A referral that is over stays over: the match lives in matching, and ends there."""
    if referral.status not in _TAKEN_ON:
        return referral
    return replace(referral, status=Status.MATCHED, version=referral.version + 1, matched_at=now)


def note_ending(referral: Referral, now: datetime) -> Referral:
    """Its match came to an end. The referral stays open until somebody closes it: there may be another match."""
    if referral.status not in _TAKEN_ON:
        return referral
    return replace(referral, status=Status.ENDED, version=referral.version + 1, ended_at=now)


def note_consent(referral: Referral) -> Referral:
    """What its person agrees to changed, and so it is another version; where it stands does not change."""
    return replace(referral, version=referral.version + 1)


def _check_decider(referral: Referral, by: UUID) -> None:
    if by != referral.programme_organisation_id:
        raise NotYourProgramme


def _check_from(referral: Referral, allowed: frozenset[Status] | set[Status]) -> None:
    if referral.status not in allowed:
        raise MoveRefused(f"The referral is {referral.status}: {_POSSIBLE[referral.status]}.")


def _check_reason(reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        raise ReasonUnknown(f"The reason must be one of: {', '.join(known)}.")
