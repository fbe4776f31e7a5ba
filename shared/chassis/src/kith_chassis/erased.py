"""Who was erased: pseudonyms that every hearer of ``person-erased`` remembers, so that no later fact brings codes back.

Facts of one person lie under several keys and on several topics, and a replay tells them all again: so it is not enough
to forget once. A pseudonym that links to nobody any more says nothing about anybody, and may be kept.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.schema import Operations, secure

_erased: Final = sa.table("erased", sa.column("person_id", sa.Uuid), sa.column("erased_at", sa.DateTime(timezone=True)))
_LOCK: Final = sa.text("lock table erased in exclusive mode")
_REMEMBER: Final = postgresql.insert(_erased).on_conflict_do_nothing()
_AMONG: Final = (
    sa.select(_erased.c.person_id)
    .where(_erased.c.person_id == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid))))
    .with_for_update(key_share=True, read=True)
)


def install_erased_v1(op: Operations) -> None:
    """Make the table. It is the network's: no organisation asks it anything."""
    op.execute("create table erased (person_id uuid primary key, erased_at timestamptz not null)")
    secure(op, "erased", "false")


async def remember(tx: AsyncConnection, erased: Mapping[UUID, datetime]) -> None:
    """Keep for ever that these were erased, and when (UTC). Call it before the transaction locks any other row.

    Whoever looks with ``find_erased`` meanwhile is waited for, and waits: otherwise the news of a referral and that its
    person was erased, in two transactions at once, could each miss the other, and the codes would stay.
    """
    if erased:
        await tx.execute(_LOCK)
        await tx.execute(_REMEMBER, [{"person_id": person_id, "erased_at": at} for person_id, at in erased.items()])


async def find_erased(tx: AsyncConnection, person_ids: Collection[UUID]) -> set[UUID]:
    """Those of the pseudonyms that were erased. Call it before the transaction locks any other row."""
    if not person_ids:
        return set()
    return set((await tx.execute(_AMONG, {"ids": list(person_ids)})).scalars())
