"""What an organisation that closes leaves unfinished: invitations, rows that wait, and the households it holds."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.closing import Closing, Linked
from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.store.closing import ACTIVE, COVERED
from kith_referrals.store.erasing import EMPTIED
from kith_referrals.tables import household_members, households, imported_rows, invitations, people

_ORGANISATION: Final = sa.bindparam("of_organisation", type_=sa.Uuid)
_SUCCESSOR: Final = sa.bindparam("successor_id", type_=sa.Uuid)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_IDS: Final = sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
_unused: Final = invitations.c.used_at.is_(None)
_END_INVITATIONS: Final = (
    sa.delete(invitations)
    .where(
        invitations.c.id.in_(
            sa.select(invitations.c.id).where(invitations.c.organisation_id == _ORGANISATION, _unused).limit(_LIMIT)
        )
    )
    .where(_unused)
    .returning(invitations.c.id)
)
_waits: Final = sa.and_(
    imported_rows.c.organisation_id == _ORGANISATION, imported_rows.c.outcome == Outcome.POSSIBLE_DUPLICATE.value
)
_CLOSE_ROWS: Final = (
    sa.update(imported_rows)
    .where(imported_rows.c.id.in_(sa.select(imported_rows.c.id).where(_waits).limit(_LIMIT)), _waits)
    .values(**EMPTIED, outcome=Outcome.ORGANISATION_CLOSED.value)
    .returning(imported_rows.c.id)
)
_gone: Final = people.c.organisation_id == _SUCCESSOR
_in_it: Final = household_members.c.household_id == households.c.id
_UNSETTLED: Final = (
    sa.select(households.c.id)
    .where(households.c.organisation_id == _ORGANISATION)
    .where(
        sa.or_(
            ~sa.exists().where(_in_it),
            sa.exists().where(
                _in_it, people.c.id == household_members.c.person_id, sa.or_(_gone, sa.and_(COVERED, ACTIVE))
            ),
        )
    )
    .order_by(households.c.id)
    .limit(_LIMIT)
    .with_for_update(key_share=True)
)
_member: Final = people.c.id
_LINKED: Final = (
    sa.select(
        households.c.id,
        sa.func.array_agg(_member).filter(_member.is_not(None)).label("members"),
        sa.func.array_agg(_member).filter(_gone).label("gone"),
        sa.func.array_agg(_member).filter(_gone, COVERED).label("agreed"),
    )
    .select_from(
        households.outerjoin(household_members, _in_it).outerjoin(people, _member == household_members.c.person_id)
    )
    .where(households.c.id == _IDS)
    .group_by(households.c.id)
    .order_by(households.c.id)
)
_HAND_OVER: Final = (
    sa.update(households)
    .where(households.c.id == _IDS)
    .values(organisation_id=_SUCCESSOR, version=households.c.version + 1)
)
_HAND_OVER_MEMBERS: Final = (
    sa.update(household_members).where(household_members.c.household_id == _IDS).values(organisation_id=_SUCCESSOR)
)


async def end_invitations(tx: AsyncConnection, organisation_id: UUID, *, limit: int) -> int:
    """Delete invitations that nobody has used; how many."""
    asked = {"of_organisation": organisation_id, "limit": limit}
    return len((await tx.execute(_END_INVITATIONS, asked)).all())


async def close_rows(tx: AsyncConnection, organisation_id: UUID, *, limit: int) -> int:
    """Let rows wait no more for a human, and keep nothing of what is in them; how many."""
    return len((await tx.execute(_CLOSE_ROWS, {"of_organisation": organisation_id, "limit": limit})).all())


async def list_unsettled_for_update(
    tx: AsyncConnection, closing: Closing, today: date, *, limit: int
) -> Sequence[UUID]:
    """Households in which nobody is, or somebody whose record the successor holds or may; locked."""
    asked = {
        "of_organisation": closing.organisation_id,
        "successor_id": closing.successor_id,
        "today": today,
        "limit": limit,
    }
    return list((await tx.execute(_UNSETTLED, asked)).scalars())


async def list_linked(tx: AsyncConnection, closing: Closing, ids: Collection[UUID], today: date) -> list[Linked]:
    """Who is in these households, and who of them is with the successor."""
    asked = {"ids": list(ids), "successor_id": closing.successor_id, "today": today}
    return [
        Linked(row.id, *(frozenset(found or ()) for found in (row.members, row.gone, row.agreed)))
        for row in await tx.execute(_LINKED, asked)
    ]


async def save_handed_over(tx: AsyncConnection, ids: Collection[UUID], successor_id: UUID) -> None:
    """Let the successor hold these households."""
    for statement in (_HAND_OVER, _HAND_OVER_MEMBERS):
        await tx.execute(statement, {"ids": list(ids), "successor_id": successor_id})
