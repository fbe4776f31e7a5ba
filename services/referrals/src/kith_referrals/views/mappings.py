"""The mappings that an organisation keeps, as they now are or once were."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.intake.library import MOST_MAPPINGS
from kith_referrals.tables import import_mappings as mappings
from kith_referrals.views.finding import Found, list_rows, list_some

_VERSION: Final = sa.bindparam("version", type_=sa.Integer)
_OWN: Final = mappings.c.organisation_id == sa.bindparam("id", type_=sa.Uuid)
_LATEST: Final = (
    sa.select(mappings)
    .ext(distinct_on(mappings.c.name))
    .where(_OWN)
    .order_by(mappings.c.name, mappings.c.version.desc())
    .limit(MOST_MAPPINGS)
)
_ONE: Final = (
    sa.select(mappings)
    .where(_OWN, mappings.c.name == sa.bindparam("name", type_=sa.Text))
    .where(sa.or_(_VERSION.is_(None), mappings.c.version == _VERSION))
    .order_by(mappings.c.version.desc())
    .limit(1)
)


async def list_mappings(tx: AsyncConnection, organisation_id: UUID) -> Sequence[Found]:
    """The newest version of each, in order of name. Bounded by how many an organisation may keep."""
    return await list_rows(tx, _LATEST, {"id": organisation_id})


async def get_mapping(tx: AsyncConnection, organisation_id: UUID, name: str, version: int | None) -> Found:
    """One version of a mapping, for None the newest. Raises ``NotFound``."""
    (found,) = await list_some(tx, _ONE, {"id": organisation_id, "name": name, "version": version})
    return found
