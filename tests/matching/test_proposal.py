from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kith_chassis.clock import new_id
from kith_matching.domain.match import make_match
from kith_matching.domain.proposal import Answer, Proposal, ProposalState, Side, lapse, propose, withdraw
from kith_matching.domain.refusals import (
    AlreadyMatched,
    AlreadyProposed,
    ChecksOutOfDate,
    ConsentWithdrawn,
    MatchingRefused,
    MoveRefused,
    NoCapacity,
    NotAgreed,
    PersonAnswered,
    PersonAnswersFirst,
    ProposalEnded,
    ProposalLapsed,
    ReferralClosed,
    ReferralNotAccepted,
    RequestNotMet,
)
from kith_matching.domain.rules import Pair
from kith_matching.domain.supporter import Load
from kith_matching.domain.terms import UNDEFINED
from tests.matching.builders import DAY, NOW, TODAY, a_pair, a_proposal, answered

HOUR = timedelta(hours=1)


def proposing(pair: Pair, *, matched: bool = False, proposed: bool = False) -> Proposal:
    return propose(pair, matched=matched, proposed=proposed, proposal_id=new_id(), today=TODAY, now=NOW)


def awaiting_supporter(pair: Pair) -> Proposal:
    return answered(a_proposal(pair), pair, Side.PERSON, Answer.YES).proposal


def test_a_proposal_keeps_the_reasons_it_was_made_for() -> None:
    proposal = a_proposal(a_pair())

    assert proposal.score == 100
    assert sum(part.points for part in proposal.parts) == 100


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({"decision": None}, ReferralNotAccepted),
        ({"decision": "declined"}, ReferralNotAccepted),
        ({"consented": False}, ConsentWithdrawn),
        ({"closed_reason": "moved-away"}, ReferralClosed),
    ],
)
def test_only_an_accepted_open_referral_with_consent_is_proposed(
    different: dict[str, Any], refusal: type[MatchingRefused]
) -> None:
    with pytest.raises(refusal):
        proposing(a_pair(referral=different))


def test_somebody_with_a_match_is_not_proposed_again() -> None:
    with pytest.raises(AlreadyMatched):
        proposing(a_pair(), matched=True)


def test_a_person_is_asked_about_one_supporter_at_a_time() -> None:
    with pytest.raises(AlreadyProposed):
        proposing(a_pair(), proposed=True)


def test_a_rule_that_stops_the_pair_refuses_the_proposal() -> None:
    with pytest.raises(RequestNotMet):
        proposing(a_pair(referral={"requested": ("women-only",)}))


def test_the_supporter_is_not_asked_before_the_person() -> None:
    pair = a_pair()

    with pytest.raises(PersonAnswersFirst):
        answered(a_proposal(pair), pair, Side.SUPPORTER, Answer.YES)


def test_after_the_persons_yes_the_supporter_has_48_hours() -> None:
    pair = a_pair()

    after = answered(a_proposal(pair), pair, Side.PERSON, Answer.YES, now=NOW + 3 * DAY).proposal

    assert after.state is ProposalState.AWAITING_SUPPORTER
    assert after.answer_by == NOW + 3 * DAY + 48 * HOUR


def test_the_person_is_asked_once() -> None:
    pair = a_pair()

    with pytest.raises(PersonAnswered):
        answered(awaiting_supporter(pair), pair, Side.PERSON, Answer.NO)


def test_the_supporters_yes_makes_it_agreed() -> None:
    pair = a_pair()

    after = answered(awaiting_supporter(pair), pair, Side.SUPPORTER, Answer.YES).proposal

    assert after.state is ProposalState.AGREED


@pytest.mark.parametrize("before", [a_proposal, awaiting_supporter])
def test_a_no_ends_it_whoever_says_it(before: Callable[[Pair], Proposal]) -> None:
    pair = a_pair()
    proposal = before(pair)

    after = answered(proposal, pair, proposal.turn, Answer.NO).proposal

    assert after.state is ProposalState.DECLINED
    assert after.ended_at == NOW


@pytest.mark.parametrize("side", list(Side))
def test_an_ended_proposal_takes_no_answer(side: Side) -> None:
    pair = a_pair()
    declined = answered(a_proposal(pair), pair, Side.PERSON, Answer.NO).proposal

    with pytest.raises(ProposalEnded):
        answered(declined, pair, side, Answer.YES)


def test_an_answer_after_its_time_is_refused_even_before_the_timer_has_come() -> None:
    pair = a_pair()
    proposal = awaiting_supporter(pair)

    with pytest.raises(ProposalLapsed):
        answered(proposal, pair, Side.SUPPORTER, Answer.YES, now=NOW + 48 * HOUR)


def test_a_supporter_whose_checks_ran_out_meanwhile_cannot_say_yes() -> None:
    pair = a_pair()
    proposal = awaiting_supporter(pair)
    expired = replace(pair, supporter=replace(pair.supporter, checks_valid_until=TODAY - DAY))

    with pytest.raises(ChecksOutOfDate):
        answered(proposal, expired, Side.SUPPORTER, Answer.YES)


def test_a_supporter_whose_places_others_took_cannot_say_yes() -> None:
    pair = a_pair()
    proposal = awaiting_supporter(pair)

    with pytest.raises(NoCapacity):
        answered(proposal, replace(pair, load=Load(matches=1)), Side.SUPPORTER, Answer.YES)


def test_a_supporter_who_may_not_say_yes_may_still_say_no() -> None:
    pair = a_pair()
    proposal = awaiting_supporter(pair)
    full = replace(pair, load=Load(matches=1))

    assert answered(proposal, full, Side.SUPPORTER, Answer.NO).proposal.state is ProposalState.DECLINED


def test_what_nobody_answered_in_time_lapses() -> None:
    pair = a_pair()

    lapsed = lapse(awaiting_supporter(pair), now=NOW + 48 * HOUR)

    assert (lapsed.proposal.state, lapsed.by, lapsed.said) == (ProposalState.LAPSED, Side.SUPPORTER, "lapsed")


def test_a_person_who_is_not_reached_does_not_hold_a_place_for_ever() -> None:
    lapsed = lapse(a_proposal(a_pair()), now=NOW + 14 * DAY)

    assert (lapsed.proposal.state, lapsed.by) == (ProposalState.LAPSED, Side.PERSON)


def test_nothing_lapses_before_its_time() -> None:
    with pytest.raises(ProposalEnded):
        lapse(awaiting_supporter(a_pair()), now=NOW + 47 * HOUR)


def test_what_is_taken_back_is_told_as_withdrawn() -> None:
    withdrawn = withdraw(a_proposal(a_pair()), now=NOW)

    assert (withdrawn.proposal.state, withdrawn.said) == (ProposalState.WITHDRAWN, "withdrawn")


def test_what_has_ended_is_not_taken_back() -> None:
    with pytest.raises(ProposalEnded):
        withdraw(withdraw(a_proposal(a_pair()), now=NOW).proposal, now=NOW)


def test_a_match_is_not_made_without_both_answers() -> None:
    with pytest.raises(NotAgreed):
        make_match(awaiting_supporter(a_pair()), UNDEFINED, match_id=new_id(), today=TODAY)


def test_a_match_is_reviewed_after_six_weeks() -> None:
    pair = a_pair()
    agreed = answered(awaiting_supporter(pair), pair, Side.SUPPORTER, Answer.YES).proposal

    match = make_match(agreed, UNDEFINED, match_id=new_id(), today=TODAY)

    assert match.review_on == TODAY + 42 * DAY


def test_every_move_that_is_refused_tells_what_is_possible() -> None:
    assert all(refusal.advice.endswith(".") for refusal in MoveRefused.__subclasses__())
