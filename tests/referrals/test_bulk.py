"""Many referrals in one request: each is accepted or refused as it would be alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_chassis.connections import driver_of
from kith_referrals.api.bulk import MOST_REFERRALS
from kith_referrals.domain.making import Asked
from kith_referrals.domain.network import Capacity, Organisation, ProgrammeEntry
from kith_referrals.domain.referral import Referral
from kith_referrals.usecases import agreeing, network, referring
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import a_body, post
from tests.referrals.world import (
    AGREED,
    OPERATOR,
    World,
    a_person,
    a_programme,
    a_wish,
    actor,
    an_agreement,
    an_organisation,
    member,
)

PATH = "/referrals/bulk"


async def send(
    client: httpx.AsyncClient, auth: httpx.Auth, *bodies: dict[str, Any], key: str = ""
) -> list[dict[str, Any]]:
    answer = await post(client, {"referrals": list(bodies)}, auth, key, path=PATH)
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def outcome(status: int, told: dict[str, Any]) -> tuple[Any, ...]:
    """What an answer says, without what is new each time."""
    if status != 201:
        return status, told["code"], told["detail"], len(told.get("errors") or ())
    return status, told["status"], told["programme_id"], told["level"]


def outcomes(results: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [outcome(one["status"], one["referral"] or one["problem"]) for one in results]


NOT_AGREED = {"given": False, "how": "spoken"}
CHANGES: dict[str, Any] = {
    "good": {},
    "without consent": {"consent": NOT_AGREED},
    "of a programme that is not": {"programme_id": str(UUID(int=9))},
    "with a field too many": {"colour": "green"},
    "without a source": {"source": "nobody"},
    "of nobody": {"person": {}},
    "with a number mistyped": {"person": {"family_name": "Testwell", "nhs_number": "9990568854"}},
    "of a child": {"person": {"family_name": "Testwell", "birth_date": (TODAY - timedelta(days=3000)).isoformat()}},
}
"""Referrals, and what keeps one from being made."""
KINDS = [*CHANGES, "to a closed programme", "where nothing is agreed", "empty"]

MANY = st.lists(
    st.tuples(st.just("good") | st.sampled_from(KINDS), st.sampled_from([None, "A", "B"])), min_size=1, max_size=12
)


@pytest.fixture
async def twin(world: World) -> Organisation:
    """An organisation that may do whatever the referrer may."""
    twin = an_organisation(name="Example Surgery")
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, twin, now=NOW)
        await agreeing.publish_agreement(tx, an_agreement(twin, world.host), now=NOW)
    return twin


@pytest.fixture
async def bodies(world: World) -> dict[str, dict[str, Any]]:
    """A body of each kind."""
    far = an_organisation(name="Example Far Away")
    apart = a_programme(far, id=new_id(), slug="apart")
    closed = replace(
        a_programme(world.host, id=new_id(), slug="closed"), entry=ProgrammeEntry(capacity=Capacity.CLOSED)
    )
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, far, now=NOW)
        for programme in (apart, closed):
            await network.publish_programme(tx, programme, now=NOW)
    changed = {kind: a_body(world, **changes) for kind, changes in CHANGES.items()}
    elsewhere = {
        "to a closed programme": a_body(world, programme_id=str(closed.id)),
        "where nothing is agreed": a_body(world, programme_id=str(apart.id)),
    }
    return changed | elsewhere | {"empty": {}}


async def test_many_at_once_come_to_what_one_after_the_other_would(
    client: httpx.AsyncClient, as_caller: AsCaller, referrer: httpx.Auth, twin: Organisation, bodies: dict[str, Any]
) -> None:
    other = as_caller("referrer", organisation_id=twin.id)
    seen: set[Any] = set()
    loop = asyncio.get_running_loop()

    async def compare(many: list[tuple[str, str | None]], example: str) -> None:
        named = [
            bodies[kind] | ({"source_reference": f"{example}/{name}"} if name and bodies[kind] else {})
            for kind, name in many
        ]

        together = outcomes(await send(client, other, *named))
        alone = [await post(client, body, referrer) for body in named]

        assert together == [outcome(answer.status_code, answer.json()) for answer in alone]
        seen.update(one[:2] for one in together)

    @given(MANY)
    @settings(max_examples=30, deadline=None, derandomize=True, database=None)
    def compare_any(many: list[tuple[str, str | None]]) -> None:
        asyncio.run_coroutine_threadsafe(compare(many, new_id().hex), loop).result(60)

    await asyncio.to_thread(compare_any)

    assert {code for _, code in seen} == {
        *("submitted", "request-invalid", "consent-missing", "programme-unknown", "identifier-check-digit"),
        *("agreement-too-young", "programme-closed", "no-agreement", "source-reference-taken"),
    }


async def test_results_stand_in_the_order_in_which_the_referrals_were_sent(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    references = [f"R/{number}" for number in range(20)]

    results = await send(client, referrer, *(a_body(world, source_reference=one) for one in references))

    kept = [(await client.get(f"/referrals/{one['referral']['id']}", auth=referrer)).json() for one in results]
    assert [one["source_reference"] for one in kept] == references


async def test_each_that_is_made_is_told_and_none_that_is_refused(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    results = await send(client, referrer, a_body(world), a_body(world, consent=NOT_AGREED), a_body(world))

    made = [one["referral"]["id"] for one in results if one["referral"]]
    assert len(made) == 2
    assert [(name, fact["referral_id"]) for name, fact in await world.told()] == [
        ("referral-created", referral_id) for referral_id in made
    ]


async def test_the_second_of_two_with_one_reference_is_refused_and_the_first_is_made(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    refused, first, second = await send(
        client,
        referrer,
        a_body(world, source_reference="P/1", consent=NOT_AGREED),
        a_body(world, source_reference="P/1"),
        a_body(world, source_reference="P/1"),
    )

    assert [one["status"] for one in (refused, first, second)] == [422, 201, 409]
    assert second["problem"]["code"] == "source-reference-taken"


async def test_what_is_wrong_in_one_is_said_with_its_place_and_without_what_was_sent(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    wrong = a_body(world) | {"received_on": "Testwell"}

    _, result = await send(client, referrer, a_body(world), wrong)

    assert result["problem"]["errors"] == [
        {"where": "body.referrals.1.received_on", "sentence": "This must be a date such as 2026-11-23."}
    ]


async def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    bodies = (a_body(world), a_body(world, consent=NOT_AGREED))

    first = await send(client, referrer, *bodies, key="k-1")
    second = await send(client, referrer, *bodies, key="k-1")

    assert first == second
    assert await world.seen(OPERATOR, "referrals") == 1


@pytest.mark.parametrize("count", [0, MOST_REFERRALS + 1])
async def test_none_and_too_many_are_refused_as_a_whole(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, count: int
) -> None:
    answer = await post(client, {"referrals": [a_body(world)] * count}, referrer, path=PATH)

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert await world.seen(OPERATOR, "referrals") == 0


async def test_a_body_longer_than_others_may_be_is_taken_here_and_nowhere_else(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    long = [a_body(world, notes="Private words. " * 1000)] * 100

    answer = await post(client, {"referrals": long}, referrer, path=PATH)
    elsewhere = await post(client, {"referrals": long}, referrer)

    assert [one["status"] for one in answer.json()["results"]] == [201] * 100
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (413, "body-too-large")


@asynccontextmanager
async def two_sent_while_a_reference_is_being_taken(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """Somebody refers with P/1, and has not finished yet, when P/1 and P/2 are sent and wait for them."""
    asked = Asked(new_id(), a_person(world.referrer.id), world.programme.id, a_wish(source_reference="P/1"), AGREED)
    body = {"referrals": [a_body(world, source_reference=one) for one in ("P/1", "P/2")]}
    async with (
        asyncio.timeout(30),
        asyncio.TaskGroup() as tasks,
        world.database.transaction(member(world.referrer.id)) as tx,
    ):
        await referring.make_referral(tx, asked, by=actor(world.referrer.id), now=NOW)
        sending = tasks.create_task(post(client, body, referrer, "k-1", PATH))
        while not await world.ask_who_waits("pid"):
            await asyncio.sleep(0.01)
        yield sending


async def test_a_reference_that_somebody_takes_meanwhile_refuses_that_one_alone(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    async with two_sent_while_a_reference_is_being_taken(client, world, referrer) as sending:
        pass

    assert [one["status"] for one in (await sending).json()["results"]] == [409, 201]
    assert await world.names_told() == ["referral-created", "referral-created"]


async def test_a_fault_undoes_all_and_the_same_can_be_sent_again(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    async with two_sent_while_a_reference_is_being_taken(client, world, referrer) as sending:
        await world.ask_who_waits("pg_terminate_backend(pid)")
        failed = await sending

    again = await post(
        client, {"referrals": [a_body(world, source_reference=one) for one in ("P/1", "P/2")]}, referrer, "k-1", PATH
    )
    assert (failed.status_code, failed.json()["code"]) == (503, "try-again")
    assert [one["status"] for one in again.json()["results"]] == [409, 201]


async def test_a_thousand_take_as_many_statements_as_one(world: World) -> None:
    async def statements(count: int) -> int:
        asked: list[str] = []
        many = [
            Asked(
                new_id(),
                a_person(world.referrer.id),
                world.programme.id,
                a_wish(source_reference=new_id().hex),
                AGREED,
            )
            for _ in range(count)
        ]
        async with world.database.transaction(member(world.referrer.id)) as tx:
            driver = driver_of(tx)
            driver.add_query_logger(lambda query: asked.append(query.query))
            made = await referring.make_referrals(tx, many, by=actor(world.referrer.id), now=NOW)
        assert all(isinstance(one, Referral) for one in made)
        return len(asked)

    await statements(1)  # the driver asks once what the types are
    one = await statements(1)

    assert await statements(MOST_REFERRALS) == one
