"""Listening slots on a real database: planned, booked and cancelled, also by many at once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from kith_matching.domain.path import Destination
from kith_matching.domain.places import Place, PlaceState
from kith_matching.domain.plan import Slot, Times
from kith_matching.domain.proposal import Answer
from kith_matching.domain.refusals import (
    GroupNotFound,
    SupporterNotActive,
)
from kith_matching.domain.slots import (
    SlotCancelled,
    SlotNotFound,
    SlotOverlaps,
    SlotTaken,
)
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.store import places as store
from kith_matching.timers import TIMERS
from kith_matching.usecases import groups, path, places, slots, suspending
from kith_matching.views import slots as views
from tests.builders import a_referral_closed
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_places import a_plan
from tests.matching.test_slots import TOMORROW, a_slot, a_time
from tests.matching.test_suspension import WAITS_FOR_US

HOUR = timedelta(hours=1)
TOLD = ProgrammeTerms(definition_version=1, models=("listening-slots",), slot_times=("booked", "open"))


class Listening:
    """Somebody who organises the slots of one listener."""

    def __init__(self, stage: Stage, programme: ProgrammePublished, listener: Supporter) -> None:
        self.stage = stage
        self.programme = programme
        self.listener = listener

    async def plan(self, slot: Slot | None = None, **different: Any) -> UUID:
        """Plan a slot; its id."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await self.plan_in(tx, slot or a_time(), **different)

    async def plan_in(
        self,
        tx: AsyncConnection,
        slot: Slot,
        *,
        slot_id: UUID | None = None,
        version: int | None = None,
        **different: Any,
    ) -> UUID:
        """The same, in a transaction that goes on."""
        usual = {
            "group_id": slot_id or new_id(),
            "programme_id": self.programme.programme_id,
            "organisation_id": self.stage.organisation_id,
            "facilitators": (self.listener.id,),
        }
        plan = a_slot(slot, **usual | different)
        kept, _ = await slots.put_slot(tx, plan, expected_version=version, now=NOW)
        return kept.group_id

    async def somebody(self) -> ReferralCreated:
        """Somebody who was accepted."""
        return await self.stage.an_accepted_referral(self.programme, channels=("telephone",))

    async def book(self, slot_id: UUID, referral: ReferralCreated | None = None) -> Place:
        """Let them have the slot."""
        referral = referral or await self.somebody()
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await places.book(tx, slot_id, referral.referral_id, now=NOW)

    async def answer(self, place: Place) -> Place:
        """They say yes to the offer."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await places.answer(tx, place.id, Answer.YES, expected_version=2, now=NOW)

    async def cancel(self, slot_id: UUID, version: int = 1) -> None:
        """Cancel it."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            await slots.cancel_slot(tx, slot_id, expected_version=version, now=NOW)

    async def state(self, place: Place) -> PlaceState:
        """How they stand."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return (await store.get_place(tx, place.id)).state

    async def listed(self, *, free: bool = False, after: UUID | None = None, limit: int = 50) -> list[UUID]:
        """The slots to come, in order."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            found = await views.list_slots(
                tx, self.stage.organisation_id, NOW, free=free, after=after, limit=limit, now=NOW
            )
        return [one["group_id"] for one in found]


@pytest.fixture
async def listening(stage: Stage) -> Listening:
    programme = await stage.a_programme(terms=TOLD)
    return Listening(stage, programme, await stage.a_supporter(programme))


async def test_of_many_coordinators_at_once_one_gives_the_time_away_and_the_others_people_wait(
    listening: Listening,
) -> None:
    slot_id = await listening.plan()
    people = [await listening.somebody() for _ in range(6)]

    booked = await asyncio.gather(*(listening.book(slot_id, one) for one in people))

    assert Counter(one.state for one in booked) == {PlaceState.TAKEN: 1, PlaceState.WAITING: 5}


async def test_of_two_coordinators_at_once_one_plans_the_listeners_time(listening: Listening) -> None:
    async with listening.stage.database.transaction(listening.stage.caller) as planning:
        await listening.plan_in(planning, a_time())
        second = asyncio.create_task(listening.plan(a_time(TOMORROW + HOUR / 2)))
        while not (await planning.execute(WAITS_FOR_US)).scalar_one():
            assert not second.done()

    with pytest.raises(SlotOverlaps):
        await second


async def test_a_time_that_comes_free_goes_to_the_next_with_their_yes(listening: Listening) -> None:
    slot_id, referral = await listening.plan(), await listening.somebody()
    had = await listening.book(slot_id, referral)
    waits = await listening.book(slot_id)

    await listening.stage.hear(a_referral_closed(referral))

    assert [await listening.state(one) for one in (had, waits)] == [PlaceState.WITHDRAWN, PlaceState.OFFERED]
    assert (await listening.answer(waits)).state is PlaceState.TAKEN


async def test_a_yes_is_held_against_the_rules_again(listening: Listening) -> None:
    slot_id, referral = await listening.plan(), await listening.somebody()
    await listening.book(slot_id, referral)
    waits = await listening.book(slot_id)
    await listening.stage.hear(a_referral_closed(referral))
    rests = replace(listening.listener, state=SupporterState.RESTING)
    await listening.stage.put(rests, version=1)

    with pytest.raises(SupporterNotActive):
        await listening.answer(waits)

    assert await listening.state(waits) is PlaceState.OFFERED


async def test_a_cancelled_slot_is_nobodys_and_stays_so(listening: Listening) -> None:
    slot_id = await listening.plan()
    places_ = [await listening.book(slot_id) for _ in range(2)]

    await listening.cancel(slot_id)

    assert [await listening.state(one) for one in places_] == [PlaceState.WITHDRAWN] * 2
    with pytest.raises(SlotCancelled):
        await listening.book(slot_id)
    with pytest.raises(SlotCancelled):
        await listening.plan(slot_id=slot_id, version=2)
    await listening.plan()


async def suspend(listening: Listening) -> None:
    async with listening.stage.database.transaction(listening.stage.caller) as tx:
        await suspending.suspend_supporter(tx, listening.listener.id, "allegation", now=NOW)


async def leave(listening: Listening) -> None:
    async with listening.stage.database.transaction(listening.stage.caller) as tx:
        to, told = SupporterState.LEFT, Destination.NOT_SAID
        await path.move_supporter(tx, listening.listener.id, to, on=TODAY, destination=told, now=NOW)


async def be_recorded_as_left(listening: Listening) -> None:
    await listening.stage.put(replace(listening.listener, state=SupporterState.LEFT), version=1)


@pytest.mark.parametrize("goes", [suspend, leave, be_recorded_as_left])
async def test_nobody_goes_to_meet_a_listener_who_may_listen_no_more(listening: Listening, goes: Any) -> None:
    slot_id, cancelled = await listening.plan(), await listening.plan(a_time(TOMORROW + 2 * HOUR))
    place = await listening.book(slot_id)
    await listening.cancel(cancelled)
    other = Listening(listening.stage, listening.programme, await listening.stage.a_supporter(listening.programme))
    theirs = await other.plan()

    await goes(listening)

    assert await listening.state(place) is PlaceState.WITHDRAWN
    assert await listening.listed(free=True) == [theirs]
    with pytest.raises(SlotCancelled):
        await listening.book(slot_id)


async def test_a_listener_may_be_suspended_while_people_book_and_nobody_keeps_a_time(listening: Listening) -> None:
    slot_ids = [await listening.plan(a_time(TOMORROW + number * HOUR)) for number in range(4)]
    people = [await listening.somebody() for _ in slot_ids]

    outcomes = await asyncio.gather(
        *(listening.book(slot_id, person) for slot_id, person in zip(slot_ids, people, strict=True)),
        suspend(listening),
        return_exceptions=True,
    )

    assert [one for one in outcomes if isinstance(one, DBAPIError)] == []
    kept = [one for one in outcomes if isinstance(one, Place)]
    assert {await listening.state(one) for one in kept} <= {PlaceState.WITHDRAWN}


async def test_a_slot_that_begins_ends_what_is_in_it(listening: Listening) -> None:
    soon, later = await listening.plan(), await listening.plan(a_time(TOMORROW + DAY))
    had, waited, stays = [await listening.book(one) for one in (soon, soon, later)]
    (timer,) = [one for one in TIMERS if one.name == "lapse-places"]

    for moment in (TOMORROW - timedelta(seconds=1), TOMORROW):
        before = [await listening.state(one) for one in (had, waited, stays)]
        async with listening.stage.database.network_transaction() as tx:
            await timer.run(tx, moment)

    assert before == [PlaceState.TAKEN, PlaceState.WAITING, PlaceState.TAKEN]
    assert [await listening.state(one) for one in (had, waited, stays)] == [
        PlaceState.PAST,
        PlaceState.LAPSED,
        PlaceState.TAKEN,
    ]


async def test_the_next_slot_is_listed_first_and_one_that_somebody_has_is_not_free(listening: Listening) -> None:
    times = [3, 1, 2, 4, 5]
    planned = {number: await listening.plan(a_time(TOMORROW + number * HOUR)) for number in times}
    open_ = await listening.plan(a_time(TOMORROW + 6 * HOUR, times=Times.OPEN))
    await listening.book(planned[2])
    await listening.cancel(planned[4])
    in_order = [planned[number] for number in sorted(times)]

    assert await listening.listed() == [*in_order, open_]
    assert await listening.listed(after=planned[2], limit=2) == in_order[2:4]
    assert await listening.listed(free=True) == [planned[1], planned[3], planned[5]]


async def test_no_time_of_a_listener_who_rests_is_free(listening: Listening) -> None:
    slot_id = await listening.plan()

    await listening.stage.put(replace(listening.listener, state=SupporterState.RESTING), version=1)

    assert (await listening.listed(), await listening.listed(free=True)) == ([slot_id], [])


async def test_a_slot_of_somebodys_stays_as_it_is(listening: Listening) -> None:
    slot_id = await listening.plan()
    await listening.plan(slot_id=slot_id)
    await listening.plan(a_time(TOMORROW + HOUR), slot_id=slot_id, version=1)
    await listening.book(slot_id)

    with pytest.raises(SlotTaken):
        await listening.plan(a_time(TOMORROW + 2 * HOUR), slot_id=slot_id, version=2)


async def test_a_group_is_not_a_slot_and_a_slot_no_group(listening: Listening) -> None:
    slot_id, referral = await listening.plan(), await listening.somebody()
    async with listening.stage.database.transaction(listening.stage.caller) as tx:
        group = a_plan(
            programme_id=listening.programme.programme_id,
            organisation_id=listening.stage.organisation_id,
            facilitators=(listening.listener.id,),
        )
        await groups.put_plan(tx, group, expected_version=None, now=NOW)

    async with listening.stage.database.transaction(listening.stage.caller) as tx:
        with pytest.raises(GroupNotFound):
            await groups.put_plan(tx, replace(group, group_id=slot_id), expected_version=1, now=NOW)
        with pytest.raises(GroupNotFound):
            await places.join(tx, slot_id, referral.referral_id, 0, now=NOW)
        with pytest.raises(SlotNotFound):
            await places.book(tx, group.group_id, referral.referral_id, now=NOW)
        with pytest.raises(SlotNotFound):
            await slots.cancel_slot(tx, group.group_id, expected_version=1, now=NOW)
    with pytest.raises(SlotNotFound):
        await listening.plan(slot_id=group.group_id, version=1)


async def test_a_coordinator_plans_a_slot_books_it_reads_who_has_it_and_cancels_it(desk: Desk) -> None:
    await desk.stage.hear(desk.programme.model_copy(update={"terms": TOLD}))
    where, listener = f"/slots/{new_id()}", await desk.a_supporter()
    starts_at = (clock.now() + DAY).isoformat()
    asked = {"programme_id": str(desk.programme.programme_id), "supporter_id": listener, "channel": "telephone"}
    body = asked | {"starts_at": starts_at, "minutes": 45}

    planned = await desk.put(where, body)
    again = await desk.put(where, body)
    unnamed = await desk.put(where, body | {"minutes": 30})
    booking = {"referral_id": str((await desk.a_referral()).referral_id)}
    booked = await desk.create(f"{where}/places", booking)
    twice = await desk.create(f"{where}/places", booking)
    who = await desk.get(f"{where}/places")
    shown = await desk.get(where)
    listed = await desk.get("/slots", params={"free": True})
    cancelled = await desk.change(f"{where}/cancelling", None, shown.headers["ETag"])

    assert [one.status_code for one in (planned, again, unnamed, booked)] == [201, 200, 428, 201]
    assert (booked.json()["state"], booked.json()["begins_at"]) == ("taken", planned.json()["starts_at"])
    assert twice.json()["code"] == "already-in-group"
    assert [one["id"] for one in who.json()["items"]] == [booked.json()["id"]]
    assert (shown.json()["taken"], shown.json()["listener_active"], listed.json()["items"]) == (1, True, [])
    assert (cancelled.json()["taken"], cancelled.json()["cancelled_at"] is None) == (0, False)
    assert (await desk.get(booked.headers["Location"])).json()["state"] == "withdrawn"


@pytest.mark.parametrize("starts_at", ["2099-01-01T10:00:00", "9999-12-31T23:59:00Z", "0001-01-01T00:00:00+14:00"])
async def test_a_time_without_an_offset_or_of_another_age_is_no_instant(desk: Desk, starts_at: str) -> None:
    asked = {"programme_id": str(new_id()), "supporter_id": str(new_id()), "channel": "telephone", "minutes": 45}

    answer = await desk.put(f"/slots/{new_id()}", asked | {"starts_at": starts_at})
    listed = await desk.get("/slots", params={"since": starts_at})

    assert (answer.status_code, listed.status_code) == (422, 422)
