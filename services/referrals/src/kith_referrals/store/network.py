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
from kith_referrals.domain.network import CrisisLine, Organisation, Programme
from kith_referrals.domain.refusals import NoOrganisation, ProgrammeUnknown, SlugTaken
from kith_referrals.tables import organisations, programmes

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_ORGANISATION: Final = sa.select(organisations).where(organisations.c.id == _ID)
_ORGANISATION_LOCKED: Final = _ORGANISATION.with_for_update(key_share=True)
_PROGRAMME_LOCKED: Final = sa.select(programmes).where(programmes.c.id == _ID).with_for_update(key_share=True)
_BY_SLUG: Final = sa.select(programmes).where(
    programmes.c.slug == sa.any_(sa.bindparam("slugs", type_=postgresql.ARRAY(sa.Text)))
)
_NAMED: Final = sa.select(programmes, organisations.c.name.label("organisation_name")).join_from(
    programmes, organisations, organisations.c.id == programmes.c.organisation_id
)
_OFFER_BY_SLUG: Final = _NAMED.where(programmes.c.slug == sa.bindparam("slug", type_=sa.Text))
_OFFER_BY_ID: Final = _NAMED.where(programmes.c.id == _ID)
_OFFER: Final = Compiled(
    sa.select(
        programmes,
        sa.exists().where(organisations.c.id == sa.bindparam("organisation_id", type_=sa.Uuid)).label("asker_is_known"),
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


async def get_programme_for_referral(tx: AsyncConnection, programme_id: UUID, organisation_id: UUID) -> Programme:
    """The programme that an organisation refers to, in one round trip with the question whether that one is known.

    Raises ``ProgrammeUnknown`` or ``NoOrganisation``.
    """
    rows = await _OFFER.rows(tx, {"id": programme_id, "organisation_id": organisation_id})
    if not rows:
        raise ProgrammeUnknown
    found = dict(rows[0])
    if not found.pop("asker_is_known"):
        raise NoOrganisation
    return _programme(found)


async def list_programmes_by_slug(tx: AsyncConnection, slugs: Collection[str]) -> dict[str, Programme]:
    """Those of the programmes that exist, by slug."""
    rows = await tx.execute(_BY_SLUG, {"slugs": list(slugs)})
    return {row["slug"]: _programme(row) for row in rows.mappings()}


async def find_programme_by_slug(tx: AsyncConnection, slug: str) -> tuple[Programme, str] | None:
    """The programme and its organisation's name; or None."""
    return _offered((await tx.execute(_OFFER_BY_SLUG, {"slug": slug})).mappings().one_or_none())


async def find_programme(tx: AsyncConnection, programme_id: UUID) -> tuple[Programme, str] | None:
    """The programme and its organisation's name; or None."""
    return _offered((await tx.execute(_OFFER_BY_ID, {"id": programme_id})).mappings().one_or_none())


def _offered(row: Mapping[Any, Any] | None) -> tuple[Programme, str] | None:
    if row is None:
        return None
    found = dict(row)
    name = found.pop("organisation_name")
    return _programme(found), name


def _programme(row: Mapping[Any, Any]) -> Programme:
    return Programme(
        **{
            **row,
            "channels": tuple(row["channels"]),
            "needs": tuple(row["needs"]),
            "crisis_lines": tuple(CrisisLine(**line) for line in row["crisis_lines"]),
        }
    )
