"""A round over a programme's whole waiting list: what was looked at, by which policy, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kith_matching.domain.private import NOTHING, Private
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.refusals import MatchingRefused, NotFound
from kith_matching.domain.rules import Pair
from kith_matching.domain.supporter import Load, Supporter
from kith_matching.domain.terms import Acquaintance, Priority


class RoundNotFound(NotFound):
    """No round of this organisation has the id."""

    code = "round-not-found"
    advice = "No round of your organisation has this id."


class RoundRefused(MatchingRefused):
    """No round of this programme can be held as things stand. Nothing of the round before is changed."""

    code = "round-refused"


class RoundUnproved(RoundRefused):
    """The library's list was not proved best, and so nothing of it is shown."""

    code = "round-unproved"
    advice = "The list that was found is not proved best, so it is not shown. Tell whoever runs Kith; others may go on."


class PolicyOutOfRange(RoundRefused):
    """The programme's weights are beyond what a round can reckon exactly."""

    code = "policy-out-of-range"
    advice = "The programme's weights are too large for a round. Publish it with fewer points: a thousand each will do."


@dataclass(frozen=True, slots=True)
class WaitingList:
    """All that a round looks at: who waits, the active supporters with what is taken of their places, and who said no.

    ``said_no``, ``acquainted`` (they may know each other) and ``supported_before`` name referrals with supporters, by
    id; ``private`` is what those supporters who have something keep to themselves.
    """

    programme: Programme
    people: Sequence[Referral]
    supporters: Sequence[tuple[Supporter, Load]]
    said_no: Collection[tuple[UUID, UUID]]
    acquainted: Collection[tuple[UUID, UUID]] = frozenset()
    supported_before: Collection[tuple[UUID, UUID]] = ()
    private: Mapping[UUID, Private] = field(default_factory=dict, repr=False)

    @property
    def apart(self) -> Collection[tuple[UUID, UUID]]:
        """Pairs kept apart by what is between the two: a no, or knowing each other where the programme refuses that."""
        refused = self.programme.terms.knowing_each_other == Acquaintance.REFUSE
        return {*self.said_no, *self.acquainted} if refused else self.said_no

    def pair(self, referral: Referral, one: tuple[Supporter, Load]) -> Pair:
        """Two of the list, considered together."""
        between = (referral.id, one[0].id)
        return Pair(
            referral,
            self.programme,
            *one,
            said_no=between in self.said_no,
            acquainted=between in self.acquainted,
            supported_before=between in self.supported_before,
            private=self.private.get(one[0].id, NOTHING),
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """The programme's policy as it was: the points of each connection, who goes first, and its definition's version."""

    weights: Mapping[str, int]
    priority: Priority
    definition_version: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One round. It assigns nobody: a coordinator is shown its picks, and decides.

    ``pairs`` were allowed, of ``people`` who waited and ``supporters`` who had not left; ``nobody`` counts people whom
    no supporter could take. ``objective`` is what the best list is worth in points. ``solver`` (a library and its
    version), ``digest`` (of all that was looked at) and ``policy`` say whether another round would be the same.
    """

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    held_at: datetime
    people: int
    supporters: int
    pairs: int
    matched: int
    nobody: int
    objective: int
    solver: str
    digest: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Picks:
    """What a round leaves behind until the next: a supporter for each referral that got one, and the prices of places.

    A price says what one more place of that supporter would add to the list; those at nought are left out.
    """

    supporters: Mapping[UUID, UUID]
    prices: Mapping[UUID, int]
