"""A mail server that may be killed at any moment: what it says that it took is in a file before it says so.

`python -m tests.faults.post_box SMTP_PORT FILE` writes the Message-ID and the recipient of each mail on a line.
"""

import asyncio
import email
import email.policy
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

from kith_cli.embedded.processes import LOCALHOST


class Came(NamedTuple):
    """One mail that came: by which Message-ID, and to whom."""

    message_id: str
    to: str


class PostBox:
    """Takes whatever comes."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail in from the wire."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        with self._kept.open("a") as file:
            file.writelines(f"{str(letter['Message-ID']).strip()}\t{to}\n" for to in envelope.rcpt_tos)
        return "250 Message kept"


def read(kept: Path) -> Counter[Came]:
    """Every mail that came, and how many copies of it."""
    lines = kept.read_text().splitlines() if kept.exists() else []
    return Counter(Came(*line.split("\t")) for line in lines)


async def serve(smtp_port: int, kept: Path) -> None:
    """Take mails until somebody ends it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(PostBox(kept), hostname="localhost", loop=loop), LOCALHOST, smtp_port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
