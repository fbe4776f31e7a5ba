"""The ways of a referral, and that there are no others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kith_referrals.domain import lifecycle
from kith_referrals.domain.agreement import Level, Offer
from kith_referrals.domain.promises import Terms
from kith_referrals.domain.referral import OFFERED, Referral, Status
from kith_referrals.domain.refusals import (
    MoveRefused,
    NotTried,
    NotYourProgramme,
    NotYourReferral,
    ReasonUnknown,
    RedirectsNowhere,
    RevisitDayWrong,
)
from kith_referrals.domain.steps import Actor, Moved
from kith_referrals.domain.telling import Closed, Decided, Reopened, Telling
from tests.builders import NOW
from tests.referrals.world import a_programme, an_organisation
from tests.servers.lengths import examples

REFERRER, HOST = Actor(uuid4(), "referrer"), Actor(uuid4(), "coordinator")
LATER = NOW + timedelta(hours=1)
ELSEWHERE = uuid4()
OFFER = Offer(a_programme(an_organisation()))

MOVES: dict[str, Callable[[Referral], Moved]] = {
    "acknowledge": lambda referral: lifecycle.acknowledge(referral, HOST, LATER),
    "ask": lambda referral: lifecycle.ask(referral, HOST, "Which days?", LATER),
    "answer": lambda referral: lifecycle.answer(referral, REFERRER, "Mondays.", LATER),
    "accept": lambda referral: lifecycle.accept(referral, HOST, LATER),
    "put on waiting list": lambda referral: lifecycle.put_on_waiting_list(referral, HOST, LATER),
    "put off": lambda referral: lifecycle.put_off(referral, HOST, LATER.date() + timedelta(days=30), LATER),
    "look again": lambda referral: lifecycle.look_again(referral, HOST, LATER),
    "choose": lambda referral: lifecycle.choose(referral, REFERRER, LATER),
    "release": lambda referral: lifecycle.release(referral, REFERRER, LATER),
    "decline": lambda referral: lifecycle.decline(referral, HOST, "no-capacity", LATER),
    "redirect": lambda referral: lifecycle.redirect(referral, HOST, ELSEWHERE, None, LATER),
    "withdraw": lambda referral: lifecycle.withdraw(referral, REFERRER, LATER),
    "close": lambda referral: lifecycle.close(referral, REFERRER, "moved-away", LATER),
    "end support": lambda referral: lifecycle.close(referral, HOST, "support-ended", LATER),
    "reopen": lambda referral: lifecycle.reopen(referral, REFERRER, "person-came-back", OFFER, LATER),
}
_ENDINGS = {"withdraw", "close"}
_OFFERED = {"release", "decline", "redirect"} | _ENDINGS
POSSIBLE: dict[Status, set[str]] = {status: set[str]() for status in Status} | {
    Status.SUBMITTED: {"acknowledge", "ask", "accept", "put on waiting list"} | _OFFERED,
    Status.RECEIVED: {"ask", "accept", "put on waiting list", "put off"} | _OFFERED,
    Status.NEEDS_INFORMATION: {"answer"} | _OFFERED,
    Status.NOT_YET: {"accept", "look again"} | _OFFERED,
    Status.WAITING: {"accept", "put off"} | _OFFERED,
    Status.HELD: {"choose"} | _OFFERED,
    Status.ACCEPTED: {"end support", "put off"} | _ENDINGS,
    Status.MATCHED: {"end support"} | _ENDINGS,
    Status.IN_SUPPORT: {"end support"} | _ENDINGS,
    Status.ENDED: {"close", "end support"},
    **{status: {"reopen"} for status in (Status.DECLINED, Status.REDIRECTED, Status.WITHDRAWN, Status.CLOSED)},
}
BY_HOST = {"acknowledge", "ask", "accept", "put on waiting list", "put off", "look again", "decline", "redirect"}
OVER = {Status.DECLINED, Status.REDIRECTED, Status.WITHDRAWN, Status.CLOSED, Status.ENTERED_IN_ERROR}


def a_referral(status: Status = Status.SUBMITTED) -> Referral:
    return Referral(uuid4(), uuid4(), REFERRER.organisation_id, uuid4(), HOST.organisation_id, NOW, status)


@pytest.mark.parametrize(("status", "move"), [(status, move) for status in Status for move in sorted(POSSIBLE[status])])
def test_a_possible_move_is_the_next_version_and_a_step_on_the_record(status: Status, move: str) -> None:
    moved = MOVES[move](a_referral(status))

    assert moved.referral.version == 2
    assert (moved.step.before, moved.step.after) == (status, moved.referral.status)
    assert (moved.step.at, moved.step.by in {REFERRER, HOST}) == (LATER, True)


@pytest.mark.parametrize(
    ("status", "move"), [(status, move) for status in Status for move in sorted(set(MOVES) - POSSIBLE[status])]
)
def test_any_other_move_is_refused_with_what_is_possible(status: Status, move: str) -> None:
    with pytest.raises(MoveRefused, match=r"it can be|nothing more can happen"):
        MOVES[move](a_referral(status))


def test_a_referral_is_over_where_nothing_can_be_done_with_it_but_to_reopen_it() -> None:
    moved = {status for status, moves in POSSIBLE.items() if moves - {"reopen"}}

    assert set(Status) - moved - {Status.DRAFT} == OVER == lifecycle.OVER


@pytest.mark.parametrize("move", sorted(MOVES))
def test_a_draft_is_submitted_changed_or_thrown_away_and_nothing_else(move: str) -> None:
    with pytest.raises(MoveRefused, match="it can be submitted, changed or thrown away"):
        MOVES[move](a_referral(Status.DRAFT))


def test_nobody_says_that_the_person_of_a_draft_agrees() -> None:
    with pytest.raises(MoveRefused):
        lifecycle.note_consent(a_referral(Status.DRAFT), REFERRER, "share-referral-granted", LATER)


@pytest.mark.parametrize("reason", ["died", "entered-in-error", "released"])
def test_what_is_over_for_good_is_not_reopened(reason: str) -> None:
    over = replace(a_referral(Status.CLOSED), closing_reason=reason, closed_at=NOW)

    with pytest.raises(MoveRefused, match="nothing more can happen"):
        MOVES["reopen"](over)


@pytest.mark.parametrize("end", ["decline", "redirect", "withdraw", "close"])
def test_what_is_reopened_is_to_be_decided_as_if_nothing_had_been(end: str) -> None:
    over = MOVES[end](a_referral(Status.RECEIVED)).referral

    reopened = MOVES["reopen"](over)

    referral = reopened.referral
    assert (referral.status, referral.reopened_at, referral.missed) == (Status.RECEIVED, LATER, ())
    assert {referral.decided_at, referral.decision_reason, referral.redirected_to} == {None}
    assert {referral.closed_at, referral.closing_reason} == {None}
    assert reopened.tellings == (Reopened(referral, "person-came-back"),)
    assert (reopened.step.before, reopened.step.reason) == (over.status, "person-came-back")


def test_what_was_supported_is_reopened_without_its_match() -> None:
    supported = a_referral(Status.ACCEPTED)
    for news in ("match", "session", "ending"):
        supported = heard(supported, news)

    referral = MOVES["reopen"](MOVES["end support"](supported).referral).referral

    assert {referral.matched_at, referral.supported_at, referral.ended_at} == {None}


def test_what_is_reopened_is_shared_under_the_agreement_of_today() -> None:
    offer = replace(OFFER, agreement_id=uuid4(), level=Level.CODES_UNTIL_ACCEPTED)
    over = MOVES["withdraw"](a_referral()).referral

    reopened = lifecycle.reopen(over, HOST, "closed-in-error", offer, LATER).referral

    assert (reopened.agreement_id, reopened.level) == (offer.agreement_id, offer.level)


def test_a_reason_to_reopen_is_one_of_those_known() -> None:
    with pytest.raises(ReasonUnknown, match="person-came-back"):
        lifecycle.reopen(a_referral(Status.CLOSED), HOST, "because", OFFER, LATER)


def test_news_of_the_time_before_it_was_reopened_are_history() -> None:
    reopened = MOVES["reopen"](MOVES["withdraw"](a_referral()).referral).referral
    accepted = MOVES["accept"](reopened).referral

    assert lifecycle.note_ending(accepted, LATER - timedelta(seconds=1), "planned") is None
    assert lifecycle.note_match(accepted, LATER) is not None


def test_who_is_not_ready_yet_is_an_offer_again_and_told_so() -> None:
    accepted = MOVES["accept"](a_referral()).referral

    put_off = MOVES["put off"](accepted)

    referral = put_off.referral
    assert (referral.status, referral.is_offered, referral.decided_at) == (Status.NOT_YET, True, None)
    assert put_off.tellings == (Decided(referral, "not-yet"),)
    assert referral.due_on == LATER.date() + timedelta(days=30)


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_who_is_not_ready_is_asked_again_after_today_and_within_a_year(days: int) -> None:
    with pytest.raises(RevisitDayWrong):
        lifecycle.put_off(a_referral(Status.RECEIVED), HOST, LATER.date() + timedelta(days=days), LATER)


@pytest.mark.parametrize("end", ["decline", "close"])
def test_nobody_is_given_up_who_was_not_tried_on_as_many_days_as_the_programme_says(end: str) -> None:
    referral = replace(a_referral(), terms=Terms(contact_attempts=2))
    give_up: Callable[[Referral], Moved] = {
        "decline": lambda one: lifecycle.decline(one, HOST, "could-not-contact", LATER),
        "close": lambda one: lifecycle.close(one, REFERRER, "could-not-contact", LATER),
    }[end]

    for days in (0, 1):
        with pytest.raises(NotTried, match=f"2 different days before it gives up, and {days} "):
            give_up(replace(referral, days_tried=days))

    assert give_up(replace(referral, days_tried=2)).referral.status in OVER


def test_accepting_is_told_once() -> None:
    accepted = lifecycle.accept(a_referral(), HOST, LATER)

    assert (accepted.referral.status, accepted.referral.decided_at) == (Status.ACCEPTED, LATER)
    assert accepted.tellings == (Decided(accepted.referral, "accepted"),)


def test_accepting_one_of_several_offers_holds_a_place_until_the_person_chooses() -> None:
    held = lifecycle.accept(replace(a_referral(), choice_id=uuid4()), HOST, LATER)
    chosen = lifecycle.choose(held.referral, REFERRER, LATER)

    assert (held.referral.status, held.tellings) == (Status.HELD, (Decided(held.referral, "held"),))
    assert (chosen.referral.status, chosen.tellings) == (Status.ACCEPTED, (Decided(chosen.referral, "accepted"),))


def test_who_waits_for_room_is_told_so_and_then_accepted() -> None:
    waiting = lifecycle.put_on_waiting_list(a_referral(), HOST, LATER)
    accepted = lifecycle.accept(waiting.referral, HOST, LATER)

    assert waiting.tellings == (Decided(waiting.referral, "waiting"),)
    assert accepted.referral.status is Status.ACCEPTED


def test_declining_also_closes_and_both_are_told_with_the_reason() -> None:
    declined = lifecycle.decline(a_referral(), HOST, "no-capacity", LATER)

    referral = declined.referral
    assert declined.tellings == (Decided(referral, "declined"), Closed(referral))
    assert (referral.decision_reason, referral.closing_reason) == ("no-capacity", "declined")
    assert declined.step.reason == "no-capacity"


def test_redirecting_closes_and_says_where_else() -> None:
    redirected = lifecycle.redirect(a_referral(), HOST, ELSEWHERE, None, LATER)

    referral = redirected.referral
    assert redirected.tellings == (Decided(referral, "redirected"), Closed(referral))
    assert (referral.redirected_to, referral.closing_reason) == (ELSEWHERE, "redirected")


def test_a_redirection_out_of_the_network_is_in_words() -> None:
    redirected = lifecycle.redirect(a_referral(), HOST, None, "A library nearby has a group.", LATER)

    assert redirected.step.note == "A library nearby has a group."


def test_a_redirection_to_nowhere_or_back_is_refused() -> None:
    referral = a_referral()
    for to in (None, referral.programme_id):
        with pytest.raises(RedirectsNowhere):
            lifecycle.redirect(referral, HOST, to, None, LATER)


def test_withdrawing_closes_with_that_reason() -> None:
    withdrawn = lifecycle.withdraw(a_referral(), REFERRER, LATER)

    assert (withdrawn.referral.closing_reason, withdrawn.tellings) == ("withdrawn", (Closed(withdrawn.referral),))


@pytest.mark.parametrize("reason", lifecycle.CLOSING)
def test_a_referral_that_was_taken_on_can_be_closed_for_every_reason(reason: str) -> None:
    closed = lifecycle.close(replace(a_referral(Status.ENDED), days_tried=3), HOST, reason, LATER)

    assert (closed.referral.closing_reason, closed.tellings) == (reason, (Closed(closed.referral),))


def test_what_was_entered_in_error_says_so() -> None:
    closed = lifecycle.close(a_referral(), REFERRER, "entered-in-error", LATER)

    assert closed.referral.status is Status.ENTERED_IN_ERROR


@pytest.mark.parametrize("move", sorted(BY_HOST))
def test_only_the_programmes_organisation_decides(move: str) -> None:
    with pytest.raises(NotYourProgramme):
        MOVES[move](replace(a_referral(Status.WAITING), programme_organisation_id=uuid4()))


@pytest.mark.parametrize("move", ["answer", "choose"])
def test_only_who_referred_speaks_for_the_person(move: str) -> None:
    with pytest.raises(NotYourReferral):
        MOVES[move](replace(a_referral(Status.HELD), referring_organisation_id=uuid4()))


@pytest.mark.parametrize("reason", ["", "withdrawn", "declined", "because"])
def test_a_reason_that_is_not_known_is_refused(reason: str) -> None:
    with pytest.raises(ReasonUnknown):
        lifecycle.close(a_referral(), HOST, reason, LATER)


NEWS: dict[str, Callable[[Referral], Moved | None]] = {
    "match": lambda referral: lifecycle.note_match(referral, LATER),
    "session": lambda referral: lifecycle.note_session(referral, LATER),
    "meeting": lambda referral: lifecycle.note_attendance(referral, LATER),
    "ending": lambda referral: lifecycle.note_ending(referral, LATER, "planned"),
}


def heard(referral: Referral, news: str) -> Referral:
    moved = NEWS[news](referral)
    return referral if moved is None else moved.referral


@pytest.mark.parametrize("status", sorted(OVER | OFFERED))
@pytest.mark.parametrize("news", sorted(NEWS))
def test_news_of_a_match_pass_by_a_referral_that_is_over_or_undecided(status: Status, news: str) -> None:
    assert NEWS[news](a_referral(status)) is None


@given(st.lists(st.sampled_from(sorted(NEWS)), min_size=1, max_size=8))
def test_after_any_news_the_last_counts_and_a_session_only_after_a_match_a_meeting_only_before_one(
    news: list[str],
) -> None:
    referral = a_referral(Status.ACCEPTED)
    for piece in news:
        referral = heard(referral, piece)

    last = next((piece for piece in reversed(news) if piece not in {"session", "meeting"}), None)
    seen = "session" in news[len(news) - news[::-1].index("match") :] if "match" in news else False
    expected = {
        None: Status.IN_SUPPORT if "meeting" in news else Status.ACCEPTED,
        "ending": Status.ENDED,
        "match": Status.IN_SUPPORT if seen else Status.MATCHED,
    }
    assert referral.status is expected[last]


class AnyLife(RuleBasedStateMachine):
    """Whatever anybody tries, in any order: what is over stays as it is until it is reopened, and is told so once."""

    def __init__(self) -> None:
        super().__init__()
        self.referral = a_referral()
        self.told: list[Telling] = []
        self.steps = 0
        self.at_the_end: Referral | None = None

    @rule(move=st.sampled_from(sorted(MOVES)))
    def try_to(self, move: str) -> None:
        try:
            moved = MOVES[move](self.referral)
        except MoveRefused:
            return
        self.referral = moved.referral
        if moved.referral.reopened_at is not None and moved.step.name == "reopened":
            self.told, self.at_the_end = [], None
        else:
            self.told += moved.tellings
        self.steps += 1

    @rule(news=st.sampled_from(sorted(NEWS)))
    def hear(self, news: str) -> None:
        moved = NEWS[news](self.referral)
        if moved is not None:
            self.referral = moved.referral
            self.steps += 1

    @invariant()
    def what_is_over_stays_over(self) -> None:
        if self.referral.status in OVER:
            self.at_the_end = self.at_the_end or self.referral
        assert self.at_the_end in {None, self.referral}

    @invariant()
    def what_was_said_is_not_said_again(self) -> None:
        said = [telling.decision if isinstance(telling, Decided) else "closed" for telling in self.told]
        assert all(one != other for one, other in pairwise(said) if one != "not-yet")
        assert said.count("closed") <= 1
        assert ("closed" in said) == (self.referral.status in OVER)

    @invariant()
    def every_change_is_a_step(self) -> None:
        assert self.referral.version == self.steps + 1

    @invariant()
    def what_is_over_or_with_a_supporter_is_never_overdue(self) -> None:
        if self.referral.status in OVER | {Status.MATCHED, Status.IN_SUPPORT, Status.ENDED}:
            assert self.referral.due_on is None

    @invariant()
    def only_what_was_accepted_is_matched(self) -> None:
        if self.referral.matched_at is not None:
            assert "accepted" in {telling.decision for telling in self.told if isinstance(telling, Decided)}


AnyLife.TestCase.settings = settings(max_examples=examples(500), stateful_step_count=12, deadline=None)
TestAnyLife = AnyLife.TestCase
