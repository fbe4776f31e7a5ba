"""A mail server that keeps what it is given, and says no when it is told to."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Catcher:
    """Real SMTP on a free port. ``answers`` are said to the next letters instead of *yes*, one after the other."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    connections: int = 0
    answers: list[str] = field(default_factory=list)
    to_recipients: dict[str, str] = field(default_factory=dict)
    to_senders: str | None = None
    hang_ups: int = 0
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    password: bytes | None = None
    server: asyncio.Server | None = None

    @property
    def message_ids(self) -> list[str]:
        return [letter["Message-ID"] for letter in self.letters]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_senders:
            return self.to_senders
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self.to_recipients.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.hang_ups:
            self.hang_ups -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        letter: Any = message_from_bytes(envelope.content, policy=default)
        self.letters.append(letter)
        self.addresses.extend(envelope.rcpt_tos)
        return "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == self.password, handled=False)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        starttls = None if self.tls_at_once else self.tls
        self.server = await loop.create_server(
            lambda: SMTP(
                self,
                hostname="localhost",
                loop=loop,
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=self.authenticate if self.password else None,
                auth_required=self.password is not None,
                auth_require_tls=True,
            ),
            "127.0.0.1",
            self.port,
            ssl=self.tls if self.tls_at_once else None,
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None


@contextlib.asynccontextmanager
async def a_mail_server(**chosen: Any) -> AsyncIterator[Catcher]:
    catcher = Catcher(**chosen)
    await catcher.open()
    try:
        yield catcher
    finally:
        await catcher.shut()
