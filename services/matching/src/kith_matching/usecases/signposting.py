"""People are told of what else there is, and later whether they went: by the supporter who told, or who organises."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry as Deed
from kith_chassis.http import check_version
from kith_matching.domain.refusals import OccasionNotFound, ReferralNotFound
from kith_matching.domain.signpost import (
    Entry,
    Signpost,
    SignpostNotFound,
    Went,
    say_went,
    told_at_contact,
    told_at_session,
)
from kith_matching.domain.subjects import Speaker, is_theirs
from kith_matching.store import occasions, referrals, supporters
from kith_matching.store import signposting as store
from kith_matching.usecases.goals import check_may_see


async def tell_at_session(
    tx: AsyncConnection, session_id: UUID, entry: Entry, referral_id: UUID | None, *, by: Speaker, now: datetime
) -> Signpost:
    """Log that somebody was told at a session. At one of a match it is its person, who need not be named.

    A supporter logs it of their own. Raises ``OccasionNotFound``, ``ReferralNotFound``, and as ``told_at_session``.
    """
    session = await occasions.get_session(tx, session_id)
    if not by.organises:
        if session.match_id is None:
            raise OccasionNotFound
        await _check_was_there(tx, session.supporter_ids[0], by)
    told = referral_id or session.referral_id
    referral = None if told is None else await referrals.get_referral_for_update(tx, told)
    programme = await referrals.get_programme(tx, session.programme_id, session.organisation_id)
    return await _keep(tx, told_at_session(session, entry, programme, referral, signpost_id=clock.new_id()), now=now)


async def tell_at_contact(
    tx: AsyncConnection, contact_id: UUID, entry: Entry, referral_id: UUID | None, *, by: Speaker, now: datetime
) -> Signpost:
    """Log that somebody was told at a contact. Raises ``OccasionNotFound``, and as ``told_at_contact``."""
    contact = await occasions.get_contact(tx, contact_id)
    if not by.organises:
        await _check_was_there(tx, contact.supporter_id, by)
    programme = await referrals.get_programme(tx, contact.programme_id, contact.organisation_id)
    told = told_at_contact(contact, entry, programme, referral_id, signpost_id=clock.new_id())
    return await _keep(tx, told, now=now)


async def say_whether_they_went(
    tx: AsyncConnection, signpost_id: UUID, went: Went, *, by: Speaker, expected_version: int, now: datetime
) -> Signpost:
    """Say what came of it: of whom one supports now, or of anybody for who organises.

    Raises ``SignpostNotFound`` and ``StaleVersion``.
    """
    signpost = await store.get_signpost_for_update(tx, signpost_id)
    if not by.organises:
        if signpost.referral_id is None:
            raise SignpostNotFound
        try:
            await check_may_see(tx, signpost.referral_id, by)
        except ReferralNotFound:
            raise SignpostNotFound from None
    check_version(signpost.version, expected_version, "signpost")
    said = say_went(signpost, went)
    await store.save_went(tx, said)
    await audit.record(tx, Deed("signpost-followed", "signpost", signpost_id), now=now)
    return said


async def _check_was_there(tx: AsyncConnection, supporter_id: UUID | None, by: Speaker) -> None:
    if supporter_id is None or not is_theirs(await supporters.get_supporter(tx, supporter_id), by):
        raise OccasionNotFound


async def _keep(tx: AsyncConnection, signpost: Signpost, *, now: datetime) -> Signpost:
    await store.insert_signpost(tx, signpost)
    await audit.record(tx, Deed("signposted", "signpost", signpost.id), now=now)
    return signpost
