"""Any number of coordinators, people and supporters, in any order: never above capacity, never without both yes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kith_chassis.clock import new_id
from kith_matching.domain.match import Ending, Match, end_match, make_match
from kith_matching.domain.proposal import Answer, Proposal, ProposalState, Side, answer, lapse, propose, withdraw
from kith_matching.domain.referral import Referral, is_open
from kith_matching.domain.refusals import MatchEnded, MatchingRefused, NotAgreed
from kith_matching.domain.rules import Pair, stops
from kith_matching.domain.supporter import Load, SupporterState
from kith_matching.domain.terms import UNDEFINED
from tests.matching.builders import NOW, TODAY, a_programme, a_referral, a_supporter
from tests.servers.lengths import examples

PEOPLE = st.integers(0, 4)
SUPPORTERS = st.integers(0, 2)
ANY = st.integers(0, 10_000)


class Introductions(RuleBasedStateMachine):
    """Five people and three supporters, held in memory as the database would hold them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.programme = a_programme()
        self.referrals = [a_referral(self.programme) for _ in range(5)]
        self.supporters = [a_supporter(self.programme, capacity=number) for number in range(3)]
        self.proposals: dict[UUID, Proposal] = {}
        self.matches: dict[UUID, Match] = {}
        self.told: dict[UUID, list[tuple[Side, Answer]]] = {}

    def running(self) -> list[Match]:
        return [one for one in self.matches.values() if one.ended_on is None]

    def open(self) -> list[Proposal]:
        return [one for one in self.proposals.values() if one.open]

    def pair(self, person: int, place: int, *, besides: UUID | None = None) -> Pair:
        referral, supporter = self.referrals[person], self.supporters[place]
        load = Load(
            matches=sum(one.supporter_id == supporter.id for one in self.running()),
            proposals=sum(one.supporter_id == supporter.id and one.id != besides for one in self.open()),
        )
        said_no = any(
            (one.referral_id, one.supporter_id) == (referral.id, supporter.id) and one.state is ProposalState.DECLINED
            for one in self.proposals.values()
        )
        return Pair(referral, self.programme, supporter, load, said_no)

    def pair_of(self, proposal: Proposal) -> Pair:
        person = next(place for place, one in enumerate(self.referrals) if one.id == proposal.referral_id)
        supporter = next(place for place, one in enumerate(self.supporters) if one.id == proposal.supporter_id)
        return self.pair(person, supporter, besides=proposal.id)

    @rule(person=PEOPLE, supporter=SUPPORTERS)
    def a_coordinator_proposes(self, person: int, supporter: int) -> None:
        pair = self.pair(person, supporter)
        matched = any(one.referral_id == pair.referral.id for one in self.running())
        proposed = any(one.referral_id == pair.referral.id for one in self.open())
        stopped = not is_open(pair.referral) or matched or proposed or bool(stops(pair, TODAY))
        try:
            made = propose(pair, matched=matched, proposed=proposed, proposal_id=new_id(), today=TODAY, now=self.now)
        except MatchingRefused:
            assert stopped
        else:
            assert not stopped
            assert pair.load.taken < pair.supporter.capacity
            self.proposals[made.id] = made
            self.told[made.id] = []

    @precondition(lambda self: self.proposals)
    @rule(number=ANY, by=st.sampled_from(Side), said=st.sampled_from(Answer))
    def one_side_answers(self, number: int, by: Side, said: Answer) -> None:
        before = list(self.proposals.values())[number % len(self.proposals)]
        pair = self.pair_of(before)
        in_turn = before.open and self.now < before.answer_by and by is before.turn
        allowed = said is Answer.NO or (is_open(pair.referral) and not stops(pair, TODAY))
        try:
            after = answer(before, by, said, pair, today=TODAY, now=self.now).proposal
        except MatchingRefused:
            assert not (in_turn and allowed)
        else:
            assert in_turn
            assert allowed
            self.told[before.id].append((by, said))
            self.proposals[before.id] = after
            if after.state is ProposalState.AGREED:
                match = make_match(after, UNDEFINED, match_id=new_id(), today=TODAY)
                self.matches[match.id] = match

    @precondition(lambda self: self.proposals)
    @rule(number=ANY)
    def nobody_makes_a_match_without_both(self, number: int) -> None:
        proposal = list(self.proposals.values())[number % len(self.proposals)]
        if proposal.state is not ProposalState.AGREED:
            with pytest.raises(NotAgreed):
                make_match(proposal, UNDEFINED, match_id=new_id(), today=TODAY)

    @rule(hours=st.integers(1, 400))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for proposal in self.open():
            if proposal.answer_by <= self.now:
                self.proposals[proposal.id] = lapse(proposal, now=self.now).proposal

    @precondition(lambda self: self.matches)
    @rule(number=ANY, ending=st.sampled_from(Ending))
    def a_match_ends(self, number: int, ending: Ending) -> None:
        match = list(self.matches.values())[number % len(self.matches)]
        try:
            self.matches[match.id] = end_match(match, ending, today=TODAY).match
        except MatchEnded:
            assert match.ended_on is not None

    @rule(person=PEOPLE, consented=st.booleans())
    def consent_changes(self, person: int, consented: bool) -> None:
        self.referrals[person] = replace(self.referrals[person], consented=consented)
        self.stop_what_may_not_go_on(self.referrals[person])

    @rule(person=PEOPLE)
    def a_referral_closes(self, person: int) -> None:
        self.referrals[person] = replace(self.referrals[person], closed_reason="withdrawn")
        self.stop_what_may_not_go_on(self.referrals[person])

    def stop_what_may_not_go_on(self, referral: Referral) -> None:
        if is_open(referral):
            return
        for proposal in self.open():
            if proposal.referral_id == referral.id:
                self.proposals[proposal.id] = withdraw(proposal, now=self.now).proposal
        for match in self.running():
            if match.referral_id == referral.id:
                self.matches[match.id] = end_match(match, Ending.UNPLANNED, today=TODAY).match

    @rule(place=SUPPORTERS, state=st.sampled_from(SupporterState), capacity=st.integers(0, 3))
    def a_supporter_changes(self, place: int, state: SupporterState, capacity: int) -> None:
        taken = self.pair(0, place).load.taken
        self.supporters[place] = replace(self.supporters[place], state=state, capacity=max(capacity, taken))

    @invariant()
    def nobody_has_more_people_than_they_chose(self) -> None:
        for place, supporter in enumerate(self.supporters):
            assert self.pair(0, place).load.taken <= supporter.capacity

    @invariant()
    def every_match_has_both_yes_in_order(self) -> None:
        for match in self.matches.values():
            assert self.told[match.proposal_id] == [(Side.PERSON, Answer.YES), (Side.SUPPORTER, Answer.YES)]

    @invariant()
    def a_no_was_the_last_word(self) -> None:
        for proposal_id, answers in self.told.items():
            if any(said is Answer.NO for _, said in answers):
                assert answers[-1][1] is Answer.NO
                assert self.proposals[proposal_id].state is ProposalState.DECLINED

    @invariant()
    def a_person_has_one_match_or_one_proposal_at_a_time(self) -> None:
        held = [one.referral_id for one in self.running()] + [one.referral_id for one in self.open()]
        assert len(held) == len(set(held))

    @invariant()
    def nothing_goes_on_without_consent_or_after_closing(self) -> None:
        held = [one.referral_id for one in self.running()] + [one.referral_id for one in self.open()]
        assert not {referral.id for referral in self.referrals if not is_open(referral)} & set(held)


TestIntroductions = Introductions.TestCase
TestIntroductions.settings = settings(max_examples=examples(80), stateful_step_count=40, deadline=None)
