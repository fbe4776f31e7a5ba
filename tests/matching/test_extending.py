"""Support is planned to end and extended; where that goes on, somebody asks whether it makes anybody depend on it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import now, today
from kith_contracts.matching import WorkFellDue
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.extending import (
    EndingPast,
    ExtendInstead,
    NoBalanceAsked,
    NothingToExtend,
    NotLonger,
    answer_balance,
    extend,
    plan_ending,
    planned_until,
)
from kith_matching.domain.match import Balance, Ending, Match, end_match
from kith_matching.domain.refusals import MatchEnded
from kith_matching.domain.terms import Terms
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.matching.builders import DAY, TODAY, a_match
from tests.matching.desk import Desk

WEEKS = Terms(length_weeks=26)


def until(match: Match, terms: Terms = WEEKS) -> Any:
    return planned_until(match, terms)


def test_a_match_is_planned_by_its_terms_until_somebody_says_another_day() -> None:
    match = a_match()

    assert until(match) == match.made_on + timedelta(weeks=26)
    assert until(match, Terms()) is None
    assert until(plan_ending(match, Terms(), TODAY, today=TODAY), Terms()) == TODAY
    for day in (TODAY + DAY, until(match)):
        assert until(plan_ending(match, WEEKS, day, today=TODAY)) == day


@given(st.integers(-60, 400))
def test_an_ending_is_planned_from_today_on_and_longer_is_an_extension(days: int) -> None:
    match, day = a_match(), TODAY + days * DAY
    refused = EndingPast if days < 0 else ExtendInstead if day > until(match) else None

    if refused is not None:
        with pytest.raises(refused):
            plan_ending(match, WEEKS, day, today=TODAY)
    else:
        assert plan_ending(match, WEEKS, day, today=TODAY).ends_on == day


@given(st.integers(-60, 400))
def test_an_extension_makes_it_longer_from_today_on(days: int) -> None:
    match, day = replace(a_match(), ends_on=TODAY - 30 * DAY), TODAY + days * DAY

    if days < 0:
        with pytest.raises(EndingPast):
            extend(match, WEEKS, day, today=TODAY)
    else:
        extended = extend(match, WEEKS, day, today=TODAY)
        assert (extended.ends_on, extended.extensions, extended.version) == (day, 1, match.version + 1)
        assert extended.review_on == match.review_on
        with pytest.raises(NotLonger):
            extend(extended, WEEKS, day, today=TODAY)


@given(st.integers(0, 5), st.lists(st.booleans(), max_size=12))
def test_the_balance_is_asked_about_after_more_extensions_than_the_programme_says(
    extensions: int, answers: list[bool]
) -> None:
    match, terms = a_match(), replace(WEEKS, extensions=extensions)

    for number, answered in enumerate(answers, start=1):
        before, day = match, TODAY + number * DAY
        match = extend(match, terms, until(match, terms) + DAY, today=day)
        asked = number > extensions
        assert match.balance_due_on == ((before.balance_due_on or day) if asked else None)
        if not asked:
            with pytest.raises(NoBalanceAsked):
                answer_balance(match, Balance.GOES_ON)
        elif answered:
            match = answer_balance(match, Balance.GOES_ON)
            assert (match.balance, match.balance_due_on) == (Balance.GOES_ON, None)


def test_what_lasts_as_long_as_it_helps_has_nothing_to_extend() -> None:
    with pytest.raises(NothingToExtend):
        extend(a_match(), Terms(), TODAY + DAY, today=TODAY)


def test_what_has_ended_is_neither_planned_nor_extended_nor_asked_about() -> None:
    ended = end_match(replace(a_match(), balance_due_on=TODAY), Ending.PLANNED, today=TODAY).match

    with pytest.raises(MatchEnded):
        plan_ending(ended, WEEKS, TODAY, today=TODAY)
    with pytest.raises(MatchEnded):
        extend(ended, WEEKS, TODAY + 365 * DAY, today=TODAY)
    with pytest.raises(MatchEnded):
        answer_balance(ended, Balance.ENDING)


class Lasting:
    """A match for eight weeks, of a programme after one extension of which the balance is asked about."""

    def __init__(self, desk: Desk, match_id: str) -> None:
        self.desk = desk
        self.match_id = match_id

    async def say(self, what: str, body: dict[str, str], version: str | None = None) -> httpx.Response:
        """Change how long it lasts, at the version that stands unless another is named."""
        path = f"/matches/{self.match_id}"
        version = version or (await self.desk.get(path)).headers["ETag"]
        return await self.desk.change(f"{path}/{what}", body, version)

    async def extend(self, weeks: int) -> httpx.Response:
        """It goes on until so many weeks from now."""
        return await self.say("extending", {"until": (today(now()) + timedelta(weeks=weeks)).isoformat()})

    async def work(self) -> list[str]:
        """What a coordinator has to see to."""
        return [one["kind"] for one in (await self.desk.get("/worklist")).json()["items"]]


@pytest.fixture
async def lasting(desk: Desk) -> Lasting:
    terms = ProgrammeTerms(definition_version=1, knowing_each_other="expected", length_weeks=8)
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    return Lasting(desk, await desk.a_match())


async def test_an_extension_moves_the_ending_and_after_too_many_a_coordinator_looks_at_the_balance(
    lasting: Lasting,
) -> None:
    first = await lasting.extend(12)
    before = await lasting.work()
    second = await lasting.extend(16)
    asked = await lasting.work()

    answered = await lasting.say("balance", {"balance": "another-peer"})
    again = await lasting.say("balance", {"balance": "goes-on"})

    assert (first.json()["extensions"], first.json()["balance_due_on"], before) == (1, None, [])
    assert second.json()["planned_until"] == (today(now()) + timedelta(weeks=16)).isoformat()
    assert (second.json()["balance_due_on"], asked) == (lasting.desk.today, ["check-balance"])
    assert (answered.json()["balance"], answered.json()["balance_due_on"]) == ("another-peer", None)
    assert await lasting.work() == []
    assert (again.status_code, again.json()["code"]) == (409, "no-balance-asked")


async def test_that_somebody_may_depend_on_it_is_told_as_any_look_at_a_match(lasting: Lasting) -> None:
    await lasting.extend(12)
    await lasting.extend(16)
    before = await lasting.desk.stage.told()

    await lasting.desk.stage.raise_due(now())

    told = [one for one in await lasting.desk.stage.told_since(before) if isinstance(one, WorkFellDue)]
    assert [(one.kind, str(one.about_id), one.at_once) for one in told] == [("look-at-match", lasting.match_id, False)]


async def test_an_ending_is_planned_and_changed_and_whoever_read_before_reads_again(lasting: Lasting) -> None:
    version = (await lasting.desk.get(f"/matches/{lasting.match_id}")).headers["ETag"]
    soon = {"ends_on": (today(now()) + timedelta(weeks=3)).isoformat()}
    planned = await lasting.say("planned-ending", soon)

    stale = await lasting.say("planned-ending", soon, version)
    sooner = await lasting.say("planned-ending", {"ends_on": lasting.desk.today})
    later = await lasting.say("planned-ending", soon)

    assert (planned.json()["planned_until"], stale.status_code) == (soon["ends_on"], 412)
    assert (sooner.json()["planned_until"], await lasting.work()) == (lasting.desk.today, ["see-to-ending"])
    assert (later.status_code, later.json()["code"]) == (409, "extend-instead")


async def test_of_somebody_who_was_erased_it_is_not_known_whether_they_depended_on_it(desk: Desk) -> None:
    terms = ProgrammeTerms(definition_version=1, knowing_each_other="expected", length_weeks=8, extensions=0)
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    referral = await desk.a_referral()
    lasting = Lasting(desk, await desk.a_match(referral))
    await lasting.extend(12)
    await lasting.say("balance", {"balance": "goes-on"})
    await lasting.extend(16)

    await desk.stage.hear(a_person_erased(referral))

    async with desk.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
    [match] = [one for one in held.holdings if one.kind == "match"]
    assert match.tombstone
    assert (match.says["balance"], match.says["balance_due_on"]) == (None, None)
    refused = await lasting.say("balance", {"balance": "ending"})
    assert refused.json()["code"] == "person-erased"
