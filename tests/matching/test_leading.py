"""A supporter sees the groups that they lead and their slots, and logs a meeting for all who came: nobody else's."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id, now, today
from kith_contracts.matching import SessionLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.leading import Came, company_of_places, had_it
from kith_matching.domain.occasion import Noted, Occasion, Outcome
from kith_matching.domain.places import Place, PlaceNotFound, PlaceState
from kith_matching.domain.plan import Plan
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import GroupNotFound
from kith_matching.store.speaking import lead_as
from kith_matching.tables import group_plans, places
from kith_matching.usecases import groups, leading
from kith_matching.usecases import places as joining
from kith_matching.views import leading as views
from tests.builders import a_consent_changed
from tests.conftest import AsCaller
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.servers.lengths import examples
from tests.servers.services import Bearer

CAFE = ProgrammeTerms(definition_version=1, models=("group", "listening-slots"), comes_as=("pair", "alone"))
MET = {"minutes": 90, "channel": "in-person"}


@dataclass
class Leader:
    """A supporter who leads one group, in which people have places."""

    desk: Desk
    auth: Bearer
    supporter_id: str
    group_id: str
    people: list[ReferralCreated]

    @property
    def where(self) -> str:
        """What is theirs."""
        return f"/supporters/{self.supporter_id}"

    async def groups(self) -> list[dict[str, Any]]:
        """The groups that they see."""
        answer = await self.desk.client.get(f"{self.where}/groups", auth=self.auth)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def places(self) -> list[str]:
        """The places that they see in their one group."""
        [group] = await self.groups()
        return [one["id"] for one in group["places"]]

    async def log(self, where: str = "", key: str | None = None, **different: Any) -> httpx.Response:
        """Log a meeting."""
        body = {"group_id": self.group_id, "held_on": self.desk.today, **MET, **different}
        headers = {"Idempotency-Key": key or str(new_id())}
        return await self.desk.client.post(
            f"{where or self.where}/meetings", json=body, headers=headers, auth=self.auth
        )


async def a_leader(desk: Desk, as_caller: AsCaller, people: int = 3, subject: str = "a-leader") -> Leader:
    """A supporter with access of their own who leads a group of so many."""
    await desk.stage.hear(desk.programme.model_copy(update={"terms": CAFE}))
    supporter_id, group_id = await desk.a_supporter(subject=subject), str(new_id())
    plan = {"programme_id": str(desk.programme.programme_id), "facilitators": [supporter_id], "starts_on": desk.today}
    assert (await desk.put(f"/groups/{group_id}", plan | {"channel": "in-person"})).status_code == 201
    came = [await desk.a_referral() for _ in range(people)]
    for one in came:
        joined = await desk.create(f"/groups/{group_id}/places", {"referral_id": str(one.referral_id)})
        assert joined.json()["state"] == "taken"
    auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject=subject)
    return Leader(desk, auth, supporter_id, group_id, came)


def told(facts: list[Any]) -> list[SessionLogged]:
    return [one for one in facts if isinstance(one, SessionLogged)]


async def test_a_leader_sees_who_has_a_place_and_nothing_else_of_anybody(desk: Desk, as_caller: AsCaller) -> None:
    it = await a_leader(desk, as_caller)

    [group] = await it.groups()

    assert group["id"] == it.group_id
    assert len(group["places"]) == 3
    assert {name for one in group["places"] for name in one} == {"id", "comes_with"}
    assert not any(str(id_) in str(group) for one in it.people for id_ in (one.referral_id, one.person_id))


async def test_one_request_logs_the_meeting_for_all_who_came(desk: Desk, as_caller: AsCaller) -> None:
    it = await a_leader(desk, as_caller)
    first, second, _ = await it.places()

    logged = await it.log(came=[{"place_id": first, "pair_with": second}, {"place_id": second, "companions": 2}])

    assert (logged.status_code, logged.json()["came"], logged.json()["companions"]) == (201, 2, 2)
    facts = told(await desk.stage.told())
    assert {fact.referral_id for fact in facts} < {one.referral_id for one in it.people}
    assert [(fact.outcome, fact.minutes, fact.came_as, fact.supporter_ids) for fact in facts] == [
        ("happened", 90, "pair", (UUID(it.supporter_id),))
    ] * 2


async def test_what_was_put_down_without_a_network_is_one_meeting_however_often_it_comes(
    desk: Desk, as_caller: AsCaller
) -> None:
    it = await a_leader(desk, as_caller, people=1)
    noted_at = (now() - timedelta(days=1)).isoformat()
    said: dict[str, Any] = {
        "client_id": str(new_id()),
        "noted_at": noted_at,
        "came": [{"place_id": one} for one in await it.places()],
    }

    first, again, other = await it.log(**said), await it.log(**said), await it.log(**said | {"came": []})

    assert (first.status_code, first.json()) == (201, again.json())
    assert first.json()["logged_at"] > first.json()["noted_at"]
    assert (other.status_code, other.json()["code"]) == (409, "logged-otherwise")
    assert len(told(await desk.stage.told())) == 1


async def test_another_supporter_sees_and_logs_nothing_of_it(desk: Desk, as_caller: AsCaller) -> None:
    it = await a_leader(desk, as_caller)
    theirs = await a_leader(desk, as_caller, people=0, subject="another")
    own = await it.places()

    refused = [
        await theirs.log(where=it.where, came=[{"place_id": own[0]}]),
        await theirs.log(group_id=it.group_id),
        await theirs.log(came=[{"place_id": own[0]}]),
        await theirs.log(led_with=[it.supporter_id]),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (404, "supporter-not-found"),
        (404, "group-not-found"),
        (404, "place-not-found"),
        (409, "led-by-others"),
    ]
    assert await theirs.places() == []
    assert told(await desk.stage.told()) == []


async def test_who_took_their_agreement_back_is_on_no_leaders_list(desk: Desk, as_caller: AsCaller) -> None:
    it = await a_leader(desk, as_caller)

    await desk.stage.hear(a_consent_changed(it.people[0], state="withdrawn"))

    assert len(await it.places()) == 2


async def test_a_listener_sees_their_slots_to_come_and_past_and_whether_they_logged_them(
    desk: Desk, as_caller: AsCaller
) -> None:
    it = await a_leader(desk, as_caller, people=0)
    slot_id, since = str(new_id()), (now() - 2 * DAY).isoformat()
    at = {"programme_id": str(desk.programme.programme_id), "minutes": 45, "channel": "telephone"}
    await desk.stage.hear(desk.programme.model_copy(update={"terms": LISTENING}))
    planned = await desk.put(
        f"/slots/{slot_id}", at | {"supporter_id": it.supporter_id, "starts_at": (now() + DAY).isoformat()}
    )
    booked = await desk.create(f"/slots/{slot_id}/places", {"referral_id": str((await desk.a_referral()).referral_id)})
    coming = await desk.client.get(f"{it.where}/slots", auth=it.auth)
    await as_of_yesterday(desk, slot_id)

    none = await desk.client.get(f"{it.where}/slots", auth=it.auth)
    past = await desk.client.get(f"{it.where}/slots", params={"since": since}, auth=it.auth)
    logged = await it.log(group_id=slot_id, came=[{"place_id": booked.json()["id"]}], minutes=45)
    then = await desk.client.get(f"{it.where}/slots", params={"since": since}, auth=it.auth)

    assert (planned.status_code, booked.json()["state"], logged.status_code) == (201, "taken", 201)
    assert [one["places"][0]["id"] for one in coming.json()["items"]] == [booked.json()["id"]]
    assert none.json()["items"] == []
    assert [[one["logged"] for one in found.json()["items"]] for found in (past, then)] == [[False], [True]]


LISTENING = CAFE.model_copy(update={"slot_times": ("booked",)})


async def as_of_yesterday(desk: Desk, slot_id: str) -> None:
    """The slot was yesterday."""
    async with desk.stage.database.network_transaction() as tx:
        await tx.execute(
            sa.update(group_plans).where(group_plans.c.group_id == UUID(slot_id)).values(slot_starts_at=now() - DAY)
        )


async def to_log(it: Leader) -> list[tuple[str, str, str]]:
    """What they have yet to log."""
    answer = await it.desk.client.get(f"{it.where}/to-log", auth=it.auth)
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["id"], one["held_on"]) for one in answer.json()["items"]]


async def test_a_group_that_has_begun_is_to_be_logged_until_a_meeting_of_it_stands(
    desk: Desk, as_caller: AsCaller
) -> None:
    it = await a_leader(desk, as_caller, people=0)
    due = [("group", it.group_id, desk.today)]

    before = await to_log(it)
    logged = await it.log()
    after = await to_log(it)
    await desk.change(f"/sessions/{logged.json()['id']}/voiding", {"reason": "entered-twice"}, '"1"')

    assert (before, after, await to_log(it)) == (due, [], due)


async def test_a_slot_that_somebody_had_is_to_be_logged_once_it_is_over(desk: Desk, as_caller: AsCaller) -> None:
    it = await a_leader(desk, as_caller, people=0)
    await it.log()
    await desk.stage.hear(desk.programme.model_copy(update={"terms": LISTENING}))
    at = {"programme_id": str(desk.programme.programme_id), "minutes": 45, "channel": "telephone"}
    ids = [str(new_id()) for _ in range(2)]
    for hours, slot_id in enumerate(ids, start=1):
        starts_at = (now() + hours * timedelta(hours=1)).isoformat()
        await desk.put(f"/slots/{slot_id}", at | {"supporter_id": it.supporter_id, "starts_at": starts_at})
    person = {"referral_id": str((await desk.a_referral()).referral_id)}
    booked = await desk.create(f"/slots/{ids[0]}/places", person)

    coming = await to_log(it)
    for slot_id in ids:
        await as_of_yesterday(desk, slot_id)
    over = await to_log(it)
    await it.log(group_id=ids[0], came=[{"place_id": booked.json()["id"]}], minutes=45)

    assert coming == []
    assert [(kind, id_) for kind, id_, _ in over] == [("slot", ids[0])]
    assert await to_log(it) == []


async def test_a_visit_checked_out_of_is_to_be_logged_until_a_session_of_its_day_is(
    desk: Desk, as_caller: AsCaller
) -> None:
    match_id = await desk.a_match()
    supporter_id = (await desk.get(f"/matches/{match_id}")).json()["supporter_id"]
    own = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")
    it = Leader(desk, own, supporter_id, "", [])
    starts_at = now() + timedelta(seconds=30)
    planned = {"starts_at": starts_at.isoformat(), "minutes": 60}
    visit_id = (await desk.create(f"/matches/{match_id}/visits", planned)).json()["id"]

    await desk.change(f"/visits/{visit_id}/checking-in", None, None)
    there = await to_log(it)
    await desk.change(f"/visits/{visit_id}/checking-out", None, None)
    left = await to_log(it)
    held = {"kind": "one-to-one", "match_id": match_id, "minutes": 60, "channel": "in-person"}
    logged = await desk.create("/sessions", held | {"held_on": today(starts_at).isoformat()})

    assert (there, left) == ([], [("visit", visit_id, today(starts_at).isoformat())])
    assert (logged.status_code, await to_log(it)) == (201, [])


@pytest.mark.parametrize(
    ("state", "left_after", "counts"),
    [
        (PlaceState.TAKEN, None, True),
        (PlaceState.PAST, 0, True),
        (PlaceState.LEFT, 0, True),
        (PlaceState.LEFT, 1, True),
        (PlaceState.LEFT, -1, False),
        (PlaceState.WITHDRAWN, -1, False),
        (PlaceState.WAITING, None, False),
        (PlaceState.OFFERED, None, False),
        (PlaceState.DECLINED, 1, False),
    ],
)
def test_who_leads_names_those_who_had_a_place_on_that_day(
    state: PlaceState, left_after: int | None, *, counts: bool
) -> None:
    ended_at = None if left_after is None else NOW + left_after * DAY
    place = Place(new_id(), new_id(), new_id(), new_id(), new_id(), 0, state, NOW - DAY, ended_at=ended_at)

    assert had_it(place, TODAY, today) == counts
    if counts:
        [company] = company_of_places([Came(place.id)], {place.id: place}, TODAY, day_of=today)
        assert company.referral_id == place.referral_id
    else:
        with pytest.raises(PlaceNotFound):
            company_of_places([Came(place.id)], {place.id: place}, TODAY, day_of=today)


GROUPS = st.lists(st.sets(st.integers(0, 2), min_size=1, max_size=3), min_size=1, max_size=4)


@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(led=GROUPS)
async def test_whoever_leads_what_nobody_sees_or_logs_a_group_that_is_not_theirs(
    led: list[set[int]], stage: Stage
) -> None:
    stage = stage.of_another_organisation()
    programme = await stage.a_programme(model="group", terms=CAFE)
    who = [await stage.a_supporter(programme, subject=f"s-{number}") for number in range(3)]
    ids = [new_id() for _ in led]
    for group_id, leaders in zip(ids, led, strict=True):
        plan = Plan(
            *(group_id, programme.programme_id, stage.organisation_id, None, tuple(who[one].id for one in leaders)),
            *(TODAY, None, None, Channel.IN_PERSON, None),
        )
        referral = await stage.an_accepted_referral(programme)
        async with stage.database.transaction(stage.caller) as tx:
            await groups.put_plan(tx, plan, expected_version=None, now=NOW)
            await joining.join(tx, group_id, referral.referral_id, 0, now=NOW)

    for number, supporter in enumerate(who):
        theirs = {group_id for group_id, leaders in zip(ids, led, strict=True) if number in leaders}
        async with stage.database.transaction(stage.caller) as tx:
            shown = await views.list_own_groups(tx, supporter.id, f"s-{number}", after=None, limit=50, now=NOW)
        async with stage.database.transaction(stage.caller) as tx:
            await lead_as(tx, supporter.id)
            rows = [
                set((await tx.scalars(sa.select(column))).all())
                for column in (group_plans.c.group_id, places.c.group_id)
            ]
        assert {one["group_id"] for one in shown} == rows[0] == rows[1] == theirs
        logged = {group_id for group_id in ids if await logs(stage, supporter.id, f"s-{number}", group_id)}
        assert logged == theirs


async def logs(stage: Stage, supporter_id: UUID, subject: str, group_id: UUID) -> bool:
    """Whether the supporter can log a meeting of the group."""
    met = Occasion(TODAY, Outcome.HAPPENED, 90, Channel.IN_PERSON, ())
    try:
        async with stage.database.transaction(stage.caller) as tx:
            own = (supporter_id, subject)
            await leading.log_own_meeting(tx, group_id, met, Noted(NOW), own=own, came=(), now=NOW)
    except GroupNotFound:
        return False
    return True
