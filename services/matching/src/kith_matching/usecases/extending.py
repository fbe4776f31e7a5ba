"""Support is planned to end, extended, and looked at where it lasts."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain import extending as domain
from kith_matching.domain.match import Balance, Match
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.terms import Terms
from kith_matching.store import matches, referrals
from kith_matching.store.helping import get_terms


async def plan_ending(
    tx: AsyncConnection, match_id: UUID, ends_on: date, *, expected_version: int, now: datetime
) -> Match:
    """Plan on which day support ends. Raises ``StaleVersion``, ``PersonErased`` and as the domain's ``plan_ending``."""

    def decide(match: Match, terms: Terms) -> Match:
        return domain.plan_ending(match, terms, ends_on, today=clock.today(now))

    return await _decide(tx, match_id, decide, "ending-planned", expected_version=expected_version, now=now)


async def extend(tx: AsyncConnection, match_id: UUID, until: date, *, expected_version: int, now: datetime) -> Match:
    """Let support go on. Raises ``StaleVersion``, ``PersonErased`` and as the domain's ``extend``."""

    def decide(match: Match, terms: Terms) -> Match:
        return domain.extend(match, terms, until, today=clock.today(now))

    return await _decide(tx, match_id, decide, "match-extended", expected_version=expected_version, now=now)


async def answer_balance(
    tx: AsyncConnection, match_id: UUID, balance: Balance, *, expected_version: int, now: datetime
) -> Match:
    """Say what becomes of support that lasts. The record says that somebody did, and not what.

    Raises ``StaleVersion``, ``PersonErased`` and as the domain's ``answer_balance``.
    """

    def decide(match: Match, _: Terms) -> Match:
        return domain.answer_balance(match, balance)

    return await _decide(tx, match_id, decide, "balance-checked", expected_version=expected_version, now=now)


async def _decide(
    tx: AsyncConnection,
    match_id: UUID,
    decide: Callable[[Match, Terms], Match],
    done: str,
    *,
    expected_version: int,
    now: datetime,
) -> Match:
    seen = await matches.get_match(tx, match_id)
    check_remembered(await referrals.get_referral_for_update(tx, seen.referral_id))
    match = await matches.get_match_for_update(tx, match_id)
    check_version(match.version, expected_version, "match")
    decided = decide(match, await get_terms(tx, match))
    await matches.save_planned(tx, decided)
    await audit.record(tx, Entry(done, "match", match_id), now=now)
    return decided
