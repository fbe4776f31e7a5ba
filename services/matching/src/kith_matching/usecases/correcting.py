"""What was logged of a session is put right, and what was said before is kept."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching import outgoing
from kith_matching.domain.match import Match
from kith_matching.domain.meeting import check_pairs, correct_meeting, together
from kith_matching.domain.occasion import Company, Group, Occasion, Session, correct_one_to_one, is_same, taken_back
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.refusals import CannotAttend, ReferralNotFound
from kith_matching.domain.voiding import check_stands
from kith_matching.store import comings, matches, meeting, occasions, referrals
from kith_matching.usecases.loose_ends import look_for_plan
from kith_matching.usecases.occasions import check_alone


async def correct_session(
    tx: AsyncConnection,
    session_id: UUID,
    occasion: Occasion,
    attended: Collection[UUID] | None,
    came_with: Collection[Company] | None = None,
    *,
    expected_version: int,
    now: datetime,
) -> Session:
    """Correct a session, and tell it anew; ``attended`` of None leaves those who were there, ``came_with`` with whom.

    The same again changes nothing. Who is added to a meeting waits no longer. Who is taken out is told too, and does
    not wait again: a coordinator knows why they were named. Raises ``OccasionNotFound``, ``StaleVersion``,
    ``OccasionVoided``, ``PersonErased`` and as the domain's ``correct_one_to_one`` and ``correct_meeting``.
    """
    seen = await occasions.get_session(tx, session_id)
    check_version(seen.version, expected_version, "session")
    named = set(seen.attended_referral_ids if attended is None else attended)
    theirs = {seen.referral_id} if seen.referral_id is not None else named | set(seen.attended_referral_ids)
    people = await meeting.list_standings_for_update(tx, theirs)
    if seen.group_id is not None:
        await occasions.begin_group_for_update(tx, Group(seen.group_id, seen.programme_id, seen.organisation_id))
    session = await occasions.get_session_for_update(tx, session_id)
    check_version(session.version, expected_version, "session")
    check_stands(session)
    today = clock.today(now)
    visited: Match | None = None
    if session.match_id is not None:
        if attended is not None or came_with is not None:
            raise CannotAttend("Nobody is named as attending a session of a match: it is its person's own.")
        match = await matches.get_match(tx, session.match_id)
        check_remembered(await referrals.get_referral(tx, match.referral_id))
        if (await check_alone(tx, match, occasion, beside=session_id)).at_home:
            visited = match
        corrected = correct_one_to_one(session, match, occasion, today=today)
    else:
        added = [one for one in people if one.id not in session.attended_referral_ids]
        if not named <= {one.id for one in people}:
            raise ReferralNotFound
        company = None if came_with is None else together(came_with, named)
        if company:
            comes_as = await meeting.get_comes_as(tx, session.programme_id, session.organisation_id, ())
            check_pairs(company, comes_as)
        corrected = correct_meeting(session, occasion, named, added, company=company, new_id=clock.new_id, today=today)
    if is_same(corrected, session):
        return session
    await occasions.save_correction(tx, session, corrected, now=now)
    await comings.count_meetings(tx, {*session.attended_referral_ids, *corrected.attended_referral_ids})
    await audit.record(tx, Entry("session-corrected", "session", session_id, (occasion.outcome,)), now=now)
    await referrals.save_waiting(tx, corrected.attended_referral_ids, waits=False)
    await outgoing.tell_session(tx, corrected, taken_back(session, corrected), now=now)
    if visited is not None:
        await look_for_plan(tx, corrected, visited)
    return corrected
