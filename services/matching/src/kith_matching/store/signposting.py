"""Of what people were told, and whether they went."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.signpost import Entry, EntryKind, Signpost, SignpostNotFound, Went
from kith_matching.store.rows import values_of
from kith_matching.tables import signposts

_INSERT: Final = sa.insert(signposts)
_LOCK: Final = sa.select(signposts).where(signposts.c.id == sa.bindparam("signpost_id")).with_for_update()
_SAVE: Final = sa.update(signposts).where(signposts.c.id == sa.bindparam("signpost_id"))


async def insert_signpost(tx: AsyncConnection, signpost: Signpost) -> None:
    """Keep that somebody was told."""
    values = asdict(signpost)
    del values["entry"]
    await tx.execute(_INSERT, {**values, "entry_kind": signpost.entry.kind, "entry_id": signpost.entry.id})


async def get_signpost_for_update(tx: AsyncConnection, signpost_id: UUID) -> Signpost:
    """Of what somebody was told, locked. Raises ``SignpostNotFound``."""
    row = (await tx.execute(_LOCK, {"signpost_id": signpost_id})).one_or_none()
    if row is None:
        raise SignpostNotFound
    values = values_of(row)
    entry = Entry(EntryKind(values.pop("entry_kind")), values.pop("entry_id"))
    return Signpost(**{**values, "went": Went(values["went"]) if values["went"] else None}, entry=entry)


async def save_went(tx: AsyncConnection, signpost: Signpost) -> None:
    """Keep what came of it."""
    await tx.execute(_SAVE, {"signpost_id": signpost.id, "went": signpost.went, "version": signpost.version})
