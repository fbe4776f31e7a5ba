"""People's records: loaded with where they stand, locked, and kept with what humans decided about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_referrals.domain.about import About
from kith_referrals.domain.agreeing import Agreement, Agrees
from kith_referrals.domain.erasure import Basis, Erasure, Rule, State
from kith_referrals.domain.likeness import Traits
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.people import Person
from kith_referrals.domain.records import Author, Decision, Kind, Record, check_active
from kith_referrals.domain.refusals import NotFound
from kith_referrals.store.likeness import CANDIDATES, looking_for
from kith_referrals.tables import merges, people, person_decisions

_ABOUT: Final = tuple(one.name for one in fields(About))
_AGREEMENT: Final = tuple(one.name for one in fields(Agreement))
_ERASURE: Final = ("state", "rule", "basis", "by", "decided_at")
_PERSON: Final = (*(one.name for one in fields(Person) if one.name not in {"about", "agreement"}), *_ABOUT, *_AGREEMENT)
_IDS: Final = sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
_other: Final = merges.alias("other")
_merged: Final = people.alias("merged")
_ALL: Final = (
    sa.select(
        *(people.c[name] for name in _PERSON),
        people.c.version,
        people.c.restricted,
        people.c.died_on,
        people.c.held,
        people.c.erased_on,
        *(people.c[f"erasure_{name}"] for name in _ERASURE),
        merges.c.into_id.label("merged_into"),
        sa.exists().where(_other.c.into_id == people.c.id).label("has_merged"),
        sa.exists()
        .where(_other.c.into_id == people.c.id, _merged.c.id == _other.c.person_id, _merged.c.restricted)
        .label("has_restricted"),
    )
    .join_from(people, merges, merges.c.person_id == people.c.id, isouter=True)
    .where(people.c.id == _IDS)
    .order_by(people.c.id)
)
_RECORDS: Final = _ALL.where(~people.c.draft)
"""Nobody compares, joins or counts the person of a draft."""
_LOCKED: Final = _RECORDS.with_for_update(of=people, key_share=True)
_ONE: Final = sa.bindparam("id", type_=sa.Uuid)
SHOWN: Final = sa.func.coalesce(
    sa.select(merges.c.into_id).where(merges.c.person_id == _ONE).scalar_subquery(), _ONE, type_=sa.Uuid
)
"""The record that reads show for the person ``id``."""
_MERGED: Final = sa.select(merges.c.person_id).where(merges.c.into_id == SHOWN)


def joined(person_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Whether a record is of the person ``id`` too: the one that is shown, or one that is merged into it."""
    return sa.or_(person_id == SHOWN, person_id.in_(_MERGED))


_JOINED: Final = sa.select(people.c.id).where(joined(people.c.id)).order_by(people.c.id)
_ALIKE: Final = sa.select(CANDIDATES.c.id).where(
    ~sa.exists().where(
        person_decisions.c.kind == Kind.KEPT_APART.value,
        person_decisions.c.person_id == sa.func.least(CANDIDATES.c.id, _ONE),
        person_decisions.c.other_id == sa.func.greatest(CANDIDATES.c.id, _ONE),
    )
)
_SAVE: Final = (
    sa.update(people)
    .where(people.c.id == sa.bindparam("of_person", type_=sa.Uuid))
    .values(
        {
            name: sa.bindparam(f"new_{name}", type_=people.c[name].type)
            for name in (
                *("version", "restricted", "died_on", "do_not_contact", "contact_by", "held"),
                *(f"erasure_{name}" for name in _ERASURE),
            )
        }
    )
)
_MERGE: Final = sa.insert(merges)
_TAKE_APART: Final = sa.delete(merges).where(merges.c.person_id == _ONE)
_DECIDE: Final = sa.insert(person_decisions)


async def get_record(tx: AsyncConnection, person_id: UUID) -> Record:
    """The person's own record, merged or not. Raises ``NotFound``."""
    return _only(await list_records(tx, [person_id]))


async def get_record_for_update(tx: AsyncConnection, person_id: UUID, *, version: int) -> Record:
    """The record, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    return check_record(_only(await list_records_for_update(tx, [person_id])), version)


async def get_record_locked(tx: AsyncConnection, person_id: UUID) -> Record:
    """The record, locked, wherever it stands. Raises ``NotFound``."""
    return _only(await list_records_for_update(tx, [person_id]))


async def get_person_of_draft(tx: AsyncConnection, person_id: UUID) -> Person:
    """The person of a draft, as they were written down. Raises ``NotFound``."""
    return _only([_record(row) for row in (await tx.execute(_ALL, {"ids": [person_id]})).mappings()]).person


async def list_records(tx: AsyncConnection, ids: Collection[UUID]) -> list[Record]:
    """Those of the records that are here, in order of id."""
    return [_record(row) for row in (await tx.execute(_RECORDS, {"ids": list(ids)})).mappings()]


async def list_records_for_update(tx: AsyncConnection, ids: Collection[UUID]) -> list[Record]:
    """Those of the records that are here, locked in order of id, so that two decisions never wait for one another.

    They are read once they are locked: a merge that was made meanwhile is seen.
    """
    await tx.execute(_LOCKED, {"ids": list(ids)})
    return await list_records(tx, ids)


async def list_joined(tx: AsyncConnection, person_id: UUID) -> Sequence[UUID]:
    """The ids of every record of the same person: the one that is shown, and those merged into it."""
    return list((await tx.execute(_JOINED, {"id": person_id})).scalars())


async def list_joined_for_update(tx: AsyncConnection, person_id: UUID) -> list[Record]:
    """Every record of the same person, the one that is shown and those merged into it, locked in order of id.

    They are looked for again once they are locked, because another may have been merged meanwhile.
    """
    await list_records_for_update(tx, await list_joined(tx, person_id))
    return await list_records_for_update(tx, await list_joined(tx, person_id))


async def list_alike(tx: AsyncConnection, person_id: UUID, traits: Traits) -> list[Record]:
    """People in the asking organisation's sight who may be this one, unless a human has said that they are not."""
    found = (await tx.execute(_ALIKE, {"id": person_id, **looking_for([traits])})).scalars()
    return await list_records(tx, set(found) - {person_id})


def check_record(record: Record | None, version: int) -> Record:
    """The record, if it is there, stands at ``version`` and may be changed.

    Raises ``NotFound``, ``StaleVersion``, ``PersonErasing`` or ``PersonErased``.
    """
    if record is None:
        raise NotFound
    check_version(record.version, version, "record")
    check_active(record)
    return record


async def save_record(tx: AsyncConnection, record: Record) -> None:
    """Keep where the record now stands, but for its merge."""
    await tx.execute(
        _SAVE,
        {
            "of_person": record.person.id,
            "new_version": record.version,
            "new_restricted": record.restricted,
            "new_died_on": record.died_on,
            "new_do_not_contact": record.person.do_not_contact,
            "new_contact_by": list(record.person.contact_by),
            "new_held": record.held,
            **{f"new_erasure_{name}": getattr(record.erasure, name) for name in _ERASURE},
        },
    )


async def save_merge(tx: AsyncConnection, record: Record) -> None:
    """Keep into which record this one is merged, or that it stands by itself again."""
    await save_record(tx, record)
    if record.merged_into is None:
        await tx.execute(_TAKE_APART, {"id": record.person.id})
    else:
        person = record.person
        merge = {"person_id": person.id, "into_id": record.merged_into, "organisation_id": person.organisation_id}
        await tx.execute(_MERGE, merge)


async def add_decisions(tx: AsyncConnection, decisions: Sequence[Decision], author: Author) -> None:
    """Keep what was decided, by whom, when and why; and that it was decided goes on the record."""
    records = [
        {
            "id": clock.new_id(),
            "organisation_id": author.organisation_id,
            "person_id": decision.person_id,
            "other_id": decision.other_id,
            "kind": decision.kind.value,
            "reason": decision.reason,
            "subject": author.subject,
            "client_id": author.client_id,
            "decided_at": author.at,
        }
        for decision in decisions
    ]
    await tx.execute(_DECIDE, records)
    entries = [Entry(f"person-{decision.kind.value}", "person", decision.person_id) for decision in decisions]
    await audit.record(tx, *entries, now=author.at)


async def add_read(tx: AsyncConnection, person_id: UUID, author: Author, *, reason: str) -> None:
    """Put on the record that a restricted record was read, and why: the reason enciphered, as names stand in such."""
    await audit.record(tx, Entry("restricted-read", "person", person_id, reason=reason), now=author.at)


def _only(found: Sequence[Record]) -> Record:
    if not found:
        raise NotFound
    return found[0]


def _record(row: Mapping[Any, Any]) -> Record:
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    about = About(**{name: told.pop(name) for name in _ABOUT})
    said = {name: told.pop(name) for name in _AGREEMENT}
    nation = Nation(said["nation"]) if said["nation"] else None
    agreement = Agreement(**{**said, "agrees": Agrees(said["agrees"]), "nation": nation})
    names = [name for name in told if name in _PERSON]
    person = Person(**{name: told.pop(name) for name in names}, about=about, agreement=agreement)
    asked = {name: told.pop(f"erasure_{name}") for name in _ERASURE}
    erasure = Erasure(
        state=State(asked["state"]),
        rule=Rule(asked["rule"]) if asked["rule"] else None,
        basis=Basis(asked["basis"]) if asked["basis"] else None,
        by=asked["by"],
        decided_at=asked["decided_at"],
        erased_on=told.pop("erased_on"),
    )
    return Record(person=person, erasure=erasure, **told)
