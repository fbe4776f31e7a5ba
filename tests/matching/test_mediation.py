"""Mediation on the pure domain: agreed by both and then by a mediator, who is close to neither at every yes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kith_chassis.clock import new_id
from kith_matching.domain.dispute import (
    CloseToOne,
    Dispute,
    MediationOff,
    Mediator,
    NeedsTwo,
    NoMediator,
    find_mediator,
    stops_mediator,
)
from kith_matching.domain.mediation import (
    OPEN,
    AlreadyMediated,
    Mediation,
    MediationAgreed,
    MediationEnded,
    MediationLapsed,
    MediationNotAgreed,
    MediationState,
    Outcome,
    PartiesAnswerFirst,
    Party,
    PartyAnswered,
    PartyKind,
    Voice,
    answer,
    end,
    lapse,
    propose,
    stop,
)
from kith_matching.domain.places import ReferralElsewhere
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import (
    ConsentWithdrawn,
    MatchingRefused,
    NotInProgramme,
    ReferralNotAccepted,
    SaidNo,
    SupporterNotActive,
)
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.domain.terms import Terms, TrainingAsked
from kith_matching.domain.training import Training
from tests.matching.builders import DAY, NOW, TODAY, a_programme, a_referral, a_supporter, a_training
from tests.servers.lengths import examples

PROGRAMME = a_programme(terms=Terms(components=("mediation",), answer_hours=24))


def a_person(**different: Any) -> Referral:
    return a_referral(PROGRAMME, **different)


def a_peer(**different: Any) -> Supporter:
    """Somebody who is trained to mediate."""
    return a_supporter(PROGRAMME, **{"trainings": (a_training("conflict-resolution"),)} | different)


def a_mediator(**different: Any) -> Mediator:
    return Mediator(a_peer(), **different)


def a_dispute(first: Referral | Supporter | None = None, second: Referral | Supporter | None = None) -> Dispute:
    return Dispute((first or a_person(), second or a_person()), PROGRAMME)


def party(side: Referral | Supporter) -> Party:
    return Party(PartyKind.REFERRAL if isinstance(side, Referral) else PartyKind.SUPPORTER, side.id)


def proposed(dispute: Dispute, *among: Mediator, named: bool = False, open_between: bool = False) -> Mediation:
    first, second = dispute.sides
    return propose(
        (party(first), party(second)),
        dispute,
        among,
        named=named,
        open_between=open_between,
        mediation_id=new_id(),
        today=TODAY,
        now=NOW,
    )


class Story:
    """A mediation between two people, answered as it goes."""

    def __init__(self) -> None:
        self.dispute = a_dispute()
        self.mediator = a_mediator()
        self.mediation = proposed(self.dispute, self.mediator)

    def says(self, *voices: Voice, said: Answer = Answer.YES, later: timedelta = timedelta()) -> MediationState:
        """Answers, one after the other; where it stands then."""
        for by in voices:
            self.mediation = answer(self.mediation, by, said, self.dispute, self.mediator, today=TODAY, now=NOW + later)
        return self.mediation.state

    def agreed(self) -> Mediation:
        """All three said yes."""
        self.says(Voice.FIRST, Voice.SECOND, Voice.MEDIATOR)
        return self.mediation


@pytest.mark.parametrize("order", [(Voice.FIRST, Voice.SECOND), (Voice.SECOND, Voice.FIRST)])
def test_the_two_answer_in_either_order_and_the_mediator_last(order: tuple[Voice, Voice]) -> None:
    story = Story()

    assert story.says(order[0]) is MediationState.AWAITING_PARTIES
    assert story.says(order[1]) is MediationState.AWAITING_MEDIATOR
    assert story.says(Voice.MEDIATOR) is MediationState.AGREED
    assert story.mediation.agreed_on == TODAY


@pytest.mark.parametrize("before", [(), (Voice.FIRST,), (Voice.SECOND,)])
def test_a_mediator_is_asked_once_both_have_agreed(before: tuple[Voice, ...]) -> None:
    story = Story()
    story.says(*before)

    with pytest.raises(PartiesAnswerFirst):
        story.says(Voice.MEDIATOR)


@pytest.mark.parametrize("by", [Voice.FIRST, Voice.SECOND])
def test_one_yes_is_not_two(by: Voice) -> None:
    story = Story()
    story.says(by)

    with pytest.raises(PartyAnswered):
        story.says(by)


@pytest.mark.parametrize("by", Voice)
def test_a_no_ends_it_and_says_whose_it_was(by: Voice) -> None:
    story = Story()
    if by is Voice.MEDIATOR:
        story.says(Voice.FIRST, Voice.SECOND)

    assert story.says(by, said=Answer.NO) is MediationState.DECLINED
    assert (story.mediation.declined_by, story.mediation.ended_on) == (by, TODAY)
    with pytest.raises(MediationEnded):
        story.says(Voice.FIRST)


def test_who_agreed_is_not_asked_again() -> None:
    story = Story()
    story.agreed()

    with pytest.raises(MediationAgreed):
        story.says(Voice.MEDIATOR)


@pytest.mark.parametrize("by", Voice)
def test_a_mediator_who_has_come_close_to_one_is_no_mediator_any_more(by: Voice) -> None:
    story = Story()
    if by is Voice.MEDIATOR:
        story.says(Voice.FIRST, Voice.SECOND)
    story.mediator = replace(story.mediator, close=True)

    with pytest.raises(CloseToOne):
        story.says(by)
    assert story.says(by, said=Answer.NO) is MediationState.DECLINED


def test_a_yes_counts_only_while_both_still_take_part() -> None:
    story = Story()
    story.dispute = a_dispute(a_person(consented=False))

    with pytest.raises(ConsentWithdrawn):
        story.says(Voice.SECOND)


def test_the_two_have_a_fortnight_and_the_mediator_as_long_as_the_programme_says() -> None:
    story = Story()
    with pytest.raises(MediationLapsed):
        story.says(Voice.FIRST, later=14 * DAY)
    story.says(Voice.FIRST, Voice.SECOND, later=13 * DAY)

    with pytest.raises(MediationLapsed):
        story.says(Voice.MEDIATOR, later=14 * DAY)
    assert story.says(Voice.MEDIATOR, later=14 * DAY - timedelta(seconds=1)) is MediationState.AGREED


def test_what_nobody_answers_lapses_and_not_before_its_time() -> None:
    story = Story()

    with pytest.raises(MediationEnded):
        lapse(story.mediation, today=TODAY, now=NOW + 14 * DAY - timedelta(seconds=1))
    assert lapse(story.mediation, today=TODAY, now=NOW + 14 * DAY).state is MediationState.LAPSED
    with pytest.raises(MediationEnded):
        lapse(story.agreed(), today=TODAY, now=NOW + 99 * DAY)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_agreed_mediation_ends_once_with_its_day(outcome: Outcome) -> None:
    ended = end(Story().agreed(), outcome, today=TODAY + DAY)

    assert (ended.state, ended.outcome, ended.ended_on) == (MediationState.ENDED, outcome, TODAY + DAY)
    with pytest.raises(MediationEnded):
        end(ended, outcome, today=TODAY + DAY)


def test_what_was_not_agreed_can_only_have_not_taken_place() -> None:
    open_one = Story().mediation

    with pytest.raises(MediationNotAgreed):
        end(open_one, Outcome.SETTLED, today=TODAY)
    assert end(open_one, Outcome.DID_NOT_TAKE_PLACE, today=TODAY).state is MediationState.WITHDRAWN


def test_a_referral_that_closes_stops_what_goes_on() -> None:
    story = Story()

    assert stop(story.mediation, today=TODAY).outcome is Outcome.DID_NOT_TAKE_PLACE
    assert stop(story.agreed(), today=TODAY).outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("side", "refusal"),
    [
        (a_person(consented=False), ConsentWithdrawn),
        (a_person(decision=None), ReferralNotAccepted),
        (a_referral(a_programme()), ReferralElsewhere),
        (a_supporter(a_programme()), NotInProgramme),
        (a_peer(state=SupporterState.LEFT), SupporterNotActive),
    ],
)
def test_the_two_are_with_the_programme(side: Referral | Supporter, refusal: type[MatchingRefused]) -> None:
    with pytest.raises(refusal):
        proposed(a_dispute(a_person(), side), a_mediator())


def test_a_dispute_has_two_sides() -> None:
    person = a_person()

    with pytest.raises(NeedsTwo):
        proposed(a_dispute(person, a_person(person_id=person.person_id)), a_mediator())


def test_two_are_mediated_between_once_at_a_time() -> None:
    with pytest.raises(AlreadyMediated):
        proposed(a_dispute(), a_mediator(), open_between=True)


@pytest.mark.parametrize("terms", [Terms(components=("mediation",)), Terms(models=("mediation",))])
def test_a_programme_offers_mediation_as_its_model_or_beside_it(terms: Terms) -> None:
    dispute = Dispute((a_person(), a_person()), replace(PROGRAMME, terms=terms))

    assert proposed(dispute, a_mediator())
    with pytest.raises(MediationOff):
        proposed(replace(dispute, programme=replace(PROGRAMME, terms=Terms())), a_mediator())


def test_a_mediator_who_is_named_is_held_to_the_rule_that_stops_them() -> None:
    with pytest.raises(CloseToOne):
        proposed(a_dispute(), a_mediator(close=True), named=True)


def test_where_nobody_can_mediate_the_rules_in_the_way_are_counted() -> None:
    among = [a_mediator(close=True), a_mediator(close=True, said_no=True), Mediator(a_peer(languages=("cy",)))]

    with pytest.raises(NoMediator, match=r"close-to-one \(2\), language-not-shared \(1\), said-no \(1\)\."):
        find_mediator(among, a_dispute(), TODAY)


def test_the_mediator_suits_both_and_of_equals_has_the_fewest_people() -> None:
    dispute = a_dispute(a_person(conditions=("copd",)), a_person(conditions=("asthma",)))
    one, both = (Mediator(a_peer(conditions=conditions)) for conditions in (("copd",), ("copd", "asthma")))
    busy = replace(both, supporter=replace(both.supporter, id=one.supporter.id), matches=2)

    assert find_mediator([one, both], dispute, TODAY) is both
    assert find_mediator([busy, both], dispute, TODAY) is both


def test_to_mediate_takes_no_place_of_a_supporters() -> None:
    full = Mediator(a_peer(capacity=1), matches=1)

    assert stops_mediator(full, a_dispute(), TODAY) == ()
    assert [one.code for one in stops_mediator(Mediator(a_peer(capacity=0)), a_dispute(), TODAY)] == ["no-capacity"]


@pytest.mark.parametrize(
    ("trainings", "codes"),
    [
        ((), ["not-trained-to-mediate"]),
        ((a_training("safetalk"),), ["not-trained-to-mediate"]),
        ((a_training("conflict-resolution", TODAY - DAY, valid_until=TODAY - DAY),), ["not-trained-to-mediate"]),
        ((a_training("conflict-resolution", TODAY - DAY, valid_until=TODAY),), []),
    ],
)
def test_who_mediates_is_trained_in_conflict_resolution(trainings: tuple[Training, ...], codes: list[str]) -> None:
    mediator = Mediator(a_peer(trainings=trainings))

    assert [one.code for one in stops_mediator(mediator, a_dispute(), TODAY)] == codes


def test_a_programme_of_mediators_says_itself_what_they_are_trained_in() -> None:
    terms = Terms(models=("mediation",), components=("mediation",), training=(TrainingAsked("conflict-resolution"),))
    dispute = replace(a_dispute(), programme=replace(PROGRAMME, terms=terms))
    untrained = Mediator(a_peer(trainings=()))

    assert [one.code for one in stops_mediator(untrained, dispute, TODAY)] == ["training-missing"]


def test_each_of_the_two_is_asked_for_as_they_wish() -> None:
    dispute = a_dispute(a_person(), a_person(requested=("women-only",)))

    assert [one.code for one in stops_mediator(a_mediator(), dispute, TODAY)] == ["request-not-met"]


def test_supporters_have_disputes_too_in_their_own_language_and_place() -> None:
    near, far = a_peer(), a_peer(districts=("EH1",), channels=("in-person",), languages=("cy", "en"))
    dispute = a_dispute(near, far)
    there = Mediator(a_peer(districts=("G12", "EH1")))

    assert stops_mediator(there, dispute, TODAY) == ()
    assert [one.code for one in stops_mediator(a_mediator(), dispute, TODAY)] == ["no-way-to-meet"]
    assert [one.code for one in stops_mediator(Mediator(a_peer(languages=("pl",))), a_dispute(near, near), TODAY)] == [
        "language-not-shared"
    ]


def test_who_would_not_mediate_between_these_two_is_not_asked_again() -> None:
    with pytest.raises(SaidNo):
        proposed(a_dispute(), a_mediator(said_no=True), named=True)


class Disputes(RuleBasedStateMachine):
    """One dispute, in which everything may happen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.person, self.peer = a_person(), a_peer()
        self.mediator = a_mediator()
        self.mediation = proposed(self.dispute, self.mediator)
        self.yes: list[tuple[Voice, bool]] = []

    @property
    def dispute(self) -> Dispute:
        return a_dispute(self.person, self.peer)

    def able(self) -> bool:
        """Whether everybody may take part now."""
        able = self.mediator.supporter.state is SupporterState.ACTIVE and not self.mediator.close
        return able and self.person.consented and self.peer.state is not SupporterState.LEFT

    @rule(number=st.integers(0, 1))
    def who_is_asked_says_yes(self, number: int) -> None:
        if self.mediation.state is MediationState.AWAITING_MEDIATOR:
            self.somebody_answers(Voice.MEDIATOR, Answer.YES)
        else:
            self.somebody_answers((Voice.FIRST, Voice.SECOND)[number], Answer.YES)

    @rule(by=st.sampled_from(Voice), said=st.sampled_from(Answer))
    def somebody_says(self, by: Voice, said: Answer) -> None:
        self.somebody_answers(by, said)

    def somebody_answers(self, by: Voice, said: Answer) -> None:
        before = self.mediation
        try:
            self.mediation = answer(before, by, said, self.dispute, self.mediator, today=TODAY, now=self.now)
        except MatchingRefused:
            awaited = before.state in OPEN and self.now < before.answer_by
            in_turn = (by is Voice.MEDIATOR) is (before.state is MediationState.AWAITING_MEDIATOR)
            again = (by, True) in self.yes
            assert not (awaited and in_turn and not again and (said is Answer.NO or self.able()))
        else:
            if said is Answer.YES:
                self.yes.append((by, self.able()))

    @rule(close=st.booleans())
    def the_mediator_meets_one_of_them(self, *, close: bool) -> None:
        self.mediator = replace(self.mediator, close=close)

    @rule(state=st.sampled_from(SupporterState))
    def the_mediator_rests_or_comes_back(self, state: SupporterState) -> None:
        self.mediator = replace(self.mediator, supporter=replace(self.mediator.supporter, state=state))

    @rule(consented=st.booleans())
    def consent_changes(self, *, consented: bool) -> None:
        self.person = replace(self.person, consented=consented)
        if not consented and self.mediation.ended_on is None:
            self.mediation = stop(self.mediation, today=TODAY)

    @rule(state=st.sampled_from(SupporterState))
    def a_peer_changes(self, state: SupporterState) -> None:
        self.peer = replace(self.peer, state=state)

    @rule(hours=st.integers(1, 200))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        if self.mediation.state in OPEN and self.now >= self.mediation.answer_by:
            self.mediation = lapse(self.mediation, today=TODAY, now=self.now)

    @precondition(lambda self: self.mediation.ended_on is not None)
    @rule()
    def they_try_again(self) -> None:
        try:
            self.mediation = proposed(self.dispute, self.mediator, named=True)
        except MatchingRefused:
            assert not self.able()
        else:
            assert self.able()
            self.mediation = replace(self.mediation, answer_by=self.now + 14 * DAY)
            self.yes = []

    @precondition(lambda self: self.mediation.state is not MediationState.AWAITING_PARTIES)
    @rule(outcome=st.sampled_from(Outcome))
    def it_ends(self, outcome: Outcome) -> None:
        before = self.mediation
        try:
            self.mediation = end(before, outcome, today=TODAY)
        except MatchingRefused:
            assert before.state is not MediationState.AGREED

    @invariant()
    def it_is_agreed_by_both_and_then_by_the_mediator(self) -> None:
        if self.mediation.state is MediationState.AGREED:
            voices = [by for by, _ in self.yes]
            assert set(voices[:2]) == {Voice.FIRST, Voice.SECOND}
            assert voices[2:] == [Voice.MEDIATOR]

    @invariant()
    def every_yes_was_given_while_the_mediator_was_close_to_neither_and_all_could_take_part(self) -> None:
        assert all(able for _, able in self.yes)


TestDisputes = Disputes.TestCase
TestDisputes.settings = settings(max_examples=examples(400), stateful_step_count=40, deadline=None)
