"""What was put down without a network arrives late, again, in another order and from two devices, and is one truth."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id, now
from tests.conftest import AsCaller
from tests.matching.builders import NOW
from tests.matching.desk import Desk

KINDS = ["one-to-one", "group", "contact"]
OTHERWISE: list[tuple[str, dict[str, Any]]] = [
    ("one-to-one", {"minutes": 61}),
    ("group", {"minutes": 61}),
    ("group", {"attended_referral_ids": []}),
    ("contact", {"people": 13}),
]


async def a_note(desk: Desk, kind: str, **different: Any) -> tuple[str, dict[str, Any]]:
    """Something that took place, put down yesterday on a device: where it is sent, and what."""
    noted = {"client_id": str(new_id()), "noted_at": (now() - timedelta(days=1)).isoformat()}
    when: dict[str, Any] = {"held_on": desk.today, **noted}
    programme = {"programme_id": str(desk.programme.programme_id)}
    if kind == "contact":
        return "/contacts", when | programme | {"kind": "outreach", "people": 12} | different
    how = {"minutes": 60, "channel": "in-person"}
    if kind == "group":
        there = [str((await desk.a_referral()).referral_id) for _ in range(3)]
        group = {"kind": "group", "group_id": str(new_id()), "attended_referral_ids": there}
        return "/sessions", when | how | programme | group | different
    return "/sessions", when | how | {"kind": "one-to-one", "match_id": await desk.a_match()} | different


async def told(desk: Desk, body: dict[str, Any]) -> float:
    """How often such a thing was told: a meeting once is a fact for each who was there."""
    facts = [fact for fact in await desk.stage.told() if type(fact).__name__ in {"SessionLogged", "ContactLogged"}]
    return len(facts) / len(body.get("attended_referral_ids") or "1")


def same(answers: list[httpx.Response]) -> bool:
    return all(one.status_code == 201 and one.json() == answers[0].json() for one in answers)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_sent_again_whenever_is_the_same_and_told_once(desk: Desk, kind: str) -> None:
    path, body = await a_note(desk, kind)

    answers = [await desk.create(path, body | {"noted_at": noted}) for noted in (body["noted_at"], NOW.isoformat())]

    assert same(answers)
    assert await told(desk, body) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_two_devices_at_the_same_moment_log_one(desk: Desk, kind: str) -> None:
    path, body = await a_note(desk, kind)

    answers = await asyncio.gather(*(desk.create(path, body) for _ in range(6)))

    assert same(list(answers))
    assert await told(desk, body) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_when_it_was_put_down_and_when_it_arrived_are_both_kept(desk: Desk, kind: str) -> None:
    path, body = await a_note(desk, kind)
    before = now()

    logged = (await desk.create(path, body)).json()

    assert datetime.fromisoformat(logged["noted_at"]) == datetime.fromisoformat(body["noted_at"])
    assert before <= datetime.fromisoformat(logged["logged_at"]) <= now()
    assert (await desk.get(f"{path}/{logged['id']}")).json() == logged


@pytest.mark.parametrize(("kind", "otherwise"), OTHERWISE)
async def test_of_two_that_differ_the_first_that_arrived_stands(
    desk: Desk, kind: str, otherwise: dict[str, Any]
) -> None:
    path, body = await a_note(desk, kind)
    first = await desk.create(path, body)

    other = await desk.create(path, body | otherwise)

    assert (other.status_code, other.json()["code"]) == (409, "logged-otherwise")
    assert (await desk.get(first.headers["Location"])).json() == first.json()
    assert await told(desk, body) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_what_nobody_named_is_another_each_time(desk: Desk, kind: str) -> None:
    path, body = await a_note(desk, kind, client_id=None)

    logged = [(await desk.create(path, body)).json()["id"] for _ in range(2)]

    assert len(set(logged)) == await told(desk, body) == 2


async def test_whoever_was_there_is_sent_in_any_order(desk: Desk) -> None:
    path, body = await a_note(desk, "group")
    turned = body | {"attended_referral_ids": body["attended_referral_ids"][::-1]}

    assert same([await desk.create(path, one) for one in (body, turned)])


async def test_a_session_is_logged_once_though_its_match_has_ended_when_it_comes_again(desk: Desk) -> None:
    path, body = await a_note(desk, "one-to-one")
    first = await desk.create(path, body)
    match = await desk.get(f"/matches/{body['match_id']}")
    await desk.change(f"/matches/{body['match_id']}/ending", {"ending": "planned"}, match.headers["ETag"])

    assert same([first, await desk.create(path, body)])


async def test_another_organisations_device_may_call_its_own_the_same(desk: Desk, as_caller: AsCaller) -> None:
    path, body = await a_note(desk, "contact")
    await desk.create(path, body)
    theirs = Desk(desk.client, desk.stage.of_another_organisation(), as_caller)
    await theirs.open()
    _, own = await a_note(theirs, "contact", client_id=body["client_id"])

    assert (await theirs.create(path, own)).status_code == 201
