"""Groups, sessions and contacts. A session that is corrected keeps what it was said to be before."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import audited
from kith_chassis.compiled import Compiled
from kith_chassis.outbox import telling
from kith_matching.domain.match import Match
from kith_matching.domain.occasion import Contact, ContactKind, CouldNot, Group, Noted, Occasion, Outcome, Session, Void
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import GroupNotFound, OccasionNotFound, ProgrammeNotFound
from kith_matching.domain.session_length import AloneLimit
from kith_matching.store.attendances import ATTEND, RECORDS, attending, records_of, save_records
from kith_matching.store.rows import values_of
from kith_matching.tables import contact_corrections, contacts, groups, referrals, session_corrections, sessions

_BEGIN: Final = postgresql.insert(groups).on_conflict_do_nothing()
_LOCK: Final = Compiled(
    sa.select(groups).where(groups.c.id == sa.bindparam("group_id", type_=sa.Uuid)).with_for_update()
)


def _given(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(f"of_{name}", type_=sessions.c[name].type)


_alike: Final = sessions.alias("alike")
_DOUBLE: Final = (
    sa.select(_alike.c.id)
    .where(
        sa.or_(_alike.c.match_id == _given("match_id"), _alike.c.group_id == _given("group_id")),
        _alike.c.held_on == _given("held_on"),
        _alike.c.minutes == _given("minutes"),
        _alike.c.outcome == sa.literal_column("'happened'"),
        _alike.c.voided_as.is_(None),
    )
    .order_by(_alike.c.id)
    .limit(1)
    .scalar_subquery()
)
_INSERT: Final = Compiled(
    telling(
        audited(
            sa.insert(sessions)
            .values({one.name: _given(one.name) for one in sessions.columns} | {"double_of": _DOUBLE})
            .add_cte(
                ATTEND.cte("attended"),
                sa.update(referrals)
                .where(referrals.c.id == sa.any_(sa.bindparam("waiting", type_=postgresql.ARRAY(sa.Uuid))))
                .values(waiting=False)
                .cte("taken_on"),
            )
        )
    )
)
"""One round trip, also for the record of it and what is told. Foreign keys are looked at when all of it is done."""
_WHOLE: Final[sa.Select[Any]] = sa.select(*sessions.c, RECORDS)
_GET: Final = _WHOLE.where(sessions.c.id == sa.bindparam("session_id"))
_LOCK_SESSION: Final = _GET.with_for_update()
_LIMIT: Final = Compiled(
    sa.text(
        "select cast(terms ->> 'one_to_one_minutes' as integer) as minutes, terms ->> 'one_to_one_limit' as counts,"
        " coalesce(cast(terms ->> 'at_home' as boolean), false) as at_home"
        " from programmes where id = :programme_id and organisation_id = :organisation_id"
    )
)
_ALONE: Final = sa.select(sa.func.coalesce(sa.func.sum(sessions.c.minutes), 0)).where(
    sessions.c.supporter_ids.contains(sa.bindparam("supporters", type_=postgresql.ARRAY(sa.Uuid))),
    sessions.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid),
    sessions.c.held_on == sa.bindparam("day", type_=sa.Date),
    sessions.c.match_id.is_not(None),
    sessions.c.id.is_distinct_from(sa.bindparam("beside", type_=sa.Uuid)),
)
_CORRECTION: Final = sa.insert(session_corrections)
_CORRECT: Final = sa.update(sessions).where(sessions.c.id == sa.bindparam("session"))
_GET_CONTACT: Final = sa.select(contacts).where(contacts.c.id == sa.bindparam("contact_id"))
_LOCK_CONTACT: Final = _GET_CONTACT.with_for_update()
CONTACT_SAYS: Final = ("held_on", "kind", "people", "topics", "district", "site", "supporter_id")
"""What of a contact is corrected: not whose programme it is, nor when it was logged."""
_CONTACT_CORRECTION: Final = sa.insert(contact_corrections)
_CORRECT_CONTACT: Final = sa.update(contacts).where(contacts.c.id == sa.bindparam("contact"))
_CONTACT: Final = postgresql.insert(contacts).on_conflict_do_nothing().returning(contacts.c.id)


def _by_client(table: sa.Table, shown: sa.Select[Any] | None = None) -> sa.Select[Any]:
    return (sa.select(table) if shown is None else shown).where(
        table.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        table.c.client_id == sa.bindparam("client_id", type_=sa.Uuid),
    )


_FIND_SESSION: Final = _by_client(sessions, _WHOLE)
_FIND_CONTACT: Final = _by_client(contacts)


async def begin_group_for_update(tx: AsyncConnection, group: Group) -> Group:
    """The group with this id, locked; begun as given if it is new.

    Raises ``GroupNotFound`` where the id is another organisation's.
    """
    found = await _LOCK.rows(tx, {"group_id": group.id})
    if not found:
        await tx.execute(_BEGIN, asdict(group))
        found = await _LOCK.rows(tx, {"group_id": group.id})
    if not found:
        raise GroupNotFound
    return Group(**found[0])


async def find_session(tx: AsyncConnection, organisation_id: UUID, client_id: UUID | None) -> Session | None:
    """The session that a device calls so, if it has arrived. Its referral or its group is locked."""
    found = await _find(tx, _FIND_SESSION, organisation_id, client_id)
    return _session(found) if found is not None else None


async def get_session(tx: AsyncConnection, session_id: UUID) -> Session:
    """The session as it stands. Raises ``OccasionNotFound``."""
    return _one((await tx.execute(_GET, {"session_id": session_id})).one_or_none())


async def get_session_for_update(tx: AsyncConnection, session_id: UUID) -> Session:
    """The session, locked; its referral, or its group, is locked before. Raises ``OccasionNotFound``."""
    return _one((await tx.execute(_LOCK_SESSION, {"session_id": session_id})).one_or_none())


async def save_correction(tx: AsyncConnection, before: Session, after: Session, *, now: datetime) -> None:
    """Keep a session as it is now, and what it was said to be before."""
    came_with = [asdict(one) for one in before.company.values()]
    there = {"attended_referral_ids": before.attended_referral_ids, "came_with": came_with}
    said = {**asdict(before.occasion), **there}
    about = {"session_id": before.id, "version": before.version, "organisation_id": before.organisation_id}
    await tx.execute(_CORRECTION, {**said, **about, "replaced_at": now})
    stands = {name: getattr(after, name) for name in ("attended_referral_ids", "version", "voided_as", "double_of")}
    await tx.execute(_CORRECT, {"session": after.id, **asdict(after.occasion), **stands})
    await save_records(tx, after)


async def save_confirmed(tx: AsyncConnection, session: Session) -> None:
    """Keep that a session is no double."""
    says = {"double_of": session.double_of, "version": session.version}
    await tx.execute(_CORRECT, {"session": session.id, **says})


def _one(row: sa.Row[Any] | None) -> Session:
    if row is None:
        raise OccasionNotFound
    return _session(_noted(values_of(row)))


def _session(found: dict[str, Any]) -> Session:
    occasion = {field.name: found.pop(field.name) for field in fields(Occasion)}
    could_not = occasion["could_not"]
    kinds = {
        "outcome": Outcome(occasion["outcome"]),
        "channel": Channel(occasion["channel"]),
        "could_not": CouldNot(could_not) if could_not else None,
    }
    records, voided_as = records_of(found.pop("records")), found.pop("voided_as")
    return Session(
        **found,
        occasion=Occasion(**occasion | kinds),
        records=records,
        voided_as=Void(voided_as) if voided_as else None,
    )


async def get_alone_limit(tx: AsyncConnection, match: Match) -> AloneLimit:
    """How long the match's programme lets somebody be seen alone, as its definition in force has it.

    Raises ``ProgrammeNotFound``.
    """
    asked = {"programme_id": match.programme_id, "organisation_id": match.organisation_id}
    found = await _LIMIT.rows(tx, asked)
    if not found:
        raise ProgrammeNotFound
    return AloneLimit(**found[0])


async def count_minutes_alone(tx: AsyncConnection, match: Match, day: date, *, beside: UUID | None) -> int:
    """The minutes that the match's supporter had alone with people of the programme that day, one session apart."""
    asked = {"supporters": [match.supporter_id], "programme_id": match.programme_id, "day": day, "beside": beside}
    return int((await tx.execute(_ALONE, asked)).scalar_one())


async def insert_session(
    tx: AsyncConnection, session: Session, news: Mapping[str, Any], *, waiting: Collection[UUID] = ()
) -> None:
    """Keep a logged session, its records, the entry and the facts that are its ``news``; and who waits no longer."""
    parts = (session, session.occasion, session.noted)
    said = {f"of_{one.name}": getattr(part, one.name) for part in parts for one in fields(part)}
    del said["of_double_of"]  # the database looks for it
    await _INSERT.rows(tx, {**said, **attending(session), "waiting": list(waiting), **news})


async def find_contact(tx: AsyncConnection, organisation_id: UUID, client_id: UUID | None) -> Contact | None:
    """The contact that a device calls so, if it has arrived."""
    found = await _find(tx, _FIND_CONTACT, organisation_id, client_id)
    return _contact(found) if found is not None else None


async def get_contact(tx: AsyncConnection, contact_id: UUID) -> Contact:
    """The contact. Raises ``OccasionNotFound``."""
    return _one_contact((await tx.execute(_GET_CONTACT, {"contact_id": contact_id})).one_or_none())


async def get_contact_for_update(tx: AsyncConnection, contact_id: UUID) -> Contact:
    """The contact, locked. Raises ``OccasionNotFound``."""
    return _one_contact((await tx.execute(_LOCK_CONTACT, {"contact_id": contact_id})).one_or_none())


def _one_contact(row: sa.Row[Any] | None) -> Contact:
    if row is None:
        raise OccasionNotFound
    return _contact(_noted(values_of(row)))


async def save_contact_correction(tx: AsyncConnection, before: Contact, after: Contact, *, now: datetime) -> None:
    """Keep a contact, which is locked, as it is now, and what it was said to be before."""
    of = {"contact_id": before.id, "version": before.version, "organisation_id": before.organisation_id}
    was = {name: getattr(before, name) for name in CONTACT_SAYS}
    await tx.execute(_CONTACT_CORRECTION, {**was, **of, "replaced_at": now})
    says = {name: getattr(after, name) for name in (*CONTACT_SAYS, "version", "voided_as")}
    await tx.execute(_CORRECT_CONTACT, {"contact": after.id, **says})


async def insert_contact(tx: AsyncConnection, contact: Contact) -> bool:
    """Keep a logged contact. False, and nothing happens, where another request has just kept it."""
    values = asdict(contact)
    return (await tx.execute(_CONTACT, {**values, **values.pop("noted")})).one_or_none() is not None


def _contact(found: dict[str, Any]) -> Contact:
    voided_as = Void(found["voided_as"]) if found["voided_as"] else None
    return Contact(**{**found, "kind": ContactKind(found["kind"]), "voided_as": voided_as})


async def _find(
    tx: AsyncConnection, statement: sa.Select[Any], organisation_id: UUID, client_id: UUID | None
) -> dict[str, Any] | None:
    if client_id is None:
        return None
    row = (await tx.execute(statement, {"organisation_id": organisation_id, "client_id": client_id})).one_or_none()
    return _noted(values_of(row)) if row is not None else None


def _noted(found: dict[str, Any]) -> dict[str, Any]:
    noted = Noted(**{field.name: found.pop(field.name) for field in fields(Noted)})
    return {**found, "noted": noted}
