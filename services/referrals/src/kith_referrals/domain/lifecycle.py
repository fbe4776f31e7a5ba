"""The only ways a referral may move. Whatever is not here is refused, with what *is* possible."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kith_referrals.domain.referral import OFFERED, Closed, Decided, Referral, Status, Telling
from kith_referrals.domain.refusals import (
    MoveRefused,
    NotesUnread,
    NotYourProgramme,
    NotYourReferral,
    ReasonUnknown,
    RedirectsNowhere,
)
from kith_referrals.domain.steps import Actor, Moved, Step

DECLINING: Final = ("not-suitable", "out-of-area", "no-capacity", "needs-another-service", "could-not-contact")
"""Why a programme may decline."""

CLOSING: Final = ("support-ended", "could-not-contact", "moved-away", "died", "entered-in-error")
"""Why either side may close. Every other way of ending closes by itself, with a reason of its own."""

ORGANISATION_CLOSED: Final = "organisation-closed"
"""Why an organisation that closes hands back what it has: nobody chooses it."""

TAKEN_ON: Final = frozenset({Status.ACCEPTED, Status.MATCHED, Status.IN_SUPPORT, Status.ENDED})
"""The programme has the person, or had."""
OPEN: Final = OFFERED | TAKEN_ON
OVER: Final = frozenset(Status) - OPEN

ACKNOWLEDGED: Final = "acknowledged"
ASKED: Final = "asked"
ANSWERED: Final = "answered"
ACCEPTED: Final = "accepted"
PUT_ON_WAITING_LIST: Final = "put-on-waiting-list"
CHOSEN: Final = "chosen"
RELEASED: Final = "released"
DECLINED: Final = "declined"
REDIRECTED: Final = "redirected"
WITHDRAWN: Final = "withdrawn"
CLOSED: Final = "closed"

CONSENT_WITHDRAWN: Final = "consent-withdrawn"
"""Why an offer was recalled whose person no longer agrees that it is shared."""

CONSENT_EXPIRED: Final = "consent-expired"
"""Why an offer was recalled whose person had agreed until a day that has passed."""

BEGINS: Final[Mapping[str, frozenset[Status]]] = {
    ACKNOWLEDGED: frozenset({Status.SUBMITTED}),
    ASKED: frozenset({Status.SUBMITTED, Status.RECEIVED}),
    ANSWERED: frozenset({Status.NEEDS_INFORMATION}),
    ACCEPTED: frozenset({Status.SUBMITTED, Status.RECEIVED, Status.WAITING}),
    PUT_ON_WAITING_LIST: frozenset({Status.SUBMITTED, Status.RECEIVED}),
    CHOSEN: frozenset({Status.HELD}),
    RELEASED: OFFERED,
    DECLINED: OFFERED,
    REDIRECTED: OFFERED,
    WITHDRAWN: OPEN - {Status.ENDED},
    CLOSED: OPEN,
}
"""Each step that somebody takes, and where it may begin."""


def acknowledge(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Say that it was received, so that the referrer need not wonder. Raises ``NotYourProgramme``, ``MoveRefused``."""
    _check_programme(referral, by)
    return _move(referral, ACKNOWLEDGED, Status.RECEIVED, by, now, acknowledged_at=now)


def ask(referral: Referral, by: Actor, note: str, now: datetime) -> Moved:
    """Ask the referrer something before deciding. Raises ``NotYourProgramme`` or ``MoveRefused``."""
    _check_programme(referral, by)
    seen = referral.acknowledged_at or now
    return _move(referral, ASKED, Status.NEEDS_INFORMATION, by, now, note=note, acknowledged_at=seen)


def answer(referral: Referral, by: Actor, note: str, now: datetime) -> Moved:
    """Answer what the programme asked. Raises ``NotYourReferral`` or ``MoveRefused``."""
    _check_referrer(referral, by)
    return _move(referral, ANSWERED, Status.RECEIVED, by, now, note=note)


def accept(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Take the referral on; or hold a place, where the person is to choose between several programmes.

    Accepting twice is refused, not ignored: the referrer would otherwise be told twice. Raises ``NotYourProgramme``,
    ``MoveRefused`` or ``NotesUnread``.
    """
    _check_programme(referral, by)
    if referral.notes_unread:
        raise NotesUnread
    status = Status.ACCEPTED if referral.choice_id is None else Status.HELD
    return _move(referral, ACCEPTED, status, by, now, decision=status.value, decided_at=now)


def put_on_waiting_list(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Say yes as soon as there is room. Raises ``NotYourProgramme`` or ``MoveRefused``."""
    _check_programme(referral, by)
    return _move(referral, PUT_ON_WAITING_LIST, Status.WAITING, by, now, decision="waiting")


def decline(referral: Referral, by: Actor, reason: str, now: datetime) -> Moved:
    """Say no, with a reason the referrer may know. A declined referral is closed by it.

    Raises ``NotYourProgramme``, ``ReasonUnknown`` or ``MoveRefused``.
    """
    _check_programme(referral, by)
    _check_reason(reason, DECLINING)
    return _decline(referral, by, reason, now)


def hand_back(referral: Referral, by: Actor, to: UUID | None, now: datetime) -> Moved:
    """What an organisation that closes does with an open referral to its programme: nobody waits for what is gone.

    Not taken on yet, it is redirected to the programme that follows (``to``), or else declined; who was taken on is
    closed, and the referrer reads which programme follows. Raises ``NotYourProgramme`` or ``MoveRefused``.
    """
    _check_programme(referral, by)
    if not referral.is_offered:
        return _move(referral, CLOSED, Status.CLOSED, by, now, closing=ORGANISATION_CLOSED, redirected_to=to)
    if to is not None:
        return redirect(referral, by, to, None, now)
    return _decline(referral, by, ORGANISATION_CLOSED, now)


def _decline(referral: Referral, by: Actor, reason: str, now: datetime) -> Moved:
    return _move(
        referral,
        DECLINED,
        Status.DECLINED,
        by,
        now,
        reason=reason,
        decision="declined",
        closing="declined",
        decided_at=now,
        decision_reason=reason,
    )


def redirect(referral: Referral, by: Actor, to: UUID | None, note: str | None, now: datetime) -> Moved:
    """Say which programme of the network would be better (``to``), or in words who outside it. That closes it.

    The referrer, who has the person's word, makes the new referral: nothing is shared with anybody by this. Raises
    ``NotYourProgramme``, ``RedirectsNowhere`` or ``MoveRefused``.
    """
    _check_programme(referral, by)
    if to == referral.programme_id or (to is None and not note):
        raise RedirectsNowhere
    return _move(
        referral,
        REDIRECTED,
        Status.REDIRECTED,
        by,
        now,
        note=note,
        decision="redirected",
        closing="redirected",
        decided_at=now,
        redirected_to=to,
    )


def choose(referral: Referral, by: Actor, now: datetime) -> Moved:
    """The person's yes to this of several programmes: the held place is taken.

    Raises ``NotYourReferral`` or ``MoveRefused``.
    """
    _check_referrer(referral, by)
    return _move(referral, CHOSEN, Status.ACCEPTED, by, now, decision="accepted")


def release(referral: Referral, by: Actor, now: datetime) -> Moved:
    """The person chose another programme: this one is told, and sees the referral no more. Raises ``MoveRefused``."""
    return _move(referral, RELEASED, Status.CLOSED, by, now, closing=RELEASED)


def withdraw(referral: Referral, by: Actor | None, now: datetime, reason: str = "withdrawn") -> Moved:
    """The person no longer wants it, or no longer agrees that it is shared. Possible before the end.

    Raises ``MoveRefused``.
    """
    return _move(referral, WITHDRAWN, Status.WITHDRAWN, by, now, closing=reason)


def close(referral: Referral, by: Actor, reason: str, now: datetime) -> Moved:
    """Nothing more will happen, for a reason other than the person's withdrawal.

    ``support-ended`` needs a referral that was taken on. Raises ``ReasonUnknown`` or ``MoveRefused``.
    """
    _check_reason(reason, CLOSING)
    if reason == "support-ended" and referral.status not in TAKEN_ON:
        raise _refused(referral)
    status = Status.ENTERED_IN_ERROR if reason == "entered-in-error" else Status.CLOSED
    return _move(referral, CLOSED, status, by, now, closing=reason)


def recall(referral: Referral, by: Actor, now: datetime) -> Moved:
    """It was sent to the wrong programme: entered in error, and its receiver sees it no more, taken on or not.

    Raises ``NotYourReferral`` or ``MoveRefused``.
    """
    _check_referrer(referral, by)
    return close(replace(referral, misdirected=True), by, "entered-in-error", now)


def note_reading(referral: Referral, by: Actor, now: datetime) -> Moved | None:
    """Somebody of the programme's organisation has read the notes. Saying it again is no step.

    Raises ``NotYourProgramme``: a reader elsewhere does not know what the programme must know.
    """
    _check_programme(referral, by)
    if not referral.notes_unread:
        return None
    read = replace(referral, notes_unread=False, version=referral.version + 1)
    return Moved(read, Step(referral.id, "notes-read", referral.status, referral.status, now, by))


def note_match(referral: Referral, at: datetime) -> Moved | None:
    """A match was made for it. A referral that is over stays over: the match lives in matching, and ends there."""
    return _note(referral, "matched", Status.MATCHED, at, matched_at=at)


def note_session(referral: Referral, at: datetime) -> Moved | None:
    """A session of its match took place. Only the first after a match is a step."""
    if referral.status is not Status.MATCHED:
        return None
    return _note(referral, "first-session", Status.IN_SUPPORT, at, supported_at=referral.supported_at or at)


def note_ending(referral: Referral, at: datetime, ending: str) -> Moved | None:
    """Its match came to an end. The referral stays open until somebody closes it: there may be another match."""
    return _note(referral, "match-ended", Status.ENDED, at, reason=ending, ended_at=at)


def note_consent(referral: Referral, by: Actor | None, word: str, now: datetime) -> Moved:
    """What its person agrees to changed, and so it is another version; where it stands does not change."""
    changed = replace(referral, version=referral.version + 1)
    return Moved(changed, Step(referral.id, "consent-changed", referral.status, referral.status, now, by, word))


def _note(
    referral: Referral, name: str, status: Status, at: datetime, *, reason: str | None = None, **changes: Any
) -> Moved | None:
    if referral.status not in TAKEN_ON:
        return None
    moved = replace(referral, status=status, version=referral.version + 1, **changes)
    return Moved(moved, Step(referral.id, name, referral.status, status, at, None, reason))


def _move(
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
    """The step, where it may begin; a ``decision`` and a ``closing`` reason are told."""
    if referral.status not in BEGINS[name]:
        raise _refused(referral)
    if closing is not None:
        changes |= {"closed_at": now, "closing_reason": closing}
    moved = replace(referral, status=status, version=referral.version + 1, **changes)
    told: list[Telling] = [Decided(moved, decision)] if decision is not None else []
    if closing is not None:
        told.append(Closed(moved))
    step = Step(referral.id, name, referral.status, status, now, by, reason or closing, note)
    return Moved(moved, step, tuple(told))


def _refused(referral: Referral) -> MoveRefused:
    steps = [name.replace("-", " ") for name, begins in BEGINS.items() if referral.status in begins]
    can = f"it can be {', '.join(steps[:-1])} or {steps[-1]}" if steps else "nothing more can happen to it"
    return MoveRefused(f"The referral is {referral.status}: {can}.")


def _check_programme(referral: Referral, by: Actor) -> None:
    if by.organisation_id != referral.programme_organisation_id:
        raise NotYourProgramme


def _check_referrer(referral: Referral, by: Actor) -> None:
    if by.organisation_id != referral.referring_organisation_id:
        raise NotYourReferral


def _check_reason(reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        raise ReasonUnknown(f"The reason must be one of: {', '.join(known)}.")
