"""Mappings that organisations keep: found, and kept beside their earlier versions."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import StaleVersion
from kith_referrals.domain.intake.library import KeptMapping
from kith_referrals.domain.intake.refusals import MappingVersionUnknown
from kith_referrals.tables import import_mappings as mappings

_ORGANISATION: Final = mappings.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid)
_NAMED: Final = sa.select(mappings).where(_ORGANISATION, mappings.c.name == sa.bindparam("name", type_=sa.Text))
_LATEST: Final = _NAMED.order_by(mappings.c.version.desc()).limit(1)
_VERSION: Final = _NAMED.where(mappings.c.version == sa.bindparam("version", type_=sa.Integer))
_COUNT: Final = sa.select(sa.func.count(mappings.c.name.distinct())).where(_ORGANISATION)
_ADD: Final = insert(mappings).on_conflict_do_nothing().returning(mappings.c.version)


async def find_mapping(tx: AsyncConnection, organisation_id: UUID, name: str) -> KeptMapping | None:
    """The organisation's mapping of this name as it now is; or None."""
    row = (await tx.execute(_LATEST, {"organisation_id": organisation_id, "name": name})).mappings().one_or_none()
    return None if row is None else KeptMapping(**row)


async def get_mapping(tx: AsyncConnection, organisation_id: UUID, name: str, version: int) -> KeptMapping:
    """One version of it. Raises ``MappingVersionUnknown``."""
    asked = {"organisation_id": organisation_id, "name": name, "version": version}
    row = (await tx.execute(_VERSION, asked)).mappings().one_or_none()
    if row is None:
        raise MappingVersionUnknown
    return KeptMapping(**row)


async def count_mappings(tx: AsyncConnection, organisation_id: UUID) -> int:
    """How many names the organisation keeps mappings under."""
    return int((await tx.execute(_COUNT, {"organisation_id": organisation_id})).scalar_one())


async def add_mapping(tx: AsyncConnection, mapping: KeptMapping) -> None:
    """Keep a version. Raises ``StaleVersion`` where somebody else kept it first."""
    if (await tx.execute(_ADD, asdict(mapping))).one_or_none() is None:
        raise StaleVersion("Somebody has just saved this mapping. Read it again and look at what is new.")
