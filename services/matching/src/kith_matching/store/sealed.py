"""Words of an organisation's that are sealed: each opens for the organisation, and goes with whatever it is about."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import sealer_of
from kith_chassis.sealing import SealedText
from kith_matching.store.sealing import open_text


def seal(tx: AsyncConnection, of: UUID, organisation_id: UUID, words: str | None) -> SealedText | None:
    """The words of what has this id, sealed; None where there are none."""
    return None if words is None else sealer_of(tx).seal(of, words, opens_for=str(organisation_id))


async def keep_key(
    tx: AsyncConnection, keys: sa.Table, of: UUID, organisation_id: UUID, *, sealed: SealedText | None
) -> None:
    """Keep what opens the words, wrapped. What they are about is kept already."""
    if sealed is not None:
        await tx.execute(sa.insert(keys), {"id": of, "organisation_id": organisation_id, "key": sealed.key})


def opened(tx: AsyncConnection, values: dict[str, Any]) -> str | None:
    """The words of a row, whose ``sealed_words`` and ``key`` are taken out; None where there are none, or no key.

    Raises ``SealedElsewhere`` and ``SealBroken``.
    """
    text, key = values.pop("sealed_words"), values.pop("key")
    if text is None or key is None:
        return None
    return open_text(tx, values["id"], SealedText(text, key), opens_for=str(values["organisation_id"]))
