"""Whoever cares for the person and comes with them answers too: kept with the referral, apart, and without a name."""

from typing import Any

import pytest

from kith_contracts.matching import MeasureRecorded
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.matching.test_measuring import a_body, concerns, measured, record


async def test_a_carers_answers_stand_beside_the_persons_and_say_whose_they_are(desk: Desk) -> None:
    referral = await desk.a_referral()
    for of in ("person", "carer"):
        await record(desk, referral, a_body(desk, of=of))

    items = (await desk.get(f"/referrals/{referral.referral_id}/measurements")).json()["items"]

    assert [one["of"] for one in items] == ["person", "carer"]


async def test_each_is_compared_with_their_own_baseline_and_never_with_the_others(desk: Desk) -> None:
    referral = await desk.a_referral()
    await record(desk, referral, a_body(desk, {"1": 3, "2": 3}))
    nothing_before = await measured(desk, referral, a_body(desk, of="carer", moment="review"))
    await record(desk, referral, a_body(desk, {"1": 1}, of="carer"))

    person, carer = [await measured(desk, referral, a_body(desk, of=of, moment="ending")) for of in ("person", "carer")]

    assert nothing_before["since_baseline"] == []
    assert [one["since_baseline"][0]["difference"] for one in (person, carer)] == ["-6", "-1"]


@pytest.mark.parametrize("of", ["supporter", "household", ""])
async def test_nobody_else_answers_there(desk: Desk, of: str) -> None:
    answer = await record(desk, await desk.a_referral(), a_body(desk, of=of))

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


async def test_a_supporters_own_answers_are_not_called_a_carers(desk: Desk) -> None:
    body = a_body(desk, programme_id=str(desk.programme.programme_id), of="carer")

    answer = await desk.create(f"/supporters/{await desk.a_supporter()}/measurements", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


async def test_a_carer_who_may_harm_themself_is_a_concern_too(desk: Desk, as_caller: AsCaller) -> None:
    referral = await desk.a_referral()

    recorded = (await record(desk, referral, a_body(desk, {"9": 1}, of="carer"))).json()

    (concern,) = await concerns(desk, as_caller)
    assert recorded["risk_items"] == ["9"]
    assert (concern["grounds"], concern["about_id"]) == ("risk-item", str(referral.referral_id))


async def test_it_is_told_whose_answers_they_were_and_nothing_of_what(desk: Desk) -> None:
    before = await desk.stage.told()

    await record(desk, await desk.a_referral(), a_body(desk, {"1": 2}, of="carer"))

    told: list[Any] = [fact for fact in await desk.stage.told_since(before) if isinstance(fact, MeasureRecorded)]
    assert [one.of for one in told] == ["carer"]


async def held(desk: Desk, referral: Any) -> dict[str, set[str]]:
    """What is held of measurements about the referral's person: which things are said, by whose answers they are."""
    async with desk.stage.database.network_transaction() as tx:
        found = await list_holdings(tx, [referral.person_id], [referral.referral_id])
    return {one.says["of"]: set(one.says) for one in found.holdings if one.kind == "measurement"}


async def test_a_person_who_asks_what_is_held_is_told_that_their_carer_answered_and_not_what(desk: Desk) -> None:
    referral = await desk.a_referral()
    for of in ("person", "carer"):
        await record(desk, referral, a_body(desk, {"9": 1}, of=of, helped_by=["interpreter"]))

    says = await held(desk, referral)

    kept_back = {"answers", "imported", "licence_holder", "helped_by", "language", "risk_items"}
    assert (says["person"] - says["carer"], says["carer"] - says["person"]) == (kept_back, set())


async def test_when_the_person_is_erased_their_carers_answers_go_too(desk: Desk) -> None:
    referral = await desk.a_referral()
    recorded = (await record(desk, referral, a_body(desk, of="carer"))).json()

    await desk.stage.hear(a_person_erased(referral))

    assert await held(desk, referral) == {}
    assert (await desk.get(f"/measurements/{recorded['id']}")).status_code == 404
