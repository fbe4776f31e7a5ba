"""The mail catcher: it keeps what comes, shows it, and counts what came twice."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from kith_cli.embedded.processes import free_port
from tests.cli.waiting import eventually


@dataclass
class Catcher:
    """A running catcher."""

    smtp_port: int
    url: str

    def send(self, message_id: str, subject: str = "A referral was accepted") -> None:
        message = EmailMessage()
        message["Message-ID"], message["Subject"], message["To"] = message_id, subject, "nobody@example.org"
        message.set_content("Text of a mail.")
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as server:
            server.send_message(message, "kith@example.org", ["person01@example.org"])

    def messages(self) -> Any:
        return httpx.get(f"{self.url}/messages").json()

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready").is_success
        except httpx.HTTPError:
            return False


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    """A catcher in a process of its own, empty."""
    smtp, http = free_port(), free_port()
    command = [sys.executable, "-m", "kith_cli.embedded.mail", "--smtp-port", str(smtp), "--http-port", str(http)]
    with subprocess.Popen(command) as process:
        catcher = Catcher(smtp, f"http://127.0.0.1:{http}")
        assert eventually(catcher.is_ready)
        yield catcher
        process.terminate()


def test_a_mail_that_comes_twice_is_one_mail_repeated(catcher: Catcher) -> None:
    catcher.send("<first@example.org>")
    catcher.send("<second@example.org>")
    catcher.send("<first@example.org>")

    seen = catcher.messages()

    assert (seen["total"], seen["distinct"], seen["repeated"]) == (3, 2, 1)
    assert [mail["copies"] for mail in seen["items"]] == [2, 1, 2]


def test_it_shows_who_was_written_to_and_what_about(catcher: Catcher) -> None:
    catcher.send("<first@example.org>", subject="Ein schöner Gruß")

    (mail,) = catcher.messages()["items"]

    assert (mail["to"], mail["subject"]) == (["person01@example.org"], "Ein schöner Gruß")
    assert "text" not in mail


def test_the_text_is_shown_for_one_mail(catcher: Catcher) -> None:
    catcher.send("<first@example.org>")

    assert httpx.get(f"{catcher.url}/messages/1").json()["text"] == "Text of a mail.\n"
    assert httpx.get(f"{catcher.url}/messages/2").status_code == 404


def test_the_page_shows_a_subject_as_text_and_never_as_markup(catcher: Catcher) -> None:
    catcher.send("<first@example.org>", subject="<script>alert(1)</script>")

    page = httpx.get(catcher.url).text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
