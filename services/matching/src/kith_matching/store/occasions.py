"""Groups, sessions and contacts, which are logged once and never changed."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.occasion import Contact, Group, Session
from kith_matching.domain.refusals import GroupNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import contacts, groups, sessions

_BEGIN: Final = postgresql.insert(groups).on_conflict_do_nothing()
_LOCK: Final = sa.select(groups).where(groups.c.id == sa.bindparam("group_id")).with_for_update()
_SESSION: Final = sa.insert(sessions)
_CONTACT: Final = sa.insert(contacts)


async def begin_group_for_update(tx: AsyncConnection, group: Group) -> Group:
    """The group with this id, locked; begun as given if it is new.

    Raises ``GroupNotFound`` where the id is another organisation's.
    """
    await tx.execute(_BEGIN, asdict(group))
    row = (await tx.execute(_LOCK, {"group_id": group.id})).one_or_none()
    if row is None:
        raise GroupNotFound
    return Group(**values_of(row))


async def insert_session(tx: AsyncConnection, session: Session) -> UUID:
    """Keep a logged session."""
    values = asdict(session)
    await tx.execute(_SESSION, {**values, **values.pop("occasion")})
    return session.id


async def insert_contact(tx: AsyncConnection, contact: Contact) -> UUID:
    """Keep a logged contact."""
    await tx.execute(_CONTACT, asdict(contact))
    return contact.id
