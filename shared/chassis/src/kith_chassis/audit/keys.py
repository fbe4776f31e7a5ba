"""Reasons that people wrote: kept enciphered, each under a key about somebody, and gone when that key is destroyed.

The chain covers what is enciphered, so it holds for ever, also when nobody can read the reason any more.
"""

from base64 import b64decode
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

_BITS: Final = 256
_NONCE: Final = bytes(12)
"""The same each time: a key enciphers one reason and never another (NIST SP 800-38D, 8.2)."""

_keys: Final = sa.table("audit_keys", sa.column("id", sa.Uuid), sa.column("key", sa.LargeBinary))
_FIND: Final = sa.select(_keys).where(_keys.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_FORGET: Final = sa.text("select coalesce(sum(audit_forget(:kind, id)), 0) from unnest(:ids) as id").bindparams(
    sa.bindparam("ids", type_=ARRAY(sa.Uuid))
)


@dataclass(frozen=True, slots=True)
class Enciphered:
    """A reason that only its key opens: AES-256-GCM, with the key's id as associated data."""

    key_id: UUID
    text: bytes
    key: bytes = field(repr=False)

    def opened(self) -> str:
        """The reason as it was written. Raises ``InvalidTag`` where the key or its id is another's."""
        return AESGCM(self.key).decrypt(_NONCE, self.text, self.key_id.bytes).decode()


def encipher(key_id: UUID, reason: str) -> Enciphered:
    """The reason under a key of its own."""
    key = AESGCM.generate_key(_BITS)
    return Enciphered(key_id, AESGCM(key).encrypt(_NONCE, reason.encode(), key_id.bytes), key)


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
