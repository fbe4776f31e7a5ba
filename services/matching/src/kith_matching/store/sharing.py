"""What supporters disclose and avoid, and where they are supported themselves."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.disclosure import Disclosures, Item, audience_of, most_reserved
from kith_matching.domain.private import NOTHING, Private
from kith_matching.domain.supporter import Supporter
from kith_matching.domain.terms import Audience
from kith_matching.tables import disclosures, hats, supporters, topics_to_avoid
from kith_matching.tables.metadata import CODES

_SUPPORTER: Final = sa.bindparam("supporter_id", type_=sa.Uuid)
_DEFAULTS: Final = sa.literal_column(
    "array(select case when told.id is not null then coalesce(told.terms ->> 'disclosure', 'coordinator') end"
    " from unnest(supporters.programme_ids) as joined (id) left join programmes as told on told.id = joined.id)",
    CODES,
)
"""Of each programme that a supporter joined; null where it was not heard of yet."""
DISCLOSED: Final = (
    sa.select(disclosures.c.said)
    .where(disclosures.c.supporter_id == supporters.c.id)
    .scalar_subquery()
    .label("disclosed"),
    _DEFAULTS.label("defaults"),
)
"""Columns beside a supporter's own, from which ``take_disclosures`` reads."""
PRIVATE: Final = (
    sa.select(topics_to_avoid.c.codes)
    .where(topics_to_avoid.c.supporter_id == supporters.c.id)
    .scalar_subquery()
    .label("avoids"),
    sa.select(hats.c.person_id).where(hats.c.supporter_id == supporters.c.id).scalar_subquery().label("person_id"),
)
"""Columns beside a supporter's own, from which ``take_private`` reads."""

_DISCLOSURES: Final = sa.select(*DISCLOSED).select_from(supporters).where(supporters.c.id == _SUPPORTER)
_KEPT: Final = (
    sa.select(supporters.c.id, *PRIVATE)
    .where(
        supporters.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        sa.or_(
            supporters.c.id.in_(sa.select(topics_to_avoid.c.supporter_id)),
            supporters.c.id.in_(sa.select(hats.c.supporter_id)),
        ),
    )
    .order_by(supporters.c.id)
)
_SAY: Final = postgresql.insert(disclosures)
_SAVE_DISCLOSURES: Final = _SAY.on_conflict_do_update(
    index_elements=["supporter_id"], set_={"said": _SAY.excluded.said}
)
_AVOID: Final = postgresql.insert(topics_to_avoid)
_SAVE_TOPICS: Final = _AVOID.on_conflict_do_update(
    index_elements=["supporter_id"], set_={"codes": _AVOID.excluded.codes}
)
_LINK: Final = postgresql.insert(hats)
_SAVE_HAT: Final = _LINK.on_conflict_do_update(
    index_elements=["supporter_id"], set_={"person_id": _LINK.excluded.person_id}
)


def take_disclosures(values: dict[str, Any]) -> Disclosures:
    """Take the columns of ``DISCLOSED`` out of a row's values."""
    said = values.pop("disclosed") or {}
    return Disclosures(
        {Item(name, code): audience_of(told) for name, codes in said.items() for code, told in codes.items()},
        most_reserved(values.pop("defaults")),
    )


def take_private(values: dict[str, Any]) -> Private:
    """Take the columns of ``PRIVATE`` out of a row's values."""
    avoids, person_id = values.pop("avoids"), values.pop("person_id")
    return Private(frozenset(avoids or ()), person_id) if avoids or person_id else NOTHING


async def get_disclosures(tx: AsyncConnection, supporter_id: UUID) -> Disclosures:
    """Who may see what of a supporter that there is."""
    row = (await tx.execute(_DISCLOSURES, {"supporter_id": supporter_id})).one()
    return take_disclosures(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public name for it


async def list_private(tx: AsyncConnection, organisation_id: UUID) -> dict[UUID, Private]:
    """What those of the organisation's supporters who keep something to themselves keep."""
    rows = await tx.execute(_KEPT, {"organisation_id": organisation_id})
    return {row.id: take_private({"avoids": row.avoids, "person_id": row.person_id}) for row in rows}


async def save_disclosures(tx: AsyncConnection, supporter: Supporter, said: Mapping[Item, Audience]) -> None:
    """Keep all that the supporter, who is locked, said of their items."""
    told: dict[str, dict[str, str]] = {}
    for (connection, code), audience in said.items():
        told.setdefault(connection, {})[code] = audience
    await tx.execute(_SAVE_DISCLOSURES, {**_own(supporter), "said": told})


async def save_topics(tx: AsyncConnection, supporter: Supporter, codes: Collection[str]) -> None:
    """Keep what the supporter avoids, in the place of what they avoided before."""
    await tx.execute(_SAVE_TOPICS, {**_own(supporter), "codes": sorted(set(codes))})


async def save_hat(tx: AsyncConnection, supporter: Supporter, person_id: UUID) -> None:
    """Keep by which pseudonym the supporter is supported; the last said stands."""
    await tx.execute(_SAVE_HAT, {**_own(supporter), "person_id": person_id})


def _own(supporter: Supporter) -> dict[str, Any]:
    return {"supporter_id": supporter.id, "organisation_id": supporter.organisation_id}
