"""An exchange that members switch on for themselves: who can do what another needs, and numbers once both say yes.

An informal group keeps nothing of anybody (HH, *CAPITAL*): so a member is an opaque id with codes, times and a number,
no referral and no supporter, and leaving leaves nothing behind.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Programme
from kith_matching.domain.refusals import MatchingRefused, MoveRefused, NotFound

EXCHANGE: Final = "exchange"
"""The component by which a programme's members may switch it on."""


class MemberNotFound(NotFound):
    """No member of an exchange of this organisation has the id."""

    code = "member-not-found"
    advice = "No member of an exchange of your organisation has this id."


class AgreementNotFound(NotFound):
    """No agreement between members of this organisation has the id."""

    code = "agreement-not-found"
    advice = "No agreement between members of your organisation has this id; it goes when one of the two leaves."


class ExchangeOff(MatchingRefused):
    """A programme has an exchange by its definition, which its members approve."""

    code = "exchange-off"
    advice = "The programme has no exchange. Its members can add the component exchange to its definition."


class MemberElsewhere(MatchingRefused):
    """A member's id is known in one exchange only, so that nobody links two."""

    code = "member-of-another-programme"
    advice = "The member is in another programme's exchange. Take a new id for this one."


class NothingToExchange(MatchingRefused):
    """Two are asked where one can do what the other needs, while both wish to be asked."""

    code = "nothing-to-exchange"
    advice = "Neither of the two can do what the other needs, or one of them is resting. Choose from the suggestions."


class AlreadyAsked(MatchingRefused):
    """Nobody is asked about the same member twice."""

    code = "already-asked"
    advice = "The two have been asked about each other already. Look at that agreement."


class AlreadyAgreed(MoveRefused):
    """A yes is said once; it may be taken back with a no."""

    code = "already-agreed"
    advice = "The member has said yes already. Record the other's answer, or a no if they take theirs back."


class AgreementDeclined(MoveRefused):
    """A no ends it."""

    code = "agreement-declined"
    advice = "One of the two said no, so nothing more is asked. Choose somebody else from the suggestions."


class NotBothAgreed(MoveRefused):
    """Numbers are given to a member with whom both agreed, and to nobody else."""

    code = "not-both-agreed"
    advice = "The two have not both said yes, so neither is told how to reach the other."


class MemberState(StrEnum):
    """Whether a member is suggested to others."""

    ON = "on"
    RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an exchange: codes for what they need and can do, and for the ``times`` when one may call."""

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    needs: tuple[str, ...] = field(repr=False)
    skills: tuple[str, ...] = field(repr=False)
    times: tuple[str, ...] = field(repr=False)
    telephone: str = field(repr=False)
    state: MemberState = MemberState.ON
    version: int = 1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody whom a member could be asked about: what they would get and give, and at which times both are free."""

    other_id: UUID
    gets: tuple[str, ...]
    gives: tuple[str, ...]
    times: tuple[str, ...]
    points: int

    @property
    def both_ways(self) -> bool:
        """Whether each can do something that the other needs."""
        return bool(self.gets and self.gives)


class AgreementState(StrEnum):
    """Where it stands between two members."""

    ASKING = "asking"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two members, each asked by themself. ``asked_at`` is UTC. Nothing runs out: an informal group keeps no clock."""

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    first_id: UUID
    second_id: UUID
    asked_at: datetime
    state: AgreementState = AgreementState.ASKING
    first_agreed: bool = False
    second_agreed: bool = False
    version: int = 1

    def other(self, member_id: UUID) -> UUID:
        """Whom this member agrees with. Raises ``MemberNotFound`` for somebody who is neither of the two."""
        if member_id not in {self.first_id, self.second_id}:
            raise MemberNotFound
        return self.second_id if member_id == self.first_id else self.first_id


def check_on(programme: Programme) -> None:
    """Refuse what the programme's definition does not have. Raises ``ExchangeOff``."""
    if EXCHANGE not in programme.terms.components:
        raise ExchangeOff


def compare(member: Member, other: Member, weights: Mapping[str, int]) -> Suggestion:
    """What the two could do for each other.

    ``skill`` gives the share of both lists of needs that is met, taken together; ``availability`` the share of the
    shorter list of times that the other has too. Both are rounded down. It is worth the same to either of the two.
    """
    gets, gives = _both(member.needs, other.skills), _both(other.needs, member.skills)
    times = _both(member.times, other.times)
    points = _share(weights.get("skill", 0), len(gets) + len(gives), len(set(member.needs)) + len(set(other.needs)))
    points += _share(weights.get("availability", 0), len(times), min(len(set(member.times)), len(set(other.times))))
    return Suggestion(other.id, gets, gives, times, points)


def suggest(
    member: Member, others: Iterable[Member], asked: Collection[UUID], weights: Mapping[str, int]
) -> list[Suggestion]:
    """Whom this member could be asked about: first who can give and get, then one way only; best first in each.

    ``asked`` are those about whom they were asked before. Of equals the lower id is first.
    """
    found = [
        suggestion
        for one in others
        if one.id not in asked and _may_meet(member, one)
        for suggestion in [compare(member, one, weights)]
        if suggestion.gets or suggestion.gives
    ]
    return sorted(found, key=lambda one: (not one.both_ways, -one.points, one.other_id))


def ask(first: Member, second: Member, *, asked: bool, agreement_id: UUID, now: datetime) -> Agreement:
    """Ask the two, each by themself and without a name.

    ``asked`` says whether they were asked about each other before. Raises ``AlreadyAsked`` and ``NothingToExchange``.
    """
    if asked:
        raise AlreadyAsked
    if not suggest(first, [second], (), {}):
        raise NothingToExchange
    return Agreement(agreement_id, first.programme_id, first.organisation_id, first.id, second.id, now)


def answer(agreement: Agreement, member_id: UUID, said: Answer) -> Agreement:
    """Take the answer of one of the two. With both yeses it is agreed; a no ends it, also when a yes is taken back.

    Raises ``MemberNotFound``, ``AgreementDeclined`` and ``AlreadyAgreed``.
    """
    agreement.other(member_id)
    if agreement.state is AgreementState.DECLINED:
        raise AgreementDeclined
    version = agreement.version + 1
    if said is Answer.NO:
        return replace(
            agreement, state=AgreementState.DECLINED, first_agreed=False, second_agreed=False, version=version
        )
    first = agreement.first_agreed or member_id == agreement.first_id
    second = agreement.second_agreed or member_id == agreement.second_id
    if (first, second) == (agreement.first_agreed, agreement.second_agreed):
        raise AlreadyAgreed
    state = AgreementState.AGREED if first and second else AgreementState.ASKING
    return replace(agreement, state=state, first_agreed=first, second_agreed=second, version=version)


def check_agreed(agreement: Agreement) -> None:
    """Let nobody see a number before both have said yes, or after one took it back. Raises ``NotBothAgreed``."""
    if agreement.state is not AgreementState.AGREED:
        raise NotBothAgreed


def _may_meet(member: Member, other: Member) -> bool:
    on = member.state is MemberState.ON and other.state is MemberState.ON
    return on and member.id != other.id and member.programme_id == other.programme_id


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(one) & set(other)))


def _share(most: int, met: int, wanted: int) -> int:
    return most * met // wanted if wanted else 0
