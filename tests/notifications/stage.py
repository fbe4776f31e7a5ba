"""What the sender's tests stand on: a database with messages, a mail server, owners of addresses, and time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.health import Heartbeat
from kith_chassis.identity import Caller
from kith_chassis.internal import Internal
from kith_chassis.received import Received
from kith_contracts.matching import MatchMade
from kith_contracts.referrals import ReferralCreated
from kith_notifications.channels.mail_server import MailServer, Post
from kith_notifications.domain.sending import Outcome
from kith_notifications.incoming import on_facts
from kith_notifications.timers import ITSELF, Sender
from tests.builders import (
    a_match_made,
    a_match_proposed,
    a_referral_created,
    a_supporter_changed,
    received,
)
from tests.conftest import DatabaseOf, SettingsOf
from tests.notifications.mail import Catcher, a_mail_server
from tests.notifications.owners import FakeOwners

SENDER = Address(display_name="Kith", addr_spec="kith@kith.example")


class Killed(BaseException):
    """As ``kill -9`` would: nothing that catches exceptions sees it."""


class PostAndThen(Post):
    """The real connection; after the server's yes, and before anything is recorded, something happens."""

    then: Callable[[], Awaitable[None]]

    async def send(self, letter: EmailMessage) -> Outcome:
        outcome = await super().send(letter)
        await self.then()
        return outcome


async def be_killed() -> None:
    raise Killed


class Flickering(Database):
    """The real database, which is away at times."""

    away = False

    @asynccontextmanager
    async def transaction(self, caller: Caller, *, lock: int | None = None) -> AsyncIterator[AsyncConnection]:
        if self.away:
            raise ConnectionRefusedError
        async with super().transaction(caller, lock=lock) as tx:
            yield tx


@dataclass
class Clock:
    """Time goes on when the test says so."""

    time: datetime = field(default_factory=lambda: datetime.fromisoformat("2031-01-01T00:00:00+00:00"))

    def now(self) -> datetime:
        return self.time

    def pass_by(self, **time: float) -> None:
        self.time += timedelta(**time)


@dataclass
class Stage:
    """A database with messages, a mail server, owners of addresses, and senders."""

    database: Database
    mail: Catcher
    owners: FakeOwners
    internal: Internal
    clock: Clock = field(default_factory=Clock)
    heartbeat: Heartbeat = field(default_factory=lambda: Heartbeat("sender"))
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    posts: list[Post] = field(default_factory=list)

    def a_sender(
        self,
        replica: int = 0,
        *,
        then: Callable[[], Awaitable[None]] | None = None,
        database: Database | None = None,
    ) -> Sender:
        server = MailServer("127.0.0.1", self.mail.port, "none")
        post = Post(server, SENDER)
        if then is not None:
            post = PostAndThen(server, SENDER)
            post.then = then
        self.posts.append(post)
        return Sender(
            database or self.database,
            self.internal,
            post,
            replica=replica,
            now=self.clock.now,
            chance=lambda: 0.0,
        )

    async def turn(self, sender: Sender) -> None:
        await sender.turn(self.heartbeat, self.stop)

    async def hear(self, *facts: Any) -> None:
        await self.take(*(received(fact) for fact in facts))

    async def take(self, *facts: Received) -> None:
        async with self.database.network_transaction() as tx:
            await on_facts(tx, facts)

    async def a_referral(self, **changes: Any) -> ReferralCreated:
        """One message: to the organisation that referred to a programme of its own."""
        referral = self.of_its_own(**changes)
        await self.hear(referral)
        return referral

    async def a_match(self) -> tuple[ReferralCreated, MatchMade]:
        """Four messages: two to that organisation, one each to person and supporter."""
        referral = self.of_its_own()
        match = a_match_made(a_match_proposed(referral, a_supporter_changed()))
        await self.hear(referral, match)
        return referral, match

    @staticmethod
    def of_its_own(**changes: Any) -> ReferralCreated:
        organisation_id = new_id()
        ours = {"referring_organisation_id": organisation_id, "programme_organisation_id": organisation_id}
        return a_referral_created(**ours | changes)

    async def ask(self, question: str) -> list[Any]:
        async with self.database.transaction(ITSELF) as tx:
            return list((await tx.execute(sa.text(question))).all())

    async def message(self) -> Any:
        """The only message."""
        (row,) = await self.ask("select * from messages")
        return row

    async def told(self) -> list[str]:
        return [row.type for row in await self.ask("select type from outbox order by id")]


@asynccontextmanager
async def a_stage(database_of: DatabaseOf, settings_of: SettingsOf) -> AsyncIterator[Stage]:
    owners = FakeOwners()
    internal = owners.internal(settings_of)
    async with a_mail_server() as mail:
        stage = Stage(await database_of("notifications"), mail, owners, internal)
        yield stage
        for post in stage.posts:
            await post.close()
    await internal.close()
