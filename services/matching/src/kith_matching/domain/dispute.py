"""Two in a dispute, and who may mediate between them: able to meet both, and close to neither."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.places import ReferralElsewhere
from kith_matching.domain.referral import Programme, Referral, check_open
from kith_matching.domain.refusals import MatchingRefused, NotInProgramme, PairStopped, SupporterNotActive
from kith_matching.domain.rules import Pair, stops
from kith_matching.domain.score import parts
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.domain.terms import Terms
from kith_matching.domain.training import CONFLICT_RESOLUTION, is_trained

MEDIATION: Final = "mediation"
"""The component, and the model, by which a programme offers it."""


class MediationOff(MatchingRefused):
    """A programme offers mediation by its definition."""

    code = "mediation-off"
    advice = "The programme offers no mediation. Add the component mediation to its definition."


class NeedsTwo(MatchingRefused):
    """A dispute has two sides."""

    code = "mediation-needs-two"
    advice = "The two are the same person. Name each of the two people in the dispute."


class CloseToOne(PairStopped):
    """Nobody mediates between people of whom one is close to them (MH, *Peer Mediation*) [K]."""

    code = "close-to-one"
    advice = "The mediator knows one of the two by a match, a proposal or a group. Choose somebody close to neither."


class NotTrainedToMediate(PairStopped):
    """A mediator is trained in conflict resolution (MH, *Peer Mediation*)."""

    code = "not-trained-to-mediate"
    advice = (
        "The supporter has no training conflict-resolution in date. Choose one who has, or record it once finished."
    )


class NoMediator(MatchingRefused):
    """No supporter of the programme may mediate between these two. The message counts which rules are in the way."""

    code = "no-mediator"


Side = Referral | Supporter
"""One of two in a dispute: a person by their referral to the programme, or a supporter of it."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """The two in a dispute, and the programme that is to help them out of it."""

    sides: tuple[Side, Side]
    programme: Programme


@dataclass(frozen=True, slots=True)
class Mediator:
    """A supporter considered as a mediator between two.

    They are ``close`` where they ever had a match, a proposal or a group with one of the two, and have ``said_no``
    where they would not mediate between these two. ``matches`` are those that they have now.
    """

    supporter: Supporter
    close: bool = False
    said_no: bool = False
    matches: int = 0


def check_sides(dispute: Dispute) -> None:
    """Let only two different people through who are with a programme that offers mediation.

    Raises ``MediationOff``, ``NeedsTwo``, ``ReferralNotOpen``, ``ReferralElsewhere``, ``NotInProgramme``, and
    ``SupporterNotActive`` of a supporter who left.
    """
    if MEDIATION not in (*dispute.programme.terms.components, *dispute.programme.terms.models):
        raise MediationOff
    if len({side.person_id if isinstance(side, Referral) else side.id for side in dispute.sides}) == 1:
        raise NeedsTwo
    for side in dispute.sides:
        _check_side(side, dispute.programme)


def stops_mediator(mediator: Mediator, dispute: Dispute, today: date) -> tuple[PairStopped, ...]:
    """Every rule that keeps this supporter from mediating between the two today (Europe/London); each once.

    The rules of a pair hold with either side, but for places: to mediate is no lasting match and takes none, only who
    chose to support nobody is not asked. Who mediates is trained in conflict resolution. Where mediation is what the
    whole programme is, its definition says itself what its supporters are trained in (``training-missing``).
    """
    found: dict[str, PairStopped] = {}
    if mediator.close:
        found[CloseToOne.code] = CloseToOne()
    if mediator.said_no:
        found[refusals.SaidNo.code] = refusals.SaidNo(
            "The supporter has said no to mediating between these two. Choose another."
        )
    if not _is_trained(mediator, dispute.programme.terms, today):
        found[NotTrainedToMediate.code] = NotTrainedToMediate()
    for side in dispute.sides:
        for stop in stops(_pair(mediator, side, dispute.programme), today):
            found.setdefault(stop.code, stop)
    return tuple(found.values())


def check_mediator(mediator: Mediator, dispute: Dispute, today: date) -> None:
    """Raise the first rule that keeps this supporter from mediating between the two today (Europe/London)."""
    for stop in stops_mediator(mediator, dispute, today):
        raise stop


def find_mediator(mediators: Iterable[Mediator], dispute: Dispute, today: date) -> Mediator:
    """Whoever suits the two best of those whom no rule stops, by the programme's weights and for both together.

    Equals go to the one with the fewest running matches, then to the lower id. Raises ``NoMediator``.
    """
    able: list[tuple[int, int, UUID, Mediator]] = []
    stopped: Counter[str] = Counter()
    for mediator in mediators:
        if in_the_way := stops_mediator(mediator, dispute, today):
            stopped.update(stop.code for stop in in_the_way)
            continue
        pairs = (_pair(mediator, side, dispute.programme) for side in dispute.sides)
        points = sum(part.points for pair in pairs for part in parts(pair))
        able.append((-points, mediator.matches, mediator.supporter.id, mediator))
    if not able:
        reasons = ", ".join(f"{code} ({count})" for code, count in sorted(stopped.items()))
        raise NoMediator(
            f"No active supporter of the programme can mediate between these two: {reasons or 'there is none'}."
        )
    return min(able)[-1]


def _check_side(side: Side, programme: Programme) -> None:
    if isinstance(side, Referral):
        check_open(side)
        if side.programme_id != programme.id:
            raise ReferralElsewhere("A party's referral is to another programme. Name their referral to this one.")
    elif programme.id not in side.programme_ids:
        raise NotInProgramme
    elif side.state is SupporterState.LEFT:
        raise SupporterNotActive


def _is_trained(mediator: Mediator, terms: Terms, today: date) -> bool:
    held = mediator.supporter.trainings
    return MEDIATION in terms.models or is_trained(terms, (CONFLICT_RESOLUTION,), held, today)


def _pair(mediator: Mediator, side: Side, programme: Programme) -> Pair:
    referral = side if isinstance(side, Referral) else _as_a_person(side, mediator.supporter, programme)
    return Pair(referral, programme, mediator.supporter, Load())


def _as_a_person(party: Supporter, mediator: Supporter, programme: Programme) -> Referral:
    """A supporter in a dispute is a person in it: with their own language, channels, and a district that both serve."""
    return Referral(
        id=party.id,
        person_id=party.id,
        programme_id=programme.id,
        organisation_id=party.organisation_id,
        received_on=date.min,
        age_band="unknown",
        district=next((one for one in party.districts if one in mediator.districts), None),
        language=next((one for one in party.languages if one in mediator.languages), party.languages[0]),
        needs=(),
        conditions=(),
        interests=(),
        requested=(),
        channels=party.channels,
        urgent=False,
    )
