"""A post box that catches every mail of the embedded run and shows it: nothing leaves the machine.

`python -m kith_cli.embedded.mail --smtp-port 8125 --http-port 8126`. `GET /messages` is a JSON list of what came, with
how many copies of each Message-ID; `GET /messages/{number}` has the text too; `/` is the same for people. All of it is
in memory.
"""

import argparse
import asyncio
import email
import email.policy
import html
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Final

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kith_chassis import clock
from kith_cli.embedded.processes import LOCALHOST

KEPT: Final = 20_000
"""The newest mails that are kept; older ones are forgotten, and only counted."""
SHOWN: Final = 200
SIZE_LIMIT: Final = 1_000_000  # bytes of one mail

PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mail that Kith sent</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #bbb; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
</style></head><body>
<h1>Mail that Kith sent</h1>
<p>{total} came, {distinct} different, {repeated} repeated. Nothing here left this machine.{older}</p>
<table><thead><tr><th scope="col">When (UTC)</th><th scope="col">To</th><th scope="col">Subject</th>
<th scope="col">Copies</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""
ROW: Final = '<tr><td>{when}</td><td>{to}</td><td><a href="/messages/{number}">{subject}</a></td><td>{copies}</td></tr>'


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail as it came, one per delivery: a mail sent twice is here twice, with one Message-ID."""

    number: int
    received_at: str
    message_id: str
    to: Sequence[str] = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class PostBox:
    """Every mail that came, the newest last."""

    def __init__(self) -> None:
        self.mails: deque[Caught] = deque(maxlen=KEPT)
        self.copies: Counter[str] = Counter()

    def put(self, content: bytes, recipients: Sequence[str], now: datetime) -> None:
        """Keep one mail. One without a Message-ID counts as different from every other."""
        message = email.message_from_bytes(content, policy=email.policy.default)
        number = self.copies.total() + 1
        message_id = str(message["Message-ID"] or f"<none-{number}>").strip()
        self.copies[message_id] += 1
        self.mails.append(
            Caught(
                number=number,
                received_at=now.isoformat(timespec="milliseconds"),
                message_id=message_id,
                to=tuple(recipients),
                subject=str(message["Subject"] or ""),
                text=_text_of(message),
            )
        )

    def totals(self) -> dict[str, int]:
        """Count all that came, how many were different, and how many came again under the same Message-ID."""
        total, distinct = self.copies.total(), len(self.copies)
        return {"total": total, "distinct": distinct, "repeated": total - distinct}

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail in from the wire."""
        content = envelope.content or b""
        self.put(content if isinstance(content, bytes) else content.encode(), envelope.rcpt_tos, clock.now())
        return "250 Message kept"


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        return str(body.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):
        return "(a text that cannot be decoded)"


def pages(box: PostBox) -> Starlette:
    """Show the post box, to programs and to people."""

    def summary(mail: Caught) -> dict[str, object]:
        shown = asdict(mail) | {"copies": box.copies[mail.message_id]}
        del shown["text"]
        return shown

    async def messages(_request: Request) -> Response:
        return JSONResponse({"items": [summary(mail) for mail in box.mails], **box.totals()})

    async def message(request: Request) -> Response:
        number = request.path_params["number"]
        for mail in box.mails:
            if mail.number == number:
                return JSONResponse(asdict(mail) | {"copies": box.copies[mail.message_id]})
        return JSONResponse({"detail": "No mail of that number is kept."}, status_code=404)

    async def home(_request: Request) -> Response:
        newest = [box.mails[-place] for place in range(1, min(len(box.mails), SHOWN) + 1)]
        rows = "\n".join(
            ROW.format(
                when=mail.received_at[:19].replace("T", " "),
                to=html.escape(", ".join(mail.to)),
                number=mail.number,
                subject=html.escape(mail.subject) or "(none)",
                copies=box.copies[mail.message_id],
            )
            for mail in newest
        )
        older = f" The newest {SHOWN} are shown." if len(box.mails) > SHOWN else ""
        return HTMLResponse(PAGE.format(rows=rows, older=older, **box.totals()))

    return Starlette(
        routes=[
            Route("/", home),
            Route("/messages", messages),
            Route("/messages/{number:int}", message),
            Route("/health/ready", ready),
        ]
    )


async def ready(_request: Request) -> Response:
    """Say that the post box is open."""
    return JSONResponse({"status": "ready"})


async def serve(smtp_port: int, http_port: int) -> None:
    """Catch and show until a signal says stop."""
    box = PostBox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, data_size_limit=SIZE_LIMIT, hostname="localhost", loop=loop), LOCALHOST, smtp_port
    )
    async with server:
        config = uvicorn.Config(pages(box), host=LOCALHOST, port=http_port, log_level="warning", lifespan="off")
        await uvicorn.Server(config).serve()


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.smtp_port, options.http_port))


if __name__ == "__main__":
    main()
