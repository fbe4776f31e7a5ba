"""What a person agreed to: one purpose at a time, recorded how and when, and withdrawn whenever they wish."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
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


class Feedback(StrEnum):
    """How much the person agrees that the referrer hears. Each tells what the one before it does, and more."""

    RECEIPT = "receipt"
    """That it was received, and that it is over."""

    DECISION = "decision"
    """Also what the programme decided, and why not."""

    PROGRESS = "progress"
    """Also a match, and the first session."""

    OUTCOME = "outcome"
    """Also how it ended."""

    def tells(self, needed: "Feedback") -> bool:
        """Whether what needs ``needed`` is told at this level."""
        levels = list(Feedback)
        return levels.index(self) >= levels.index(needed)


@dataclass(frozen=True, slots=True)
class Consent:
    """The person's last word on one purpose.

    ``recorded_on`` is a civil date (Europe/London); ``how`` a code such as ``spoken`` or ``written``;
    ``wording_version`` names the text that was put to them. ``expires_on`` is the last day on which it holds; None
    until they say otherwise. ``feedback`` belongs to *tell-referrer* alone. ``noticed_for`` is the last day of which
    those who rely on it were told that it is near.
    """

    state: State
    recorded_on: date
    how: str
    wording_version: str | None = None
    expires_on: date | None = None
    feedback: Feedback | None = None
    noticed_for: date | None = None


Consents = Mapping[Purpose, Consent]
"""One word for each purpose. A purpose that is absent was never agreed to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a referrer says about the person's consent. ``recorded_on`` is a civil date (Europe/London).

    ``feedback`` is how much they may hear; a person who agrees and says nothing else agrees to all of it.
    """

    given: bool
    recorded_on: date | None
    how: str
    wording_version: str | None = None
    expires_on: date | None = None
    feedback: Feedback = Feedback.OUTCOME


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
    return dict.fromkeys(Purpose, word) | {Purpose.TELL_REFERRER: replace(word, feedback=answer.feedback)}


def changed(consents: Consents, purpose: Purpose, word: Consent, today: date) -> Consents | None:
    """The consents after the person's new word, or None where it changes nothing: saying the same twice is no change.

    Granting again with another last day is one, and so is granting another level of feedback; without a level the one
    that was said before stays. Nobody says that it expired: that falls due. Raises ``ConsentAfterToday`` or
    ``ConsentExpired``.
    """
    if word.recorded_on > today:
        raise ConsentAfterToday
    if word.state is State.EXPIRED or (word.expires_on is not None and word.expires_on < today):
        raise ConsentExpired
    before = consents.get(purpose)
    if before is None:
        return {**consents, purpose: word}
    after = replace(
        word,
        wording_version=word.wording_version or before.wording_version,
        feedback=word.feedback or before.feedback,
        noticed_for=before.noticed_for,
    )
    if (before.state, before.expires_on, before.feedback) == (after.state, after.expires_on, after.feedback):
        return None
    return {**consents, purpose: after}


def expired(consents: Consents, today: date) -> Consents:
    """Those of the consents whose last day has passed, as they stand from now on."""
    return {
        purpose: replace(word, state=State.EXPIRED)
        for purpose, word in consents.items()
        if word.state is State.GRANTED and word.expires_on is not None and word.expires_on < today
    }


def ending(consents: Consents, today: date, notice: timedelta) -> Consents:
    """Those of the consents whose last day is no further away than ``notice``, noted as told of.

    Once for each last day: granting again until another day makes it possible again.
    """
    return {
        purpose: replace(word, noticed_for=word.expires_on)
        for purpose, word in consents.items()
        if word.state is State.GRANTED
        and word.expires_on is not None
        and today <= word.expires_on <= today + notice
        and word.noticed_for != word.expires_on
    }


def hears(consents: Consents, today: date) -> Feedback:
    """How much the referrer may know today (Europe/London).

    While the person does not agree that they are told, that it was received and nothing more. A word from before there
    were levels allows all of it.
    """
    if not allows(consents, Purpose.TELL_REFERRER, today):
        return Feedback.RECEIPT
    return consents[Purpose.TELL_REFERRER].feedback or Feedback.OUTCOME


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
