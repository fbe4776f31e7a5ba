"""Active supporters with what they hold, without their names; and which checks that ran out were told."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.attention import Holder
from kith_matching.domain.supporter import SupporterState
from kith_matching.store.qualifying import HELD, held_of
from kith_matching.store.rows import values_of
from kith_matching.tables import rhythms, supporters

_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_HOLDERS: Final[sa.Select[Any]] = (
    sa.select(
        *(supporters.c[name] for name in ("id", "organisation_id", "programme_ids", "checks_valid_until")),
        rhythms.c.due_on.label("supervised_by"),
        *HELD,
    )
    .outerjoin(rhythms, rhythms.c.supporter_id == supporters.c.id)
    .where(
        supporters.c.state == SupporterState.ACTIVE,
        sa.or_(_ORGANISATION.is_(None), supporters.c.organisation_id == _ORGANISATION),
        sa.or_(_AFTER.is_(None), supporters.c.id > _AFTER),
    )
    .order_by(supporters.c.id)
)
_TELL: Final = sa.text(
    "insert into supporter_lapses (supporter_id, organisation_id, good_until, told_at)"
    " select said.*, cast(:now as timestamptz)"
    " from unnest(cast(:ids as uuid[]), cast(:organisations as uuid[]), cast(:days as date[])) as said"
    " on conflict do nothing returning supporter_id"
)


async def list_holders(
    tx: AsyncConnection, organisation_id: UUID | None = None, after: UUID | None = None
) -> list[Holder]:
    """The active supporters of an organisation after one of them, or of the network, in order of id."""
    rows = await tx.execute(_HOLDERS, {"organisation_id": organisation_id, "after": after})
    return [Holder(**held_of(values_of(row))) for row in rows]


async def keep_lapsed(tx: AsyncConnection, lapsed: Collection[tuple[Holder, date]], *, now: datetime) -> list[UUID]:
    """Keep whose check was good until which day. Those of whom that was not known yet, in order of id."""
    if not lapsed:
        return []
    rows = {
        "ids": [one.id for one, _ in lapsed],
        "organisations": [one.organisation_id for one, _ in lapsed],
        "days": [day for _, day in lapsed],
        "now": now,
    }
    return sorted((await tx.execute(_TELL, rows)).scalars())
