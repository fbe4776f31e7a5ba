"""Somebody is seen alone no longer than the programme says, or it is said that it took longer."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.occasion import Occasion, Outcome
from kith_matching.domain.referral import Channel
from kith_matching.domain.session_length import AloneLimit, LongerThanAllowed, check_length
from tests.matching.builders import TODAY
from tests.matching.desk import Desk

EACH = AloneLimit(15, "each")
IN_ALL = AloneLimit(15, "in-all")
MINUTES = st.integers(1, 60)


def an_occasion(minutes: int, *, over_limit: bool = False) -> Occasion:
    return Occasion(TODAY, Outcome.HAPPENED, minutes, Channel.TELEPHONE, (), over_limit=over_limit)


def is_refused(occasion: Occasion, limit: AloneLimit, others: int) -> bool:
    try:
        check_length(occasion, limit, others)
    except LongerThanAllowed:
        return True
    return False


@given(minutes=MINUTES, others=MINUTES)
def test_the_limit_is_of_each_or_of_all_together_and_what_is_said_to_be_longer_is_taken(
    minutes: int, others: int
) -> None:
    occasion = an_occasion(minutes)

    assert is_refused(occasion, EACH, others) is (minutes > 15)
    assert is_refused(occasion, IN_ALL, others) is (minutes + others > 15)
    assert not is_refused(replace(occasion, over_limit=True), IN_ALL, others)
    assert not is_refused(occasion, AloneLimit(), others)


async def log(desk: Desk, match_id: str, minutes: int, **different: Any) -> httpx.Response:
    body = {"kind": "one-to-one", "match_id": match_id, "held_on": desk.today, "channel": "telephone"}
    return await desk.create("/sessions", body | {"minutes": minutes} | different)


async def limited(desk: Desk, limit: str) -> None:
    terms = ProgrammeTerms(
        definition_version=1, knowing_each_other="expected", one_to_one_minutes=15, one_to_one_limit=limit
    )
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))


async def test_what_took_longer_is_logged_by_saying_so_and_shown_as_that(desk: Desk) -> None:
    await limited(desk, "each")
    match_id = await desk.a_match()

    answers = [await log(desk, match_id, 15), await log(desk, match_id, 16)]
    longer = await log(desk, match_id, 16, over_limit=True)

    assert [one.status_code for one in (*answers, longer)] == [201, 409, 201]
    assert answers[1].json()["code"] == "longer-than-allowed"
    shown = (await desk.get("/sessions")).json()["items"]
    assert [(one["minutes"], one["over_limit"]) for one in shown] == [(15, False), (16, True)]


@pytest.mark.parametrize(("limit", "status"), [("each", 201), ("in-all", 409)])
async def test_a_days_sessions_of_one_worker_are_taken_together_where_the_programme_says_so(
    desk: Desk, limit: str, status: int
) -> None:
    await limited(desk, limit)
    supporter_id = await desk.a_supporter()
    matches = [await a_match_of(desk, supporter_id) for _ in range(2)]
    other = await desk.a_match()
    await log(desk, other, 15)
    await log(desk, matches[0], 10)

    assert (await log(desk, matches[1], 10)).status_code == status
    assert (await log(desk, matches[1], 5)).status_code == 201


async def a_match_of(desk: Desk, supporter_id: str) -> str:
    proposed = await desk.a_proposal(supporter_id=supporter_id)
    where = proposed.headers["Location"]
    first = await desk.answered(where, "person", "yes", proposed.headers["ETag"])
    match_id: str = (await desk.answered(where, "supporter", "yes", first.headers["ETag"])).json()["match_id"]
    return match_id


async def test_a_correction_is_held_to_the_limit_and_not_to_the_session_that_it_corrects(desk: Desk) -> None:
    await limited(desk, "in-all")
    session = await log(desk, await desk.a_match(), 15)
    where, said = session.headers["Location"], {"held_on": desk.today, "channel": "telephone"}

    longer = await desk.put(where, said | {"minutes": 20}, session.headers["ETag"])
    again = await desk.put(where, said | {"minutes": 14}, session.headers["ETag"])

    assert (longer.json()["code"], again.status_code, again.json()["minutes"]) == ("longer-than-allowed", 200, 14)
