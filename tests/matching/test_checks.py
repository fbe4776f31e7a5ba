"""A check is good for as long as its programme says, by one nation's rules; who has none is told what is missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.programmes.supporters import Body as ContractBody
from kith_contracts.programmes.supporters import Level
from kith_contracts.programmes.terms import CheckAsked as CheckTold
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.checks import (
    LEVELS,
    Body,
    Check,
    CheckBackwards,
    CheckRecord,
    CheckUndated,
    Decision,
    Eligibility,
    LevelNotEligible,
    NoSuchCheck,
    checked,
    checks_until,
)
from kith_matching.domain.lasting import months_after
from kith_matching.domain.refusals import InTheFuture
from kith_matching.domain.rules import stops
from kith_matching.domain.terms import CheckAsked, Terms
from tests.matching.builders import DAY, TODAY, a_check, a_pair, a_programme
from tests.matching.desk import Desk, a_check_body

ENGLAND = CheckAsked("england", "dbs", "enhanced", 36)
SCOTLAND = CheckAsked("scotland", "disclosure-scotland", "level-2", 12)


def until(*held: Check, asked: Sequence[CheckAsked] = (ENGLAND,), valid_until: date | None = None) -> date | None:
    return checks_until(a_programme(terms=Terms(checks=tuple(asked))), valid_until, held)


def told(*held: Check) -> list[str]:
    pair = a_pair(supporter={"checks": held}, programme={"terms": Terms(checks=(ENGLAND, SCOTLAND))})
    assert [stop.code for stop in stops(pair, TODAY)] == ["checks-out-of-date"]
    return [stop.message for stop in stops(pair, TODAY)]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 120))
def test_months_later_is_the_same_day_or_that_months_last(day: date, months: int) -> None:
    later = months_after(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + DAY).day == 1)


@given(st.integers(0, 2000), st.integers(1, 60), st.none() | st.integers(0, 2000))
def test_a_check_lasts_for_the_programmes_months_from_the_last_look_or_to_a_sooner_day(
    ago: int, months: int, look: int | None
) -> None:
    looked = TODAY - ago * DAY
    next_look = looked + look * DAY if look is not None else None
    check = a_check(issued_on=looked, looked_at_on=looked, next_look_on=next_look)
    asked = replace(ENGLAND, look_again_months=months)
    pair = a_pair(supporter={"checks": (check,)}, programme={"terms": Terms(checks=(asked,))})

    lasts = min(months_after(looked, months), next_look or date.max)

    assert until(check, asked=[asked]) == lasts
    assert not stops(pair, lasts)
    assert stops(pair, lasts + DAY)


@given(st.sampled_from(Body).flatmap(lambda body: st.tuples(*[st.sampled_from(LEVELS[body])] * 2, st.just(body))))
def test_a_higher_level_of_the_same_body_is_enough(levels: tuple[str, str, Body]) -> None:
    has, asks, body = levels
    good = until(a_check(body=body, level=has), asked=[CheckAsked("somewhere", body, asks, 12)])

    assert (good is not None) == (LEVELS[body].index(has) >= LEVELS[body].index(asks))


@pytest.mark.parametrize("body", ContractBody)
def test_every_level_that_a_definition_may_name_is_known(body: ContractBody) -> None:
    assert set(LEVELS[body]) <= set(Level)
    assert {level for levels in LEVELS.values() for level in levels} == set(Level)


def test_one_nation_is_enough_and_another_bodys_check_is_not() -> None:
    scottish = a_check(body=Body.DISCLOSURE_SCOTLAND, level="pvg")

    assert until(scottish) is None
    assert until(scottish, asked=[ENGLAND, SCOTLAND]) == months_after(TODAY - 30 * DAY, 12)
    assert until(scottish, a_check(), asked=[ENGLAND, SCOTLAND]) == months_after(TODAY - 30 * DAY, 36)


def test_the_last_that_was_decided_counts_and_what_is_awaited_leaves_it_standing() -> None:
    old, awaited = a_check(), a_check(decision=Decision.AWAITED, issued_on=None, looked_at_on=None)
    unsuitable = a_check(decision=Decision.NOT_SUITABLE)

    assert until(awaited) is None
    assert until(old, awaited) is not None
    assert until(old, unsuitable) is None
    assert until(unsuitable, old) is not None
    assert until(a_check(decision=Decision.SUITABLE_WITH_CONDITIONS)) is not None


def test_who_is_unsuitable_by_a_body_is_so_at_each_of_its_levels_and_for_each_workforce() -> None:
    unsuitable = a_check(level="basic", workforce="child", decision=Decision.NOT_SUITABLE)

    assert until(a_check(), unsuitable) is None
    assert until(a_check(), replace(unsuitable, body=Body.ACCESS_NI)) is not None


def test_each_programme_has_one_source() -> None:
    assert until(valid_until=TODAY) is None
    assert until(a_check(), asked=(), valid_until=None) is None
    assert until(asked=(), valid_until=TODAY) == TODAY


def test_the_refusal_says_what_is_in_the_way() -> None:
    long_ago = date(2020, 2, 29)
    asks = "The programme asks for dbs at enhanced or above (england), or disclosure-scotland at level-2 or above"

    assert told()[0].startswith(f"No check is recorded that is good enough. {asks}")
    assert told(a_check(level="basic"))[0].startswith("No check is recorded that is good enough.")
    assert told(a_check(decision=Decision.NOT_SUITABLE)) == told()
    assert told(a_check(level="basic", decision=Decision.AWAITED), a_check(level="basic")) == told()
    assert told(a_check(decision=Decision.AWAITED))[0].startswith("The supporter's check is awaited.")
    assert told(a_check(issued_on=long_ago, looked_at_on=long_ago)) == [
        "The supporter's check has run out. Look at its status again, and record it."
    ]


@pytest.mark.parametrize(
    ("check", "refusal"),
    [
        (a_check(level="pvg"), NoSuchCheck),
        (a_check(eligibility=Eligibility.NOT_ELIGIBLE), LevelNotEligible),
        (a_check(issued_on=None, looked_at_on=None), CheckUndated),
        (a_check(looked_at_on=TODAY - 31 * DAY), CheckBackwards),
        (a_check(next_look_on=TODAY - 31 * DAY), CheckBackwards),
        (a_check(looked_at_on=TODAY + DAY), InTheFuture),
    ],
)
def test_a_check_that_cannot_have_been_so_is_refused(check: CheckRecord, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked(check, TODAY)


def test_a_basic_check_is_open_to_every_role() -> None:
    check = a_check(level="basic", eligibility=Eligibility.NOT_ELIGIBLE)

    assert checked(check, TODAY) == check


async def test_a_supporter_is_a_candidate_once_their_check_is_recorded(desk: Desk) -> None:
    asked = CheckTold(nation="england", body="dbs", level="enhanced", look_again_months=36)
    terms = ProgrammeTerms(definition_version=1, checks=(asked,))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter()
    where = f"/referrals/{referral.referral_id}/candidates"

    before = (await desk.get(where)).json()
    recorded = await desk.create(f"/supporters/{supporter_id}/checks", a_check_body(desk.today))
    after = (await desk.get(where)).json()

    assert before["stopped_by"] == {"checks-out-of-date": 1}
    assert [one["supporter_id"] for one in after["candidates"]] == [supporter_id]
    assert (await desk.get(f"/supporters/{supporter_id}/checks")).json()["items"] == [recorded.json()]
    assert (recorded.json()["looked_at_on"], recorded.json()["number_ends"]) == (desk.today, "0042")
