"""Rows for the API to show: one that must be there, some that must be, or whatever there is."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.refusals import NotFound

Found = dict[str, Any]
"""A row for the API to show."""


async def find_one(
    tx: AsyncConnection, statement: sa.Select[Any], id_: UUID, more: Mapping[str, Any] = MappingProxyType({})
) -> Found:
    """The one row of ``id_``. Raises ``NotFound``."""
    row = (await tx.execute(statement, {"id": id_, **more})).mappings().one_or_none()
    if row is None:
        raise NotFound
    return dict(row)


async def list_some(tx: AsyncConnection, statement: sa.Select[Any], wanted: Mapping[str, Any]) -> Sequence[Found]:
    """Rows of which there is one at least. Raises ``NotFound``."""
    rows = await list_rows(tx, statement, wanted)
    if not rows:
        raise NotFound
    return rows


async def list_rows(tx: AsyncConnection, statement: sa.Select[Any], wanted: Mapping[str, Any]) -> Sequence[Found]:
    """Whatever rows there are; the statement bounds them."""
    return [dict(row) for row in (await tx.execute(statement, dict(wanted))).mappings()]
