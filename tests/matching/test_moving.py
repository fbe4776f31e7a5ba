"""Moving to a group and back, and one supporter after another."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.matching import MatchEnded
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.match import Ending, Match
from kith_matching.domain.moving import Afterwards, EndingDisagrees, NoPlaceYet, end_as_said
from kith_matching.domain.places import PlaceLapsed, PlaceState
from kith_matching.domain.refusals import GroupNotFound, SaidNo
from kith_matching.store import places as store
from kith_matching.views.holdings import list_holdings
from tests.builders import (
    a_person_erased,
    a_referral_closed,
    a_referral_decided,
    a_referral_reopened,
)
from tests.matching.builders import DAY, NOW, TODAY, a_match
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_groups import Organiser, an_organiser

AGAIN = Afterwards(waits_again=True)


class Moving(Organiser):
    """Somebody whose match ends, and a group of two places to which they might move."""

    async def matched(self, **changes: Any) -> tuple[ReferralCreated, Match]:
        """Somebody with a supporter."""
        referral = await self.somebody(**changes)
        return referral, await self.stage.a_match(referral, await self.stage.a_supporter(self.programme))

    async def move(self, match: Match, comes_with: int = 0) -> Match:
        """Let them move."""
        return await self.stage.end(match, Ending.MOVED_TO_GROUP, Afterwards(self.group_id, comes_with))

    async def states(self, referral: ReferralCreated) -> list[PlaceState]:
        """How they stand in the group."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            rooms = await store.get_rooms_for_update(tx, [self.group_id])
        return [one.state for one in rooms[self.group_id].places.values() if one.referral_id == referral.referral_id]


@pytest.fixture
async def moving(stage: Stage) -> Moving:
    planned = await an_organiser(stage)
    found = Moving(stage, planned.programme, planned.facilitator)
    found.group_id = planned.group_id
    return found


@given(st.sampled_from(Ending), st.booleans(), st.sampled_from([None, True, False]))
def test_what_is_said_of_an_ending_agrees_with_it(ending: Ending, names: bool, waits: bool | None) -> None:
    said = Afterwards(new_id() if names else None, waits_again=waits)
    ends_here = ending in {Ending.DIED, Ending.MOVED_ON, Ending.MOVED_TO_GROUP}
    disagrees = names != (ending is Ending.MOVED_TO_GROUP) or (ends_here and waits is True)

    try:
        ended = end_as_said(a_match(), ending, said, today=TODAY)
    except EndingDisagrees:
        assert disagrees
    else:
        assert not disagrees
        assert ended.waits_again == (ending.waits_again if waits is None else waits)
        assert ended.match.replaced == (ended.waits_again and ending is not Ending.DID_NOT_TAKE_PLACE)


async def test_whoever_moves_to_a_group_has_a_place_there_when_the_match_ends(moving: Moving) -> None:
    referral, match = await moving.matched()

    ended = await moving.move(match)

    assert (ended.ending, ended.moved_to) == (Ending.MOVED_TO_GROUP, moving.group_id)
    assert await moving.states(referral) == [PlaceState.TAKEN]
    assert await moving.waits() == set()


async def test_whoever_moves_with_a_carer_needs_two_places(moving: Moving) -> None:
    await moving.join(await moving.somebody())
    _, match = await moving.matched()

    with pytest.raises(NoPlaceYet):
        await moving.move(match, comes_with=1)


async def test_nobody_loses_a_supporter_for_a_place_that_they_do_not_have(moving: Moving) -> None:
    await moving.full()
    referral, match = await moving.matched()

    for _ in range(2):  # with no place, and as one who waits for it
        with pytest.raises(NoPlaceYet):
            await moving.move(match)
        if not await moving.states(referral):
            await moving.join(referral)

    assert (await moving.stage.match(match.id)).ended_on is None


async def test_a_place_that_is_held_for_them_is_taken_with_the_move_and_one_that_they_have_stays(
    moving: Moving,
) -> None:
    first, second = await moving.full()
    offered, match = await moving.matched()
    joined, other = await moving.matched()
    for referral, leaves in ((offered, first), (joined, second)):
        place = await moving.join(referral)
        await moving.leave(leaves)
        if referral is joined:
            await moving.answer(place)
    before = (await moving.states(offered), await moving.states(joined))

    for one in (match, other):
        await moving.move(one)

    assert before == ([PlaceState.OFFERED], [PlaceState.TAKEN])
    assert (await moving.states(offered), await moving.states(joined)) == ([PlaceState.TAKEN], [PlaceState.TAKEN])


async def test_an_offer_that_ran_out_is_no_place(moving: Moving) -> None:
    first, _ = await moving.full()
    referral, match = await moving.matched()
    place = await moving.join(referral)
    await moving.leave(first)
    async with moving.stage.database.transaction(moving.stage.caller) as tx:
        held = await store.get_place(tx, place.id)
        await store.save_places(tx, [type(held)(**{n: getattr(held, n) for n in held.__slots__} | {"answer_by": NOW})])

    with pytest.raises(PlaceLapsed):
        await moving.move(match)


async def test_nobody_moves_to_a_group_that_nobody_planned(moving: Moving) -> None:
    _, match = await moving.matched()

    with pytest.raises(GroupNotFound):
        await moving.stage.end(match, Ending.MOVED_TO_GROUP, Afterwards(new_id()))


async def test_of_two_who_move_at_once_into_the_last_place_one_keeps_their_supporter(moving: Moving) -> None:
    await moving.join(await moving.somebody())
    people = [await moving.matched() for _ in range(2)]

    outcomes = await asyncio.gather(*(moving.move(match) for _, match in people), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ["Match", "NoPlaceYet"]
    running = [(await moving.stage.match(match.id)).ended_on is None for _, match in people]
    assert sorted(running) == [False, True]


async def test_whoever_comes_back_from_a_group_waits_since_they_first_came(moving: Moving) -> None:
    earlier, match = await moving.matched(received_on=TODAY - 40 * DAY)
    later = await moving.somebody(received_on=TODAY - 10 * DAY)
    await moving.move(match)
    async with moving.stage.database.transaction(moving.stage.caller) as tx:
        rooms = await store.get_rooms_for_update(tx, [moving.group_id])
    (place,) = rooms[moving.group_id].places.values()

    await moving.leave(place, waits_again=True)

    assert [row["id"] for row in await moving.stage.waiting()] == [earlier.referral_id, later.referral_id]


async def test_whoever_comes_back_from_a_group_may_have_the_supporter_whom_they_knew(moving: Moving) -> None:
    referral, match = await moving.matched()
    await moving.move(match)

    assert match.supporter_id in (await moving.stage.candidates(referral))[0]


@pytest.mark.parametrize("ending", [Ending.UNPLANNED, Ending.PLANNED, Ending.DID_NOT_SUIT])
async def test_whoever_is_to_have_another_supporter_is_first_in_line_and_never_gets_the_same(
    stage: Stage, ending: Ending
) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme, received_on=TODAY - 40 * DAY)
    later = await stage.an_accepted_referral(programme, received_on=TODAY - 10 * DAY)
    before, other = await stage.a_supporter(programme), await stage.a_supporter(programme)
    match = await stage.a_match(referral, before)

    await stage.end(match, ending, AGAIN)

    assert [row["id"] for row in await stage.waiting()] == [referral.referral_id, later.referral_id]
    assert await stage.candidates(referral) == ([other.id], {before.id: ["said-no"]})
    with pytest.raises(SaidNo):
        await stage.propose(referral, before)
    assert before.id in (await stage.candidates(later))[0]


async def test_a_round_does_not_bring_two_together_again_either(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))
    await stage.end(match, Ending.UNPLANNED, AGAIN)
    await stage.hold_round(programme)

    async with stage.database.transaction(stage.caller) as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])

    assert "pick" not in {one.kind for one in held.holdings}


async def test_two_who_never_met_may_be_proposed_again(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    match = await stage.a_match(referral, supporter)

    await stage.end(match, Ending.DID_NOT_TAKE_PLACE)

    assert (await stage.candidates(referral))[0] == [supporter.id]


async def test_whoever_wants_no_other_supporter_does_not_wait(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    match = await stage.a_match(referral, supporter)
    before = await stage.told()

    await stage.end(match, Ending.DID_NOT_SUIT, Afterwards(waits_again=False))

    (told,) = await stage.told_since(before)
    assert isinstance(told, MatchEnded)
    assert (told.ending, told.waits_again, await stage.waiting()) == ("did-not-suit", False, [])
    assert await stage.candidates(referral) == ([], {supporter.id: ["said-no"]})


async def test_a_referral_that_closed_and_is_open_again_may_have_the_supporter_it_had(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    await stage.a_match(referral, supporter)

    await stage.hear(a_referral_closed(referral))
    await stage.hear(a_referral_reopened(referral), a_referral_decided(referral), at=NOW + timedelta(days=1))

    assert (await stage.candidates(referral))[0] == [supporter.id]


async def test_it_is_told_who_came_after_whom(desk: Desk) -> None:
    referral = await desk.a_referral()
    first = await desk.a_match(referral)
    ended = await desk.change(f"/matches/{first}/ending", {"ending": "unplanned", "waits_again": True}, '"1"')

    second = await desk.a_match(referral)

    found = (await desk.get(f"/referrals/{referral.referral_id}/matches")).json()["items"]
    assert (ended.status_code, ended.json()["replaced"]) == (200, True)
    assert [(one["id"], one["replaces"]) for one in found] == [(first, None), (second, first)]


async def test_of_somebody_who_was_erased_the_group_that_they_moved_to_is_forgotten(moving: Moving) -> None:
    referral, match = await moving.matched()
    await moving.move(match)

    await moving.stage.hear(a_person_erased(referral))

    assert (await moving.stage.match(match.id)).moved_to is None
    async with moving.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
    assert {one.kind: one.tombstone for one in held.holdings}["match"]
