"""What coordinators know of two people before and after they are introduced."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain.match import Encounter, Match
from kith_matching.domain.referral import check_remembered
from kith_matching.store import acquaintances, matches, referrals, supporters


async def note_acquaintance(
    tx: AsyncConnection, referral_id: UUID, supporter_id: UUID, *, known: bool, now: datetime
) -> None:
    """Note that two may know each other, or that they do not after all. Neither is told.

    Raises ``ReferralNotFound``, ``SupporterNotFound`` or ``PersonErased``.
    """
    referral = await referrals.get_referral_for_update(tx, referral_id)
    check_remembered(referral)
    await supporters.get_supporter(tx, supporter_id)
    if known:
        await acquaintances.note(tx, referral, supporter_id, now=now)
    else:
        await acquaintances.take_back(tx, referral, supporter_id)
    said = "may-know" if known else "not-known"
    await audit.record(tx, Entry("acquaintance-noted", "referral", referral_id, (said,)), now=now)


async def plan_encounter(
    tx: AsyncConnection, match_id: UUID, encounter: Encounter, *, expected_version: int, now: datetime
) -> Match:
    """Record what the two agreed to do when they meet by chance. Raises ``StaleVersion`` where the match moved on."""
    seen = await matches.get_match(tx, match_id)
    check_remembered(await referrals.get_referral_for_update(tx, seen.referral_id))
    match = await matches.get_match_for_update(tx, match_id)
    check_version(match.version, expected_version, "match")
    planned = replace(match, encounter=encounter, version=match.version + 1)
    await matches.save_matches(tx, [planned])
    await audit.record(tx, Entry("encounter-planned", "match", match_id), now=now)
    return planned
