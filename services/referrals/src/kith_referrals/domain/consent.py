"""What a person agreed to: one purpose at a time, recorded how and when, and withdrawn whenever they wish."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from kith_referrals.domain.refusals import ConsentAfterToday, ConsentDateMissing, ConsentExpired, ConsentMissing


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
    EXPIRED = "expired"
    """The day until which the person agreed has passed; it takes their word to grant it again."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The person's last word on one purpose.

    ``recorded_on`` is a civil date (Europe/London); ``how`` a code such as ``spoken`` or ``written``;
    ``wording_version`` names the text that was put to them. ``expires_on`` is the last day on which it holds; None
    until they say otherwise.
    """

    state: State
    recorded_on: date
    how: str
    wording_version: str | None = None
    expires_on: date | None = None


Consents = Mapping[Purpose, Consent]
"""One word for each purpose. A purpose that is absent was never agreed to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a referrer says about the person's consent. ``recorded_on`` is a civil date (Europe/London)."""

    given: bool
    recorded_on: date | None
    how: str
    wording_version: str | None = None
    expires_on: date | None = None


def agreed(answer: Answer, today: date) -> Consents:
    """The consents a new referral begins with: a person who agrees to be referred agrees to all three purposes.

    Each can be withdrawn by itself afterwards. Raises ``ConsentMissing``, ``ConsentDateMissing``, ``ConsentAfterToday``
    or ``ConsentExpired``, looked for in this order.
    """
    if not answer.given:
        raise ConsentMissing
    if answer.recorded_on is None:
        raise ConsentDateMissing
    if answer.recorded_on > today:
        raise ConsentAfterToday
    if answer.expires_on is not None and answer.expires_on < today:
        raise ConsentExpired
    word = Consent(State.GRANTED, answer.recorded_on, answer.how, answer.wording_version, answer.expires_on)
    return dict.fromkeys(Purpose, word)


def changed(consents: Consents, purpose: Purpose, word: Consent, today: date) -> Consents | None:
    """The consents after the person's new word, or None where it changes nothing: saying the same twice is no change.

    Granting again with another last day is one. Nobody says that it expired: that falls due. Raises
    ``ConsentAfterToday`` or ``ConsentExpired``.
    """
    if word.recorded_on > today:
        raise ConsentAfterToday
    if word.state is State.EXPIRED or (word.expires_on is not None and word.expires_on < today):
        raise ConsentExpired
    before = consents.get(purpose)
    if before is not None and (before.state, before.expires_on) == (word.state, word.expires_on):
        return None
    wording = word.wording_version or (before.wording_version if before else None)
    return {**consents, purpose: replace(word, wording_version=wording)}


def expired(consents: Consents, today: date) -> Consents:
    """Those of the consents whose last day has passed, as they stand from now on."""
    return {
        purpose: replace(word, state=State.EXPIRED)
        for purpose, word in consents.items()
        if word.state is State.GRANTED and word.expires_on is not None and word.expires_on < today
    }


def check_shares(consents: Consents, today: date) -> None:
    """Let nothing be shared that the person does not agree to share today.

    Raises ``ConsentExpired`` or ``ConsentMissing``.
    """
    if allows(consents, Purpose.SHARE_REFERRAL, today):
        return
    word = consents.get(Purpose.SHARE_REFERRAL)
    if word is None or word.state is State.WITHDRAWN:
        raise ConsentMissing
    raise ConsentExpired


def allows(consents: Consents, purpose: Purpose, today: date) -> bool:
    """Whether the person agrees to the purpose today (Europe/London)."""
    word = consents.get(purpose)
    if word is None or word.state is not State.GRANTED:
        return False
    return word.expires_on is None or today <= word.expires_on
