"""Results of households, claimed from whoever pays for them: held for long enough, claimed once, taken back if need be.

A programme may be paid in part by results (RE, *Troubled families agenda*). Nothing here is read when somebody is
referred, matched or supported: support never depends on claiming. The evidence stays with the claimant.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain.refusals import MoveRefused, NotYourProgramme, Unacceptable


class ClaimsNothing(Unacceptable):
    """Nobody pays for this programme's results."""

    code = "programme-claims-nothing"
    says = "The programme's definition in force names no results that are claimed. See evaluation.results in its file."


class ResultUnknown(Unacceptable):
    """A payer pays for what the programme's file names, and for nothing else."""

    code = "result-unknown"


class AchievedAfterToday(Unacceptable):
    """Nothing is achieved tomorrow."""

    code = "achieved-after-today"
    says = "The day from which the result holds lies after today. Claim it once it has held for long enough."


class AchievedTooEarly(Unacceptable):
    """What a family had before it was referred is not what the programme achieved."""

    code = "achieved-before-referral"
    says = "The result held before the household was referred to this programme. Check the day."


class NotWorkedWith(Unacceptable):
    """A result is claimed for a household that the programme took on, and that it still sees."""

    code = "household-not-worked-with"
    says = (
        "Your organisation sees nobody of this household whose referral to this programme was accepted."
        " Check the household's id, or ask whoever referred them to put them into it."
    )


class NotSustained(MoveRefused):
    """A result that has just begun may not last."""

    code = "result-not-sustained"

    @classmethod
    def until(cls, day: date, weeks: int) -> "NotSustained":
        """The refusal that says how long it has to hold, and the first day on which it may be claimed."""
        return cls(f"The result has to hold for {weeks} weeks. It may be claimed from {day.isoformat()}, if it lasts.")


class AlreadyClaimed(MoveRefused):
    """One household's one result in one programme is paid for once."""

    code = "already-claimed"
    says = "This result of the household is claimed already. It can be claimed anew only if that claim is reversed."


class AlreadyReversed(MoveRefused):
    """A claim is taken back once."""

    code = "claim-already-reversed"
    says = "The claim is reversed already. If the result holds again for long enough, make a new claim."


class State(StrEnum):
    """Whether a claim stands."""

    CLAIMED = "claimed"
    REVERSED = "reversed"


class Reason(StrEnum):
    """Why a claim was taken back."""

    RELAPSED = "relapsed"
    ENTERED_IN_ERROR = "entered-in-error"
    EVIDENCE_MISSING = "evidence-missing"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one version of a programme's file says of claiming: for what, once held for how long, and who pays."""

    version: int
    results: tuple[str, ...]
    sustained_weeks: int
    payer_percent: int

    def claimable_from(self, achieved_on: date) -> date:
        """The first day on which a result may be claimed that holds from then on."""
        return achieved_on + timedelta(weeks=self.sustained_weeks)


@dataclass(frozen=True, slots=True)
class WorkedWith:
    """A household that a programme works with: its first accepted referral there, and how many people it is."""

    id: UUID
    referral_id: UUID
    received_on: date
    size: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be claimed, by whom. ``evidence`` is a reference into the claimant's own records, never what is there.

    ``achieved_on`` is the day from which the result holds (Europe/London).
    """

    claim_id: UUID
    organisation_id: UUID
    programme_id: UUID
    household_id: UUID
    result: str
    achieved_on: date
    evidence: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """One result of one household, claimed by the organisation that runs the programme. Days are of Europe/London.

    ``referral_id`` is None once its person was erased: the claim stays, because money was paid for it, and says of
    nobody. ``definition_version``, ``payer_percent`` and ``household_size`` are as they were when it was claimed.
    """

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    household_id: UUID
    referral_id: UUID | None
    result: str
    achieved_on: date
    evidence: str = field(repr=False)
    household_size: int
    definition_version: int
    payer_percent: int
    claimed_on: date
    state: State = State.CLAIMED
    reason: Reason | None = None
    reversed_on: date | None = None
    version: int = 1


def claimed(wanted: Wanted, owner_id: UUID, rule: Rule | None, household: WorkedWith | None, today: date) -> Claim:
    """The claim, if the programme is the claimant's and its file's rule in force (None: it claims nothing) allows it.

    ``household`` is None where nobody of it was taken on. Counted from ``received_on`` and not from the acceptance:
    that is recorded when somebody presses a button, which may be long after a family that is carried over from another
    system was taken on. Raises ``NotYourProgramme``, ``ClaimsNothing``, ``ResultUnknown``, ``NotWorkedWith``,
    ``AchievedAfterToday``, ``AchievedTooEarly`` or ``NotSustained``; that nothing is claimed twice the store sees.
    """
    if owner_id != wanted.organisation_id:
        raise NotYourProgramme("Only the organisation that runs the programme claims its results.")
    if rule is None:
        raise ClaimsNothing
    if wanted.result not in rule.results:
        raise ResultUnknown(f"The result must be one of: {', '.join(rule.results)}.")
    if household is None:
        raise NotWorkedWith
    if wanted.achieved_on > today:
        raise AchievedAfterToday
    if wanted.achieved_on < household.received_on:
        raise AchievedTooEarly
    if today < rule.claimable_from(wanted.achieved_on):
        raise NotSustained.until(rule.claimable_from(wanted.achieved_on), rule.sustained_weeks)
    return Claim(
        id=wanted.claim_id,
        organisation_id=wanted.organisation_id,
        programme_id=wanted.programme_id,
        household_id=wanted.household_id,
        referral_id=household.referral_id,
        result=wanted.result,
        achieved_on=wanted.achieved_on,
        evidence=wanted.evidence,
        household_size=household.size,
        definition_version=rule.version,
        payer_percent=rule.payer_percent,
        claimed_on=today,
    )


def reverse(claim: Claim, reason: Reason, today: date) -> Claim:
    """The claim, taken back. Raises ``AlreadyReversed``."""
    if claim.state is State.REVERSED:
        raise AlreadyReversed
    return replace(claim, state=State.REVERSED, reason=reason, reversed_on=today, version=claim.version + 1)
