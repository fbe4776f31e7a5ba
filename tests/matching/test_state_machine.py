"""Coordinators, people and supporters in any order, by any policy: never above capacity, never without both yes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kith_chassis.clock import new_id
from kith_matching.domain.introducing import Said
from kith_matching.domain.match import Ending, Match, end_match, make_match
from kith_matching.domain.proposal import Answer, Proposal, ProposalState, Side, answer, lapse, propose, withdraw
from kith_matching.domain.referral import Referral, is_open
from kith_matching.domain.refusals import MatchEnded, MatchingRefused, NotAgreed
from kith_matching.domain.rules import Pair, stops
from kith_matching.domain.supporter import Load, SupporterState
from kith_matching.domain.terms import UNDEFINED, Acquaintance, Terms
from tests.matching.builders import NOW, TODAY, a_programme, a_referral, a_supporter
from tests.servers.lengths import examples

PEOPLE = st.integers(0, 4)
SUPPORTERS = st.integers(0, 2)
ANY = st.integers(0, 10_000)
SAID = st.sampled_from([Answer.YES, Answer.YES, Answer.NO])
STATE = st.sampled_from([SupporterState.ACTIVE, SupporterState.ACTIVE, *SupporterState])
FINE = st.sampled_from([None, False, True])


class Introductions(RuleBasedStateMachine):
    """Five people and three supporters, held in memory as the database would hold them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.programme = a_programme()
        self.referrals = [a_referral(self.programme) for _ in range(5)]
        self.supporters = [a_supporter(self.programme, capacity=number + 1) for number in range(3)]
        self.proposals: dict[UUID, Proposal] = {}
        self.matches: dict[UUID, Match] = {}
        self.told: dict[UUID, list[tuple[Side, Answer]]] = {}
        self.knows: set[tuple[UUID, UUID]] = set()
        self.minded: set[UUID] = set()

    @initialize(
        policy=st.sampled_from(Acquaintance), offers=st.sampled_from([None, 1, 2]), getting_to_know=st.booleans()
    )
    def a_programme_has_its_policy(self, policy: Acquaintance, offers: int | None, getting_to_know: bool) -> None:
        terms = Terms(knowing_each_other=policy, open_offers=offers, getting_to_know=getting_to_know)
        self.programme = replace(self.programme, terms=terms)

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
        acquainted = (referral.id, supporter.id) in self.knows
        return Pair(referral, self.programme, supporter, load, said_no, acquainted)

    def pair_of(self, proposal: Proposal) -> Pair:
        person = next(place for place, one in enumerate(self.referrals) if one.id == proposal.referral_id)
        supporter = next(place for place, one in enumerate(self.supporters) if one.id == proposal.supporter_id)
        return self.pair(person, supporter, besides=proposal.id)

    @rule(person=PEOPLE, supporter=SUPPORTERS, got_to_know=st.sampled_from([True, True, False]))
    def a_coordinator_proposes(self, person: int, supporter: int, got_to_know: bool) -> None:
        pair = self.pair(person, supporter)
        matched = any(one.referral_id == pair.referral.id for one in self.running())
        proposed = any(one.referral_id == pair.referral.id for one in self.open())
        stopped = not is_open(pair.referral) or matched or proposed or bool(stops(pair, TODAY))
        stopped |= self.programme.terms.getting_to_know and not got_to_know
        try:
            made = propose(
                pair,
                matched=matched,
                proposed=proposed,
                proposal_id=new_id(),
                today=TODAY,
                now=self.now,
                got_to_know=got_to_know,
            )
        except MatchingRefused:
            assert stopped
        else:
            assert not stopped
            assert pair.load.taken < pair.supporter.capacity
            self.proposals[made.id] = made
            self.told[made.id] = []

    @precondition(lambda self: self.proposals)
    @rule(number=ANY, in_turn=st.sampled_from([True, True, True, False]), said=SAID, fine=FINE)
    def one_side_answers(self, number: int, in_turn: bool, said: Answer, fine: bool | None) -> None:
        those = list(self.proposals.values()) if number % 4 == 0 else self.open() or list(self.proposals.values())
        before = those[number % len(those)]
        pair = self.pair_of(before)
        by = before.turn if in_turn else next(side for side in Side if side is not before.turn)
        in_turn &= before.open and self.now < before.answer_by
        asks = self.programme.terms.knowing_each_other is Acquaintance.ASK_EACH
        minds = asks and fine is False and pair.acquainted
        asked = not asks or fine is not None
        allowed = said is Answer.NO or (asked and (minds or (is_open(pair.referral) and not stops(pair, TODAY))))
        more = Said(knowing_is_fine=fine)
        try:
            after = answer(before, by, said, pair, today=TODAY, now=self.now, more=more).proposal
        except MatchingRefused:
            assert not (in_turn and allowed)
        else:
            assert in_turn
            assert allowed
            self.told[before.id].append((by, Answer.NO if minds else said))
            self.proposals[before.id] = after
            if minds:
                self.minded.add(before.id)
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

    @rule(person=PEOPLE, supporter=SUPPORTERS)
    def somebody_learns_that_two_may_know_each_other(self, person: int, supporter: int) -> None:
        for proposal in self.open()[:1]:
            self.knows.add((proposal.referral_id, proposal.supporter_id))
        self.knows.add((self.referrals[person].id, self.supporters[supporter].id))

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

    @rule(person=PEOPLE, consented=st.sampled_from([True, True, False]))
    def consent_changes(self, person: int, consented: bool) -> None:
        self.referrals[person] = replace(self.referrals[person], consented=consented)
        self.stop_what_may_not_go_on(self.referrals[person])

    @precondition(lambda self: len(self.proposals) > 3)
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

    @rule(place=SUPPORTERS, state=STATE, capacity=st.integers(0, 3))
    def a_supporter_changes(self, place: int, state: SupporterState, capacity: int) -> None:
        taken = self.pair(0, place).load.taken
        self.supporters[place] = replace(self.supporters[place], state=state, capacity=max(capacity, taken))

    @invariant()
    def nobody_has_more_people_than_they_chose(self) -> None:
        for place, supporter in enumerate(self.supporters):
            assert self.pair(0, place).load.taken <= supporter.capacity

    @invariant()
    def nobody_is_asked_by_more_at_once_than_the_programme_allows(self) -> None:
        most = self.programme.terms.open_offers
        for place in range(len(self.supporters)):
            assert most is None or self.pair(0, place).load.proposals <= most

    @invariant()
    def nobody_is_proposed_by_a_stranger_where_the_programme_minds(self) -> None:
        if self.programme.terms.getting_to_know:
            assert all(one.got_to_know for one in self.proposals.values())

    @invariant()
    def who_would_mind_is_never_matched(self) -> None:
        assert not self.minded & {match.proposal_id for match in self.matches.values()}

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
TestIntroductions.settings = settings(max_examples=examples(400), stateful_step_count=40, deadline=None)
