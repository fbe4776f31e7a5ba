"""What letters say, and what they never say."""

from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_notifications.channels.addresses import Contact
from kith_notifications.channels.letters import DECLINED_BECAUSE, PROMISED, Unwritable, compose
from kith_notifications.domain.concern import KINDS, RAISED
from kith_notifications.domain.sending import Claimed
from kith_notifications.domain.table import RECEIVED, TOLD, TOLD_WHEN
from kith_notifications.domain.work import DUE, LOOK_NOW
from tests.builders import NOW

SENDER = Address(display_name="Kith", addr_spec="kith@kith.example")
WHEN = [(kind, whom) for (kind, _), told in TOLD_WHEN.items() for whom in told]
DUTY = [(kind, whom) for kind in (RAISED, *KINDS.values()) for whom in ("duty-lead", "programme")]
WORK = [(kind, "programme") for kind in (DUE, LOOK_NOW)]
REFERRED = {(kind, whom) for kind, told in TOLD.items() for whom in told} | {(RECEIVED, "person"), *WHEN}
EVERY = sorted({*REFERRED, *DUTY, *WORK})
ZOE = Contact(name="Zoë Testwell", email="zoe.testwell@example.org", may_email=True)


def a_letter(
    kind: str = "match-made", whom: str = "person", *, detail: str | None = None, to: Contact = ZOE, now: datetime = NOW
) -> EmailMessage:
    day = date(2026, 12, 7)
    message = Claimed(UUID(int=7), UUID(int=8), kind, whom, UUID(int=9), detail, tries=1, repeated=False, day=day)
    return compose(message, to, sender=SENDER, now=now)


@pytest.mark.parametrize(("kind", "whom"), EVERY)
def test_every_letter_names_where_help_is_at_once(kind: str, whom: str) -> None:
    text = a_letter(kind, whom).get_content()

    assert "not an emergency service" in text
    assert "999" in text
    assert "NHS 111" in text


@pytest.mark.parametrize(("kind", "whom"), EVERY)
def test_every_letter_has_a_subject_a_greeting_and_a_reference(kind: str, whom: str) -> None:
    letter = a_letter(kind, whom)

    assert len(letter["Subject"]) > 10
    assert letter.get_content().startswith("Hello Zoë Testwell,\n\n")
    assert f"Reference: {UUID(int=8)}\n" in letter.get_content()


@pytest.mark.parametrize(("kind", "whom"), EVERY)
def test_letters_use_the_words_of_the_house(kind: str, whom: str) -> None:
    words = set(a_letter(kind, whom).get_content().lower().replace(".", " ").replace(",", " ").split())

    assert words.isdisjoint({"client", "patient", "user", "case", "diagnosis", "condition"})


def test_no_subject_names_anybody() -> None:
    assert [kind for kind, whom in EVERY if "Zoë" in a_letter(kind, whom)["Subject"]] == []


def test_the_message_id_is_made_of_the_row_alone() -> None:
    later = datetime.fromisoformat("2031-01-01T00:00:00+00:00")

    assert a_letter()["Message-ID"] == a_letter(now=later)["Message-ID"] == f"<{UUID(int=7)}@kith.example>"


def test_a_letter_is_plain_ascii_on_its_way_whatever_the_name() -> None:
    assert a_letter().as_bytes().isascii()


def test_absence_notices_are_kept_away() -> None:
    assert a_letter()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("reason", DECLINED_BECAUSE)
def test_a_reason_to_decline_is_told_in_words(reason: str) -> None:
    assert (
        f"They told us: {DECLINED_BECAUSE[reason]}."
        in a_letter("referral-declined", "referrer", detail=reason).get_content()
    )


def test_a_reason_that_is_not_known_is_shown_as_it_is() -> None:
    assert (
        "They told us: too far away." in a_letter("referral-declined", "referrer", detail="too-far-away").get_content()
    )


def test_without_a_reason_none_is_told() -> None:
    assert "They told us" not in a_letter("referral-declined", "referrer").get_content()


@pytest.mark.parametrize("promise", PROMISED)
def test_a_programme_reads_what_was_promised_and_by_when(promise: str) -> None:
    text = a_letter("promise-missed", "programme", detail=promise).get_content()

    assert PROMISED[promise] in text
    assert "The day for it was 7 December 2026." in text


def test_a_promise_that_is_not_known_is_told_in_general_words() -> None:
    text = a_letter("promise-missed", "programme", detail="a-promise-not-known-here").get_content()

    assert "Something that was promised" in text
    assert "not-known" not in text


@pytest.mark.parametrize("whom", ["person", "programme", "referrer"])
def test_whoever_relies_on_a_consent_reads_its_last_day(whom: str) -> None:
    assert "7 December 2026" in " ".join(a_letter("consent-ending", whom).get_content().split())


@pytest.mark.parametrize(("detail", "begins"), [("urgent", "Urgent: a referral"), (None, "A referral")])
def test_an_urgent_referral_says_so_first(detail: str | None, begins: str) -> None:
    assert a_letter("referral-received", "programme", detail=detail)["Subject"].startswith(begins)


def test_somebody_without_a_name_is_greeted_all_the_same() -> None:
    nameless = Contact(name="", email="dummy@example.org", may_email=True)

    assert a_letter(to=nameless).get_content().startswith("Hello,\n")


@given(st.text(max_size=60), st.text(max_size=60) | st.just("zoe.testwell@example.org"))
def test_no_name_or_address_can_write_a_header(name: str, email: str) -> None:
    try:
        letter = a_letter(to=Contact(name=name, email=email, may_email=True))
    except Unwritable:
        return

    read: Any = letter.as_bytes().split(b"\r\n\r\n")[0]
    assert [line.split(b":")[0] for line in read.split(b"\r\n") if not line.startswith((b" ", b"\t"))] == [
        b"To", b"From", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Type",
        b"Content-Transfer-Encoding", b"MIME-Version",
    ]  # fmt: skip
    assert len(letter["To"].addresses) == 1
