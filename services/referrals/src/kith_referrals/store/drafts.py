"""Drafts of referrals: loaded with all that was written, and removed without a trace in any list."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.lifecycle import check_begins
from kith_referrals.domain.making import Draft
from kith_referrals.domain.referral import Connection, Meeting, Source, Status, Wish
from kith_referrals.domain.steps import Actor
from kith_referrals.store.people import get_person_of_draft
from kith_referrals.store.referrals import get_referral_for_update
from kith_referrals.tables import people, referral_steps, referrals

_IDS: Final = sa.bindparam("ids", type_=ARRAY(sa.Uuid))
_LISTS: Final = ("needs", "conditions", "interests", "requested")
_WISH: Final = sa.select(
    *(referrals.c[name] for name in ("source", "received_on", *_LISTS, "channels", "connections", "urgent", "notes")),
    referrals.c.source_reference,
    referrals.c.site,
).where(referrals.c.id == sa.bindparam("id", type_=sa.Uuid))
_steps: Final = sa.delete(referral_steps).where(referral_steps.c.referral_id == sa.any_(_IDS)).cte("steps")
_gone: Final = (
    sa.delete(referrals)
    .where(referrals.c.id == sa.any_(_IDS), referrals.c.status == Status.DRAFT.value)
    .returning(referrals.c.person_id)
    .cte("gone")
)
_REMOVE: Final = sa.delete(people).where(people.c.id.in_(sa.select(_gone.c.person_id)), people.c.draft).add_cte(_steps)
_FORGOTTEN: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.status == Status.DRAFT.value)
    .where(referrals.c.submitted_at < sa.bindparam("before", type_=referrals.c.submitted_at.type))
    .order_by(referrals.c.submitted_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(key_share=True)
)
_OF: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.referring_organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid))
    .where(referrals.c.status == Status.DRAFT.value)
    .order_by(referrals.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(key_share=True)
)


async def get_draft_for_update(tx: AsyncConnection, referral_id: UUID, step: str, by: Actor, *, version: int) -> Draft:
    """The draft as it was kept, locked, if it still stands at ``version`` and ``step`` of ``lifecycle`` may begin.

    Raises ``NotFound``, ``StaleVersion`` or ``MoveRefused``.
    """
    referral = await get_referral_for_update(tx, referral_id, version=version)
    check_begins(referral, step, by)
    row = (await tx.execute(_WISH, {"id": referral_id})).mappings().one()
    lists = {name: tuple(row[name]) for name in _LISTS}
    channels = tuple(Meeting(way) for way in row["channels"])
    connections = {Connection(kind): tuple(codes) for kind, codes in row["connections"].items()}
    told = {"source": Source(row["source"]), "channels": channels, "connections": connections}
    wish = Wish(**{**row, **lists, **told})
    return Draft(await get_person_of_draft(tx, referral.person_id), referral, wish)


async def list_forgotten_for_update(tx: AsyncConnection, before: datetime, *, limit: int) -> Sequence[UUID]:
    """Drafts that nobody kept again since ``before`` (UTC), the oldest first, locked."""
    return list((await tx.execute(_FORGOTTEN, {"before": before, "limit": limit})).scalars())


async def list_drafts_of_for_update(tx: AsyncConnection, organisation_id: UUID, *, limit: int) -> Sequence[UUID]:
    """Drafts that an organisation keeps, the oldest first, locked."""
    return list((await tx.execute(_OF, {"organisation_id": organisation_id, "limit": limit})).scalars())


async def remove_drafts(tx: AsyncConnection, ids: Collection[UUID]) -> None:
    """Delete drafts, which are locked, with their people and steps, in one statement."""
    await tx.execute(_REMOVE, {"ids": list(ids)})
