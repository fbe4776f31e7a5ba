import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.http import StaleVersion
from kith_contracts.matching import MatchMade, MatchProposed, ProposalAnswered, ScorePart
from kith_matching.domain.match import Ending
from kith_matching.domain.occasion import Occasion, Outcome
from kith_matching.domain.proposal import Answer, Side
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import (
    AlreadyMatched,
    AlreadyProposed,
    MatchingRefused,
    NoCapacity,
    ProgrammeNotFound,
    ProposalEnded,
    ReferralNotAccepted,
    ReferralNotFound,
    SaidNo,
    SupporterNotFound,
)
from tests.builders import (
    a_consent_changed,
    a_programme_published,
    a_referral_closed,
    a_referral_created,
    a_referral_decided,
)
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.stage import Stage

HOURS_48 = timedelta(hours=48)


async def test_a_proposal_is_told_with_its_reasons(stage: Stage) -> None:
    programme = await stage.a_programme(weights={"condition": 40, "interest": 10})
    referral = await stage.an_accepted_referral(programme, conditions=("type-2-diabetes",))
    supporter = await stage.a_supporter(programme)
    before = await stage.told()

    proposal = await stage.propose(referral, supporter)

    assert await stage.told_since(before) == [
        MatchProposed(
            proposal_id=proposal.id,
            referral_id=referral.referral_id,
            supporter_id=supporter.id,
            programme_id=programme.programme_id,
            organisation_id=stage.organisation_id,
            score=40,
            parts=tuple(
                ScorePart(connection=connection, points=40 if connection == "condition" else 0)
                for connection in ("condition", "experience", "interest", "language", "place")
            ),
        )
    ]


async def test_two_yes_in_order_make_a_match_that_is_told_after_them(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    proposal = await stage.propose(referral, supporter)
    before = await stage.told()

    await stage.answer(proposal, Side.PERSON)
    await stage.answer(proposal, Side.SUPPORTER)

    person, other, made = await stage.told_since(before)
    assert isinstance(person, ProposalAnswered)
    assert (person.answered_by, person.answer) == ("person", "yes")
    assert isinstance(other, ProposalAnswered)
    assert (other.answered_by, other.answer) == ("supporter", "yes")
    assert isinstance(made, MatchMade)
    assert made.review_on == TODAY + 42 * DAY
    assert made.match_id == (await stage.proposal(proposal.id))["match_id"]


async def test_who_is_matched_waits_no_longer(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)

    await stage.a_match(referral, supporter)

    assert await stage.waiting() == []
    with pytest.raises(AlreadyMatched):
        await stage.propose(referral, await stage.a_supporter(programme))


async def test_an_answer_to_what_has_moved_on_is_refused(stage: Stage) -> None:
    programme = await stage.a_programme()
    proposal = await stage.propose(await stage.an_accepted_referral(programme), await stage.a_supporter(programme))
    await stage.answer(proposal, Side.PERSON)

    with pytest.raises(StaleVersion):
        await stage.answer(proposal, Side.PERSON, Answer.NO, version=1)


async def test_a_refused_answer_leaves_nothing_behind(stage: Stage) -> None:
    programme = await stage.a_programme()
    proposal = await stage.propose(await stage.an_accepted_referral(programme), await stage.a_supporter(programme))
    before = await stage.told()

    with pytest.raises(MatchingRefused):
        await stage.answer(proposal, Side.SUPPORTER)

    assert await stage.told_since(before) == []
    assert (await stage.proposal(proposal.id))["version"] == 1


async def test_after_a_no_the_person_may_be_offered_to_somebody_else_only(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    await stage.answer(await stage.propose(referral, supporter), Side.PERSON, Answer.NO)

    with pytest.raises(SaidNo):
        await stage.propose(referral, supporter)

    assert await stage.propose(referral, await stage.a_supporter(programme))


async def test_a_person_is_not_offered_to_two_at_once(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    await stage.propose(referral, await stage.a_supporter(programme))

    with pytest.raises(AlreadyProposed):
        await stage.propose(referral, await stage.a_supporter(programme))


async def test_an_open_proposal_holds_the_place_until_it_is_answered_no(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme, capacity=1)
    first, second = await stage.an_accepted_referral(programme), await stage.an_accepted_referral(programme)
    proposal = await stage.propose(first, supporter)

    with pytest.raises(NoCapacity):
        await stage.propose(second, supporter)
    await stage.answer(proposal, Side.PERSON, Answer.NO)

    assert await stage.propose(second, supporter)


async def test_of_two_who_propose_the_last_place_at_once_one_is_refused(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme, capacity=3)
    people = [await stage.an_accepted_referral(programme) for _ in range(8)]

    outcomes = await asyncio.gather(*(stage.propose(one, supporter) for one in people), return_exceptions=True)

    assert sum(isinstance(one, NoCapacity) for one in outcomes) == 5
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 3


async def test_of_two_who_propose_for_one_person_at_once_one_is_refused(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    several = [await stage.a_supporter(programme) for _ in range(4)]

    outcomes = await asyncio.gather(*(stage.propose(referral, one) for one in several), return_exceptions=True)

    assert sum(isinstance(one, AlreadyProposed) for one in outcomes) == 3


async def test_two_same_answers_at_once_count_once(stage: Stage) -> None:
    programme = await stage.a_programme()
    proposal = await stage.propose(await stage.an_accepted_referral(programme), await stage.a_supporter(programme))
    before = await stage.told()

    outcomes = await asyncio.gather(
        *(stage.answer(proposal, Side.PERSON, version=1) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(one, StaleVersion) for one in outcomes) == 3
    assert len(await stage.told_since(before)) == 1


async def test_nobody_waits_for_anybody_for_ever(stage: Stage) -> None:
    programme = await stage.a_programme()
    several = [await stage.a_supporter(programme, capacity=4) for _ in range(2)]
    people = [await stage.an_accepted_referral(programme) for _ in range(8)]
    open_ones = [await stage.propose(one, several[place % 2]) for place, one in enumerate(people[:6])]
    meeting = Occasion(TODAY, Outcome.HAPPENED, 60, Channel.IN_PERSON, ())

    outcomes = await asyncio.gather(
        *(stage.answer(one, Side.PERSON, version=1) for one in open_ones),
        *(stage.propose(one, supporter) for supporter in several for one in people),
        stage.meet(programme, new_id(), meeting, *people),
        stage.meet(programme, new_id(), meeting, *reversed(people)),
        stage.hear(*(a_referral_closed(one) for one in reversed(people))),
        stage.hear(*(a_consent_changed(one, state="granted") for one in people)),
        stage.lapse(NOW + 15 * DAY),
        return_exceptions=True,
    )

    unexpected = [one for one in outcomes if isinstance(one, BaseException) and not hasattr(one, "code")]
    assert unexpected == []
    ended = [(await stage.proposal(one.id))["ended_at"] for one in open_ones]
    assert None not in ended


async def test_a_place_is_free_again_when_the_match_ends(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme, capacity=1)
    match = await stage.a_match(await stage.an_accepted_referral(programme), supporter)
    other = await stage.an_accepted_referral(programme)
    with pytest.raises(NoCapacity):
        await stage.propose(other, supporter)

    await stage.end(match, Ending.PLANNED)

    assert await stage.propose(other, supporter)


async def test_what_nobody_answered_in_48_hours_lapses_and_frees_the_place(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme, capacity=1)
    proposal = await stage.propose(await stage.an_accepted_referral(programme), supporter)
    await stage.answer(proposal, Side.PERSON)
    before = await stage.told()

    await stage.lapse(NOW + HOURS_48)

    (lapsed,) = await stage.told_since(before)
    assert isinstance(lapsed, ProposalAnswered)
    assert (lapsed.proposal_id, lapsed.answered_by, lapsed.answer) == (proposal.id, "supporter", "lapsed")
    assert await stage.propose(await stage.an_accepted_referral(programme), supporter)


async def test_many_lapse_in_one_go_and_none_before_its_time(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme, capacity=50)
    late = [await stage.propose(await stage.an_accepted_referral(programme), supporter) for _ in range(5)]
    young = await stage.propose(await stage.an_accepted_referral(programme), supporter, now=NOW + DAY)
    before = await stage.told()

    await stage.lapse(NOW + 14 * DAY)
    await stage.lapse(NOW + 14 * DAY)

    lapsed = await stage.told_since(before)
    assert {one.proposal_id for one in lapsed if isinstance(one, ProposalAnswered)} == {one.id for one in late}
    assert len(lapsed) == 5
    assert (await stage.proposal(young.id))["state"] == "awaiting-person"


async def test_a_lapsed_pair_may_be_proposed_again(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    proposal = await stage.propose(referral, supporter)
    await stage.lapse(NOW + 14 * DAY)

    with pytest.raises(ProposalEnded):
        await stage.answer(proposal, Side.PERSON)

    assert await stage.propose(referral, supporter)


async def test_a_referral_that_waits_for_its_decision_is_not_offered(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = a_referral_created(programme)
    await stage.hear(referral)

    with pytest.raises(ReferralNotAccepted):
        await stage.propose(referral, await stage.a_supporter(programme))
    with pytest.raises(ReferralNotAccepted):
        await stage.candidates(referral)


async def test_a_referral_can_be_accepted_before_its_programme_is_known(stage: Stage) -> None:
    programme = a_programme_published(organisation_id=stage.organisation_id)
    referral = a_referral_created(programme)
    supporter = await stage.a_supporter(programme)
    await stage.hear(referral, a_referral_decided(referral))
    with pytest.raises(ProgrammeNotFound):
        await stage.propose(referral, supporter)

    await stage.hear(programme)

    assert await stage.propose(referral, supporter)


async def test_what_is_not_there_is_not_proposed(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)

    with pytest.raises(ReferralNotFound):
        await stage.propose(referral.model_copy(update={"referral_id": new_id()}), supporter)
    with pytest.raises(SupporterNotFound):
        await stage.propose(referral, replace(supporter, id=new_pseudonym()))
