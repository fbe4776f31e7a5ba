"""What a letter says: plain, kind, without clinical detail. A name stands only here, in the letter itself."""

from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from kith_notifications.channels.addresses import Contact
from kith_notifications.domain.sending import Claimed
from kith_notifications.domain.table import URGENT

DECLINED_BECAUSE: Final = {
    "not-suitable": "the programme is not the right one this time",
    "out-of-area": "the programme does not reach the area where the person lives",
    "no-capacity": "the programme has no room at present",
    "needs-another-service": "another service should come first",
    "could-not-contact": "they could not reach the person",
    "organisation-closed": "the organisation that ran the programme is closing",
}
"""Reasons to decline, in words. One that is not known here is shown as it is."""

PROMISED: Final = {
    "acknowledge": "Nobody has said yet that this referral was received.",
    "decide": "Nobody has decided yet about this referral.",
    "take-on": "The person has waited longer for a place than your programme says one waits.",
    "look-again": "The person was not ready before. It is time to ask them again.",
}
"""What has not happened, by the promise."""
_PROMISED_SOMETHING: Final = "Something that was promised about this referral has not happened yet."

_SEVEN_BIT: Final = SMTP.clone(cte_type="7bit")
"""Letters that any server can carry: not every one has 8BITMIME (RFC 6152)."""

_LETTERS: Final = Environment(
    loader=PackageLoader("kith_notifications", "channels/templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text: there is nothing to escape, and names must stay as they are
    trim_blocks=True,
    lstrip_blocks=True,
)


class Unwritable(ValueError):  # noqa: N818 - it says what the address is
    """The address cannot stand on a letter. The message does not repeat it."""


def compose(message: Claimed, contact: Contact, *, sender: Address, now: datetime) -> EmailMessage:
    """The letter that tells ``contact`` of ``message``.

    Its ``Message-ID`` is made of the row's id alone, so a second copy after a crash is recognisable (RFC 5322 section
    3.6.4). ``Auto-Submitted`` keeps absence notices away (RFC 3834 section 5). Raises ``Unwritable``.
    """
    letter = EmailMessage(_SEVEN_BIT)
    try:
        letter["To"] = Address(display_name=contact.name, addr_spec=contact.email)
    except Exception:  # noqa: BLE001 - the parser raises many kinds; they all say that this is no address
        raise Unwritable("the owner's answer is not an e-mail address") from None
    subject, text = _words(message, contact)
    letter["From"] = sender
    letter["Subject"] = subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{message.id}@{sender.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def _words(message: Claimed, contact: Contact) -> tuple[str, str]:
    template = _LETTERS.select_template([f"{message.kind}.{message.recipient_kind}.txt", f"{message.kind}.txt"])
    detail = message.detail or ""
    written = template.render(
        name=contact.name,
        reference=message.story_id,
        urgent=detail == URGENT,
        because=DECLINED_BECAUSE.get(detail, detail.replace("-", " ")),
        promised=PROMISED.get(detail, _PROMISED_SOMETHING),
        day=_day(message.day),
    )
    subject, _, text = written.partition("\n")
    return subject, text.lstrip("\n")


def _day(day: date | None) -> str:
    """``7 December 2026``."""
    return f"{day.day} {day:%B %Y}" if day else ""
