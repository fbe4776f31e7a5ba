"""What is known of a person beyond who they are: what they bring, what helps them, what a visitor must know."""

from dataclasses import dataclass, field
from typing import Final

from kith_referrals.domain.person_refusals import SaidNothingAndSomething

PREFER_NOT_TO_SAY: Final = "prefer-not-to-say"
"""The code of somebody who was asked and would rather not answer. It stands alone."""


@dataclass(frozen=True, slots=True)
class About:
    """All of it optional, in codes where there are codes; a code that is not known here is kept and shown as it is.

    ``strengths``: what the person brings, shown before all else: ``good-listener``, ``gardener``, ``speaks-polish``.

    ``impacts``: what a condition does to a life, a connection of its own: ``benefits``, ``lost-job``, ``fatigue``,
    ``continence``, ``pain``, ``memory``, ``sleep``.

    ``accessible_information``: what is needed to read, hear and be understood, as the Accessible Information Standard
    (DAPB1605) asks to record it: ``easy-read``, ``large-print``, ``braille``, ``moon``, ``audio``, ``email-only``,
    ``text-only``, ``telephone-only``, ``bsl-interpreter``, ``bsl-video``, ``deafblind-manual-interpreter``,
    ``lipspeaker``, ``note-taker``, ``speech-to-text-reporter``, ``text-relay``, ``hearing-loop``, ``advocate``,
    ``communication-aid``, ``longer-session``.

    ``interpreter``: the language of an interpreter (ISO 639; British Sign Language is ``bfi``), None where none is
    needed. ``safe_times``: when one may ring or call, in words.

    ``risk_to_visitor``: what whoever visits must know beforehand: ``dog``, ``smoker``, ``infection``, ``two-visitors``,
    ``no-home-visit``, ``aggression``, ``others-in-household``. It travels with the referral to whoever sees it, and
    never leaves this service in a fact: that there is something to read before a visit is all that one says.
    """

    strengths: tuple[str, ...] = ()
    impacts: tuple[str, ...] = field(default=(), repr=False)
    accessible_information: tuple[str, ...] = field(default=(), repr=False)
    interpreter: str | None = field(default=None, repr=False)
    safe_times: str | None = field(default=None, repr=False)
    risk_to_visitor: tuple[str, ...] = field(default=(), repr=False)


NOTHING_MORE: Final = About()
"""Nothing is known beyond who the person is."""


def check_about(about: About) -> None:
    """Refuse codes beside *prefer not to say*. Raises ``SaidNothingAndSomething``."""
    for codes in (about.strengths, about.impacts, about.accessible_information, about.risk_to_visitor):
        if PREFER_NOT_TO_SAY in codes and len(codes) > 1:
            raise SaidNothingAndSomething
