"""How the demonstration's coordinators plan times at which somebody listens, and who books them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from kith_chassis.clock import new_id
from kith_cli.demonstrating.asking import Asker, together
from kith_cli.demonstrating.working import Found, Programme, Work

WANTED: Final = {"booked": 6, "open": 1}
"""Times to come, by how somebody comes to them: as many are planned as are missing."""
CHANNELS: Final = {"booked": "telephone", "open": "in-person"}
FROM: Final = time(10, tzinfo=UTC)
DAY: Final = timedelta(days=1)


async def listen(work: Work) -> None:
    """Plan the times that are missing in every programme that has listening slots, and book them for who asked."""
    accepted = [referral for referral in await work.referrals() if referral["status"] == "accepted"]
    await together([_of_one(work, one, accepted) for one in work.programmes.values() if one.policy.listens])


async def _of_one(work: Work, programme: Programme, accepted: Iterable[Found]) -> None:
    coordinator = work.askers.coordinators[programme.organisation_id]
    await _plan_slots(work, programme, coordinator)
    slots = [one for one in await slots_of(coordinator, programme.id) if one["times"] == "booked"]
    placed = {place["referral_id"] for slot in slots for place in await places_of(coordinator, slot)}
    for referral in accepted:
        plan = work.plans[referral["id"]]
        if referral["programme_id"] == programme.id and plan.books and referral["id"] not in placed:
            free = await coordinator.everything("matching", "/slots", free="true")
            taken = [slot for slot in slots if slot["id"] not in {one["id"] for one in free}]
            for slot in (taken if plan.waits_for_slot else free)[:1]:
                await coordinator.create("matching", f"/slots/{slot['id']}/places", {"referral_id": referral["id"]})


async def _plan_slots(work: Work, programme: Programme, coordinator: Asker) -> None:
    """Each a day after the last, so that no listener is asked for twice at one time; the listeners take turns."""
    there = await slots_of(coordinator, programme.id)
    day = max([work.today, *(_day(one) for one in there)]) + DAY
    listeners = await work.ready_supporters(programme)
    planned = Counter(one["times"] for one in there)
    missing = [times for times, wanted in WANTED.items() for _ in range(wanted - planned[times])]
    for number, times in enumerate(missing if listeners else ()):
        slot = {
            "programme_id": programme.id,
            "supporter_id": listeners[number % len(listeners)],
            "starts_at": datetime.combine(day + number * DAY, FROM).isoformat(),
            "minutes": programme.policy.minutes,
            "times": times,
            "channel": CHANNELS[times],
        }
        await coordinator.put("matching", f"/slots/{new_id()}", slot)


def _day(slot: Found) -> date:
    return datetime.fromisoformat(slot["starts_at"]).date()


async def slots_of(coordinator: Asker, programme_id: str) -> list[dict[str, Any]]:
    """The programme's times to come that are not cancelled, the next first."""
    found = await coordinator.everything("matching", "/slots")
    return [one for one in found if one["programme_id"] == programme_id and one["cancelled_at"] is None]


async def places_of(coordinator: Asker, slot: Found) -> list[dict[str, Any]]:
    """Who has a slot, is asked about it or waits for it."""
    return await coordinator.everything("matching", f"/slots/{slot['id']}/places")
