"""What a person agreed to: one purpose at a time, recorded how and when, and withdrawn whenever they wish."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from kith_referrals.domain.refusals import ConsentAfterToday, ConsentDateMissing, ConsentMissing


class Purpose(StrEnum):
    """What a consent is for, and so who receives something by it."""

    SHARE_REFERRAL = "share-referral"
    """The programme's organisation may see the referral."""

    TELL_REFERRER = "tell-referrer"
    """The organisation that referred may be told what happens."""

    CONTACT_PERSON = "contact-person"
    """The person may be written to about the referral, by the channels they allowed."""


class State(StrEnum):
    """Whether the person agrees now."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """The person's last word on one purpose.

    ``recorded_on`` is a civil date (Europe/London); ``how`` a code such as ``spoken`` or ``written``;
    ``wording_version`` names the text that was put to them.
    """

    state: State
    recorded_on: date
    how: str
    wording_version: str | None = None


Consents = Mapping[Purpose, Consent]
"""One word for each purpose. A purpose that is absent was never agreed to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a referrer says about the person's consent. ``recorded_on`` is a civil date (Europe/London)."""

    given: bool
    recorded_on: date | None
    how: str
    wording_version: str | None = None


def agreed(answer: Answer, today: date) -> Consents:
    """The consents a new referral begins with: a person who agrees to be referred agrees to all three purposes.

    Each can be withdrawn by itself afterwards. Raises ``ConsentMissing``, ``ConsentDateMissing`` or
    ``ConsentAfterToday``, looked for in this order.
    """
    if not answer.given:
        raise ConsentMissing
    if answer.recorded_on is None:
        raise ConsentDateMissing
    if answer.recorded_on > today:
        raise ConsentAfterToday
    word = Consent(State.GRANTED, answer.recorded_on, answer.how, answer.wording_version)
    return dict.fromkeys(Purpose, word)


def changed(consents: Consents, purpose: Purpose, word: Consent, today: date) -> Consents | None:
    """The consents after the person's new word, or None where it changes nothing: saying the same twice is no change.

    Raises ``ConsentAfterToday``.
    """
    if word.recorded_on > today:
        raise ConsentAfterToday
    before = consents.get(purpose)
    if before is not None and before.state is word.state:
        return None
    wording = word.wording_version or (before.wording_version if before else None)
    return {**consents, purpose: replace(word, wording_version=wording)}


def allows(consents: Consents, purpose: Purpose) -> bool:
    """Whether the person agrees to the purpose now."""
    word = consents.get(purpose)
    return word is not None and word.state is State.GRANTED
