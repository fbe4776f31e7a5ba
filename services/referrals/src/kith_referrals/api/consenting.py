"""What a person says about consent, as it comes in."""

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from kith_referrals.api.words import Body, Code, Reference
from kith_referrals.domain.consent import Answer, Consent, Feedback, Purpose, State


class ConsentBody(Body):
    """What the person said about being referred, when (Europe/London), how, to which wording, and until which day.

    ``feedback`` is how much the referrer may hear of it.
    """

    given: bool
    recorded_on: date | None = None
    how: Code
    wording_version: Reference | None = None
    expires_on: date | None = None
    feedback: Feedback = Feedback.OUTCOME

    def answer(self) -> Answer:
        """The answer as the domain has it."""
        return Answer(**vars(self))


class ConsentChangeBody(Body):
    """The person's new word on one purpose. ``expires_on`` is its last day, if they agreed to one.

    ``feedback`` is how much the referrer hears from now on; without it, as much as was said before.
    """

    purpose: Purpose
    state: Literal["granted", "withdrawn"]
    recorded_on: date
    how: Code
    wording_version: Reference | None = None
    expires_on: date | None = None
    feedback: Feedback | None = None

    @model_validator(mode="after")
    def _feedback_is_for_the_referrer(self) -> Self:
        """Refuse a level where nobody hears anything by it: somebody meant something else."""
        if self.feedback is not None and (self.purpose, self.state) != (Purpose.TELL_REFERRER, State.GRANTED):
            raise ValueError("feedback belongs to tell-referrer, granted")
        return self

    def word(self) -> Consent:
        """The word as the domain has it."""
        state = State(self.state)
        return Consent(state, self.recorded_on, self.how, self.wording_version, self.expires_on, self.feedback)
