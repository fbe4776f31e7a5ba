"""What a supporter says of themself is theirs, and so are the signs that it may be too much."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id, new_pseudonym
from kith_matching.domain.checking_in import (
    Burden,
    Call,
    CallChannel,
    CheckIn,
    Feeling,
    Signal,
    check_called,
    read_signals,
)
from kith_matching.domain.refusals import InTheFuture
from kith_matching.domain.supervision import Rhythm
from kith_matching.tables import check_ins
from tests.conftest import AsCaller
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY
from tests.matching.desk import Desk, a_supporter_body

WEEK = timedelta(weeks=1)
MADE = st.lists(st.dates(TODAY - 10 * WEEK, TODAY), max_size=6)


def test_somebody_who_has_what_they_chose_shows_no_sign() -> None:
    usual = Burden(2, [TODAY - 9 * WEEK] * 2, recent_sessions=8, earlier_sessions=24, rhythm=Rhythm(TODAY, None, 6))

    assert read_signals(usual, today=TODAY) == ()


@given(made=MADE, capacity=st.integers(0, 4))
def test_over_capacity_is_a_match_too_many_for_two_weeks(made: list[date], capacity: int) -> None:
    two_weeks_ago = [day for day in made if day <= TODAY - 2 * WEEK]

    said = Signal.OVER_CAPACITY in read_signals(Burden(capacity, made), today=TODAY)

    assert said == (len(two_weeks_ago) > capacity)


@given(recent=st.integers(0, 40), earlier=st.integers(0, 60))
def test_more_than_usual_is_more_than_twice_as_many_and_never_of_a_few_or_of_a_beginner(
    recent: int, earlier: int
) -> None:
    said = Signal.MORE_THAN_USUAL in read_signals(
        Burden(1, recent_sessions=recent, earlier_sessions=earlier), today=TODAY
    )

    assert said == (earlier > 0 and recent >= 4 and 3 * recent > 2 * earlier)


@pytest.mark.parametrize(("times", "said"), [(1, ()), (2, (Signal.TOO_MUCH_AGAIN,)), (9, (Signal.TOO_MUCH_AGAIN,))])
def test_too_much_is_a_sign_when_it_is_said_again(times: int, said: tuple[Signal, ...]) -> None:
    assert read_signals(Burden(1, too_much=times), today=TODAY) == said


@pytest.mark.parametrize(
    ("today", "said"), [(TODAY + 6 * WEEK, ()), (TODAY + 6 * WEEK + DAY, ("supervision-overdue",))]
)
def test_a_supervision_that_is_owed_is_a_sign(today: date, said: tuple[str, ...]) -> None:
    assert read_signals(Burden(1, rhythm=Rhythm(TODAY, None, 6)), today=today) == said


def test_what_was_said_is_in_no_log_line() -> None:
    said = CheckIn(new_id(), new_pseudonym(), ORGANISATION, "a-supporter", NOW, (Feeling.TOO_MUCH,))

    assert "too-much" not in repr(said)


def test_a_call_that_is_still_to_come_is_not_logged() -> None:
    call = Call(new_id(), new_pseudonym(), ORGANISATION, "s-1", TODAY, CallChannel.EMAIL)
    check_called(call, today=TODAY)

    with pytest.raises(InTheFuture):
        check_called(call, today=TODAY - DAY)


@pytest.fixture
def themself(desk: Desk, as_caller: AsCaller) -> Desk:
    """The same service, asked by a supporter."""
    own = Desk(desk.client, desk.stage, as_caller)
    own.auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")
    return own


async def said(themself: Desk, supporter_id: Any, *feelings: str, shared: bool = False) -> None:
    body = {"feelings": feelings, "shared": shared}
    answer = await themself.create(f"/supporters/{supporter_id}/check-ins", body)
    assert answer.status_code == 201, answer.text
    assert not any(feeling in answer.text for feeling in feelings)


async def test_a_coordinator_sees_what_was_passed_on_and_the_supporter_all(desk: Desk, themself: Desk) -> None:
    supporter_id = await desk.a_supporter()
    await said(themself, supporter_id, "tired", "unsettled")
    await said(themself, supporter_id, "want-fewer", shared=True)

    passed_on = (await desk.get("/check-ins")).json()["items"]
    own = (await themself.get(f"/supporters/{supporter_id}/check-ins")).json()["items"]

    assert [(one["supporter_id"], one["feelings"]) for one in passed_on] == [(supporter_id, ["want-fewer"])]
    assert [one["feelings"] for one in own] == [["tired", "unsettled"], ["want-fewer"]]


async def test_sql_in_the_coordinators_sight_finds_only_what_was_passed_on(desk: Desk, themself: Desk) -> None:
    supporter_id = await desk.a_supporter()
    await said(themself, supporter_id, "tired")
    await said(themself, supporter_id, "all-well", shared=True)

    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        found = (await tx.execute(sa.select(check_ins.c.feelings))).scalars().all()

    assert found == [["all-well"]]


async def test_who_is_given_a_supporters_place_later_reads_nothing_that_was_said_before(
    desk: Desk, themself: Desk, as_caller: AsCaller
) -> None:
    supporter_id = await desk.a_supporter()
    await said(themself, supporter_id, "tired")
    body = a_supporter_body(desk.programme.programme_id, subject="a-coordinator-who-is-curious")
    await desk.put(f"/supporters/{supporter_id}", body, '"1"')
    curious = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-coordinator-who-is-curious")

    answer = await desk.client.get(f"/supporters/{supporter_id}/check-ins", auth=curious)

    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_the_signs_are_counted_from_what_is_there(desk: Desk, themself: Desk) -> None:
    stage = desk.stage
    supporter = await stage.a_supporter(desk.programme, subject="a-supporter")
    match = await stage.a_match(await desk.a_referral(), supporter)
    where = f"/supporters/{supporter.id}/signals"
    before = await themself.get(where)
    today = date.fromisoformat(desk.today)
    for days in (0, 1, 2, 3, 60, *[200] * 5):  # the last are longer ago than what is usual is taken from
        await meet(desk, match.supporter_id, today - days * DAY)
    for feeling in ("too-much", "too-much", "tired"):
        await said(themself, supporter.id, feeling)

    after = await themself.get(where)

    assert before.json() == {"signals": []}
    assert after.json() == {"signals": ["more-than-usual", "too-much-again"]}


async def meet(desk: Desk, supporter_id: UUID, day: date) -> None:
    answer = await desk.create(
        "/sessions",
        {
            "kind": "group",
            "group_id": str(new_id()),
            "programme_id": str(desk.programme.programme_id),
            "held_on": day.isoformat(),
            "minutes": 60,
            "channel": "in-person",
            "supporter_ids": [str(supporter_id)],
        },
    )
    assert answer.status_code == 201, answer.text


async def test_a_subject_that_names_somebody_is_refused(desk: Desk) -> None:
    body = a_supporter_body(desk.programme.programme_id, subject="sam.testwell@example.org")

    answer = await desk.put(f"/supporters/{new_pseudonym()}", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "subject-names-somebody")


async def test_a_call_is_listed_with_who_called(desk: Desk) -> None:
    supporter_id = await desk.a_supporter()
    body = {"held_on": desk.today, "channel": "telephone", "topics": ["a-hard-week"]}
    await desk.create(f"/supporters/{supporter_id}/calls", body)

    (call,) = (await desk.get(f"/supporters/{supporter_id}/calls")).json()["items"]

    assert (call["called_by"], call["channel"], call["topics"]) == ("tester", "telephone", ["a-hard-week"])
