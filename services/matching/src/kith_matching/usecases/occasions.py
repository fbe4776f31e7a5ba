"""What took place is logged: sessions, meetings and contacts; and a match comes to its ending."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching import outgoing
from kith_matching.domain.match import Ending, Match
from kith_matching.domain.meeting import check_pairs, log_meeting, together
from kith_matching.domain.moving import NOTHING_SAID, Afterwards, end_as_said
from kith_matching.domain.occasion import (
    Company,
    Contact,
    Group,
    Noted,
    Occasion,
    Session,
    check_held,
    check_same,
    check_site,
    log_one_to_one,
)
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.refusals import GroupOfAnotherProgramme, MatchNotFound, ReferralNotFound, SupporterNotFound
from kith_matching.domain.session_length import AloneLimit, check_length
from kith_matching.domain.subjects import Speaker, is_theirs
from kith_matching.store import comings, matches, meeting, occasions, referrals, supporters
from kith_matching.usecases import places
from kith_matching.usecases.loose_ends import look_for_plan
from kith_matching.usecases.stopping import cancel_what_is_coming_to


async def log_match_session(
    tx: AsyncConnection, match_id: UUID, occasion: Occasion, noted: Noted, *, by: Speaker, now: datetime
) -> Session:
    """Log a one-to-one session of a match; what a device sends again changes nothing.

    Those who organise log any of theirs, a supporter their own. Raises ``MatchNotFound``, ``PersonErased`` where
    nothing is kept of its person any more, ``LoggedOtherwise`` and ``LongerThanAllowed``. A visit without a plan is
    logged like any other, and talked about.
    """
    seen = await matches.get_match(tx, match_id)
    if not is_theirs(await supporters.get_supporter(tx, seen.supporter_id), by):
        raise MatchNotFound
    referral = await referrals.get_referral_for_update(tx, seen.referral_id)
    logged = await occasions.find_session(tx, seen.organisation_id, noted.client_id)
    if logged is not None:
        check_same(logged, match_id=match_id, occasion=occasion)
        return logged
    check_remembered(referral)
    match = await matches.get_match(tx, match_id)
    limit = await check_alone(tx, match, occasion)
    session = log_one_to_one(match, occasion, noted, session_id=clock.new_id(), today=clock.today(now))
    await occasions.insert_session(tx, session, _news(tx, session, now))
    if limit.at_home:
        await look_for_plan(tx, session, match)
    return session


async def check_alone(
    tx: AsyncConnection, match: Match, occasion: Occasion, *, beside: UUID | None = None
) -> AloneLimit:
    """Refuse what is longer than the programme allows, ``beside`` the session itself where that is corrected.

    Returns what the programme allows. Raises ``LongerThanAllowed``.
    """
    limit = await occasions.get_alone_limit(tx, match)
    others = 0
    if limit.of_the_day:
        others = await occasions.count_minutes_alone(tx, match, occasion.held_on, beside=beside)
    check_length(occasion, limit, others)
    return limit


async def log_group_meeting(
    tx: AsyncConnection,
    group: Group,
    occasion: Occasion,
    noted: Noted,
    *,
    attended: Sequence[UUID],
    supporter_ids: Sequence[UUID],
    came_with: Sequence[Company] = (),
    now: datetime,
) -> Session:
    """Log a meeting of a group, which begins with its first; who attended waits no longer.

    What a device sends again changes nothing. Raises ``NotFound`` for a programme, referral, supporter or group that is
    not the organisation's own, and ``LoggedOtherwise``.
    """
    comes_as = await meeting.get_comes_as(tx, group.programme_id, group.organisation_id, supporter_ids)
    company = together(came_with, attended)
    people = await meeting.list_standings_for_update(tx, attended)
    if len(people) != len(set(attended)):
        raise ReferralNotFound
    kept = await occasions.begin_group_for_update(tx, group)
    if kept != group:
        raise GroupOfAnotherProgramme
    led_by = tuple(sorted(set(supporter_ids)))
    logged = await occasions.find_session(tx, group.organisation_id, noted.client_id)
    if logged is not None:
        there = {"attended_referral_ids": tuple(sorted(set(attended))), "company": company}
        check_same(logged, group_id=group.id, occasion=occasion, supporter_ids=led_by, **there)
        return logged
    check_pairs(company, comes_as)
    session = log_meeting(
        group, occasion, people, led_by, noted=noted, company=company, new_id=clock.new_id, today=clock.today(now)
    )
    waiting = [one.id for one in people if one.waiting]
    await occasions.insert_session(tx, session, _news(tx, session, now), waiting=waiting)
    await comings.add_meeting(tx, session)
    return session


def _news(tx: AsyncConnection, session: Session, now: datetime) -> dict[str, Any]:
    entry = Entry("session-logged", "session", session.id, (session.occasion.outcome,))
    return {**outgoing.session_told(session, now=now), **audit.noted(tx, entry, now=now)}


async def log_contact(tx: AsyncConnection, contact: Contact, *, by: Speaker, now: datetime) -> Contact:
    """Log an occasion with people who are not named; what a device sends again changes nothing.

    A supporter logs those at which they were themself. Raises ``SupporterNotFound``, ``SiteUnknown`` and
    ``LoggedOtherwise``.
    """
    if not by.organises:
        there = None if contact.supporter_id is None else await supporters.get_supporter(tx, contact.supporter_id)
        if there is None or not is_theirs(there, by):
            raise SupporterNotFound("Say in supporter_id that you were there yourself: you log your own.")
    logged = await occasions.find_contact(tx, contact.organisation_id, contact.noted.client_id)
    if logged is not None:
        return _same(logged, contact)
    check_held(contact, today=clock.today(now))
    programme = await referrals.get_programme(tx, contact.programme_id, contact.organisation_id)
    check_site(contact, programme.terms)
    if contact.supporter_id is not None and not await supporters.have_supporters(tx, [contact.supporter_id]):
        raise SupporterNotFound
    if not await occasions.insert_contact(tx, contact):
        return await log_contact(tx, contact, by=by, now=now)
    await audit.record(tx, Entry("contact-logged", "contact", contact.id, (contact.kind,)), now=now)
    await outgoing.tell_contact(tx, contact, now=now)
    return contact


def _same(logged: Contact, told: Contact) -> Contact:
    said = {field.name: getattr(told, field.name) for field in fields(told) if field.name not in {"id", "noted"}}
    check_same(logged, **said)
    return logged


async def end(
    tx: AsyncConnection,
    match_id: UUID,
    ending: Ending,
    then: Afterwards = NOTHING_SAID,
    *,
    expected_version: int,
    now: datetime,
) -> Match:
    """End a match, and with it its visits to come.

    Whoever moves to a group has their place in it at once; whoever waits again waits since they came.

    Raises ``StaleVersion`` where it has moved on, ``GroupNotFound``, and what ``moving`` raises.
    """
    seen = await matches.get_match(tx, match_id)
    await referrals.get_referral_for_update(tx, seen.referral_id)
    match = await matches.get_match_for_update(tx, match_id)
    check_version(match.version, expected_version, "match")
    ended = end_as_said(match, ending, then, today=clock.today(now))
    if then.group_id is not None:
        await places.move_in(tx, then.group_id, match.referral_id, then.comes_with, now=now)
    await matches.save_matches(tx, [ended.match])
    await audit.record(tx, Entry("match-ended", "match", match_id, (ending,)), now=now)
    await cancel_what_is_coming_to(tx, [match.referral_id], now=now)
    await referrals.save_waiting(tx, [match.referral_id], waits=ended.waits_again)
    await outgoing.tell_ended(tx, [ended], now=now)
    return ended.match
