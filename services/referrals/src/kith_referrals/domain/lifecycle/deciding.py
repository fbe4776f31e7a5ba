"""What the programme's organisation says, and what the referrer answers, until the referral is taken on or not."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from kith_referrals.domain.lifecycle import ways
from kith_referrals.domain.lifecycle.ways import check_programme, check_reason, check_referrer, check_tried, take
from kith_referrals.domain.nations import civil
from kith_referrals.domain.promises import Promise
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.refusals import NotesUnread, RedirectsNowhere, RevisitDayWrong
from kith_referrals.domain.steps import Actor, Moved

LONGEST: Final = timedelta(days=365)
"""The longest time after which somebody who is not ready yet is asked again."""


def acknowledge(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Say that it was received, so that the referrer need not wonder. Raises ``NotYourProgramme``, ``MoveRefused``."""
    check_programme(referral, by)
    return take(referral, ways.ACKNOWLEDGED, Status.RECEIVED, by, now, acknowledged_at=now)


def ask(referral: Referral, by: Actor, note: str, now: datetime) -> Moved:
    """Ask the referrer something before deciding. Raises ``NotYourProgramme`` or ``MoveRefused``."""
    check_programme(referral, by)
    seen = referral.acknowledged_at or now
    return take(referral, ways.ASKED, Status.NEEDS_INFORMATION, by, now, note=note, acknowledged_at=seen, asked_at=now)


def answer(referral: Referral, by: Actor, note: str, now: datetime) -> Moved:
    """Answer what the programme asked. Raises ``NotYourReferral`` or ``MoveRefused``."""
    check_referrer(referral, by)
    return take(referral, ways.ANSWERED, Status.RECEIVED, by, now, note=note)


def accept(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Take the referral on; or hold a place, where the person is to choose between several programmes.

    Accepting twice is refused, not ignored: the referrer would otherwise be told twice. Raises ``NotYourProgramme``,
    ``MoveRefused`` or ``NotesUnread``.
    """
    check_programme(referral, by)
    if referral.notes_unread:
        raise NotesUnread
    status = Status.ACCEPTED if referral.choice_id is None else Status.HELD
    return take(referral, ways.ACCEPTED, status, by, now, decision=status.value, decided_at=now)


def put_on_waiting_list(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Say yes as soon as there is room. Raises ``NotYourProgramme`` or ``MoveRefused``."""
    check_programme(referral, by)
    return take(referral, ways.PUT_ON_WAITING_LIST, Status.WAITING, by, now, decision="waiting")


def put_off(referral: Referral, by: Actor, revisit_on: date, now: datetime) -> Moved:
    """Say that the person is not ready yet, and on which day to ask again: after today, and within a year.

    It stays an offer that no place is taken by, also where it had been accepted. Raises ``NotYourProgramme``,
    ``RevisitDayWrong`` or ``MoveRefused``.
    """
    check_programme(referral, by)
    today = civil(now)
    if not today < revisit_on <= today + LONGEST:
        raise RevisitDayWrong
    fresh = replace(referral, missed=tuple(name for name in referral.missed if name is not Promise.LOOK_AGAIN))
    promises = {Promise.LOOK_AGAIN: revisit_on}
    return take(fresh, ways.PUT_OFF, Status.NOT_YET, by, now, decision="not-yet", decided_at=None, promises=promises)


def look_again(referral: Referral, by: Actor, now: datetime) -> Moved:
    """Ask again who was not ready yet: it is to be decided anew. Raises ``NotYourProgramme`` or ``MoveRefused``."""
    check_programme(referral, by)
    return take(referral, ways.LOOKED_AT_AGAIN, Status.RECEIVED, by, now)


def decline(referral: Referral, by: Actor, reason: str, now: datetime) -> Moved:
    """Say no, with a reason the referrer may know. A declined referral is closed by it.

    Raises ``NotYourProgramme``, ``ReasonUnknown``, ``NotTried`` or ``MoveRefused``.
    """
    check_programme(referral, by)
    check_reason(reason, ways.DECLINING)
    check_tried(referral, reason)
    return _decline(referral, by, reason, now)


def hand_back(referral: Referral, by: Actor, to: UUID | None, now: datetime) -> Moved:
    """What an organisation that closes does with an open referral to its programme: nobody waits for what is gone.

    Not taken on yet, it is redirected to the programme that follows (``to``), or else declined; who was taken on is
    closed, and the referrer reads which programme follows. Raises ``NotYourProgramme`` or ``MoveRefused``.
    """
    check_programme(referral, by)
    if not referral.is_offered:
        gone = ways.ORGANISATION_CLOSED
        return take(referral, ways.CLOSED, Status.CLOSED, by, now, closing=gone, redirected_to=to)
    if to is not None:
        return redirect(referral, by, to, None, now)
    return _decline(referral, by, ways.ORGANISATION_CLOSED, now)


def _decline(referral: Referral, by: Actor, reason: str, now: datetime) -> Moved:
    return take(
        referral,
        ways.DECLINED,
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
    check_programme(referral, by)
    if to == referral.programme_id or (to is None and not note):
        raise RedirectsNowhere
    return take(
        referral,
        ways.REDIRECTED,
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
    check_referrer(referral, by)
    return take(referral, ways.CHOSEN, Status.ACCEPTED, by, now, decision="accepted")
