import pytest

from kith_matching.domain.refusals import ConsentWithdrawn
from kith_matching.domain.supporter import SupporterState
from tests.builders import a_consent_changed
from tests.matching.builders import DAY, TODAY
from tests.matching.stage import Stage


async def test_who_has_waited_longest_is_first(stage: Stage) -> None:
    programme = await stage.a_programme()
    days = [3, 9, 1]
    people = [await stage.an_accepted_referral(programme, received_on=TODAY - day * DAY) for day in days]

    waiting = await stage.waiting()

    assert [row["id"] for row in waiting] == [people[place].referral_id for place in (1, 0, 2)]


async def test_pages_of_those_who_wait_leave_nobody_out(stage: Stage) -> None:
    programme = await stage.a_programme()
    people = [
        await stage.an_accepted_referral(programme, received_on=TODAY - (number % 3) * DAY) for number in range(7)
    ]
    seen = []
    after = None

    while page := await stage.waiting(after=after, limit=2):
        seen += [row["id"] for row in page]
        after = page[-1]["id"]

    assert len(seen) == 7
    assert set(seen) == {one.referral_id for one in people}


async def test_somebody_for_whom_a_proposal_is_open_still_waits_and_it_shows(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)

    proposal = await stage.propose(referral, await stage.a_supporter(programme))

    assert [row["proposal_id"] for row in await stage.waiting()] == [proposal.id]


async def test_candidates_are_ranked_and_the_others_say_what_stops_them(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme, conditions=("type-2-diabetes",))
    best = await stage.a_supporter(programme)
    second = await stage.a_supporter(programme, conditions=())
    paused = await stage.a_supporter(programme, state=SupporterState.RESTING)
    full = await stage.a_supporter(programme, capacity=0)

    ranked, blocked = await stage.candidates(referral)

    assert ranked == [best.id, second.id]
    assert blocked == {paused.id: ["supporter-not-active"], full.id: ["no-capacity"]}


async def test_who_left_or_is_in_other_programmes_is_not_considered(stage: Stage) -> None:
    programme, other = await stage.a_programme(), await stage.a_programme()
    await stage.a_supporter(programme, state=SupporterState.LEFT)
    await stage.a_supporter(other)

    assert await stage.candidates(await stage.an_accepted_referral(programme)) == ([], {})


async def test_open_proposals_and_matches_of_a_supporter_are_counted(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme, capacity=2)
    await stage.a_match(await stage.an_accepted_referral(programme), supporter)
    referral = await stage.an_accepted_referral(programme)
    assert (await stage.candidates(referral))[0] == [supporter.id]

    await stage.propose(await stage.an_accepted_referral(programme), supporter)

    assert (await stage.candidates(referral))[1] == {supporter.id: ["no-capacity"]}


async def test_without_consent_nobody_is_shown_to_be_a_candidate(stage: Stage) -> None:
    referral = await stage.an_accepted_referral(await stage.a_programme())

    await stage.hear(a_consent_changed(referral))

    with pytest.raises(ConsentWithdrawn):
        await stage.candidates(referral)


async def test_the_card_is_gone_once_consent_is(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    proposal = await stage.propose(referral, await stage.a_supporter(programme))
    assert (await stage.proposal(proposal.id))["card_shown"]

    await stage.hear(a_consent_changed(referral))

    assert not (await stage.proposal(proposal.id))["card_shown"]
