"""Moments in: what falls due today or soon, what is kept for a time only, people to be erased, what is counted."""

from datetime import timedelta
from functools import partial

from kith_chassis.service import Timer
from kith_referrals.usecases import counting, drafting, erasing, expiring, missing, reviewing, self_referring


def timers(*, notice: timedelta, drafts_kept_for: timedelta, erased_after: timedelta) -> tuple[Timer, ...]:
    """All there are, and how often each is looked for.

    ``notice`` is how long before its end a consent is told of; a draft that nobody changed for ``drafts_kept_for`` is
    forgotten; whom somebody decided to erase is erased ``erased_after`` that: until then it can be taken back.
    """
    return (
        Timer("expire-consents", timedelta(minutes=1), expiring.expire_consents),
        Timer("notice-endings", timedelta(minutes=10), partial(expiring.notice_endings, notice=notice)),
        Timer("tell-missed-promises", timedelta(minutes=1), missing.tell_missed),
        Timer("review-retention", timedelta(hours=1), reviewing.open_reviews),
        Timer("count-first-sessions", timedelta(hours=1), counting.count_first_sessions),
        Timer("forget-forms", timedelta(hours=1), self_referring.forget),
        Timer("forget-drafts", timedelta(hours=1), partial(drafting.forget_drafts, kept_for=drafts_kept_for)),
        Timer("erase-people", timedelta(seconds=10), partial(erasing.erase_people, wait=erased_after)),
    )
