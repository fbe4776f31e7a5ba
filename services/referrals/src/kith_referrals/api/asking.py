"""Who asks, in which sight; and who is about to change something, which they saw at which version."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import Database, DatabaseDep
from kith_chassis.http import ExpectedVersion, NowDep, etag
from kith_chassis.identity import ORGANISATION_ROLES, Caller, CallerDep
from kith_referrals.domain.records import Author
from kith_referrals.domain.refusals import NoOrganisation, NotFound
from kith_referrals.domain.steps import Actor

MEMBERS: Final = frozenset({"referrer", "coordinator", "administrator"})
DECIDERS: Final = frozenset({"coordinator", "administrator"})
ADMINISTRATOR: Final = frozenset({"administrator"})
OPERATOR: Final = frozenset({"operator"})
READERS: Final = MEMBERS | OPERATOR | {"service"}
"""Everybody in the network, for what is public in it."""


def acting(caller: Caller) -> tuple[Caller, Actor]:
    """The caller as a member of their organisation, and as who takes a step. Raises ``NoOrganisation``."""
    member, organisation_id = in_organisation(caller)
    return member, Actor(organisation_id, caller.subject)


def in_organisation(caller: Caller) -> tuple[Caller, UUID]:
    """The caller as a member of their organisation and nothing more, and the organisation.

    Somebody who is an operator too does a member's work in a member's sight. Raises ``NoOrganisation``.
    """
    if caller.organisation_id is None:
        raise NoOrganisation
    member = caller if caller.roles <= ORGANISATION_ROLES else replace(caller, roles=caller.roles & ORGANISATION_ROLES)
    return member, caller.organisation_id


def administering(caller: Caller, organisation_id: UUID) -> Caller:
    """The caller as who manages the organisation: the network's operator, or somebody of it.

    Raises ``NoOrganisation``, or ``NotFound`` for another's: what it keeps about itself is nobody else's to know.
    """
    if not caller.roles.isdisjoint(OPERATOR):
        return caller
    member, own = in_organisation(caller)
    if own != organisation_id:
        raise NotFound
    return member


def author(member: Caller, organisation_id: UUID, now: datetime) -> Author:
    """The member as the one whose name stands on a decision or a read."""
    return Author(member.subject, member.client_id, organisation_id, now)


@dataclass(slots=True)
class Change:
    """Somebody about to change something: the version of it that they saw, and when."""

    caller: Caller
    version: int
    database: Database
    now: datetime
    response: Response

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[tuple[AsyncConnection, Author]]:
        """The change's transaction, in a member's sight, and whose the change is. Raises ``NoOrganisation``."""
        member, organisation_id = in_organisation(self.caller)
        async with self.database.transaction(member) as tx:
            yield tx, author(member, organisation_id, self.now)

    def show(self, version: int) -> None:
        """Say in the answer's ``ETag`` at which version the thing now stands."""
        self.response.headers.update(etag(version))


async def _change(
    caller: CallerDep, version: ExpectedVersion, database: DatabaseDep, now: NowDep, response: Response
) -> Change:
    return Change(caller, version, database, now, response)


ChangeDep = Annotated[Change, Depends(_change)]
