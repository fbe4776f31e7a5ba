"""Samples of claims: drawn at random for an organisation that audits them, and shown to its auditors until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final
from uuid import UUID

from kith_referrals.domain.claims import Claim
from kith_referrals.domain.refusals import NotAllowed, NotYourProgramme, Unacceptable

LONGEST: Final = timedelta(days=28)
"""How long a sample may be looked at."""


class SampleDayWrong(Unacceptable):
    """A sample is open for a while, and then no more."""

    code = "sample-day-wrong"
    says = "The last day of a sample is today or one of the next 28 days."


class NothingToSample(Unacceptable):
    """There is nothing to look at."""

    code = "nothing-to-sample"
    says = "No claim of your organisation stands for this programme, so there is nothing to draw from."


class SampleOver(NotAllowed):
    """What an auditor could see on its last day, nobody of them sees on the next."""

    code = "sample-over"
    says = "The last day of this sample has passed. Ask the organisation whose claims they are to draw another."


@dataclass(frozen=True, slots=True)
class Sample:
    """Which claims of a programme were drawn, for the auditors of ``auditor_id``, until a day (Europe/London) included.

    The claims are kept by their ids, so a sample is the same whoever looks, whatever is claimed or reversed since.
    """

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    auditor_id: UUID
    until: date
    drawn_on: date
    claim_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample with its claims as they stand."""

    sample: Sample
    claims: Sequence[Claim]


def check_sample(sample: Sample, owner_id: UUID) -> None:
    """Let a sample be drawn of the claimant's own programme, for 28 days at most.

    Raises ``NotYourProgramme`` or ``SampleDayWrong``.
    """
    if owner_id != sample.organisation_id:
        raise NotYourProgramme("Only the organisation that runs the programme draws a sample of its claims.")
    if not sample.drawn_on <= sample.until <= sample.drawn_on + LONGEST:
        raise SampleDayWrong


def drawn(standing: int, wanted: int, chance: Random) -> list[int]:
    """Which of the claims that stand are drawn, by their places from 0: each as likely as any other, none twice.

    All of them where fewer stand than are wanted. Raises ``NothingToSample``.
    """
    if standing < 1:
        raise NothingToSample
    return sorted(chance.sample(range(standing), min(wanted, standing)))


def check_open(sample: Sample, today: date) -> None:
    """Let a sample be looked at until its day. Raises ``SampleOver``."""
    if today > sample.until:
        raise SampleOver
