"""Supporters, and the places of theirs that are taken."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.refusals import SupporterNotFound
from kith_matching.domain.rules import Pair
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.store.matches import IS_REPLACED
from kith_matching.store.qualifying import HELD, held_of
from kith_matching.store.rows import values_of
from kith_matching.store.sharing import DISCLOSED, PRIVATE, take_disclosures, take_private
from kith_matching.tables import acquaintances, matches, proposals, referrals, supporters

MOST_CONSIDERED: Final = 10_000
"""More supporters than any one programme has."""

_ROW: Final = supporters.c.id == sa.bindparam("supporter_id")
_FIND: Final = sa.select(supporters).where(_ROW)
_OWN: Final = sa.select(supporters.c.organisation_id).where(
    _ROW, supporters.c.subject == sa.bindparam("subject", type_=sa.Text)
)
_QUALIFIED: Final = sa.select(supporters, *HELD).where(_ROW)
_LOCK: Final = _FIND.with_for_update()
_INSERT: Final = postgresql.insert(supporters).on_conflict_do_nothing().returning(supporters.c.id)
_SAVE: Final = sa.update(supporters).where(_ROW)
_AMONG: Final = sa.select(supporters).where(supporters.c.id == sa.any_(sa.bindparam("ids"))).order_by(supporters.c.id)
_LOCK_AMONG: Final = _AMONG.with_for_update()
_HAVE: Final = sa.select(sa.func.count()).select_from(supporters).where(supporters.c.id == sa.any_(sa.bindparam("ids")))

_MATCHES: Final = (
    sa.select(sa.func.count())
    .where(matches.c.supporter_id == supporters.c.id, matches.c.ended_on.is_(None))
    .scalar_subquery()
)
_PROPOSALS: Final = (
    sa.select(sa.func.count())
    .where(
        proposals.c.supporter_id == supporters.c.id,
        proposals.c.ended_at.is_(None),
        proposals.c.id.is_distinct_from(sa.bindparam("except_proposal", type_=sa.Uuid)),
    )
    .scalar_subquery()
)
_SAID_NO: Final = sa.or_(
    sa.exists(
        sa.select(proposals.c.id).where(
            proposals.c.referral_id == sa.bindparam("referral_id"),
            proposals.c.supporter_id == supporters.c.id,
            proposals.c.state == "declined",
            sa.or_(proposals.c.again_from.is_(None), proposals.c.again_from > sa.bindparam("today", type_=sa.Date)),
        )
    ),
    sa.exists(
        sa.select(matches.c.id).where(
            matches.c.referral_id == sa.bindparam("referral_id"),
            matches.c.supporter_id == supporters.c.id,
            IS_REPLACED,
        )
    ),
)
_ACQUAINTED: Final = sa.exists(
    sa.select(acquaintances.c.noted_at).where(
        acquaintances.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid),
        acquaintances.c.supporter_id == supporters.c.id,
    )
)
_SUPPORTED_BEFORE: Final = supporters.c.id.in_(
    sa.select(matches.c.supporter_id)
    .join(referrals, referrals.c.id == matches.c.referral_id)
    .where(
        referrals.c.person_id == sa.bindparam("of_person", type_=sa.Uuid),
        matches.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid),
    )
)
_IN_PROGRAMME: Final = sa.and_(
    supporters.c.organisation_id == sa.bindparam("organisation_id"),
    sa.bindparam("programme_id", type_=sa.Uuid) == sa.any_(supporters.c.programme_ids),
)
_LOADED: Final = sa.select(
    supporters,
    _MATCHES.label("matches"),
    _PROPOSALS.label("proposals"),
    *HELD,
)
_CANDIDATES: Final = _LOADED.where(_IN_PROGRAMME, supporters.c.state == SupporterState.ACTIVE).order_by(supporters.c.id)
_STANDING: Final = _LOADED.add_columns(
    _SAID_NO.label("said_no"),
    _ACQUAINTED.label("acquainted"),
    _SUPPORTED_BEFORE.label("supported_before"),
    *PRIVATE,
    *DISCLOSED,
)
_STANDING_OF_ONE: Final = _STANDING.where(_ROW)
_STANDING_OF_ALL: Final = (
    _STANDING.where(_IN_PROGRAMME, supporters.c.state != SupporterState.LEFT)
    .order_by(supporters.c.id)
    .limit(MOST_CONSIDERED)
)


async def get_supporter(tx: AsyncConnection, supporter_id: UUID) -> Supporter:
    """The supporter as they are. Raises ``SupporterNotFound``."""
    return _one((await tx.execute(_FIND, {"supporter_id": supporter_id})).one_or_none())


async def get_own_organisation(tx: AsyncConnection, supporter_id: UUID, subject: str) -> UUID:
    """The organisation of the supporter whose subject this is. Raises ``SupporterNotFound`` for everybody else."""
    found: UUID | None = await tx.scalar(_OWN, {"supporter_id": supporter_id, "subject": subject})
    if found is None:
        raise SupporterNotFound
    return found


async def get_qualified(tx: AsyncConnection, supporter_id: UUID) -> Supporter:
    """The supporter with the checks and trainings that hard rules ask for. Raises ``SupporterNotFound``."""
    return _one((await tx.execute(_QUALIFIED, {"supporter_id": supporter_id})).one_or_none())


async def get_supporter_for_update(tx: AsyncConnection, supporter_id: UUID) -> Supporter:
    """The supporter, locked. Raises ``SupporterNotFound``."""
    return _one((await tx.execute(_LOCK, {"supporter_id": supporter_id})).one_or_none())


async def insert_supporter(tx: AsyncConnection, supporter: Supporter) -> bool:
    """Keep a new supporter. False, and nothing happens, where the id is taken, by whichever organisation."""
    return (await tx.execute(_INSERT, columns_of(supporter))).one_or_none() is not None


async def save_supporter(tx: AsyncConnection, supporter: Supporter) -> None:
    """Keep a supporter as they are now."""
    values = columns_of(supporter)
    await tx.execute(_SAVE, {"supporter_id": values.pop("id"), **values})


async def list_supporters(tx: AsyncConnection, supporter_ids: Collection[UUID]) -> list[Supporter]:
    """Those of these supporters that are the asking organisation's, in order of id."""
    if not supporter_ids:
        return []
    return [supporter_of(values_of(row)) for row in await tx.execute(_AMONG, {"ids": list(supporter_ids)})]


async def list_supporters_for_update(tx: AsyncConnection, supporter_ids: Collection[UUID]) -> list[Supporter]:
    """The same, locked. Referrals are locked before."""
    if not supporter_ids:
        return []
    return [supporter_of(values_of(row)) for row in await tx.execute(_LOCK_AMONG, {"ids": list(supporter_ids)})]


async def have_supporters(tx: AsyncConnection, supporter_ids: Collection[UUID]) -> bool:
    """Whether every one of these is a supporter of the asking organisation."""
    found = await tx.execute(_HAVE, {"ids": list(supporter_ids)})
    return bool(found.scalar_one() == len(set(supporter_ids)))


async def get_pair_for_update(
    tx: AsyncConnection,
    referral: Referral,
    programme: Programme,
    supporter_id: UUID,
    *,
    today: date,
    except_proposal: UUID | None = None,
) -> Pair:
    """The pair with the supporter locked first and their taken places counted after, so that the count is true.

    ``except_proposal`` is the pair's own, whose place is not counted. Raises ``SupporterNotFound``.
    """
    await get_supporter_for_update(tx, supporter_id)
    return await get_pair(tx, referral, programme, supporter_id, today=today, except_proposal=except_proposal)


async def get_pair(
    tx: AsyncConnection,
    referral: Referral,
    programme: Programme,
    supporter_id: UUID,
    *,
    today: date,
    except_proposal: UUID | None = None,
) -> Pair:
    """The pair as it stands. ``today`` (Europe/London) says whose no still counts. Raises ``SupporterNotFound``."""
    asked = {
        **_asking(referral, programme, today),
        "supporter_id": supporter_id,
        "except_proposal": except_proposal,
    }
    row = (await tx.execute(_STANDING_OF_ONE, asked)).one_or_none()
    if row is None:
        raise SupporterNotFound
    return _pair(referral, programme, row)


async def list_candidates(tx: AsyncConnection, programme: Programme) -> list[tuple[Supporter, Load]]:
    """The programme's active supporters, in order of id, with what is taken of their places."""
    asked = {"organisation_id": programme.organisation_id, "programme_id": programme.id, "except_proposal": None}
    return [_loaded(values_of(row)) for row in await tx.execute(_CANDIDATES, asked)]


async def list_pairs(tx: AsyncConnection, referral: Referral, programme: Programme, today: date) -> list[Pair]:
    """The referral with each supporter of its programme who has not left, at most ``MOST_CONSIDERED``."""
    asked = {
        **_asking(referral, programme, today),
        "organisation_id": referral.organisation_id,
        "except_proposal": None,
    }
    return [_pair(referral, programme, row) for row in await tx.execute(_STANDING_OF_ALL, asked)]


def _asking(referral: Referral, programme: Programme, today: date) -> dict[str, Any]:
    between = {"referral_id": referral.id, "of_person": referral.person_id, "programme_id": programme.id}
    return {**between, "today": today}


def columns_of(supporter: Supporter) -> dict[str, Any]:
    """What of a supporter is in their own row. Checks and trainings have rows of their own."""
    values = asdict(supporter)
    del values["checks"], values["trainings"]
    return values


def _one(row: sa.Row[Any] | None) -> Supporter:
    if row is None:
        raise SupporterNotFound
    return supporter_of(values_of(row))


def supporter_of(values: dict[str, Any]) -> Supporter:
    """The supporter that a row's values hold. What the release before this one recorded has no connections, no age."""
    connections = {name: tuple(codes) for name, codes in (values["connections"] or {}).items()}
    known = {"connections": connections, "age_band": values["age_band"] or "unknown"}
    return Supporter(**{**held_of(values), "state": SupporterState(values["state"]), **known})


def _loaded(values: dict[str, Any]) -> tuple[Supporter, Load]:
    load = Load(matches=values.pop("matches"), proposals=values.pop("proposals"))
    return supporter_of(values), load


def _pair(referral: Referral, programme: Programme, row: sa.Row[Any]) -> Pair:
    values = values_of(row)
    beside = {
        "said_no": values.pop("said_no"),
        "acquainted": values.pop("acquainted"),
        "supported_before": values.pop("supported_before"),
        "private": take_private(values),
        "disclosures": take_disclosures(values),
    }
    return Pair(referral, programme, *_loaded(values), **beside)
