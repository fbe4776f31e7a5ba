"""Somebody who referred themself does not feel safe: one press, and a lead reaches them, whatever they agreed to."""

from typing import Any, cast

import pytest

from kith_chassis.clock import new_id
from tests.builders import received
from tests.journeys.test_a_lead_can_act import Evening, evening
from tests.matching.test_tenancy import A_DUTY_DESK
from tests.referrals.forms import Clock, Visitor

__all__ = ["evening"]  # a fixture


@pytest.fixture
async def page(evening: Evening) -> str:
    """The private page of somebody who referred themself, and then changed their mind."""
    time = Clock(evening.clock.now())
    cast("Any", evening.referrals._transport).app.state.now = time
    sent = await Visitor(evening.referrals, evening.world, time).send()
    where = sent.headers["Location"]
    await evening.referrals.post(f"{where}/change-of-mind")
    return where


async def test_a_lead_learns_who_asked_and_how_they_are_safely_reached(evening: Evening, page: str) -> None:
    desk_id = new_id()
    await evening.desk.client.put(f"/duty-desks/{desk_id}", json=A_DUTY_DESK, auth=evening.lead)

    await evening.referrals.post(f"{page}/help")
    before = await evening.desk.stage.told()
    await evening.hear_referrals()
    await evening.letters.take(*(received(one) for one in await evening.desk.stage.told_since(before)))

    told = await evening.letters.ask("select recipient from messages where story_kind = 'concern'")
    assert [row.recipient for row in told] == [f"duty-lead/{desk_id}"]
    [listed] = (await evening.get(evening.desk.client, "/concerns"))["items"]
    assert listed["grounds"] == "person-asked"
    asked = await evening.get(evening.referrals, f"/help-requests/{listed['about_id']}")
    where = f"/referrals/{asked['referral_id']}/concerned-person"
    person = await evening.get(evening.referrals, where, concern_id=listed["id"], purpose="reach-person")
    assert (person["family_name"], person["telephone"]) == ("Testwell", "07700 900123")
    assert person["contact_by"] == ["email", "text"]
