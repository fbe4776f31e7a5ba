"""What went wrong and what people complained of: an organisation's two logs, loaded, locked and kept."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version
from kith_referrals.domain.breaches import Breach, Containment, What
from kith_referrals.domain.complaints import Category, Complaint, Outcome, State
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import referrals
from kith_referrals.tables.governance import breaches, complaints

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_BREACH: Final = tuple(one.name for one in fields(Breach))
_COMPLAINT: Final = tuple(one.name for one in fields(Complaint))


def _locked(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(table.c.id == _ID).with_for_update(key_share=True)


def _save(table: sa.Table) -> sa.Insert:
    added = insert(table)
    changing = {
        one.name: added.excluded[one.name] for one in table.columns if one.name not in {"id", "organisation_id"}
    }
    return added.on_conflict_do_update(index_elements=[table.c.id], set_=changing)


_BREACH_LOCKED: Final = _locked(breaches)
_COMPLAINT_LOCKED: Final = _locked(complaints)
_SAVE_BREACH: Final = _save(breaches)
_SAVE_COMPLAINT: Final = _save(complaints)
_PERSON_OF: Final = sa.select(referrals.c.person_id).where(referrals.c.id == _ID)


async def get_person_of(tx: AsyncConnection, referral_id: UUID) -> UUID:
    """Whose referral it is, by pseudonym, in the asking organisation's sight. Raises ``NotFound``."""
    person_id: UUID | None = (await tx.execute(_PERSON_OF, {"id": referral_id})).scalar_one_or_none()
    if person_id is None:
        raise NotFound
    return person_id


async def get_breach_for_update(tx: AsyncConnection, breach_id: UUID, *, version: int) -> Breach:
    """The breach, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    return breach_of(await _get(tx, _BREACH_LOCKED, breach_id, version, "breach"))


async def get_complaint_for_update(tx: AsyncConnection, complaint_id: UUID, *, version: int) -> Complaint:
    """The complaint, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    return complaint_of(await _get(tx, _COMPLAINT_LOCKED, complaint_id, version, "complaint"))


async def save_breach(tx: AsyncConnection, breach: Breach) -> None:
    """Keep the breach as it now is."""
    await tx.execute(_SAVE_BREACH, {**asdict(breach), "due_at": breach.due_at, "is_open": breach.is_open})


async def save_complaint(tx: AsyncConnection, complaint: Complaint) -> None:
    """Keep the complaint as it now is."""
    await tx.execute(_SAVE_COMPLAINT, {**asdict(complaint), "due_on": complaint.due_on})


def breach_of(row: Mapping[Any, Any]) -> Breach:
    """The breach that a row holds."""
    values = {name: row[name] for name in _BREACH}
    values["what"] = tuple(What(one) for one in row["what"])
    values["containment"] = tuple(Containment(one) for one in row["containment"])
    return Breach(**values)


def complaint_of(row: Mapping[Any, Any]) -> Complaint:
    """The complaint that a row holds."""
    values = {name: row[name] for name in _COMPLAINT}
    values["category"], values["state"] = Category(row["category"]), State(row["state"])
    values["outcome"] = Outcome(row["outcome"]) if row["outcome"] else None
    return Complaint(**values)


async def _get(tx: AsyncConnection, statement: sa.Select[Any], id_: UUID, version: int, what: str) -> Mapping[Any, Any]:
    row: Mapping[Any, Any] | None = (await tx.execute(statement, {"id": id_})).mappings().one_or_none()
    if row is None:
        raise NotFound
    check_version(row["version"], version, what)
    return row
