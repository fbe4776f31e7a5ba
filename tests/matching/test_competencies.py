"""Competencies help a supporter along, and never decide whom they are matched with."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.programmes import supporters as definitions
from kith_matching.domain.competencies import (
    Assessment,
    Assessor,
    Competency,
    Development,
    Function,
    Level,
    ReviewNeeded,
    Role,
    View,
    check_held,
    check_plan,
    latest,
)
from kith_matching.domain.refusals import InTheFuture
from tests.matching.builders import DAY, ORGANISATION, TODAY
from tests.matching.desk import Desk


def an_assessment(**different: Any) -> Assessment:
    usual: dict[str, Any] = {
        "assessed_by": Assessor.SUPPORTER,
        "assessed_on": TODAY,
        "levels": {Competency.EMPATHY: Level.ABLE},
    }
    return Assessment(new_id(), new_pseudonym(), ORGANISATION, **(usual | different))


def test_roles_are_the_same_words_as_in_definitions() -> None:
    assert [(one.name, one.value) for one in Role] == [(one.name, one.value) for one in definitions.Role]


def test_the_source_has_ten_competencies_and_seven_functions() -> None:
    assert (len(Competency), len(Function)) == (10, 7)


@given(
    st.lists(
        st.builds(
            an_assessment,
            assessed_by=st.sampled_from(Assessor),
            assessed_on=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
            levels=st.dictionaries(st.sampled_from(Competency), st.sampled_from(Level)),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_last_word_of_each_side_counts_whatever_the_other_says(told: list[Assessment], chance: Any) -> None:
    mixed = chance.sample(told, len(told))

    standing = latest(mixed)

    assert list(standing) == list(Competency)
    for competency, views in standing.items():
        for side in Assessor:
            said = [one for one in told if one.assessed_by is side and competency in one.levels]
            if not said:
                assert side not in views
            else:
                last = max(said, key=lambda one: (one.assessed_on, one.id))
                assert views[side] == View(last.levels[competency], last.assessed_on)


def test_nobody_is_assessed_on_a_day_that_is_still_to_come() -> None:
    check_held(an_assessment(), today=TODAY)

    with pytest.raises(InTheFuture):
        check_held(an_assessment(assessed_on=TODAY + DAY), today=TODAY)


@pytest.mark.parametrize("review_on", [None, TODAY - DAY])
def test_aims_are_looked_at_again(review_on: date | None) -> None:
    plan = Development(new_pseudonym(), ORGANISATION, aims=(Competency.BOUNDARIES,), review_on=review_on)

    with pytest.raises(ReviewNeeded):
        check_plan(plan, today=TODAY)


@pytest.mark.parametrize("aims", [(), (Competency.BOUNDARIES,)])
def test_a_plan_without_aims_needs_no_day_and_one_with_them_may_be_looked_at_today(
    aims: tuple[Competency, ...],
) -> None:
    check_plan(Development(new_pseudonym(), ORGANISATION, aims=aims, review_on=TODAY if aims else None), today=TODAY)


async def test_both_sides_and_the_plan_are_shown_together(desk: Desk) -> None:
    supporter = f"/supporters/{await desk.a_supporter()}"
    empty = await desk.get(f"{supporter}/development")
    for side, level in (("supporter", 1), ("coordinator", 2), ("supporter", 3)):
        body = {"assessed_by": side, "assessed_on": desk.today, "levels": {"peer-matching": level}}
        await desk.create(f"{supporter}/assessments", body)

    plan = {"roles": ["listening"], "functions": ["inspiration"], "aims": ["peer-matching"], "review_on": "2099-01-01"}
    first = await desk.put(f"{supporter}/development", plan)
    again = await desk.put(f"{supporter}/development", plan)
    blind = await desk.put(f"{supporter}/development", plan | {"roles": []})
    stale = await desk.put(f"{supporter}/development", plan | {"roles": []}, '"7"')
    second = await desk.put(f"{supporter}/development", plan | {"roles": []}, first.headers["ETag"])

    shown = await desk.get(f"{supporter}/development")
    assert empty.json()["version"] == 0
    assert [answer.status_code for answer in (first, again, blind, stale, second)] == [200, 200, 428, 412, 200]
    assert (first.headers["ETag"], again.headers["ETag"], shown.headers["ETag"]) == ('"1"', '"1"', '"2"')
    assert (shown.json()["roles"], shown.json()["aims"]) == ([], ["peer-matching"])
    assert shown.json()["competencies"][-1] == {
        "competency": "peer-matching",
        "supporter": {"level": 3, "on": desk.today},
        "coordinator": {"level": 2, "on": desk.today},
    }
    assert shown.json()["competencies"][0]["supporter"] is None


async def test_who_cannot_do_any_of_it_is_a_candidate_as_before(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter()
    where = f"/referrals/{referral.referral_id}/candidates"
    before = await desk.get(where)

    for side in Assessor:
        body = {"assessed_by": side, "assessed_on": desk.today, "levels": dict.fromkeys(Competency, 0)}
        assessed = await desk.create(f"/supporters/{supporter_id}/assessments", body)
        assert assessed.status_code == 201

    assert (await desk.get(where)).json() == before.json()
    assert [one["supporter_id"] for one in before.json()["candidates"]] == [supporter_id]
