"""This service's own copies of programmes and referrals, kept from facts, a whole batch at a time."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.refusals import ProgrammeNotFound, ReferralNotFound
from kith_matching.store.rows import values_of
from kith_matching.store.terms import terms_of
from kith_matching.tables import programmes, referrals

_LOCK: Final = (
    sa.select(referrals)
    .where(referrals.c.id == sa.any_(sa.bindparam("ids")))
    .order_by(referrals.c.id)
    .with_for_update()
)
_LOCK_THEIRS: Final = (
    sa.select(referrals)
    .where(referrals.c.person_id == sa.bindparam("person_id"))
    .order_by(referrals.c.id)
    .with_for_update()
)
_FIND: Final = sa.select(referrals).where(referrals.c.id == sa.bindparam("referral_id"))
_REMEMBERED: Final = sa.select(referrals).where(referrals.c.id == sa.any_(sa.bindparam("ids")), ~referrals.c.erased)
_PROGRAMME: Final = sa.select(programmes).where(
    programmes.c.id == sa.bindparam("programme_id"), programmes.c.organisation_id == sa.bindparam("organisation_id")
)
_PROGRAMMES: Final = (
    sa.select(programmes)
    .where(
        sa.or_(
            sa.bindparam("organisation_id", type_=sa.Uuid).is_(None),
            programmes.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        )
    )
    .order_by(programmes.c.id)
)
_FOREIGN: Final = sa.select(
    sa.exists(
        sa.select(programmes.c.id).where(
            programmes.c.id == sa.any_(sa.bindparam("ids")),
            programmes.c.organisation_id != sa.bindparam("organisation_id"),
        )
    )
)
_KEEP_PROGRAMMES: Final = sa.text(
    "insert into programmes select * from jsonb_populate_recordset(null::programmes, cast(:rows as jsonb))"
    " on conflict (id) do update set organisation_id = excluded.organisation_id, name = excluded.name,"
    " minimum_age = excluded.minimum_age, maximum_age = excluded.maximum_age,"
    " checks_required = excluded.checks_required, channels = excluded.channels, weights = excluded.weights,"
    " terms = excluded.terms"
)
_KEEP_ORGANISATIONS: Final = sa.text(
    "insert into organisations (id, name) select * from unnest(cast(:ids as uuid[]), cast(:names as text[]))"
    " on conflict (id) do update set name = excluded.name"
)
_KEEP_VERSIONS: Final = sa.text(
    "insert into programme_versions (programme_id, version, terms)"
    " select id, cast(terms ->> 'version' as integer), terms"
    " from jsonb_populate_recordset(null::programmes, cast(:rows as jsonb)) where terms ->> 'version' <> '0'"
    " on conflict do nothing"
)
_KEEP_REFERRALS: Final = sa.text(
    "insert into referrals select * from jsonb_populate_recordset(null::referrals, cast(:rows as jsonb))"
    " on conflict (id) do nothing"
)
_SAVE: Final = sa.text(
    "update referrals set decision = now.decision, consented = now.consented, closed_reason = now.closed_reason,"
    " closed_on = now.closed_on, waiting = now.waiting"
    " from unnest(cast(:ids as uuid[]), cast(:decisions as text[]), cast(:consented as boolean[]),"
    " cast(:reasons as text[]), cast(:days as date[]), cast(:waiting as boolean[]))"
    " as now (id, decision, consented, closed_reason, closed_on, waiting)"
    " where referrals.id = now.id"
)
_WAIT: Final = (
    sa.update(referrals)
    .where(referrals.c.id == sa.any_(sa.bindparam("ids")))
    .values(waiting=sa.bindparam("waits", type_=sa.Boolean))
)


async def get_referral(tx: AsyncConnection, referral_id: UUID) -> Referral:
    """The referral as it stands. Raises ``ReferralNotFound``."""
    row = (await tx.execute(_FIND, {"referral_id": referral_id})).one_or_none()
    if row is None:
        raise ReferralNotFound
    return referral_of(row)


async def list_referrals_for_update(tx: AsyncConnection, referral_ids: Collection[UUID]) -> list[Referral]:
    """Those of the referrals that there are, locked, in order of id: everybody who locks several locks in that order.

    The referral's row is locked before anything of its story changes: before its supporter, proposals and matches.
    """
    if not referral_ids:
        return []
    return [referral_of(row) for row in await tx.execute(_LOCK, {"ids": sorted(set(referral_ids))})]


async def list_referrals_of_for_update(tx: AsyncConnection, person_id: UUID) -> list[Referral]:
    """The person's referrals that the asking organisation sees, locked, in order of id."""
    return [referral_of(row) for row in await tx.execute(_LOCK_THEIRS, {"person_id": person_id})]


async def get_referral_for_update(tx: AsyncConnection, referral_id: UUID) -> Referral:
    """The referral, locked. Raises ``ReferralNotFound``."""
    found = await list_referrals_for_update(tx, [referral_id])
    if not found:
        raise ReferralNotFound
    return found[0]


async def list_remembered(tx: AsyncConnection, referral_ids: Collection[UUID]) -> dict[UUID, Referral]:
    """Those of the referrals that there are, and whose person was not erased, by id."""
    return {row.id: referral_of(row) for row in await tx.execute(_REMEMBERED, {"ids": list(referral_ids)})}


async def get_programme(tx: AsyncConnection, programme_id: UUID, organisation_id: UUID) -> Programme:
    """The organisation's programme. Raises ``ProgrammeNotFound``, also while its definition is still on its way."""
    asked = {"programme_id": programme_id, "organisation_id": organisation_id}
    row = (await tx.execute(_PROGRAMME, asked)).one_or_none()
    if row is None:
        raise ProgrammeNotFound
    return programme_of(row)


async def list_programmes(tx: AsyncConnection, organisation_id: UUID | None = None) -> dict[UUID, Programme]:
    """The programmes of an organisation, or all that are known, by id and in order of it."""
    rows = await tx.execute(_PROGRAMMES, {"organisation_id": organisation_id})
    return {row.id: programme_of(row) for row in rows}


async def is_any_foreign(tx: AsyncConnection, programme_ids: Sequence[UUID], organisation_id: UUID) -> bool:
    """Whether one of the programmes is known to be another organisation's. One that is not known yet is not foreign."""
    asked = {"ids": list(programme_ids), "organisation_id": organisation_id}
    return bool((await tx.execute(_FOREIGN, asked)).scalar_one())


async def keep_organisations(tx: AsyncConnection, names: Mapping[UUID, str]) -> None:
    """Keep what organisations call themselves in public now."""
    if names:
        await tx.execute(_KEEP_ORGANISATIONS, {"ids": list(names), "names": list(names.values())})


async def keep_programmes(tx: AsyncConnection, told: Sequence[Programme]) -> None:
    """Keep programmes as they are now, and each version of their terms for the matches that begin with it."""
    if told:
        for keep in (_KEEP_PROGRAMMES, _KEEP_VERSIONS):
            await tx.execute(keep, {"rows": _rows(told)})


async def keep_referrals(tx: AsyncConnection, told: Sequence[Referral]) -> None:
    """Keep new referrals. One that is there already stays as it stands."""
    if told:
        await tx.execute(_KEEP_REFERRALS, {"rows": _rows(told)})


async def save_standings(tx: AsyncConnection, changed: Collection[Referral]) -> None:
    """Keep how these referrals, which are locked, stand now: decision, consent, closure, and who waits."""
    if changed:
        rows = {
            "ids": [one.id for one in changed],
            "decisions": [one.decision for one in changed],
            "consented": [one.consented for one in changed],
            "reasons": [one.closed_reason for one in changed],
            "days": [one.closed_on for one in changed],
            "waiting": [one.waiting for one in changed],
        }
        await tx.execute(_SAVE, rows)


async def save_waiting(tx: AsyncConnection, referral_ids: Collection[UUID], *, waits: bool) -> None:
    """Keep whether these referrals, which are locked, still wait for support to begin."""
    if referral_ids:
        await tx.execute(_WAIT, {"ids": list(referral_ids), "waits": waits})


def programme_of(row: sa.Row[Any]) -> Programme:
    """The programme that a row holds."""
    values = values_of(row)
    return Programme(**{**values, "terms": terms_of(values["terms"])})


def referral_of(row: sa.Row[Any]) -> Referral:
    """The referral that a row holds."""
    values = values_of(row)
    connections = {name: tuple(codes) for name, codes in (values.pop("connections") or {}).items()}
    return Referral(**values, connections=connections)


def _rows(told: Sequence[Any]) -> str:
    return json.dumps([asdict(one) for one in told], default=str)
