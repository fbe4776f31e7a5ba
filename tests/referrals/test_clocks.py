"""By which day something is to be done, while whom it is up to; and that a missed day is told once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain import clocks, lifecycle
from kith_referrals.domain.nations import Nation, civil, is_working_day
from kith_referrals.domain.promises import Promise, Terms
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.usecases.missing import tell_missed
from tests.builders import NOW, TODAY
from tests.referrals.test_lifecycle import HOST, MOVES, OFFER, REFERRER, a_referral
from tests.referrals.world import OPERATOR, World

DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=NOW.tzinfo))  # noqa: DTZ001 - it follows
NATIONS = st.sampled_from(Nation)


def made(at: datetime = NOW, **terms: Any) -> Referral:
    said = Terms(**terms)
    return replace(a_referral(), submitted_at=at, terms=said, promises=clocks.begun(said, at))


def test_a_new_referral_is_acknowledged_in_two_working_days_and_decided_in_five() -> None:
    assert made().promises == {Promise.ACKNOWLEDGE: date(2026, 11, 25), Promise.DECIDE: date(2026, 11, 30)}
    assert made(nation=Nation.SCOTLAND).promises[Promise.DECIDE] == date(2026, 12, 1)


@given(at=MOMENTS, later=st.timedeltas(timedelta(), timedelta(days=30)), nation=NATIONS)
def test_promises_fall_on_working_days_and_never_earlier_for_what_came_later(
    at: datetime, later: timedelta, nation: Nation
) -> None:
    first, second = (clocks.begun(Terms(nation), moment) for moment in (at, at + later))

    assert all(is_working_day(due, nation) for due in first.values())
    assert first[Promise.ACKNOWLEDGE] <= first[Promise.DECIDE]
    assert all(first[promise] <= second[promise] for promise in first)


def test_acknowledging_does_not_put_off_the_decision() -> None:
    acknowledged = lifecycle.acknowledge(made(), HOST, NOW + DAY).referral

    assert acknowledged.promises == {Promise.DECIDE: date(2026, 11, 30)}


@given(asked=st.integers(0, 20), answered=st.integers(0, 40), nation=NATIONS)
def test_a_question_stops_the_clock_and_the_answer_gives_back_what_was_left(
    asked: int, answered: int, nation: Nation
) -> None:
    referral = made(nation=nation)
    due = referral.promises[Promise.DECIDE]

    waits = lifecycle.ask(referral, HOST, "Which days?", NOW + asked * DAY).referral
    back = lifecycle.answer(waits, REFERRER, "Mondays.", NOW + (asked + answered) * DAY).referral

    assert (waits.due_on, waits.miss_on) == (None, None)
    assert back.due_on is not None
    assert back.due_on >= due
    assert is_working_day(back.due_on, nation)
    if due < civil(NOW + asked * DAY):
        assert back.due_on == due
    else:
        assert back.due_on >= civil(NOW + (asked + answered) * DAY)


def test_an_answer_on_the_same_day_changes_no_date() -> None:
    waits = lifecycle.ask(made(), HOST, "Which days?", NOW + DAY).referral

    assert lifecycle.answer(waits, REFERRER, "Mondays.", NOW + DAY).referral.due_on == date(2026, 11, 30)


def test_who_waits_is_taken_on_in_as_many_days_as_the_programme_says_counted_from_the_first() -> None:
    waiting = lifecycle.put_on_waiting_list(made(promised_wait_days=30), HOST, NOW).referral
    accepted = lifecycle.accept(waiting, HOST, NOW + 20 * DAY).referral

    assert waiting.promises == accepted.promises == {Promise.TAKE_ON: TODAY + 30 * DAY}


def test_who_came_to_a_group_has_been_taken_on() -> None:
    waiting = lifecycle.accept(made(promised_wait_days=30), HOST, NOW).referral

    attending = lifecycle.note_attendance(waiting, NOW)

    assert attending is not None
    assert attending.referral.promises == {}


def test_a_programme_that_promises_no_wait_is_late_for_nobody() -> None:
    assert lifecycle.accept(made(), HOST, NOW).referral.promises == {}


def test_while_the_person_chooses_no_clock_runs() -> None:
    held = lifecycle.accept(replace(made(promised_wait_days=3), choice_id=HOST.organisation_id), HOST, NOW).referral

    assert (held.status, held.due_on) == (Status.HELD, None)
    assert lifecycle.choose(held, REFERRER, NOW + 9 * DAY).referral.due_on == TODAY + 12 * DAY


def test_who_is_not_ready_yet_is_waited_for_until_the_day() -> None:
    accepted = lifecycle.accept(made(promised_wait_days=3), HOST, NOW).referral
    put_off = lifecycle.put_off(accepted, HOST, TODAY + 30 * DAY, NOW).referral

    assert put_off.promises == {Promise.LOOK_AGAIN: TODAY + 30 * DAY}
    assert clocks.missing(put_off, TODAY + 29 * DAY) == []
    assert clocks.missing(put_off, TODAY + 30 * DAY) == [Promise.LOOK_AGAIN]
    again = lifecycle.look_again(put_off, HOST, NOW + 30 * DAY).referral
    assert again.promises == {Promise.DECIDE: date(2027, 1, 4)}


@given(days=st.integers(0, 20))
def test_what_is_missed_is_what_was_due_before_today(days: int) -> None:
    referral, today = made(), TODAY + days * DAY

    missing = clocks.missing(referral, today)

    assert set(missing) == {promise for promise, due in referral.promises.items() if due < today}
    assert bool(missing) == (referral.miss_on is not None and referral.miss_on <= today)


def test_a_promise_that_was_told_missed_is_not_missed_again_until_it_is_reopened() -> None:
    late = NOW + 30 * DAY
    told = lifecycle.note_missed(made(), Promise.DECIDE, late).referral
    over = lifecycle.close(told, HOST, "moved-away", late).referral

    assert clocks.missing(told, civil(late)) == [Promise.ACKNOWLEDGE]
    assert told.due_on == date(2026, 11, 25)
    reopened = lifecycle.reopen(over, HOST, "closed-in-error", OFFER, late).referral
    assert clocks.missing(reopened, civil(late + 30 * DAY)) == [Promise.DECIDE]


@pytest.mark.parametrize("move", ["decline", "redirect", "withdraw", "close"])
def test_what_is_over_is_late_for_nobody(move: str) -> None:
    assert MOVES[move](replace(made(), status=Status.RECEIVED)).referral.promises == {}


async def miss(world: World, now: datetime) -> list[tuple[str, str, str]]:
    """What the timer tells: which promise, of which referral, due when."""
    before = len(await world.told())
    async with world.database.transaction(OPERATOR) as tx:
        await tell_missed(tx, now)
    news = (await world.told())[before:]
    assert {name for name, _ in news} <= {"promise-missed"}
    return [(body["promise"], body["referral_id"], body["due_on"]) for _, body in news]


async def test_each_missed_promise_is_told_once_on_the_day_after(world: World) -> None:
    referral = await world.refer()

    told = {day: await miss(world, NOW + day * DAY) for day in (0, 2, 3, 4, 7, 8, 9)}

    assert {day: news for day, news in told.items() if news} == {
        3: [("acknowledge", str(referral.id), "2026-11-25")],
        8: [("decide", str(referral.id), "2026-11-30")],
    }


async def test_both_are_told_at_once_where_the_timer_slept(world: World) -> None:
    await world.refer()

    told = await miss(world, NOW + 30 * DAY)

    assert [promise for promise, _, _ in told] == ["acknowledge", "decide"]
    assert await miss(world, NOW + 30 * DAY) == []


async def test_what_was_missed_stands_in_the_steps_and_nobody_did_it(world: World) -> None:
    referral = await world.refer()
    await miss(world, NOW + 3 * DAY)

    async with world.database.transaction(OPERATOR) as tx:
        steps = (await tx.exec_driver_sql("select name, reason, subject from referral_steps order by seq")).all()

    assert [tuple(step) for step in steps][-1] == ("promise-missed", "acknowledge", None)
    accepted = await world.move(replace(referral, version=2), lifecycle.accept, world.host)
    assert accepted.version == 3


async def test_a_turn_costs_as_many_statements_for_many_as_for_one(world: World) -> None:
    async def statements(late: int) -> int:
        for _ in range(late):
            await world.refer()
        seen: list[str] = []

        def note(*told: Any) -> None:
            seen.append(told[2])

        async with world.database.transaction(OPERATOR) as tx:
            connection = tx.sync_connection
            sa.event.listen(connection, "before_cursor_execute", note)
            await tell_missed(tx, NOW + 30 * DAY)
            sa.event.remove(connection, "before_cursor_execute", note)
        return len(seen)

    one = await statements(1)

    assert 0 < one == await statements(5)
