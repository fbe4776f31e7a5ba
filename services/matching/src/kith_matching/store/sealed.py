"""Words that are sealed: kept enciphered, each under a key of its own, which goes with whatever they are about."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit.keys import Enciphered, encipher


def seal(of: UUID, words: str | None) -> Enciphered | None:
    """The words of what has this id, sealed; None where there are none."""
    return None if words is None else encipher(of, words)


async def keep_key(tx: AsyncConnection, keys: sa.Table, organisation_id: UUID, sealed: Enciphered | None) -> None:
    """Keep what opens the words. What they are about is kept already."""
    if sealed is not None:
        opens = {"id": sealed.key_id, "organisation_id": organisation_id, "key": sealed.key}
        await tx.execute(sa.insert(keys), opens)


def opened(of: UUID, text: bytes | None, opens: bytes | None) -> str | None:
    """The words again; None where there were none, or where their key is gone."""
    return Enciphered(of, text, opens).opened() if text and opens else None
