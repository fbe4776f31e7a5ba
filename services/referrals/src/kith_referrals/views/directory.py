"""Read-only SQL for the public directory: programmes as services, their places, and the organisations that offer them.

Nobody asks by name here, so nothing is read but what is public. Each list can be had a page at a time with its total,
or whole, in order of id, some at a time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR, array
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.directory import (
    CONDITIONS,
    COUNTED,
    FORMALITY,
    MODELS,
    NEEDS,
    Term,
    terms,
)
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import organisations, places, programmes
from kith_referrals.views.finding import Found

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_OFFSET: Final = sa.bindparam("offset", type_=sa.BigInteger)
_WHOLE: Final = sa.bindparam("whole", type_=sa.Text)
_LAST: Final = sa.bindparam("last", type_=sa.Text)
_TAXONOMY: Final = sa.bindparam("taxonomy", type_=sa.Text)
_CODE: Final = sa.bindparam("code", type_=sa.Text)
_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_MODIFIED: Final = sa.bindparam("modified_after", type_=sa.DateTime(timezone=True))
_MINIMUM: Final = sa.bindparam("minimum_age", type_=sa.Integer)
_MAXIMUM: Final = sa.bindparam("maximum_age", type_=sa.Integer)
_DISTRICT: Final = sa.bindparam("district", type_=sa.Text)
_BEFORE_ALL: Final = UUID(int=0)

_ENGLISH: Final[sa.ColumnElement[Any]] = sa.literal_column("'pg_catalog.english'::regconfig")
_SIMPLE: Final[sa.ColumnElement[Any]] = sa.literal_column("'pg_catalog.simple'::regconfig")
_begun: Final = sa.func.plainto_tsquery(_ENGLISH, _LAST, type_=TSQUERY).op("||")(
    sa.func.to_tsquery(_SIMPLE, _LAST.op("||")(":*"), type_=TSQUERY)
)
_QUERY: Final = sa.func.plainto_tsquery(_ENGLISH, _WHOLE, type_=TSQUERY).op("&&")(_begun)
"""Every word but the last whole, by its stem; the last one also as the beginning of a word."""

_OWNER: Final = tuple(
    organisations.c[name].label(f"organisation_{name}")
    for name in ("name", "kind", "ods_code", "description", "url", "charity_number", "charity_regulator")
)
_PROGRAMME: Final = tuple(column for column in programmes.c if column.name not in {"words", "organisation_name"})
_SERVICES: Final = sa.select(*_PROGRAMME, *_OWNER).join_from(
    programmes, organisations, organisations.c.id == programmes.c.organisation_id
)
_PLACES: Final = _SERVICES.add_columns(
    places.c.id.label("place_id"), places.c.channel.label("place_channel"), places.c.district.label("place_district")
).join(places, places.c.programme_id == programmes.c.id)
_ORGANISATIONS: Final = sa.select(organisations.c.id, *_OWNER).where(
    sa.exists().where(programmes.c.organisation_id == organisations.c.id)
)
"""Those that offer something. Who else is in the network is the network's own affair."""


def _has(taxonomy: str, codes: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether one of the codes is the one asked for, or there is any where none is asked for."""
    asked = sa.or_(sa.and_(_CODE.is_(None), sa.func.cardinality(codes) > 0), sa.any_(codes) == _CODE)
    return sa.and_(sa.literal(taxonomy) == _TAXONOMY, asked)


def _is_known(of: Term, counted: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the term, or any of its taxonomy, is asked for, and something was counted."""
    return sa.and_(
        sa.literal(of.taxonomy.slug) == _TAXONOMY,
        sa.or_(_CODE.is_(None), sa.literal(of.code) == _CODE),
        counted.is_not(None),
    )


_WANTED: Final = (
    sa.or_(
        _TAXONOMY.is_(None),
        _has(NEEDS.slug, programmes.c.needs),
        _has(CONDITIONS.slug, programmes.c.conditions),
        _has(MODELS.slug, array([programmes.c.model])),
        _has(FORMALITY.slug, array([programmes.c.formality])),
        *(_is_known(of, programmes.c[column]) for of, column in COUNTED.items()),
    ),
    sa.or_(_ORGANISATION.is_(None), programmes.c.organisation_id == _ORGANISATION),
    sa.or_(_MODIFIED.is_(None), programmes.c.modified_at >= _MODIFIED),
    sa.or_(_MINIMUM.is_(None), programmes.c.maximum_age.is_(None), programmes.c.maximum_age >= _MINIMUM),
    sa.or_(_MAXIMUM.is_(None), programmes.c.minimum_age.is_(None), programmes.c.minimum_age <= _MAXIMUM),
    sa.or_(
        _DISTRICT.is_(None),
        sa.func.cardinality(programmes.c.districts) == 0,
        sa.any_(programmes.c.districts) == _DISTRICT,
    ),
)
_NAMED: Final = sa.func.directory_words(
    array([organisations.c.name, sa.func.coalesce(organisations.c.description, "")]), type_=TSVECTOR
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None, or no words, for whatever there is.

    ``taxonomy`` is a slug, ``code`` one of its codes. Ages are whole years: a programme is found that takes somebody of
    ``minimum_age`` or older, of ``maximum_age`` or younger. ``district`` finds what serves it, and what names no
    districts.
    """

    words: tuple[str, ...] = ()
    taxonomy: str | None = None
    code: str | None = None
    organisation_id: UUID | None = None
    modified_after: datetime | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    district: str | None = None

    def values(self) -> dict[str, Any]:
        """As the statements have it."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "words"}
        return {**values, "whole": " ".join(self.words[:-1]), "last": self.words[-1]} if self.words else values


@dataclass(frozen=True, slots=True)
class _List:
    """One list's statements: a page with the total beside each row, the total alone, and what follows an id."""

    page: sa.Select[Any]
    total: sa.Select[Any]
    after: sa.Select[Any]

    @classmethod
    def of(cls, found: sa.Select[Any], key: sa.Column[Any], rank: sa.ColumnElement[Any] | None = None) -> "_List":
        order = [key] if rank is None else [rank.desc(), key]
        return cls(
            page=found.add_columns(sa.func.count().over().label("total"))
            .order_by(*order)
            .limit(_LIMIT)
            .offset(_OFFSET),
            total=sa.select(sa.func.count()).select_from(found.subquery()),
            after=found.where(key > _AFTER).order_by(key).limit(_LIMIT),
        )


@dataclass(frozen=True, slots=True)
class Directory:
    """One kind of thing in the directory: all of it, or what is found by words."""

    whole: _List
    by_words: _List

    @classmethod
    def of(cls, found: sa.Select[Any], key: sa.Column[Any], words: sa.ColumnElement[Any]) -> "Directory":
        """The lists of ``found`` by its ``key``; ``words`` is what is searched."""
        rank = sa.func.ts_rank(words, _QUERY)
        return cls(_List.of(found, key), _List.of(found.where(words.op("@@")(_QUERY)), key, rank))

    async def page(self, tx: AsyncConnection, wanted: Wanted, *, number: int, size: int) -> tuple[int, Sequence[Found]]:
        """How many there are in all, and those of one page (the first is 1): the best found first, else by id."""
        lists, values = self._asked(wanted)
        rows = [
            dict(row)
            for row in (
                await tx.execute(lists.page, {**values, "limit": size, "offset": (number - 1) * size})
            ).mappings()
        ]
        if rows or number == 1:
            return (rows[0]["total"] if rows else 0), rows
        return int((await tx.execute(lists.total, values)).scalar_one()), rows

    async def after(self, tx: AsyncConnection, wanted: Wanted, *, after: UUID | None, limit: int) -> Sequence[Found]:
        """Those that follow an id, in order of id."""
        lists, values = self._asked(wanted)
        rows = await tx.execute(lists.after, {**values, "after": after or _BEFORE_ALL, "limit": limit})
        return [dict(row) for row in rows.mappings()]

    def _asked(self, wanted: Wanted) -> tuple[_List, dict[str, Any]]:
        return (self.by_words if wanted.words else self.whole), wanted.values()


SERVICES: Final = Directory.of(_SERVICES.where(*_WANTED), programmes.c.id, programmes.c.words)
PLACES: Final = Directory.of(_PLACES.where(*_WANTED), places.c.id, programmes.c.words)
ORGANISATIONS: Final = Directory.of(_ORGANISATIONS, organisations.c.id, _NAMED)

_SERVICE: Final = _SERVICES.where(programmes.c.id == _ID)
_PLACE: Final = _PLACES.where(places.c.id == _ID)
_OFFERER: Final = _ORGANISATIONS.where(organisations.c.id == _ID)
_OFFERED_BY: Final = _SERVICES.where(
    programmes.c.organisation_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
).order_by(programmes.c.id)
_USED: Final = sa.union(
    sa.select(sa.literal(NEEDS.slug).label("taxonomy"), sa.func.unnest(programmes.c.needs).label("code")),
    sa.select(sa.literal(CONDITIONS.slug), sa.func.unnest(programmes.c.conditions)),
    sa.select(sa.literal(MODELS.slug), programmes.c.model),
    sa.select(sa.literal(FORMALITY.slug), programmes.c.formality),
)


async def get_service(tx: AsyncConnection, programme_id: UUID) -> Found:
    """A programme with its organisation (``organisation_…``). Raises ``NotFound``."""
    return await _one(tx, _SERVICE, programme_id)


async def get_place(tx: AsyncConnection, place_id: UUID) -> Found:
    """A place (``place_…``) with its programme and organisation. Raises ``NotFound``."""
    return await _one(tx, _PLACE, place_id)


async def get_organisation(tx: AsyncConnection, organisation_id: UUID) -> Found:
    """An organisation that offers something. Raises ``NotFound``."""
    return await _one(tx, _OFFERER, organisation_id)


async def list_offered_by(tx: AsyncConnection, organisation_ids: Collection[UUID]) -> Sequence[Found]:
    """The programmes of these organisations, in order of id."""
    return [dict(row) for row in (await tx.execute(_OFFERED_BY, {"ids": list(organisation_ids)})).mappings()]


async def list_terms(tx: AsyncConnection) -> Sequence[Term]:
    """Every term of every taxonomy."""
    return terms((row.taxonomy, row.code) for row in await tx.execute(_USED))


async def _one(tx: AsyncConnection, statement: sa.Select[Any], id_: UUID) -> Found:
    row = (await tx.execute(statement, {"id": id_})).mappings().one_or_none()
    if row is None:
        raise NotFound
    return dict(row)
