"""What people said of the support they get."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.helping import Helping, HelpingNotFound, Moment, Says
from kith_matching.domain.match import Match
from kith_matching.domain.terms import UNDEFINED, Terms
from kith_matching.store.rows import values_of
from kith_matching.store.terms import terms_of
from kith_matching.tables import helpings, matches, programme_versions

_INSERT: Final = sa.insert(helpings)
_LOCK: Final = sa.select(helpings).where(helpings.c.id == sa.bindparam("helping_id")).with_for_update()
_SEEN: Final = sa.update(helpings).where(helpings.c.id == sa.bindparam("helping_id"))
_REVIEWED: Final = sa.update(matches).where(matches.c.id == sa.bindparam("match_id"))
_REVIEWS: Final = sa.select(sa.func.count()).where(
    helpings.c.match_id == sa.bindparam("match_id"), helpings.c.moment == Moment.REVIEW
)
_TERMS: Final = sa.select(programme_versions.c.terms).where(
    programme_versions.c.programme_id == sa.bindparam("programme_id"),
    programme_versions.c.version == sa.bindparam("version"),
)


async def insert_helping(tx: AsyncConnection, helping: Helping) -> None:
    """Keep what somebody said."""
    await tx.execute(_INSERT, asdict(helping))


async def get_helping_for_update(tx: AsyncConnection, helping_id: UUID) -> Helping:
    """What somebody said, locked. Raises ``HelpingNotFound``."""
    row = (await tx.execute(_LOCK, {"helping_id": helping_id})).one_or_none()
    if row is None:
        raise HelpingNotFound
    values = values_of(row)
    return Helping(**{**values, "moment": Moment(values["moment"]), "said": Says(values["said"])})


async def save_seen(tx: AsyncConnection, helping: Helping) -> None:
    """Keep who saw to it."""
    seen = {"seen_by": helping.seen_by, "seen_at": helping.seen_at, "version": helping.version}
    await tx.execute(_SEEN, {"helping_id": helping.id, **seen})


async def save_review(tx: AsyncConnection, match: Match) -> None:
    """Keep when a match, which is locked, is looked at next, and whether its balance is asked about."""
    changed = {name: getattr(match, name) for name in ("review_on", "balance_due_on", "version")}
    await tx.execute(_REVIEWED, {"match_id": match.id, **changed})


async def count_reviews(tx: AsyncConnection, match_id: UUID) -> int:
    """At how many reviews the person of a match, which is locked, was asked."""
    return int((await tx.execute(_REVIEWS, {"match_id": match_id})).scalar_one())


async def get_terms(tx: AsyncConnection, match: Match) -> Terms:
    """The terms with which a match began."""
    kept = await tx.scalar(_TERMS, {"programme_id": match.programme_id, "version": match.definition_version})
    return UNDEFINED if kept is None else terms_of(kept)
