"""Sealed texts are opened, and their keys wrapped anew where they are not under the first sealing key."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import sealer_of
from kith_chassis.refusals import Refusal
from kith_chassis.sealing import DATA_KEY, SealedText, Sealer
from kith_matching.tables import (
    concern_words,
    goal_keys,
    incident_keys,
    session_notes,
    supervision_keys,
    supervision_own_keys,
)

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 500

_KEPT: Final[tuple[tuple[sa.Table, sa.Column[Any]], ...]] = (
    (supervision_keys, supervision_keys.c.supervisor),
    (supervision_own_keys, supervision_own_keys.c.subject),
    *((table, table.c.organisation_id) for table in (concern_words, goal_keys, incident_keys, session_notes)),
)
"""Each table that keeps data keys (``id``, ``key``, ``under``), and its column that says for whom they open."""
_BARE: Final = b""
"""What a data key of before there were sealing keys is ``under``."""


async def renew_keys(tx: AsyncConnection, now: datetime) -> None:  # noqa: ARG001 - every timer's work is called so
    """Wrap some of what is bare, or under a key that only opens, under the first sealing key. In the network's sight.

    A turn that finds nothing left costs a look at an index. What is under a key that was not given stays as it is.
    """
    sealer = sealer_of(tx)
    for find, keep in _RENEWING:
        found = (await tx.execute(find, {"under": [_BARE, *sealer.outdated]})).all()
        renewed = dict(_renewed(sealer, found))
        if renewed:
            await tx.execute(keep, {"ids": list(renewed), "keys": list(renewed.values())})


def open_text(tx: AsyncConnection, record_id: UUID, sealed: SealedText, *, opens_for: str) -> str:
    """The text as it was written. Raises ``SealedElsewhere`` and ``SealBroken``."""
    sealer = sealer_of(tx)
    if len(sealed.key) == DATA_KEY:  # bare: nothing has wrapped it yet
        sealed = SealedText(sealed.text, sealer.wrap(record_id, sealed.key, opens_for=opens_for))
    return sealer.open(record_id, sealed, opens_for=opens_for)


def _renewed(sealer: Sealer, found: Iterable[Any]) -> Iterable[tuple[UUID, bytes]]:
    for record_id, key, opens_for in found:
        try:
            bare = key if len(key) == DATA_KEY else sealer.unwrap(record_id, key, opens_for=opens_for)
        except Refusal as refusal:
            log.warning("a sealed text does not open", extra={"id": str(record_id), "code": refusal.code})
            continue
        yield record_id, sealer.wrap(record_id, bare, opens_for=opens_for)


def _find(table: sa.Table, opens_for: sa.Column[Any]) -> sa.Select[Any]:
    return (
        sa.select(table.c.id, table.c.key, sa.cast(opens_for, sa.Text))
        .where(table.c.under == sa.any_(sa.bindparam("under", type_=ARRAY(sa.LargeBinary))))
        .limit(MOST_AT_ONCE)
    )


def _keep(table: sa.Table) -> sa.TextClause:
    return sa.text(
        f"update {table.name} set key = renewed.key from unnest(:ids, :keys) as renewed (id, key)"
        f" where {table.name}.id = renewed.id"
    ).bindparams(sa.bindparam("ids", type_=ARRAY(sa.Uuid)), sa.bindparam("keys", type_=ARRAY(sa.LargeBinary)))


_RENEWING: Final = tuple((_find(table, opens_for), _keep(table)) for table, opens_for in _KEPT)
