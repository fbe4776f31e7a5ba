"""How two people come to be introduced: known to who proposes them, asked without names, a no with its reason."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.introducing import (
    GetToKnowFirst,
    KnowingNotAsked,
    KnowsEachOther,
    Reason,
    Said,
    TooManyOffers,
    again_from,
)
from kith_matching.domain.proposal import Answer, Answered, ProposalState, Side, answer
from kith_matching.domain.rules import Pair, stops
from kith_matching.domain.supporter import Load
from kith_matching.domain.terms import Acquaintance, Terms
from kith_matching.usecases import rounds
from tests.matching.builders import NOW, TODAY, a_pair, a_proposal
from tests.matching.desk import Desk
from tests.matching.stage import Stage

FINE, MINDS = Said(knowing_is_fine=True), Said(knowing_is_fine=False)


def of(terms: Terms, **different: Any) -> Pair:
    """A pair in a programme on these terms."""
    return a_pair(programme={"terms": terms}, **different)


def says(pair: Pair, said: Answer, more: Said) -> Answered:
    """What becomes of the pair's proposal when the person says this."""
    return answer(a_proposal(pair), Side.PERSON, said, pair, today=TODAY, now=NOW, more=more)


def test_where_the_programme_asks_for_it_nobody_proposes_people_they_do_not_know() -> None:
    with pytest.raises(GetToKnowFirst):
        a_proposal(of(Terms(getting_to_know=True)))


def test_a_supporter_has_as_many_days_to_answer_as_the_programme_gives() -> None:
    pair = of(Terms(answer_hours=4))

    assert says(pair, Answer.YES, FINE).proposal.answer_by == NOW + timedelta(hours=4)


@pytest.mark.parametrize("known", [True, False])
def test_where_each_is_asked_everybody_is_so_that_being_asked_says_nothing(known: bool) -> None:
    with pytest.raises(KnowingNotAsked):
        says(of(Terms(knowing_each_other=Acquaintance.ASK_EACH), acquainted=known), Answer.YES, Said())


def test_who_would_mind_is_not_introduced_to_somebody_they_know() -> None:
    answered = says(of(Terms(knowing_each_other=Acquaintance.ASK_EACH), acquainted=True), Answer.YES, MINDS)

    assert (answered.said, answered.proposal.state, answered.proposal.reason) == (
        "no",
        ProposalState.DECLINED,
        "may-know-each-other",
    )


@pytest.mark.parametrize(("known", "more"), [(True, FINE), (False, MINDS), (False, FINE)])
def test_else_a_yes_is_a_yes(known: bool, more: Said) -> None:
    pair = of(Terms(knowing_each_other=Acquaintance.ASK_EACH), acquainted=known)

    assert says(pair, Answer.YES, more).proposal.state is ProposalState.AWAITING_SUPPORTER


@pytest.mark.parametrize(("policy", "found"), [("refuse", [KnowsEachOther]), ("ask-each", []), ("expected", [])])
def test_that_two_may_know_each_other_stops_them_only_where_the_programme_refuses_it(
    policy: str, found: list[type[Exception]]
) -> None:
    pair = of(Terms(knowing_each_other=policy), acquainted=True)

    assert [type(stop) for stop in stops(pair, TODAY)] == found


@pytest.mark.parametrize(("most", "held", "stopped"), [(None, 9, False), (2, 1, False), (2, 2, True)])
def test_nobody_is_asked_by_more_people_at_once_than_the_programme_allows(
    most: int | None, held: int, stopped: bool
) -> None:
    pair = of(Terms(open_offers=most), supporter={"capacity": 20}, load=Load(proposals=held))

    assert [type(stop) for stop in stops(pair, TODAY)] == ([TooManyOffers] if stopped else [])


@given(st.sampled_from(Reason), st.dates(date(2026, 1, 1), date(2099, 1, 1)))
def test_a_no_to_the_moment_is_no_no_to_the_other(reason: Reason, today: date) -> None:
    passing = {Reason.NOT_NOW, Reason.NOT_AVAILABLE, Reason.TOO_MUCH}

    again = again_from(reason, today)

    assert (again is not None) == (reason in passing)
    assert again is None or again > today


async def test_who_said_not_now_may_be_proposed_again_in_four_weeks(stage: Stage) -> None:
    told = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(told), await stage.a_supporter(told)
    proposal = await stage.propose(referral, supporter)

    answered = await stage.answer(proposal, Side.PERSON, Answer.NO, Said(Reason.NOT_NOW))
    _, before = await stage.candidates(referral)
    later = await stage.propose(referral, supporter, NOW + timedelta(weeks=4))

    assert answered.proposal.again_from == TODAY + timedelta(weeks=4)
    assert before == {supporter.id: ["said-no"]}
    assert later.supporter_id == supporter.id


async def test_a_round_puts_nobody_together_who_may_know_each_other_where_that_is_refused(stage: Stage) -> None:
    told = await stage.a_programme(terms=ProgrammeTerms(definition_version=1, knowing_each_other="refuse"))
    referral, supporter = await stage.an_accepted_referral(told), await stage.a_supporter(told)
    await stage.note(referral, supporter)

    async with stage.database.transaction(stage.caller) as tx:
        held = await rounds.hold_round(tx, told.programme_id, stage.organisation_id, now=NOW)
    stopped = await stage.candidates(referral)
    await stage.note(referral, supporter, known=False)

    assert (held.people, held.matched, held.policy.definition_version) == (1, 0, 1)
    assert stopped == ([], {supporter.id: ["knows-each-other"]})
    assert await stage.candidates(referral) == ([supporter.id], {})


async def test_a_match_keeps_the_version_with_which_it_began(stage: Stage) -> None:
    first = ProgrammeTerms(definition_version=1, knowing_each_other="expected", review_weeks=2)
    told = await stage.a_programme(terms=first)
    match = await stage.a_match(await stage.an_accepted_referral(told), await stage.a_supporter(told))

    later = told.model_copy(update={"terms": first.model_copy(update={"definition_version": 2, "review_weeks": 8})})
    await stage.hear(later)
    after = await stage.a_match(await stage.an_accepted_referral(told), await stage.a_supporter(told))

    assert (match.definition_version, match.review_on) == (1, TODAY + timedelta(weeks=2))
    assert (after.definition_version, after.review_on) == (2, TODAY + timedelta(weeks=8))
    assert (await stage.match(match.id)).definition_version == 1


async def test_what_a_match_was_planned_by_is_shown_with_it(desk: Desk) -> None:
    terms = ProgrammeTerms(definition_version=4, knowing_each_other="expected", length_weeks=26)
    desk.programme = desk.programme.model_copy(update={"terms": terms})
    await desk.open()
    where = f"/matches/{await desk.a_match()}"

    before = await desk.get(where)
    planned = await desk.change(f"{where}/encounter", {"encounter": "no-sign"}, before.headers["ETag"])
    listed = (await desk.get("/matches")).json()["items"]

    made_on = date.fromisoformat(before.json()["made_on"])
    assert before.json()["planned_until"] == (made_on + timedelta(weeks=26)).isoformat()
    assert (planned.json()["encounter"], planned.json()["definition_version"]) == ("no-sign", 4)
    assert listed == [planned.json()]


async def test_over_http_a_no_says_why_and_from_when_they_may_be_thought_of_again(desk: Desk) -> None:
    proposed = await desk.a_proposal()
    said = {"answered_by": "person", "answer": "no", "reason": "too-far"}

    answer = await desk.change(f"{proposed.headers['Location']}/answers", said, proposed.headers["ETag"])

    assert (answer.json()["state"], answer.json()["reason"], answer.json()["again_from"]) == (
        "declined",
        "too-far",
        None,
    )
