"""What is known of a person, through the API: kept as it was said, shown in its order, and told to nobody."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from kith_referrals.domain.network import Programme
from kith_referrals.usecases import network
from tests.builders import NOW
from tests.conftest import AsCaller
from tests.referrals.test_api import TODAY, a_body, post
from tests.referrals.test_importing import a_row, take
from tests.referrals.world import OPERATOR, World, a_programme

KNOWN: dict[str, Any] = {
    "strengths": ["gardener", "good-listener"],
    "impacts": ["fatigue", "lost-job"],
    "accessible_information": ["easy-read", "bsl-interpreter", "a-code-of-tomorrow"],
    "interpreter": "bfi",
    "safe_times": "Weekdays after six, never ring twice.",
    "risk_to_visitor": ["dog", "two-visitors"],
    "do_not_contact": True,
    "contact_by": [],
    "agrees": "guardian",
    "nation": "scotland",
    "understands": False,
    "power_act": "AWISA-2000",
    "power_seen_on": "2026-01-05",
    "power_expires_on": "2999-01-05",
}


def born(years: int) -> str:
    """The birth date of somebody who is that old all this year."""
    return f"{int(TODAY[:4]) - years}-01-01"


def a_body_with(world: World, **known: Any) -> dict[str, Any]:
    body = a_body(world)
    return body | {"person": body["person"] | known}


async def a_young_programme(world: World) -> Programme:
    """A programme for people from 14 to 25."""
    programme = a_programme(world.host, slug="right-here", minimum_age=14, maximum_age=25)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, programme, now=NOW)
    return programme


async def test_what_is_known_of_a_person_is_shown_as_it_was_said_strengths_first(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, as_caller: AsCaller
) -> None:
    made = await post(client, a_body_with(world, **KNOWN), referrer)

    read = await client.get(made.headers["Location"], auth=as_caller("coordinator", organisation_id=world.host.id))

    person = read.json()["person"]
    assert {name: person[name] for name in KNOWN} == KNOWN
    assert list(person)[:2] == ["strengths", "risk_to_visitor"]


async def test_what_is_known_of_a_person_is_told_to_nobody(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    await post(client, a_body_with(world, **KNOWN), referrer)

    told = str(await world.told())
    assert not any(word in told for word in ("gardener", "fatigue", "easy-read", "dog", "AWISA"))


async def test_nothing_of_it_need_be_known(client: httpx.AsyncClient, world: World, referrer: httpx.Auth) -> None:
    made = await post(client, a_body(world), referrer)

    person = (await client.get(made.headers["Location"], auth=referrer)).json()["person"]
    assert (person["strengths"], person["interpreter"], person["agrees"]) == ([], None, "self")


@pytest.mark.parametrize("name", ["strengths", "impacts", "accessible_information", "risk_to_visitor"])
async def test_who_prefers_not_to_say_says_nothing_else(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, name: str
) -> None:
    said = [["prefer-not-to-say"], ["prefer-not-to-say", "other"]]

    answers = [await post(client, a_body_with(world, **{name: codes}), referrer) for codes in said]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[1].json()["code"] == "prefer-not-to-say-stands-alone"


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"birth_date": born(26)}, "age-outside-programme"),
        ({"birth_date": born(15)}, "agreement-too-young"),
        ({"birth_date": born(13), "agrees": "parent"}, "age-outside-programme"),
        ({"birth_date": born(21), "agrees": "parent"}, "agreement-parent-of-adult"),
        ({"birth_date": None, "agrees": "parent"}, "agreement-birth-date-missing"),
        ({"birth_date": None, "agrees": "deputy"}, "power-act-missing"),
        ({"birth_date": None, "agrees": "deputy", "power_act": "MCA-2005"}, "power-not-seen"),
        (
            {
                "birth_date": None,
                "agrees": "attorney",
                "power_act": "MCA-2005",
                "power_seen_on": "2020-01-01",
                "power_expires_on": "2021-01-01",
            },
            "power-expired",
        ),
    ],
)
async def test_who_may_not_agree_or_come_is_refused_with_a_code(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, known: dict[str, Any], code: str
) -> None:
    programme = await a_young_programme(world)

    answer = await post(client, a_body_with(world, **known) | {"programme_id": str(programme.id)}, referrer)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await world.told() == []


async def test_a_child_who_understands_is_referred_to_a_programme_that_is_for_them(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    programme = await a_young_programme(world)
    body = a_body_with(world, birth_date=born(14), understands=True) | {"programme_id": str(programme.id)}

    assert (await post(client, body, referrer)).status_code == 201


async def test_a_row_of_an_export_is_not_held_to_ages_the_coordinator_sees_them(world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, replace(world.programme, minimum_age=14, maximum_age=25), now=NOW)

    done = await take(world, a_row(1, Born="1950-01-01"), a_row(2, Born="2011-06-01"), a_row(3, Born="2005-01-01"))

    assert [row.outcome for row in done] == ["accepted"] * 3
