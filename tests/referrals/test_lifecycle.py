"""The ways of a referral, and that there are no others."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Closed, Decided, Referral, Status, Telling
from kith_referrals.domain.refusals import MoveRefused, NotYourProgramme, ReasonUnknown
from tests.builders import NOW

REFERRER, HOST = uuid4(), uuid4()
LATER = NOW + timedelta(hours=1)
Move = Callable[[Referral], tuple[Referral, tuple[Telling, ...]]]

MOVES: dict[str, Move] = {
    "accept": lambda referral: lifecycle.accept(referral, HOST, LATER),
    "decline": lambda referral: lifecycle.decline(referral, HOST, "no-capacity", LATER),
    "withdraw": lambda referral: lifecycle.withdraw(referral, LATER),
    "close": lambda referral: lifecycle.close(referral, "moved-away", LATER),
    "end support": lambda referral: lifecycle.close(referral, "support-ended", LATER),
}
POSSIBLE: dict[Status, set[str]] = {
    Status.SUBMITTED: {"accept", "decline", "withdraw", "close"},
    Status.ACCEPTED: {"withdraw", "close", "end support"},
    Status.MATCHED: {"withdraw", "close", "end support"},
    Status.ENDED: {"close", "end support"},
    Status.DECLINED: set(),
    Status.WITHDRAWN: set(),
    Status.CLOSED: set(),
}
OVER = {Status.DECLINED, Status.WITHDRAWN, Status.CLOSED}


def a_referral(status: Status = Status.SUBMITTED) -> Referral:
    return Referral(uuid4(), uuid4(), REFERRER, uuid4(), HOST, NOW, status)


@pytest.mark.parametrize(("status", "move"), [(status, move) for status in Status for move in sorted(POSSIBLE[status])])
def test_a_possible_move_is_the_next_version(status: Status, move: str) -> None:
    moved, _ = MOVES[move](a_referral(status))

    assert moved.version == 2


@pytest.mark.parametrize(
    ("status", "move"), [(status, move) for status in Status for move in sorted(set(MOVES) - POSSIBLE[status])]
)
def test_any_other_move_is_refused_with_what_is_possible(status: Status, move: str) -> None:
    with pytest.raises(MoveRefused, match=r"it can be|nothing more can happen"):
        MOVES[move](a_referral(status))


def test_accepting_is_told_once() -> None:
    accepted, told = lifecycle.accept(a_referral(), HOST, LATER)

    assert (accepted.status, accepted.decided_at, told) == (Status.ACCEPTED, LATER, (Decided(accepted),))


def test_declining_also_closes_and_both_are_told_with_the_reason() -> None:
    declined, told = lifecycle.decline(a_referral(), HOST, "no-capacity", LATER)

    assert told == (Decided(declined), Closed(declined))
    assert (declined.decision_reason, declined.closing_reason) == ("no-capacity", "declined")


def test_withdrawing_closes_with_that_reason() -> None:
    withdrawn, told = lifecycle.withdraw(a_referral(), LATER)

    assert (withdrawn.closing_reason, told) == ("withdrawn", (Closed(withdrawn),))


@pytest.mark.parametrize("reason", lifecycle.CLOSING)
def test_a_referral_that_was_taken_on_can_be_closed_for_every_reason(reason: str) -> None:
    closed, told = lifecycle.close(a_referral(Status.ENDED), reason, LATER)

    assert (closed.closing_reason, told) == (reason, (Closed(closed),))


@pytest.mark.parametrize("decide", ["accept", "decline"])
def test_only_the_programmes_organisation_decides(decide: str) -> None:
    with pytest.raises(NotYourProgramme):
        if decide == "accept":
            lifecycle.accept(a_referral(), REFERRER, LATER)
        else:
            lifecycle.decline(a_referral(), REFERRER, "no-capacity", LATER)


@pytest.mark.parametrize("reason", ["", "withdrawn", "declined", "because"])
def test_a_reason_that_is_not_known_is_refused(reason: str) -> None:
    with pytest.raises(ReasonUnknown):
        lifecycle.close(a_referral(), reason, LATER)


@pytest.mark.parametrize("status", sorted(OVER | {Status.SUBMITTED}))
def test_news_of_a_match_pass_by_a_referral_that_is_over_or_undecided(status: Status) -> None:
    referral = a_referral(status)

    assert (lifecycle.note_match(referral, LATER), lifecycle.note_ending(referral, LATER)) == (referral, referral)


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_after_any_news_the_last_of_them_counts(endings: list[bool]) -> None:
    referral = a_referral(Status.ACCEPTED)
    for ended in endings:
        referral = (lifecycle.note_ending if ended else lifecycle.note_match)(referral, LATER)

    assert referral.status is (Status.ENDED if endings[-1] else Status.MATCHED)


class AnyLife(RuleBasedStateMachine):
    """Whatever anybody tries, in any order: a referral that is over stays as it is, and is told closed once."""

    def __init__(self) -> None:
        super().__init__()
        self.referral = a_referral()
        self.told: list[Telling] = []
        self.at_the_end: Referral | None = None

    @rule(move=st.sampled_from(sorted(MOVES)))
    def try_to(self, move: str) -> None:
        try:
            self.referral, told = MOVES[move](self.referral)
        except MoveRefused:
            return
        self.told += told

    @rule(ended=st.booleans())
    def hear_of_a_match(self, ended: bool) -> None:
        self.referral = (lifecycle.note_ending if ended else lifecycle.note_match)(self.referral, LATER)

    @invariant()
    def what_is_over_stays_over(self) -> None:
        if self.referral.status in OVER:
            self.at_the_end = self.at_the_end or self.referral
        assert self.at_the_end in {None, self.referral}

    @invariant()
    def each_thing_is_told_once(self) -> None:
        kinds = [type(telling) for telling in self.told]
        assert len(kinds) == len(set(kinds))
        assert (Closed in kinds) == (self.referral.status in OVER)

    @invariant()
    def only_what_was_accepted_is_matched(self) -> None:
        if self.referral.matched_at is not None:
            assert Decided in {type(telling) for telling in self.told}


AnyLife.TestCase.settings = settings(max_examples=200, stateful_step_count=12, deadline=None)
TestAnyLife = AnyLife.TestCase
