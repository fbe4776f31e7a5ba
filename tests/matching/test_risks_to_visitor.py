"""Nobody goes for the first time to where something must be known, before somebody has told them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id, now
from kith_matching.domain.visit import RisksNotPassedOn, check_prepared
from tests.conftest import AsCaller
from tests.matching.builders import a_programme
from tests.matching.builders import a_referral as a_known_referral
from tests.matching.desk import Desk
from tests.matching.test_at_home import SOON


class First:
    """A match that nobody has visited yet, its coordinator, and the supporter who is to go."""

    def __init__(self, desk: Desk, as_caller: AsCaller, match_id: str) -> None:
        self.desk = desk
        self.match = match_id
        self.coordinator = desk.auth
        self.supporter = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    async def plan(self, by: Any, **said: Any) -> Any:
        """Plan a visit."""
        self.desk.auth = by
        body = {"starts_at": (now() + SOON).isoformat(), "minutes": 60} | said
        return await self.desk.create(f"/matches/{self.match}/visits", body)


async def first(desk: Desk, as_caller: AsCaller, *, before_visiting: bool | None) -> First:
    referral = await desk.a_referral(before_visiting=before_visiting)
    return First(desk, as_caller, await desk.a_match(referral))


@given(known=st.sampled_from([True, False, None]), passed_on=st.booleans(), prepared=st.booleans())
def test_only_what_is_known_to_be_nothing_or_was_passed_on_lets_somebody_go(
    known: bool | None, passed_on: bool, prepared: bool
) -> None:
    referral = a_known_referral(a_programme(), id=new_id(), before_visiting=known)
    if known is False or passed_on or prepared:
        check_prepared(referral, passed_on=passed_on, prepared=prepared)
    else:
        with pytest.raises(RisksNotPassedOn):
            check_prepared(referral, passed_on=passed_on, prepared=prepared)


@pytest.mark.parametrize("known", [True, None])
async def test_the_first_visit_is_planned_by_who_passed_on_what_is_to_be_known(
    desk: Desk, as_caller: AsCaller, *, known: bool | None
) -> None:
    pair = await first(desk, as_caller, before_visiting=known)

    refused = [
        await pair.plan(pair.supporter),
        await pair.plan(pair.coordinator),
        await pair.plan(pair.supporter, risks_passed_on=True),
    ]
    planned = await pair.plan(pair.coordinator, risks_passed_on=True)
    second = await pair.plan(pair.supporter)

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "risks-not-passed-on")] * 3
    assert (planned.status_code, planned.json()["risks_passed_on"]) == (201, True)
    assert (second.status_code, second.json()["risks_passed_on"]) == (201, False)
    own = f"/supporters/{planned.json()['supporter_id']}/visits"
    assert [one["risks_passed_on"] for one in (await desk.get(own)).json()["items"]] == [True, False]


async def test_where_nothing_is_to_be_known_the_supporter_plans_it(desk: Desk, as_caller: AsCaller) -> None:
    pair = await first(desk, as_caller, before_visiting=False)

    assert (await pair.plan(pair.supporter)).status_code == 201


async def test_whoever_comes_after_another_is_told_too(desk: Desk, as_caller: AsCaller) -> None:
    referral = await desk.a_referral(before_visiting=True)
    before = First(desk, as_caller, await desk.a_match(referral))
    await before.plan(before.coordinator, risks_passed_on=True)
    desk.auth = before.coordinator
    ending = {"ending": "did-not-suit"}
    await desk.change(f"/matches/{before.match}/ending", ending, '"1"')
    after = First(desk, as_caller, await desk.a_match(referral))

    assert (await after.plan(after.supporter)).json()["code"] == "risks-not-passed-on"
