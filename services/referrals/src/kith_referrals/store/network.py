"""Organisations and programmes: found, locked and saved."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from asyncpg import UniqueViolationError
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_referrals.domain.agreement import Agreement
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.domain.refusals import NoOrganisation, ProgrammeUnknown, SlugTaken
from kith_referrals.store.agreements import agreement_of
from kith_referrals.tables import organisations, programmes, sharing_agreements

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_ORGANISATION: Final = sa.select(organisations).where(organisations.c.id == _ID)
_ORGANISATION_LOCKED: Final = _ORGANISATION.with_for_update(key_share=True)
_PROGRAMME_LOCKED: Final = sa.select(programmes).where(programmes.c.id == _ID).with_for_update(key_share=True)
_BY_SLUG: Final = sa.select(programmes).where(
    programmes.c.slug == sa.any_(sa.bindparam("slugs", type_=postgresql.ARRAY(sa.Text)))
)
_ASKER: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_a: Final = sharing_agreements.alias("a")
_AGREED: Final = (
    sa.select(sa.literal_column("a"))
    .select_from(_a)
    .where(_a.c.sharer_id == _ASKER)
    .where(_a.c.receiver_id == programmes.c.organisation_id)
    .where(_a.c.ended_at.is_(None))
    .scalar_subquery()
)
_OFFER: Final = Compiled(
    sa.select(
        programmes,
        sa.exists().where(organisations.c.id == _ASKER).label("asker_is_known"),
        sa.func.array(_AGREED).label("agreements"),
    ).where(programmes.c.id == _ID)
)


def _upsert(table: sa.Table) -> sa.Insert:
    insert = postgresql.insert(table)
    return insert.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={column.name: insert.excluded[column.name] for column in table.columns if column.name != "id"},
    )


_SAVE_ORGANISATION: Final = _upsert(organisations)
_SAVE_PROGRAMME: Final = _upsert(programmes)


async def find_organisation(tx: AsyncConnection, organisation_id: UUID) -> Organisation | None:
    """The organisation, or None."""
    row = (await tx.execute(_ORGANISATION, {"id": organisation_id})).mappings().one_or_none()
    return Organisation(**row) if row else None


async def find_organisation_for_update(tx: AsyncConnection, organisation_id: UUID) -> Organisation | None:
    """The organisation, so that nobody else changes it or imports for it meanwhile; or None."""
    row = (await tx.execute(_ORGANISATION_LOCKED, {"id": organisation_id})).mappings().one_or_none()
    return Organisation(**row) if row else None


async def save_organisation(tx: AsyncConnection, organisation: Organisation) -> None:
    """Keep the organisation as it now is."""
    await tx.execute(_SAVE_ORGANISATION, asdict(organisation))


async def find_programme_for_update(tx: AsyncConnection, programme_id: UUID) -> Programme | None:
    """The programme, so that nobody else changes it meanwhile; or None."""
    row = (await tx.execute(_PROGRAMME_LOCKED, {"id": programme_id})).mappings().one_or_none()
    return _programme(row) if row else None


async def save_programme(tx: AsyncConnection, programme: Programme) -> None:
    """Keep the programme as it now is. Raises ``SlugTaken``."""
    try:
        await tx.execute(_SAVE_PROGRAMME, asdict(programme))
    except sa.exc.IntegrityError as error:
        cause = error.orig.__cause__ if error.orig else None
        if isinstance(cause, UniqueViolationError) and cause.constraint_name == "programmes_slug":
            raise SlugTaken from None
        raise


async def get_programme_for_referral(
    tx: AsyncConnection, programme_id: UUID, organisation_id: UUID
) -> tuple[Programme, list[Agreement]]:
    """The programme that an organisation refers to, and the agreements between it and the programme's, not ended.

    One round trip, with the question whether the organisation is known. Raises ``ProgrammeUnknown`` or
    ``NoOrganisation``.
    """
    rows = await _OFFER.rows(tx, {"id": programme_id, "organisation_id": organisation_id})
    if not rows:
        raise ProgrammeUnknown
    found = dict(rows[0])
    if not found.pop("asker_is_known"):
        raise NoOrganisation
    agreements = [agreement_of(dict(row)) for row in found.pop("agreements")]
    return _programme(found), agreements


async def list_programmes_by_slug(tx: AsyncConnection, slugs: Collection[str]) -> dict[str, Programme]:
    """Those of the programmes that exist, by slug."""
    rows = await tx.execute(_BY_SLUG, {"slugs": list(slugs)})
    return {row["slug"]: _programme(row) for row in rows.mappings()}


def _programme(row: Mapping[Any, Any]) -> Programme:
    return Programme(**{**row, "channels": tuple(row["channels"])})
