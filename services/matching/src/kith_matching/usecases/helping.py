"""A person says whether support helps, of a match or of meetings; where it is harder, somebody sees to it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain.due import harder
from kith_matching.domain.helping import Helping, Moment, Says, see_to, take, take_of_meetings
from kith_matching.domain.referral import check_remembered
from kith_matching.store import comings, matches, referrals
from kith_matching.store import helping as store
from kith_matching.usecases import falling_due


async def ask(
    tx: AsyncConnection, match_id: UUID, said: Says, moment: Moment, *, asked_on: date, now: datetime
) -> Helping:
    """Keep what the person said; *harder* is told at once. The record says that they were asked, not what they said.

    Raises ``MatchNotFound``, ``PersonErased`` and what ``domain.helping.take`` does.
    """
    seen = await matches.get_match(tx, match_id)
    check_remembered(await referrals.get_referral_for_update(tx, seen.referral_id))
    match = await matches.get_match_for_update(tx, match_id)
    terms = await store.get_terms(tx, match)
    reviews = await store.count_reviews(tx, match_id) if moment is Moment.REVIEW else 0
    today, new_id = clock.today(now), clock.new_id()
    helping, after = take(
        match, terms, said, moment, asked_on=asked_on, today=today, helping_id=new_id, reviews=reviews
    )
    await store.insert_helping(tx, helping)
    if after != match:
        await store.save_review(tx, after)
    return await _asked(tx, helping, Entry("helping-asked", "match", match_id, (moment,)), now=now)


async def ask_of_meetings(
    tx: AsyncConnection, referral_id: UUID, said: Says, moment: Moment, *, asked_on: date, now: datetime
) -> Helping:
    """Keep what somebody said of the groups, courses and slots to which they come, as ``ask`` does of a match.

    Raises ``ReferralNotFound``, and what ``domain.helping.take_of_meetings`` does.
    """
    referral = await referrals.get_referral_for_update(tx, referral_id)
    coming = await comings.get_coming(tx, referral)
    helping, after = take_of_meetings(
        referral, coming, said, moment, asked_on=asked_on, today=clock.today(now), helping_id=clock.new_id()
    )
    await store.insert_helping(tx, helping)
    await comings.save_asked(tx, after)
    return await _asked(tx, helping, Entry("helping-asked", "referral", referral_id, (moment,)), now=now)


async def _asked(tx: AsyncConnection, helping: Helping, entry: Entry, *, now: datetime) -> Helping:
    await audit.record(tx, entry, now=now)
    if helping.said is Says.HARDER:
        await falling_due.tell(tx, [harder(helping)], now=now)
    return helping


async def see(tx: AsyncConnection, helping_id: UUID, *, by: str, expected_version: int, now: datetime) -> Helping:
    """Say that somebody sees to it. Raises ``HelpingNotFound``, ``StaleVersion`` and ``NothingToSee``."""
    helping = await store.get_helping_for_update(tx, helping_id)
    check_version(helping.version, expected_version, "answer")
    seen = see_to(helping, by=by, now=now)
    await store.save_seen(tx, seen)
    await audit.record(tx, Entry("helping-seen", "helping", helping_id), now=now)
    return seen
