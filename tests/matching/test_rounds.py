"""Rounds over a whole waiting list, as a coordinator meets them."""

import asyncio
from typing import Any

import httpx

from kith_chassis.clock import new_id
from tests.builders import a_consent_changed
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.matching.stage import Stage


async def held(desk: Desk) -> dict[str, Any]:
    answer = await desk.create(f"/programmes/{desk.programme.programme_id}/rounds", None)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def candidates(desk: Desk, referral_id: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.get(f"/referrals/{referral_id}/candidates")).json()["candidates"]
    return found


async def test_the_only_one_who_could_is_kept_for_whom_nobody_else_could(desk: Desk) -> None:
    speaks_both = await desk.a_supporter(languages=["en", "pl"], capacity=1)
    speaks_english = await desk.a_supporter(conditions=[], experience=[], capacity=1)
    anyone_would_do, needs_polish = await desk.a_referral(), await desk.a_referral(language="pl")
    alone = await candidates(desk, anyone_would_do.referral_id)

    round_ = await held(desk)

    assert (round_["people"], round_["supporters"], round_["pairs"], round_["matched"]) == (2, 2, 3, 2)
    first, second = await candidates(desk, anyone_would_do.referral_id)
    assert [one["supporter_id"] for one in alone] == [speaks_both, speaks_english]
    assert [first["supporter_id"], second["supporter_id"]] == [speaks_english, speaks_both]
    assert (first["picked"], second["picked"], second["price"] > 0) == (True, False, True)
    more = second["score"] - first["score"]
    worth = f"a place of theirs is worth {second['price']} to others"
    assert (first["because"], second["because"]) == (None, f"scores {more} more than the first, but {worth}")
    (only,) = await candidates(desk, needs_polish.referral_id)
    assert (only["supporter_id"], only["picked"]) == (speaks_both, True)


async def test_whoever_comes_after_the_round_is_not_shown_a_dear_place_first(desk: Desk) -> None:
    speaks_both = await desk.a_supporter(languages=["en", "pl"], capacity=1)
    await desk.a_referral(language="pl")
    await desk.a_referral(language="pl")
    speaks_english = await desk.a_supporter(conditions=[], experience=[], capacity=1)
    await held(desk)

    came_later = await desk.a_referral()

    found = await candidates(desk, came_later.referral_id)
    assert [one["supporter_id"] for one in found] == [speaks_english, speaks_both]
    assert [one["picked"] for one in found] == [False, False]


async def test_a_round_assigns_nobody(desk: Desk) -> None:
    await desk.a_supporter()
    await desk.a_referral()
    before = await desk.stage.told()

    await held(desk)

    assert await desk.stage.told_since(before) == []
    (waiting,) = (await desk.get("/waiting")).json()["items"]
    assert waiting["proposal_id"] is None


async def test_the_next_round_takes_the_place_of_the_last(desk: Desk) -> None:
    supporter, referral = await desk.a_supporter(capacity=1), await desk.a_referral()
    first = await held(desk)
    await desk.a_proposal(referral, supporter)

    second = await held(desk)

    assert (first["matched"], second["matched"], second["people"]) == (1, 0, 0)
    (found,) = (await desk.get(f"/referrals/{referral.referral_id}/candidates")).json()["blocked"]
    assert [stop["code"] for stop in found["stops"]] == ["no-capacity"]


async def test_people_for_whom_there_is_nobody_are_counted(desk: Desk) -> None:
    await desk.a_supporter()
    await desk.a_referral(language="pl")

    round_ = await held(desk)

    assert (round_["people"], round_["nobody"], round_["matched"]) == (1, 1, 0)


async def test_only_who_is_accepted_and_agrees_is_looked_at(desk: Desk) -> None:
    await desk.a_supporter(capacity=3)
    withdrawn = await desk.a_referral()
    await desk.stage.hear(a_consent_changed(withdrawn, state="withdrawn"))

    assert (await held(desk))["people"] == 0


async def test_a_no_is_kept_out_of_the_next_round(desk: Desk) -> None:
    supporter, referral = await desk.a_supporter(), await desk.a_referral()
    proposed = await desk.a_proposal(referral, supporter)
    await desk.answered(proposed.headers["Location"], "person", "no", proposed.headers["ETag"])

    assert (await held(desk))["pairs"] == 0


async def test_the_same_list_by_the_same_policy_is_the_same_round(desk: Desk) -> None:
    await desk.a_supporter()
    await desk.a_referral()

    first, second = await held(desk), await held(desk)
    await desk.a_referral()
    third = await held(desk)

    assert first["digest"] == second["digest"] != third["digest"]
    assert first["policy"]["priority"] == {"ageing_per_day": 10, "scarcity": 3000, "urgent": 2000}
    assert first["policy"]["weights"] == desk.programme.weights
    assert first["solver"].startswith("ortools ")


async def test_rounds_are_read_again(desk: Desk) -> None:
    first, second = await held(desk), await held(desk)

    listed = (await desk.get("/rounds")).json()["items"]

    assert listed == [first, second]
    assert (await desk.get(f"/rounds/{first['id']}")).json() == first


async def test_two_rounds_at_once_come_one_after_the_other(desk: Desk) -> None:
    await desk.a_supporter()
    referral = await desk.a_referral()

    await asyncio.gather(*(held(desk) for _ in range(4)))

    (found,) = await candidates(desk, referral.referral_id)
    assert found["picked"]
    assert len((await desk.get("/rounds")).json()["items"]) == 4


async def test_a_programme_of_another_organisation_has_no_round(desk: Desk, as_caller: AsCaller) -> None:
    other = await Desk(desk.client, Stage(desk.stage.database), as_caller).open()

    answer: httpx.Response = await other.create(f"/programmes/{desk.programme.programme_id}/rounds", None)

    assert (answer.status_code, answer.json()["code"]) == (404, "programme-not-found")


async def test_a_policy_beyond_what_can_be_reckoned_is_refused_and_says_so(desk: Desk) -> None:
    await desk.stage.hear(desk.programme.model_copy(update={"weights": {"experience": 2_147_483_647}}))
    await desk.a_supporter()
    await desk.a_referral()

    answer = await desk.create(f"/programmes/{desk.programme.programme_id}/rounds", None)

    assert (answer.status_code, answer.json()["code"]) == (409, "policy-out-of-range")
    assert (await desk.get("/rounds")).json()["items"] == []


async def test_a_round_that_is_not_there_is_not_found(desk: Desk) -> None:
    answer = await desk.get(f"/rounds/{new_id()}")

    assert (answer.status_code, answer.json()["code"]) == (404, "round-not-found")
