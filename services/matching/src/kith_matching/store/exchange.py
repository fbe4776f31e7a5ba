"""Members of exchanges and their agreements. Whoever leaves is deleted, with every agreement of theirs."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import forget_answers
from kith_matching.domain.exchange import (
    Agreement,
    AgreementNotFound,
    AgreementState,
    Member,
    MemberNotFound,
    MemberState,
)
from kith_matching.store.rows import values_of
from kith_matching.tables import exchange_agreements, exchange_members

MOST_CONSIDERED: Final = 1_000
"""More members than any one informal group has."""

_MEMBER: Final = exchange_members.c.id == sa.bindparam("member_id")
_FIND: Final = sa.select(exchange_members).where(_MEMBER)
_LOCK: Final = (
    sa.select(exchange_members)
    .where(exchange_members.c.id == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid))))
    .order_by(exchange_members.c.id)
    .with_for_update()
)
_ALL: Final = (
    sa.select(exchange_members)
    .where(
        exchange_members.c.programme_id == sa.bindparam("programme_id"),
        exchange_members.c.state == sa.literal_column("'on'"),
    )
    .order_by(exchange_members.c.id)
    .limit(MOST_CONSIDERED)
)
_ASKED: Final = sa.select(
    sa.case(
        (exchange_agreements.c.first_id == sa.bindparam("member_id"), exchange_agreements.c.second_id),
        else_=exchange_agreements.c.first_id,
    )
).where(
    sa.or_(
        exchange_agreements.c.first_id == sa.bindparam("member_id"),
        exchange_agreements.c.second_id == sa.bindparam("member_id"),
    )
)
_INSERT: Final = postgresql.insert(exchange_members).on_conflict_do_nothing().returning(exchange_members.c.id)
_SAVE: Final = sa.update(exchange_members).where(_MEMBER)
_LEAVE: Final = sa.delete(exchange_members).where(_MEMBER)
_PART: Final = (
    sa.delete(exchange_agreements)
    .where(
        sa.or_(
            exchange_agreements.c.first_id == sa.bindparam("member_id"),
            exchange_agreements.c.second_id == sa.bindparam("member_id"),
        )
    )
    .returning(sa.literal("/exchange/agreements/") + sa.cast(exchange_agreements.c.id, sa.Text))
)
_AGREEMENT: Final = exchange_agreements.c.id == sa.bindparam("agreement_id")
_FIND_AGREEMENT: Final = sa.select(exchange_agreements).where(_AGREEMENT)
_LOCK_AGREEMENT: Final = _FIND_AGREEMENT.with_for_update()
_ASK: Final = sa.insert(exchange_agreements)
_SAVE_AGREEMENT: Final = sa.update(exchange_agreements).where(_AGREEMENT)


async def insert_member(tx: AsyncConnection, member: Member) -> bool:
    """Keep a new member. False, and nothing happens, where the id is taken, by whichever organisation."""
    return (await tx.execute(_INSERT, asdict(member))).one_or_none() is not None


async def get_member(tx: AsyncConnection, member_id: UUID) -> Member:
    """The member as they are. Raises ``MemberNotFound``."""
    row = (await tx.execute(_FIND, {"member_id": member_id})).one_or_none()
    if row is None:
        raise MemberNotFound
    return _member(row)


async def get_members_for_update(tx: AsyncConnection, member_ids: Collection[UUID]) -> dict[UUID, Member]:
    """All of these, locked in order of id. Raises ``MemberNotFound`` where one is not there."""
    found = {row.id: _member(row) for row in await tx.execute(_LOCK, {"ids": list(member_ids)})}
    if found.keys() != set(member_ids):
        raise MemberNotFound
    return found


async def list_members(tx: AsyncConnection, programme_id: UUID) -> list[Member]:
    """The members of a programme's exchange who wish to be suggested, at most ``MOST_CONSIDERED``."""
    return [_member(row) for row in await tx.execute(_ALL, {"programme_id": programme_id})]


async def list_asked(tx: AsyncConnection, member_id: UUID) -> set[UUID]:
    """About whom this member was asked, whatever came of it."""
    return set((await tx.scalars(_ASKED, {"member_id": member_id})).all())


async def save_member(tx: AsyncConnection, member: Member) -> None:
    """Keep a member as they are now."""
    values = asdict(member)
    await tx.execute(_SAVE, {"member_id": values.pop("id"), **values})


async def delete_member(tx: AsyncConnection, member_id: UUID) -> None:
    """Forget a member, who is locked, and every agreement of theirs."""
    await forget_answers(tx, (await tx.scalars(_PART, {"member_id": member_id})).all())
    await tx.execute(_LEAVE, {"member_id": member_id})


async def insert_agreement(tx: AsyncConnection, agreement: Agreement) -> None:
    """Keep a new agreement. Both members are locked."""
    await tx.execute(_ASK, asdict(agreement))


async def get_agreement(tx: AsyncConnection, agreement_id: UUID) -> Agreement:
    """The agreement as it stands. Raises ``AgreementNotFound``."""
    return _one((await tx.execute(_FIND_AGREEMENT, {"agreement_id": agreement_id})).one_or_none())


async def get_agreement_for_update(tx: AsyncConnection, agreement_id: UUID) -> Agreement:
    """The agreement, locked. Raises ``AgreementNotFound``."""
    return _one((await tx.execute(_LOCK_AGREEMENT, {"agreement_id": agreement_id})).one_or_none())


async def save_agreement(tx: AsyncConnection, agreement: Agreement) -> None:
    """Keep what became of an agreement."""
    values = asdict(agreement)
    await tx.execute(_SAVE_AGREEMENT, {"agreement_id": values.pop("id"), **values})


def _member(row: sa.Row[Any]) -> Member:
    values = values_of(row)
    return Member(**{**values, "state": MemberState(values["state"])})


def _one(row: sa.Row[Any] | None) -> Agreement:
    if row is None:
        raise AgreementNotFound
    values = values_of(row)
    return Agreement(**{**values, "state": AgreementState(values["state"])})
