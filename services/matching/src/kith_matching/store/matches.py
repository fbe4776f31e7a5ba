"""Matches: read one, hold several, and keep what became of them in one statement."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.match import Balance, Encounter, Ending, Match
from kith_matching.domain.refusals import MatchNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import matches, supporters

_INSERT: Final = sa.insert(matches)
_FIND: Final = sa.select(matches).where(matches.c.id == sa.bindparam("match_id"))
_LOCK: Final = _FIND.with_for_update()
_RUNNING: Final = (
    sa.select(matches)
    .where(matches.c.referral_id == sa.any_(sa.bindparam("ids")), matches.c.ended_on.is_(None))
    .order_by(matches.c.referral_id)
    .with_for_update()
)
_ANY_RUNNING: Final = sa.select(
    sa.exists(
        sa.select(matches.c.id).where(
            matches.c.referral_id == sa.bindparam("referral_id"), matches.c.ended_on.is_(None)
        )
    )
)
_SUPPORTED_BY: Final = sa.select(
    sa.exists(
        sa.select(matches.c.id)
        .join(supporters, supporters.c.id == matches.c.supporter_id)
        .where(
            matches.c.referral_id == sa.bindparam("referral_id"),
            matches.c.ended_on.is_(None),
            supporters.c.subject == sa.bindparam("subject"),
        )
    )
)
IS_REPLACED: Final = sa.or_(matches.c.replaced, matches.c.ending == sa.literal_column(f"'{Ending.DID_NOT_SUIT}'"))
"""The person waited for somebody else after this match, or it did not suit: the two are not brought together again."""
_SAVE: Final = sa.text(
    "update matches set ending = now.ending, ended_on = now.ended_on, version = now.version, encounter = now.encounter,"
    " moved_to = now.moved_to, replaced = now.replaced"
    " from unnest(cast(:ids as uuid[]), cast(:endings as text[]), cast(:days as date[]), cast(:versions as int[]),"
    " cast(:encounters as text[]), cast(:moved_to as uuid[]), cast(:replaced as boolean[]))"
    " as now (id, ending, ended_on, version, encounter, moved_to, replaced)"
    " where matches.id = now.id"
)

_PLAN: Final = sa.update(matches).where(matches.c.id == sa.bindparam("match_id"))
_PLANNED: Final = ("ends_on", "extensions", "balance_due_on", "balance", "version")


async def insert_match(tx: AsyncConnection, match: Match) -> None:
    """Keep a new match."""
    await tx.execute(_INSERT, asdict(match))


async def get_match(tx: AsyncConnection, match_id: UUID) -> Match:
    """The match as it stands. Raises ``MatchNotFound``."""
    return _one((await tx.execute(_FIND, {"match_id": match_id})).one_or_none())


async def get_match_for_update(tx: AsyncConnection, match_id: UUID) -> Match:
    """The match, locked; its referral is locked before. Raises ``MatchNotFound``."""
    return _one((await tx.execute(_LOCK, {"match_id": match_id})).one_or_none())


async def is_any_running(tx: AsyncConnection, referral_id: UUID) -> bool:
    """Whether the person of this referral has a match now."""
    return bool((await tx.execute(_ANY_RUNNING, {"referral_id": referral_id})).scalar_one())


async def is_supported_by(tx: AsyncConnection, referral_id: UUID, subject: str) -> bool:
    """Whether the person of this referral has a match now with the supporter whose subject this is."""
    return bool((await tx.execute(_SUPPORTED_BY, {"referral_id": referral_id, "subject": subject})).scalar_one())


async def list_running_for_update(tx: AsyncConnection, referral_ids: Collection[UUID]) -> list[Match]:
    """The running matches of these referrals, locked: at most one each. The referrals are locked before."""
    if not referral_ids:
        return []
    return [_match(row) for row in await tx.execute(_RUNNING, {"ids": list(referral_ids)})]


async def save_matches(tx: AsyncConnection, changed: Sequence[Match]) -> None:
    """Keep what became of matches."""
    if changed:
        rows = {
            "ids": [one.id for one in changed],
            "endings": [one.ending for one in changed],
            "days": [one.ended_on for one in changed],
            "versions": [one.version for one in changed],
            "encounters": [one.encounter for one in changed],
            "moved_to": [one.moved_to for one in changed],
            "replaced": [one.replaced for one in changed],
        }
        await tx.execute(_SAVE, rows)


async def save_planned(tx: AsyncConnection, match: Match) -> None:
    """Keep until when a match, which is locked, is planned, and what is made of that."""
    await tx.execute(_PLAN, {"match_id": match.id, **{name: getattr(match, name) for name in _PLANNED}})


def _one(row: sa.Row[Any] | None) -> Match:
    if row is None:
        raise MatchNotFound
    return _match(row)


def _match(row: sa.Row[Any]) -> Match:
    values = values_of(row)
    ending = Ending(values["ending"]) if values["ending"] is not None else None
    encounter = Encounter(values["encounter"]) if values["encounter"] is not None else None
    balance = Balance(values["balance"]) if values["balance"] is not None else None
    return Match(**{**values, "ending": ending, "encounter": encounter, "balance": balance})
