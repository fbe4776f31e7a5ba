"""Reasons that people wrote: kept enciphered, each under a key about somebody, and gone when that key is destroyed.

The chain covers what is enciphered, so it holds for ever, also when nobody can read the reason any more.
"""

from base64 import b64decode
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.sealing import Enciphered

_keys: Final = sa.table("audit_keys", sa.column("id", sa.Uuid), sa.column("key", sa.LargeBinary))
_FIND: Final = sa.select(_keys).where(_keys.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_FORGET: Final = sa.text("select coalesce(sum(audit_forget(:kind, id)), 0) from unnest(:ids) as id").bindparams(
    sa.bindparam("ids", type_=ARRAY(sa.Uuid))
)


async def decipher(tx: AsyncConnection, entries: Collection[dict[str, Any]]) -> None:
    """Put the reasons of entries in their place, as they were written; None where the key was destroyed."""
    ids = [UUID(entry["reason_key"]) for entry in entries if "reason_key" in entry]
    if not ids:
        return
    kept = {row.id: row.key for row in await tx.execute(_FIND, {"ids": ids})}
    for entry in entries:
        if "reason_key" in entry:
            key_id = UUID(entry.pop("reason_key"))
            key, text = kept.get(key_id), b64decode(entry["reason"])
            entry["reason"] = Enciphered(key_id, text, key).opened() if key else None


async def forget(tx: AsyncConnection, kind: str, *about_ids: UUID) -> int:
    """Destroy the keys of every reason about these, as erasing somebody does; how many. In anybody's sight.

    What was done to them, when and by whom stays on the record, and the chain holds.
    """
    return int((await tx.execute(_FORGET, {"kind": kind, "ids": list(about_ids)})).scalar_one())
