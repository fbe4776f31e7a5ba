"""Sealing what was appended, a second or so behind the writers; and reading the chain, page by page."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import telemetry
from kith_chassis.audit import chain, keys
from kith_chassis.audit.chain import START, Break, Link, Sealed
from kith_chassis.connections import driver_of
from kith_chassis.refusals import Refusal
from kith_chassis.service import Timer

MOST: Final = 20_000
"""Entries sealed in one transaction; the others follow at the next tick."""

_NO_HEAD: Final = "The chain's head was removed: nothing says where it ends, and nothing more is sealed."
_SEAL: Final = "select audit_seal($1)"
_UNSEALED: Final = "select count(*) from audit_tail"
_HEAD: Final = f"select number, digest, ({_UNSEALED}) as unsealed from audit_head"
_WALK: Final = f"""
    select head.number as head, head.digest as head_digest, ({_UNSEALED}) as unsealed,
        part.number, part.digest, part.entry
    from audit_head as head left join (
        select number, digest, entry from audit_chain where number > $1 order by number limit $2
    ) as part on true
    order by part.number
"""
"""Page, head and tail in one look: sealing goes on meanwhile."""


def _page(*conditions: str) -> sa.TextClause:
    where = " and ".join(("number > :after", *conditions))
    return sa.text(f"select number, digest, entry from audit_chain where {where} order by number limit :limit")


_FILTERS: Final = {"about": "entry::jsonb ->> 'about_id' = :about", "subject": "entry::jsonb ->> 'subject' = :subject"}
_PAGES: Final = {
    (about, subject): _page(*(_FILTERS[name] for name, asked in (("about", about), ("subject", subject)) if asked))
    for about, subject in product((False, True), repeat=2)
}


class HeadMissing(Refusal):
    """Somebody removed the row that says where the chain ends."""

    code = "head-missing"


@dataclass(frozen=True, slots=True)
class State:
    """How far the chain goes, and how many entries wait to be sealed."""

    head: Link
    unsealed: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A part of the chain: where it came to, what broke it, and whether this was the end of it."""

    link: Link
    broken: Break | None
    ended: bool
    state: State


async def seal(tx: AsyncConnection, _now: datetime) -> None:
    """Chain what is committed and not sealed, in order of id, at most ``MOST``.

    What a transaction that is still open has appended is not seen and not passed over: it is there when that commits,
    whatever its id, and is chained then.
    """
    driver = driver_of(tx)
    await driver.fetchval(_SEAL, MOST)
    telemetry.gauge("kith.audit.unsealed", float(await driver.fetchval(_UNSEALED)))


SEALING: Final = Timer("seal-audit", timedelta(seconds=1), seal)


async def state(tx: AsyncConnection) -> State:
    """Where the chain stands now. Raises ``HeadMissing``."""
    row = await driver_of(tx).fetchrow(_HEAD)
    if row is None:
        raise HeadMissing(_NO_HEAD)
    return State(Link(row["number"], row["digest"]), row["unsealed"])


async def walk(tx: AsyncConnection, begun: Link, *, limit: int, noted: Link | None = None) -> Walk:
    """Hold the next ``limit`` entries behind ``begun`` against the rule, and the end, where it is among them."""
    rows = await driver_of(tx).fetch(_WALK, begun.number, limit)
    if not rows:
        return Walk(begun, Break(begun.number + 1, HeadMissing.code, _NO_HEAD), ended=True, state=State(START, 0))
    now = State(Link(rows[0]["head"], rows[0]["head_digest"]), rows[0]["unsealed"])
    part = [Sealed(row["number"], row["digest"], row["entry"]) for row in rows if row["number"] is not None]
    link, broken = chain.follow(begun, part, noted)
    ended = len(part) < limit
    if ended and broken is None:
        broken = chain.end(link, now.head, noted)
    return Walk(link, broken, ended=ended or broken is not None, state=now)


async def list_sealed(tx: AsyncConnection, *, after: int, limit: int) -> list[Sealed]:
    """Sealed entries as they stand in the chain, in its order."""
    rows = await tx.execute(_PAGES[False, False], {"after": after, "limit": limit})
    return [Sealed(row.number, row.digest, row.entry) for row in rows]


async def list_entries(
    tx: AsyncConnection, *, about: UUID | None, subject: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Sealed entries for somebody to read, in the chain's order: about one thing, by one subject, or all."""
    asked = {"about": str(about), "subject": subject, "after": after, "limit": limit}
    rows = await tx.execute(_PAGES[about is not None, subject is not None], asked)
    entries = [{"number": row.number, **json.loads(row.entry)} for row in rows]
    await keys.decipher(tx, entries)
    return entries
