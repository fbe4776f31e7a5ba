"""What was left for a human to do, kept until somebody said that they did it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.looking_after import Kind
from kith_matching.domain.loose_end import LooseEnd, LooseEndNotFound
from kith_matching.domain.worklist import Work
from kith_matching.store.rows import values_of
from kith_matching.tables import loose_ends

_REMEMBERED: Final = loose_ends.c.referral_id.is_not(None)
TO_TELL: Final = sa.select(
    sa.literal_column(f"'{Work.TELL_SUPPORTER}'"),
    loose_ends.c.id,
    sa.case((_REMEMBERED, sa.literal_column(f"'{Kind.MATCH}'")), else_=sa.literal_column(f"'{Kind.SUPPORTER}'")),
    sa.case((_REMEMBERED, loose_ends.c.match_id), else_=loose_ends.c.supporter_id),
    loose_ends.c.organisation_id,
    loose_ends.c.programme_id,
    loose_ends.c.referral_id,
    loose_ends.c.since,
    sa.null().cast(sa.Integer),
    sa.literal_column("''"),
).where(loose_ends.c.kind == sa.literal_column(f"'{Work.TELL_SUPPORTER}'"), loose_ends.c.seen_at.is_(None))
"""Which supporters are to be told, as ``Due`` has it: once the person was erased it is about the supporter alone."""
_KEEP: Final = sa.text(
    "insert into loose_ends select * from jsonb_populate_recordset(null::loose_ends, cast(:rows as jsonb))"
    " on conflict (id) do nothing"
)
_LOCK: Final = (
    sa.select(loose_ends)
    .where(loose_ends.c.id == sa.bindparam("thing_id"), loose_ends.c.kind == sa.bindparam("kind"))
    .with_for_update()
)
_SAVE: Final = sa.update(loose_ends).where(loose_ends.c.id == sa.bindparam("thing_id"))
_DROP: Final = sa.delete(loose_ends).where(loose_ends.c.id == sa.bindparam("thing_id"), loose_ends.c.seen_at.is_(None))


async def keep_loose_ends(tx: AsyncConnection, left: Sequence[LooseEnd]) -> None:
    """Keep what was left to be done. What was kept before stays as it is."""
    if left:
        await tx.execute(_KEEP, {"rows": json.dumps([asdict(one) for one in left], default=str)})


async def get_loose_end_for_update(tx: AsyncConnection, kind: Work, thing_id: UUID) -> LooseEnd:
    """What the match or the session left, locked. Raises ``LooseEndNotFound``."""
    row = (await tx.execute(_LOCK, {"thing_id": thing_id, "kind": kind})).one_or_none()
    if row is None:
        raise LooseEndNotFound
    return LooseEnd(**{**values_of(row), "kind": kind})


async def save_done(tx: AsyncConnection, loose_end: LooseEnd) -> None:
    """Keep who said that it is done."""
    done = {"seen_by": loose_end.seen_by, "seen_at": loose_end.seen_at}
    await tx.execute(_SAVE, {"thing_id": loose_end.id, **done})


async def drop_loose_end(tx: AsyncConnection, thing_id: UUID) -> None:
    """Forget what is not left to be done any more. What somebody said they did stays."""
    await tx.execute(_DROP, {"thing_id": thing_id})
