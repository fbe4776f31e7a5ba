"""The form: what somebody typed, as a referral's values or as the faults to show. Total: any body is one or the other.

It asks for no more than a programme needs to begin. Whatever the rules can do without may be left unsaid, on purpose
and not by accident: so each such question has a box for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from kith_referrals.domain import places
from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.intake.reading import NAME_LIMIT, NOTES_LIMIT, TELEPHONE_LIMIT, read_email
from kith_referrals.domain.intake.refusals import EmailUnreadable
from kith_referrals.domain.referral import Source
from kith_referrals.domain.refusals import PostcodeUnreadable
from kith_referrals.domain.words import clean

EARLIEST: Final = 1900
"""Nobody alive was born before this year."""
FEWEST_DIGITS: Final = 6
"""A number with fewer cannot be called."""
YES: Final = "yes"


class Who(StrEnum):
    """For whom the form is, and who fills it in."""

    MYSELF = "myself"
    HELPED = "helped"
    ON_BEHALF = "on-behalf"


HOW: Final = {Who.MYSELF: "online", Who.HELPED: "online-with-help", Who.ON_BEHALF: "online-on-behalf"}
"""How the consent was recorded, as a code."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and ticked, by field. Texts are as they may be kept (``words.clean``)."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """What was typed, or nothing."""
        return clean(self.fields.get(name, ("",))[0])

    def line(self, name: str) -> str:
        """What was typed, on one line with single spaces."""
        return " ".join(self.text(name).split())

    def ticked(self, name: str, value: str = YES) -> bool:
        """Whether a box or a button was chosen."""
        return value in self.fields.get(name, ())


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer, and the field (its id on the page) where it is mended."""

    field: str
    says: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A form without a fault. Only what the person allowed is here: an address without its tick is not.

    ``feedback`` is None where nobody is told who does not see all of it anyhow.
    """

    who: Who
    family_name: str = field(repr=False)
    given_name: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    postcode: str | None = field(repr=False)
    email: str | None = field(repr=False)
    telephone: str | None = field(repr=False)
    contact_by: tuple[str, ...]
    language: str
    needs: tuple[str, ...]
    notes: str | None = field(repr=False)
    feedback: Feedback | None

    @property
    def source(self) -> Source:
        """Who asks. Somebody who is helped asks for themself."""
        return Source.ON_BEHALF if self.who is Who.ON_BEHALF else Source.SELF


def read(
    form: Form, *, needs: Sequence[str], languages: Sequence[str], asks_feedback: bool, today: date
) -> Filled | list[Fault]:
    """The form's answers, or every fault in the order of the page.

    ``needs`` and ``languages`` are the codes that the page offers; ``asks_feedback`` says whether it asks how much the
    referrer hears; ``today`` is the civil date (Europe/London).
    """
    faults = list(_faults(form, languages, today, asks_feedback=asks_feedback))
    if faults:
        return faults
    postcode = form.line("postcode")
    by_phone = form.ticked("contact", "telephone") or form.ticked("contact", "text")
    return Filled(
        who=Who(form.text("who")),
        family_name=form.line("family-name"),
        given_name=form.line("given-name") or None,
        birth_date=None if form.ticked("birth-unsaid") else _birth_date(form),
        postcode=None if form.ticked("postcode-unsaid") else places.postcode(postcode),
        email=form.line("email") if form.ticked("contact", "email") else None,
        telephone=form.line("telephone") if by_phone else None,
        contact_by=tuple(way for way in ("email", "telephone", "text") if form.ticked("contact", way)),
        language=form.text("language"),
        needs=() if form.ticked("needs-unsaid") else tuple(need for need in needs if form.ticked("needs", need)),
        notes=form.text("notes") or None,
        feedback=Feedback(form.text("feedback")) if asks_feedback else None,
    )


def _faults(form: Form, languages: Sequence[str], today: date, *, asks_feedback: bool) -> Iterator[Fault]:
    yield from _about_who(form)
    yield from _about_the_person(form, today)
    yield from _about_contact(form)
    if form.text("language") not in languages:
        yield Fault("language", "Choose a language.")
    if len(form.text("notes")) > NOTES_LIMIT:
        yield Fault("notes", "This text is too long. Please make it shorter.")
    if asks_feedback and form.text("feedback") not in set(Feedback):
        yield Fault("feedback", "Choose what they may hear.")
    if not form.ticked("agree"):
        yield Fault("agree", "Tick the box if you agree. We cannot send the form if you do not agree.")


def _about_who(form: Form) -> Iterator[Fault]:
    if form.text("who") not in set(Who):
        yield Fault("who", "Choose who this form is for.")
    elif form.text("who") == Who.ON_BEHALF and not form.ticked("knows"):
        yield Fault("knows", "Ask the person first. Then tick the box that says they know and agree.")


def _about_the_person(form: Form, today: date) -> Iterator[Fault]:
    if len(form.line("given-name")) > NAME_LIMIT:
        yield Fault("given-name", "This first name is too long. Please make it shorter.")
    if not form.line("family-name"):
        yield Fault("family-name", "Write the last name.")
    elif len(form.line("family-name")) > NAME_LIMIT:
        yield Fault("family-name", "This last name is too long. Please make it shorter.")
    if not form.ticked("birth-unsaid"):
        yield from _about_birth(form, today)
    if not form.ticked("postcode-unsaid"):
        yield from _about_postcode(form)


def _about_birth(form: Form, today: date) -> Iterator[Fault]:
    parts = [form.line(f"birth-{part}") for part in ("day", "month", "year")]
    if not any(parts):
        yield Fault("birth-day", "Write the date of birth. Or tick: I prefer not to say.")
        return
    born = _birth_date(form)
    if born is None:
        yield Fault("birth-day", "This date does not exist. Write numbers, like 27 3 1980.")
    elif born > today or born.year < EARLIEST:
        yield Fault("birth-year", "Check the year of birth.")


def _about_postcode(form: Form) -> Iterator[Fault]:
    if not form.line("postcode"):
        yield Fault("postcode", "Write the postcode. Or tick: I prefer not to say.")
        return
    try:
        places.postcode(form.line("postcode"))
    except PostcodeUnreadable:
        yield Fault("postcode", "Check the postcode. It looks like SW1A 1AA. The first half is enough.")


def _about_contact(form: Form) -> Iterator[Fault]:
    email, telephone = form.line("email"), form.line("telephone")
    by_phone = form.ticked("contact", "telephone") or form.ticked("contact", "text")
    if form.ticked("contact", "email") and not _is_email(email):
        yield Fault("email", "Write an email address, like name@example.org.")
    elif email and not form.ticked("contact", "email"):
        yield Fault("contact-email", "Tick email if we may use this address. Or delete the address.")
    if by_phone and not _is_telephone(telephone):
        yield Fault("telephone", "Write a telephone number, like 07700 900982.")
    elif telephone and not by_phone:
        yield Fault("contact-telephone", "Tick call or text if we may use this number. Or delete the number.")


def _birth_date(form: Form) -> date | None:
    day, month, year = (form.line(f"birth-{part}") for part in ("day", "month", "year"))
    if not all(part.isascii() and part.isdigit() and len(part) <= len("1980") for part in (day, month, year)):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _is_email(text: str) -> bool:
    try:
        read_email(text)
    except EmailUnreadable:
        return False
    return True


def _is_telephone(text: str) -> bool:
    return len(text) <= TELEPHONE_LIMIT and sum(letter.isdigit() for letter in text) >= FEWEST_DIGITS
