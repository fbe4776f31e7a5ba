"""Groups with plans and places, on a real database: locks, the list, and what ends a place from elsewhere."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.http import StaleVersion
from kith_chassis.http.versions import VersionMissing
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from kith_matching.domain.occasion import Occasion, Outcome
from kith_matching.domain.places import FewerThanTaken, Place, PlaceEnded, PlaceState
from kith_matching.domain.plan import Plan
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import GroupNotFound, GroupOfAnotherProgramme, PersonErased, SupporterNotFound
from kith_matching.store import places as store
from kith_matching.timers import TIMERS
from kith_matching.usecases import groups, places
from kith_matching.views import groups as views
from kith_matching.views.holdings import list_holdings
from tests.builders import a_consent_changed, a_person_erased, a_referral_closed
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.stage import Stage

COURSE = ProgrammeTerms(definition_version=1, models=("course",), places=2, waiting_list=True)


class Organiser:
    """Somebody who plans one group of a stage's programme, and lets people join it."""

    def __init__(self, stage: Stage, programme: ProgrammePublished, facilitator: UUID) -> None:
        self.stage = stage
        self.programme = programme
        self.facilitator = facilitator
        self.group_id = new_id()

    async def plan(self, version: int | None = None, **different: Any) -> tuple[Plan, bool]:
        """Plan the group."""
        usual = {
            "group_id": self.group_id,
            "programme_id": self.programme.programme_id,
            "organisation_id": self.stage.organisation_id,
            "places": None,
            "facilitators": (self.facilitator,),
            "starts_on": TODAY,
            "meetings": 8,
            "setting": "library",
            "channel": Channel.IN_PERSON,
            "district": "G12",
        }
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await groups.put_plan(tx, Plan(**(usual | different)), expected_version=version, now=NOW)

    async def somebody(self, **changes: Any) -> ReferralCreated:
        """Somebody who was accepted."""
        return await self.stage.an_accepted_referral(self.programme, **changes)

    async def join(self, referral: ReferralCreated, comes_with: int = 0, group_id: UUID | None = None) -> Place:
        """Let them join."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await places.join(tx, group_id or self.group_id, referral.referral_id, comes_with, now=NOW)

    async def answer(self, place: Place, said: Answer = Answer.YES, version: int = 2) -> Place:
        """Record an answer."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await places.answer(tx, place.id, said, expected_version=version, now=NOW)

    async def leave(self, place: Place, version: int = 1, *, waits_again: bool = False) -> Place:
        """Let them leave."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await places.leave(tx, place.id, waits_again=waits_again, expected_version=version, now=NOW)

    async def state(self, place: Place) -> PlaceState:
        """How they stand."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return (await store.get_place(tx, place.id)).state

    async def full(self) -> tuple[Place, Place]:
        """Two people, who take both places."""
        return await self.join(await self.somebody()), await self.join(await self.somebody())

    async def waits(self) -> set[UUID]:
        """Who waits for support in the programme."""
        return {row["id"] for row in await self.stage.waiting()}


async def an_organiser(stage: Stage) -> Organiser:
    """A group of two places, planned."""
    programme = await stage.a_programme(model="group", terms=COURSE)
    organiser = Organiser(stage, programme, (await stage.a_supporter(programme)).id)
    await organiser.plan()
    return organiser


@pytest.fixture
async def organiser(stage: Stage) -> Organiser:
    return await an_organiser(stage)


async def test_of_many_coordinators_at_once_no_more_than_two_give_the_two_places_away(organiser: Organiser) -> None:
    people = [await organiser.somebody() for _ in range(8)]

    joined = await asyncio.gather(*(organiser.join(one) for one in people))

    assert Counter(one.state for one in joined) == {PlaceState.TAKEN: 2, PlaceState.WAITING: 6}


async def test_people_who_join_two_groups_and_leave_them_at_once_never_wait_for_one_another(stage: Stage) -> None:
    """Everybody locks referrals before groups, and groups in order of id: otherwise one of these ends in a deadlock."""
    organiser = await an_organiser(stage)
    other = new_id()
    await organiser.plan(group_id=other)
    people = [await organiser.somebody() for _ in range(6)]
    first = await asyncio.gather(*(organiser.join(one) for one in people))

    outcomes = await asyncio.gather(
        *(organiser.join(one, group_id=other) for one in people),
        *(organiser.leave(one, one.version) for one in first),
        stage.hear(a_referral_closed(people[0])),
        return_exceptions=True,
    )

    assert [one for one in outcomes if isinstance(one, DBAPIError)] == []
    async with stage.database.transaction(stage.caller) as tx:
        shown = [await views.get_group(tx, one, now=NOW) for one in (organiser.group_id, other)]
    assert all(one["taken"] + one["offered"] <= 2 for one in shown)


async def test_who_takes_a_place_waits_no_longer_and_who_stands_on_the_list_still_does(organiser: Organiser) -> None:
    await organiser.full()
    listed = await organiser.somebody()

    await organiser.join(listed)

    assert await organiser.waits() == {listed.referral_id}


async def test_a_place_that_comes_free_is_offered_and_taken_only_by_a_yes(organiser: Organiser) -> None:
    first, _ = await organiser.full()
    listed = await organiser.somebody()
    place = await organiser.join(listed)

    await organiser.leave(first)

    assert await organiser.state(place) is PlaceState.OFFERED
    assert await organiser.waits() == {listed.referral_id}
    assert (await organiser.answer(place)).state is PlaceState.TAKEN
    assert await organiser.waits() == set()


async def test_who_leaves_waits_again_only_where_that_is_said(organiser: Organiser) -> None:
    gone, back = await organiser.somebody(), await organiser.somebody()
    first, second = await organiser.join(gone), await organiser.join(back)

    await organiser.leave(first)
    await organiser.leave(second, waits_again=True)

    assert await organiser.waits() == {back.referral_id}


async def test_who_leaves_and_is_matched_does_not_wait(organiser: Organiser) -> None:
    supporter = await organiser.stage.a_supporter(organiser.programme)
    referral = await organiser.somebody()
    place = await organiser.join(referral)
    await organiser.stage.a_match(referral, supporter)

    await organiser.leave(place, waits_again=True)

    assert await organiser.waits() == set()


async def test_an_offer_that_nobody_answers_goes_to_the_next_after_a_week(organiser: Organiser) -> None:
    first, _ = await organiser.full()
    silent = await organiser.join(await organiser.somebody(urgent=True))
    following = await organiser.join(await organiser.somebody())
    await organiser.leave(first)
    (timer,) = [one for one in TIMERS if one.name == "lapse-places"]

    for moment in (NOW + 7 * DAY - timedelta(seconds=1), NOW + 7 * DAY):
        before = (await organiser.state(silent), await organiser.state(following))
        async with organiser.stage.database.network_transaction() as tx:
            await timer.run(tx, moment)

    assert before == (PlaceState.OFFERED, PlaceState.WAITING)
    assert (await organiser.state(silent), await organiser.state(following)) == (PlaceState.LAPSED, PlaceState.OFFERED)


async def test_an_offer_holds_one_place_and_releases_the_other_lists_only_on_the_yes(stage: Stage) -> None:
    organiser = await an_organiser(stage)
    other = new_id()
    await organiser.plan(group_id=other)
    leaver, _ = await organiser.full()
    for _ in range(2):
        await organiser.join(await organiser.somebody(), group_id=other)
    referral = await organiser.somebody()
    here, there = await organiser.join(referral), await organiser.join(referral, group_id=other)

    await organiser.leave(leaver)
    meanwhile = await organiser.state(there)
    await organiser.answer(here)

    assert meanwhile is PlaceState.WAITING
    assert await organiser.state(there) is PlaceState.WITHDRAWN


@pytest.mark.parametrize("ending", ["closed", "without consent"])
async def test_a_referral_that_may_not_go_on_frees_its_place_for_the_next(organiser: Organiser, ending: str) -> None:
    referral = await organiser.somebody()
    place = await organiser.join(referral)
    await organiser.join(await organiser.somebody())
    listed = await organiser.join(await organiser.somebody())
    fact = a_referral_closed(referral) if ending == "closed" else a_consent_changed(referral, state="withdrawn")

    await organiser.stage.hear(fact)

    assert await organiser.state(place) is PlaceState.WITHDRAWN
    assert await organiser.state(listed) is PlaceState.OFFERED


async def test_of_somebody_who_was_erased_no_place_is_kept_and_the_next_is_offered_it(organiser: Organiser) -> None:
    referral = await organiser.somebody()
    left = await organiser.join(referral)
    await organiser.leave(left)
    await organiser.join(referral)
    await organiser.join(await organiser.somebody())
    listed = await organiser.join(await organiser.somebody())

    async def kinds() -> Counter[str]:
        async with organiser.stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
        return Counter(one.kind for one in held.holdings)

    before = await kinds()
    await organiser.stage.hear(a_person_erased(referral))

    assert before == {"referral": 1, "place": 2, "looked-after": 1}
    assert await kinds() == {"referral": 1}
    assert await organiser.state(listed) is PlaceState.OFFERED
    with pytest.raises(PersonErased):
        await organiser.join(referral)


async def test_places_that_a_plan_adds_are_offered(organiser: Organiser) -> None:
    await organiser.full()
    listed = await organiser.join(await organiser.somebody())

    await organiser.plan(version=1, places=3)

    assert await organiser.state(listed) is PlaceState.OFFERED


async def test_a_plan_that_takes_places_away_from_people_changes_nothing(organiser: Organiser) -> None:
    await organiser.plan(version=1, places=3)
    for _ in range(3):
        await organiser.join(await organiser.somebody())

    with pytest.raises(FewerThanTaken):
        await organiser.plan(version=2, places=2)

    assert (await organiser.plan(places=3))[0].version == 2


async def test_a_plan_is_changed_by_whoever_has_seen_it(organiser: Organiser) -> None:
    same, new = await organiser.plan()
    with pytest.raises(VersionMissing):
        await organiser.plan(setting="extra-care")
    with pytest.raises(StaleVersion):
        await organiser.plan(version=7, setting="extra-care")

    changed, _ = await organiser.plan(version=1, setting="extra-care")

    assert (same.version, new, changed.version) == (1, False, 2)


async def test_a_group_that_met_before_it_was_planned_is_planned_and_goes_on_meeting(stage: Stage) -> None:
    organiser = await an_organiser(stage)
    group_id = new_id()
    occasion = Occasion(TODAY, Outcome.HAPPENED, 60, Channel.IN_PERSON, ())
    await stage.meet(organiser.programme, group_id, occasion)
    referral = await organiser.somebody()
    with pytest.raises(GroupNotFound):
        await organiser.join(referral, group_id=group_id)

    await organiser.plan(group_id=group_id)

    assert (await organiser.join(referral, group_id=group_id)).state is PlaceState.TAKEN
    assert await stage.meet(organiser.programme, group_id, occasion, referral)


async def test_a_plan_names_what_is_ones_own(organiser: Organiser) -> None:
    other = await an_organiser(organiser.stage)

    with pytest.raises(GroupOfAnotherProgramme):
        await other.plan(group_id=organiser.group_id)
    with pytest.raises(SupporterNotFound):
        await organiser.plan(version=1, facilitators=(organiser.facilitator, new_pseudonym()))


async def test_what_was_answered_by_one_coordinator_is_not_answered_by_another(organiser: Organiser) -> None:
    first, _ = await organiser.full()
    place = await organiser.join(await organiser.somebody())
    await organiser.leave(first)
    await organiser.answer(place, Answer.NO)

    with pytest.raises(StaleVersion):
        await organiser.answer(place, Answer.YES)
    with pytest.raises(PlaceEnded):
        await organiser.leave(place, 3)
