"""Organisations and programmes: found, locked and saved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from asyncpg import UniqueViolationError
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_referrals.domain import directory
from kith_referrals.domain.agreement import Agreement
from kith_referrals.domain.charities import Regulator
from kith_referrals.domain.making import Found
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.network import (
    Capacity,
    CrisisLine,
    Organisation,
    OrganisationEntry,
    Programme,
    ProgrammeEntry,
    Standing,
)
from kith_referrals.domain.refusals import NoOrganisation, OrganisationCloses, ProgrammeUnknown, SlugTaken
from kith_referrals.store.agreements import agreement_of
from kith_referrals.tables import organisations, places, programmes, sharing_agreements

_ORGANISATION_ENTRY: Final = tuple(field.name for field in fields(OrganisationEntry))
_PROGRAMME_ENTRY: Final = tuple(field.name for field in fields(ProgrammeEntry))
_LISTS: Final = frozenset({"channels", "needs", "conditions", "districts", "sites"})


_CLOSES_ON: Final = (
    sa.select(organisations.c.closes_on)
    .where(organisations.c.id == programmes.c.organisation_id)
    .correlate(programmes)
    .scalar_subquery()
    .label("organisation_closes_on")
)


def _kept(table: sa.Table, whole: type[Any], entry: Iterable[str]) -> tuple[sa.Column[Any], ...]:
    """The columns that a value is made of: its own and those of its entry."""
    names = [field.name for field in fields(whole) if field.name in table.c]
    return tuple(table.c[name] for name in (*names, *entry))


_OF_ORGANISATION: Final = _kept(organisations, Organisation, _ORGANISATION_ENTRY)
_PROGRAMME_KEPT: Final = _kept(programmes, Programme, _PROGRAMME_ENTRY)
_OF_PROGRAMME: Final = (*_PROGRAMME_KEPT, _CLOSES_ON)

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_PROGRAMME_ID: Final = sa.bindparam("of_programme", type_=sa.Uuid)
_NATION: Final = (
    sa.select(organisations.c.nation)
    .where(organisations.c.id == programmes.c.organisation_id)
    .scalar_subquery()
    .label("nation")
)
_PROGRAMME: Final = (*_OF_PROGRAMME, _NATION)
"""A programme with its organisation's nation, in which its promises are counted."""
_ORGANISATION: Final = sa.select(*_OF_ORGANISATION).where(organisations.c.id == _ID)
_ORGANISATION_LOCKED: Final = _ORGANISATION.with_for_update(key_share=True)
_PROGRAMME_LOCKED: Final = sa.select(*_PROGRAMME).where(programmes.c.id == _ID).with_for_update(key_share=True)
_BY_SLUG: Final = sa.select(*_PROGRAMME).where(
    programmes.c.slug == sa.any_(sa.bindparam("slugs", type_=postgresql.ARRAY(sa.Text)))
)
_BY_IDS: Final = sa.select(*_PROGRAMME).where(
    programmes.c.id == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid)))
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
_NAMED: Final = sa.select(*_PROGRAMME, programmes.c.organisation_name.label("offered_by"))
_OFFER_BY_SLUG: Final = _NAMED.where(programmes.c.slug == sa.bindparam("slug", type_=sa.Text))
_OFFER_BY_ID: Final = _NAMED.where(programmes.c.id == _ID)
_OFFER: Final = Compiled(
    sa.select(
        *_PROGRAMME,
        sa.exists().where(organisations.c.id == _ASKER).label("asker_is_known"),
        sa.exists().where(organisations.c.id == _ASKER, organisations.c.closes_on.is_not(None)).label("asker_closes"),
        sa.func.array(_AGREED).label("agreements"),
    ).where(programmes.c.id == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid))))
)


def _upsert(table: sa.Table, changing: Iterable[str]) -> sa.Insert:
    insert = postgresql.insert(table)
    return insert.on_conflict_do_update(
        index_elements=[table.c.id], set_={name: insert.excluded[name] for name in changing if name != "id"}
    )


_SAVE_ORGANISATION: Final = _upsert(organisations, [column.name for column in _OF_ORGANISATION])
_SAVE_PROGRAMME: Final = _upsert(
    programmes, [*(column.name for column in _PROGRAMME_KEPT), "organisation_name", "modified_at"]
)
_RENAME: Final = (
    sa.update(programmes)
    .where(programmes.c.organisation_id == sa.bindparam("of_organisation", type_=sa.Uuid))
    .values(
        organisation_name=sa.bindparam("new_name", type_=sa.Text),
        modified_at=sa.bindparam("changed_at", type_=programmes.c.modified_at.type),
    )
)
_CONFIRM: Final = (
    sa.update(programmes)
    .where(programmes.c.id == _PROGRAMME_ID)
    .values(
        assured_on=sa.bindparam("on", type_=sa.Date),
        modified_at=sa.bindparam("changed_at", type_=programmes.c.modified_at.type),
    )
)
_LEAVE_PLACES: Final = sa.delete(places).where(
    places.c.programme_id == _PROGRAMME_ID,
    places.c.id != sa.all_(sa.bindparam("stay", type_=postgresql.ARRAY(sa.Uuid))),
)
_ADD_PLACES: Final = postgresql.insert(places).on_conflict_do_nothing(index_elements=[places.c.id])


async def find_organisation(tx: AsyncConnection, organisation_id: UUID) -> Organisation | None:
    """The organisation, or None."""
    row = (await tx.execute(_ORGANISATION, {"id": organisation_id})).mappings().one_or_none()
    return _organisation(row) if row else None


async def find_organisation_for_update(tx: AsyncConnection, organisation_id: UUID) -> Organisation | None:
    """The organisation, so that nobody else changes it, imports for it or publishes its programmes; or None."""
    row = (await tx.execute(_ORGANISATION_LOCKED, {"id": organisation_id})).mappings().one_or_none()
    return _organisation(row) if row else None


async def save_organisation(tx: AsyncConnection, organisation: Organisation) -> None:
    """Keep the organisation as it now is."""
    await tx.execute(_SAVE_ORGANISATION, _flat(organisation))


async def show_organisation(tx: AsyncConnection, organisation: Organisation, *, now: datetime) -> None:
    """Let the directory find its programmes by the organisation's name, as entries that changed ``now`` (UTC)."""
    await tx.execute(_RENAME, {"of_organisation": organisation.id, "new_name": organisation.name, "changed_at": now})


async def find_programme_for_update(tx: AsyncConnection, programme_id: UUID) -> Programme | None:
    """The programme, so that nobody else changes it meanwhile; or None."""
    row = (await tx.execute(_PROGRAMME_LOCKED, {"id": programme_id})).mappings().one_or_none()
    return _programme(row) if row else None


async def save_programme(tx: AsyncConnection, programme: Programme, organisation: str, *, now: datetime) -> None:
    """Keep the programme as it is ``now`` (UTC), under its organisation's name, and where it takes place.

    Raises ``SlugTaken``.
    """
    kept = {name: value for name, value in _flat(programme).items() if name in programmes.c}
    row = {**kept, "organisation_name": organisation, "published_at": now, "modified_at": now}
    try:
        await tx.execute(_SAVE_PROGRAMME, row)
    except sa.exc.IntegrityError as error:
        cause = error.orig.__cause__ if error.orig else None
        if isinstance(cause, UniqueViolationError) and cause.constraint_name == "programmes_slug":
            raise SlugTaken from None
        raise
    found = directory.places(programme.id, programme.channels, programme.entry.districts)
    await tx.execute(_LEAVE_PLACES, {"of_programme": programme.id, "stay": [place.id for place in found]})
    if found:
        await tx.execute(_ADD_PLACES, [{**asdict(place), "programme_id": programme.id} for place in found])


async def save_confirmation(tx: AsyncConnection, programme: Programme, *, now: datetime) -> None:
    """Keep the day on which the programme's entry was confirmed, as a change made ``now`` (UTC)."""
    await tx.execute(_CONFIRM, {"of_programme": programme.id, "on": programme.entry.assured_on, "changed_at": now})


async def get_programme_for_referral(
    tx: AsyncConnection, programme_id: UUID, organisation_id: UUID
) -> tuple[Programme, Sequence[Agreement]]:
    """As ``list_programmes_for_referral``, of one programme.

    Raises ``ProgrammeUnknown``, ``NoOrganisation`` or ``OrganisationCloses``.
    """
    found = await list_programmes_for_referral(tx, [programme_id], organisation_id)
    if programme_id not in found:
        raise ProgrammeUnknown
    return found[programme_id]


async def list_programmes_for_referral(tx: AsyncConnection, ids: Collection[UUID], organisation_id: UUID) -> Found:
    """Those of the programmes that there are, each with the agreements between it and an organisation, not ended.

    One round trip, with the question whether the organisation is known and goes on. Raises ``NoOrganisation`` or
    ``OrganisationCloses``.
    """
    found = {}
    for row in await _OFFER.rows(tx, {"ids": list(ids), "organisation_id": organisation_id}):
        values = dict(row)
        if not values.pop("asker_is_known"):
            raise NoOrganisation
        if values.pop("asker_closes"):
            raise OrganisationCloses
        agreements = [agreement_of(dict(one)) for one in values.pop("agreements")]
        found[values["id"]] = _programme(values), agreements
    return found


async def list_programmes_by_slug(tx: AsyncConnection, slugs: Collection[str]) -> dict[str, Programme]:
    """Those of the programmes that exist, by slug."""
    rows = await tx.execute(_BY_SLUG, {"slugs": list(slugs)})
    return {row["slug"]: _programme(row) for row in rows.mappings()}


async def list_programmes(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Programme]:
    """Those of the programmes that exist, by id."""
    rows = await tx.execute(_BY_IDS, {"ids": list(ids)})
    return {row["id"]: _programme(row) for row in rows.mappings()}


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
    name = found.pop("offered_by")
    return _programme(found), name


def _flat(whole: Organisation | Programme) -> dict[str, Any]:
    values = asdict(whole)
    entry: dict[str, Any] = values.pop("entry")
    if isinstance(whole, Programme):
        del values["nation"]
    return values | entry


def _organisation(row: Mapping[Any, Any]) -> Organisation:
    values: dict[str, Any] = dict(row)
    entry = {name: values.pop(name) for name in _ORGANISATION_ENTRY}
    regulator = entry.pop("charity_regulator")
    values["nation"] = Nation(values["nation"])
    return Organisation(
        **values, entry=OrganisationEntry(**entry, charity_regulator=Regulator(regulator) if regulator else None)
    )


def _programme(row: Mapping[Any, Any]) -> Programme:
    values: dict[str, Any] = {name: tuple(value) if name in _LISTS else value for name, value in row.items()}
    entry = {name: values.pop(name) for name in _PROGRAMME_ENTRY}
    entry["crisis_lines"] = tuple(CrisisLine(**line) for line in entry["crisis_lines"])
    entry["status"], entry["capacity"] = Standing(entry["status"]), Capacity(entry["capacity"])
    values["nation"] = Nation(values["nation"])
    return Programme(**values, entry=ProgrammeEntry(**entry))
