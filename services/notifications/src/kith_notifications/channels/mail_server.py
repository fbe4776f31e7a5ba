"""The mail server that takes the letters: one connection, kept and reused, and what its answers mean."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Literal

import aiosmtplib

from kith_notifications.domain.sending import MAIL_LIMIT, NO_CHANNEL, REFUSED, Delivered, Failed, Outcome, PutOff

CONNECT_LIMIT: Final = 20.0
"""Seconds to connect, greet and sign in."""

_PERMANENT: Final = 500
_SIGN_IN_FIRST: Final = frozenset({530, 534, 535, 538})
"""Answers that refuse us and not the letter (RFC 4954 section 6, RFC 3207 section 4)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and how. ``tls`` is ``none``, ``starttls`` or ``tls`` from the first byte.

    With TLS the server's name and certificate are checked, by ``ca_file`` or by what the system trusts.
    """

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    ca_file: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class Closed(Exception):  # noqa: N818 - a state of the way, not a defect: it is waited for
    """The server cannot be reached or will not have us. No letter is at fault, and none counts as tried."""


class Post:
    """One connection to the mail server. Not for use by two tasks at once."""

    def __init__(self, server: MailServer, sender: Address) -> None:
        self.sender = sender
        self._smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            cert_bundle=str(server.ca_file) if server.ca_file else None,
            username=server.username,
            password=server.password,
            # Without it the library looks the machine's own name up in the DNS, which may take many seconds.
            local_hostname=sender.domain,
            timeout=MAIL_LIMIT.total_seconds(),
        )

    async def open(self) -> None:
        """Have a connection that works: the one there is, or a new one. Raises ``Closed``."""
        try:
            async with asyncio.timeout(CONNECT_LIMIT):
                if self._smtp.is_connected:
                    with contextlib.suppress(aiosmtplib.SMTPException):
                        await self._smtp.noop()
                        return
                    self._smtp.close()
                await self._smtp.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            self._smtp.close()
            raise Closed(type(error).__name__) from None

    async def send(self, letter: EmailMessage) -> Outcome:
        """Hand over one letter. Raises ``Closed`` when the server cannot be reached or refuses the sender.

        A connection lost on the way leaves open whether the letter was taken: it is put off, and sent again under the
        same ``Message-ID``.
        """
        if not self._smtp.is_connected:
            await self.open()
        to = letter["To"].addresses[0].addr_spec
        try:
            async with asyncio.timeout(MAIL_LIMIT.total_seconds()):
                await self._smtp.sendmail(self.sender.addr_spec, [to], letter.as_bytes())
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return self._answered(refused.recipients[0].code)
        except aiosmtplib.SMTPDataError as refused:
            return self._answered(refused.code)
        except aiosmtplib.SMTPResponseException as refused:
            raise Closed(f"{type(refused).__name__} {refused.code}") from None
        except (ValueError, aiosmtplib.SMTPNotSupported):
            return Failed(NO_CHANNEL)
        except (aiosmtplib.SMTPException, OSError):
            self._smtp.close()
            return PutOff()
        return Delivered()

    async def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            if self._smtp.is_connected:
                async with asyncio.timeout(5):
                    await self._smtp.quit()
        self._smtp.close()

    @staticmethod
    def _answered(code: int) -> Outcome:
        """What the server said about this letter. RFC 5321 section 4.2.1: 4yz may pass, 5yz will not."""
        if code in _SIGN_IN_FIRST:
            raise Closed(f"the server answered {code}")
        return Failed(REFUSED) if code >= _PERMANENT else PutOff()
