"""One wish, offered to several programmes: who says yes holds a place, and the person's yes releases the others."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_chassis.http import StaleVersion
from kith_referrals.domain import choice, lifecycle
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.referral import OFFERED, Referral, Status
from kith_referrals.domain.refusals import ChoiceMade, ChoiceTooSmall, MoveRefused, NotFound
from kith_referrals.domain.steps import Actor
from kith_referrals.domain.telling import Closed, Decided
from kith_referrals.usecases import referring
from kith_referrals.views import list_choice
from tests.builders import NOW
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.referrals.test_api import a_body, post
from tests.referrals.world import AGREED, OPERATOR, World, a_person, a_wish, actor, member

ROUNDS = 200
REFERRER, HOST = Actor(new_id(), "referrer"), Actor(new_id(), "coordinator")


def an_offer(status: Status, choice_id: UUID) -> Referral:
    return Referral(
        new_id(), new_id(), REFERRER.organisation_id, new_id(), HOST.organisation_id, NOW, status, choice_id=choice_id
    )


offers = st.lists(st.sampled_from(sorted(OFFERED | lifecycle.OVER)), min_size=2, max_size=6)


@given(statuses=offers, which=st.integers(0, 5))
@settings(deadline=None)
def test_a_yes_takes_one_held_place_and_releases_every_other_open_offer(statuses: list[Status], which: int) -> None:
    choice_id = new_id()
    offered = [an_offer(status, choice_id) for status in statuses]
    chosen = offered[which % len(offered)]
    if chosen.status is not Status.HELD:
        with pytest.raises(MoveRefused):
            choice.choose(offered, chosen.id, REFERRER, NOW)
        return

    moves = choice.choose(offered, chosen.id, REFERRER, NOW)

    first, *others = moves
    assert (first.referral.id, first.referral.status) == (chosen.id, Status.ACCEPTED)
    assert first.tellings == (Decided(first.referral, "accepted"),)
    assert {move.referral.id for move in others} == {
        offer.id for offer in offered if offer is not chosen and offer.status in OFFERED
    }
    assert all(move.tellings == (Closed(move.referral),) for move in others)
    assert {move.referral.closing_reason for move in others} <= {"released"}


def test_the_person_chooses_once() -> None:
    choice_id = new_id()
    offered = [an_offer(Status.ACCEPTED, choice_id), an_offer(Status.HELD, choice_id)]

    with pytest.raises(ChoiceMade):
        choice.choose(offered, offered[1].id, REFERRER, NOW)


def test_only_a_programme_that_was_offered_it_can_be_chosen() -> None:
    with pytest.raises(NotFound):
        choice.choose([an_offer(Status.HELD, new_id())], new_id(), REFERRER, NOW)


@pytest.mark.parametrize("count", [0, 1])
def test_between_fewer_than_two_programmes_there_is_no_choice(count: int) -> None:
    with pytest.raises(ChoiceTooSmall):
        choice.check_offers([new_id() for _ in range(count)])


def test_a_programme_is_named_once() -> None:
    same = new_id()
    with pytest.raises(ChoiceTooSmall):
        choice.check_offers([same, same])


@dataclass(frozen=True, slots=True)
class Offered:
    """A wish of somebody, offered to the host and to a second organisation."""

    world: World
    other: Organisation
    choice_id: UUID
    to_host: Referral
    to_other: Referral

    @classmethod
    async def made(cls, world: World, other: Organisation, programme_ids: tuple[UUID, UUID]) -> "Offered":
        choice_id = new_id()
        async with world.database.transaction(member(world.referrer.id)) as tx:
            to_host, to_other = await referring.offer_choice(
                tx,
                choice_id=choice_id,
                offers=[(new_id(), programme_id) for programme_id in programme_ids],
                person=a_person(world.referrer.id),
                wish=a_wish(),
                answer=AGREED,
                by=actor(world.referrer.id),
                now=NOW,
            )
        return cls(world, other, choice_id, to_host, to_other)

    async def choose(self, referral: Referral) -> str:
        """The person's yes, said again until that programme holds a place or the choice is made."""
        while True:
            try:
                async with self.world.database.transaction(member(self.world.referrer.id)) as tx:
                    await referring.choose(tx, self.choice_id, referral.id, by=actor(self.world.referrer.id), now=NOW)
            except ChoiceMade:
                return "too late"
            except MoveRefused:
                await asyncio.sleep(0)
            else:
                return "chosen"

    async def accept(self, referral: Referral, by: Organisation) -> str:
        """A programme's yes, if there is still something to say it to."""
        try:
            await self.world.move(referral, lifecycle.accept, by)
        except (MoveRefused, NotFound, StaleVersion):
            return "too late"
        return "held"

    async def stand(self) -> list[tuple[str, str | None]]:
        """Where the offers stand: status, and why they were closed."""
        async with self.world.database.transaction(OPERATOR) as tx:
            rows = await list_choice(tx, self.choice_id, asking=None, now=NOW)
        return [(row["status"], row["closing_reason"]) for row in rows]


@pytest.fixture
async def offered(world: World) -> Offered:
    programme = await world.another_programme(world.stranger)
    return await Offered.made(world, world.stranger, (world.programme.id, programme.id))


async def test_one_person_is_referred_to_several_programmes(offered: Offered) -> None:
    assert offered.to_host.person_id == offered.to_other.person_id
    assert await offered.world.names_told() == ["referral-created"] * 2
    assert await offered.world.seen(member(offered.world.referrer.id), "people") == 1


async def test_each_programme_sees_its_own_offer_alone(offered: Offered) -> None:
    for organisation in (offered.world.host, offered.other):
        assert await offered.world.seen(member(organisation.id), "referrals") == 1


async def test_a_held_place_is_not_taken_before_the_person_says_yes(offered: Offered) -> None:
    await offered.accept(offered.to_host, offered.world.host)

    assert (await offered.world.told())[-1][1]["decision"] == "held"


async def test_whose_programme_was_not_chosen_is_told_and_sees_the_referral_and_its_person_no_more(
    offered: Offered,
) -> None:
    await offered.accept(offered.to_host, offered.world.host)
    await offered.accept(offered.to_other, offered.other)

    await offered.choose(offered.to_host)

    accepted, released = (await offered.world.told())[-2:]
    assert (accepted[1]["referral_id"], accepted[1]["decision"]) == (str(offered.to_host.id), "accepted")
    assert (released[1]["referral_id"], released[1]["reason"]) == (str(offered.to_other.id), "released")
    for table in ("referrals", "people", "referral_steps"):
        assert await offered.world.seen(member(offered.other.id), table) == 0, table
        assert await offered.world.seen(member(offered.world.host.id), table) > 0, table


async def test_at_the_same_instant_exactly_one_place_is_taken_and_every_other_is_released(
    database_of: DatabaseOf,
) -> None:
    world = await World.made(await database_of("referrals"))
    programme = await world.another_programme(world.stranger)
    ends: Counter[tuple[tuple[str, str | None], ...]] = Counter()

    for number in range(ROUNDS):
        offered = await Offered.made(world, world.stranger, (world.programme.id, programme.id))
        wanted = (offered.to_host, offered.to_other)[number % 2]
        await asyncio.gather(
            offered.accept(offered.to_host, world.host),
            offered.accept(offered.to_other, world.stranger),
            offered.choose(wanted),
            *([offered.choose(wanted)] if number % 3 == 0 else []),
        )
        ends[tuple(sorted(await offered.stand()))] += 1

    assert ends == {(("accepted", None), ("closed", "released")): ROUNDS}


async def test_a_choice_is_made_through_the_door(world: World, http_of: HttpOf, as_caller: AsCaller) -> None:
    client: httpx.AsyncClient = await http_of("referrals", world.database)
    referrer = as_caller("referrer", organisation_id=world.referrer.id)
    coordinator = as_caller("coordinator", organisation_id=world.host.id)
    also = await world.another_programme()
    body: dict[str, Any] = {name: value for name, value in a_body(world).items() if name != "programme_id"}
    body |= {"programme_ids": [str(world.programme.id), str(also.id)], "source_reference": "P/7"}

    made = await post(client, body, referrer, path="/choices")
    first = made.json()["referrals"][0]
    held = await client.post(
        f"/referrals/{first['id']}/decision",
        json={"decision": "accept"},
        auth=coordinator,
        headers={"If-Match": '"1"'},
    )
    chosen = await client.post(f"{made.headers['Location']}/choice", json={"referral_id": first["id"]}, auth=referrer)

    assert (made.status_code, held.json()["status"], chosen.status_code) == (201, "held", 200)
    seen = (await client.get(made.headers["Location"], auth=referrer)).json()["referrals"]
    assert [one["status"] for one in seen] == ["accepted", "closed"]
    again = await client.post(f"{made.headers['Location']}/choice", json={"referral_id": first["id"]}, auth=referrer)
    assert (again.status_code, again.json()["code"]) == (409, "choice-made")


async def test_every_step_is_on_the_record_with_who_when_and_why(
    world: World, http_of: HttpOf, as_caller: AsCaller
) -> None:
    referral = await world.refer()
    asked = await world.move(referral, lifecycle.ask, world.host, "Which days?")
    answered = await world.move(asked, lifecycle.answer, world.referrer, "Mondays.")
    await world.move(answered, lifecycle.decline, world.host, "no-capacity")
    client: httpx.AsyncClient = await http_of("referrals", world.database)

    answer = await client.get(
        f"/referrals/{referral.id}/steps", auth=as_caller("referrer", organisation_id=world.referrer.id)
    )

    steps = [(one["name"], one["after"], one["note"] or one["reason"]) for one in answer.json()["items"]]
    assert steps == [
        ("submitted", "submitted", None),
        ("asked", "needs-information", "Which days?"),
        ("answered", "received", "Mondays."),
        ("declined", "declined", "no-capacity"),
    ]
    assert {one["subject"] for one in answer.json()["items"]} == {"tester"}
