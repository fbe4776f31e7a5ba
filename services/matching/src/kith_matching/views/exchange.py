"""Members of exchanges and their agreements, as they are read. No number is among it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.exchange import AgreementNotFound, MemberNotFound
from kith_matching.tables import exchange_agreements, exchange_members
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list, get_one

_SHOWN: Final[sa.Select[Any]] = sa.select(*(one for one in exchange_members.c if one.name != "telephone"))
_MEMBERS: Final = audited(
    _SHOWN.where(
        exchange_members.c.organisation_id == ORGANISATION, sa.or_(AFTER.is_(None), exchange_members.c.id > AFTER)
    )
    .order_by(exchange_members.c.id)
    .limit(LIMIT)
)
_MEMBER: Final = audited(_SHOWN.where(exchange_members.c.id == sa.bindparam("id")))
_AGREEMENT: Final = audited(sa.select(exchange_agreements).where(exchange_agreements.c.id == sa.bindparam("id")))


async def list_members(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The members of the organisation's exchanges, in order of id."""
    entry = Entry("members-listed", "organisation", organisation_id)
    return await get_list(tx, _MEMBERS, entry, {"after": after, "limit": limit}, now)


async def get_member(tx: AsyncConnection, member_id: UUID, *, now: datetime) -> Found:
    """One member. Raises ``MemberNotFound``."""
    return await get_one(tx, _MEMBER, Entry("member-read", "member", member_id), MemberNotFound, now)


async def get_agreement(tx: AsyncConnection, agreement_id: UUID, *, now: datetime) -> Found:
    """One agreement. Raises ``AgreementNotFound``."""
    entry = Entry("agreement-read", "exchange-agreement", agreement_id)
    return await get_one(tx, _AGREEMENT, entry, AgreementNotFound, now)
