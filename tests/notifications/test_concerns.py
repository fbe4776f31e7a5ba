"""A concern reaches whoever's duty it is, and is passed on until somebody answers."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.matching import ConcernRaised
from kith_notifications.domain.concern import (
    NEXT,
    Concern,
    Level,
    PassedOn,
    Unanswered,
    answered,
    heard,
    pass_on,
    undelivered,
)
from kith_notifications.usecases import pass_on_concerns
from tests.builders import (
    NOW,
    a_concern_answered,
    a_concern_raised,
    a_referral_created,
    a_sharing_fell_due,
    received,
    work_that_fell_due,
)
from tests.notifications.owners import address
from tests.notifications.stage import Stage

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LADDERS = [(unanswered, level) for unanswered in Unanswered for level in NEXT]


def a_concern(**different: object) -> Concern:
    concern = Concern(UUID(int=1), UUID(int=2), UUID(int=3), NOW + HOUR, NOW + 4 * HOUR, HOUR)
    return replace(heard(concern), **different)  # type: ignore[arg-type]


def told(steps: list[PassedOn]) -> list[tuple[Unanswered, Level]]:
    return [(one.unanswered, one.to) for one in steps]


def test_nobody_else_is_told_before_the_clock_has_run_out() -> None:
    assert pass_on(a_concern(), now=NOW + HOUR - MINUTE) == (a_concern(), [])


def test_the_deputy_is_told_and_then_a_trustee_and_then_everybody_knows() -> None:
    first, to_deputy = pass_on(a_concern(), now=NOW + HOUR)
    same, to_nobody = pass_on(first, now=NOW + 2 * HOUR - MINUTE)
    second, to_trustee = pass_on(same, now=NOW + 2 * HOUR)

    assert [told(one) for one in (to_deputy, to_nobody, to_trustee)] == [LADDERS[:1], [], LADDERS[1:2]]
    assert pass_on(second, now=NOW + 1000 * HOUR) == (second, [])


def test_what_was_missed_while_nobody_looked_is_told_at_once() -> None:
    _, steps = pass_on(a_concern(), now=NOW + 5 * HOUR)

    assert told(steps) == LADDERS[:2]


def test_whoever_acknowledges_stops_the_first_clock_and_starts_the_second() -> None:
    seen = answered(a_concern(), "acknowledged")

    assert pass_on(seen, now=NOW + 4 * HOUR - MINUTE)[1] == []
    late, first = pass_on(seen, now=NOW + 4 * HOUR)
    assert told(first) == LADDERS[2:3]
    assert told(pass_on(late, now=NOW + 5 * HOUR)[1]) == LADDERS[3:]


def test_a_decision_stops_all_of_it_and_a_late_acknowledgement_starts_nothing_anew() -> None:
    decided = answered(answered(a_concern(), "acknowledged"), "decided")

    for concern in (decided, answered(decided, "acknowledged"), answered(a_concern(), "decided")):
        assert pass_on(concern, now=NOW + 100 * HOUR)[1] == []


def test_whoever_acknowledges_twice_puts_off_no_decision() -> None:
    seen, _ = pass_on(answered(a_concern(), "acknowledged"), now=NOW + 4 * HOUR)

    assert answered(seen, "acknowledged") == seen


def test_a_letter_that_cannot_be_delivered_waits_for_no_clock() -> None:
    passed, steps = pass_on(undelivered(a_concern(), now=NOW + MINUTE), now=NOW + MINUTE)

    assert told(steps) == LADDERS[:1]
    assert passed.next_at == NOW + 2 * HOUR
    assert undelivered(passed, now=NOW + 3 * HOUR) == passed
    everybody = a_concern(next_at=None)
    assert undelivered(everybody, now=NOW) == everybody


MOVES = st.lists(
    st.one_of(
        st.sampled_from(["acknowledged", "decided", "undelivered"]),
        st.integers(1, 300).map(lambda minutes: minutes * MINUTE),
    ),
    max_size=20,
)


@given(moves=MOVES)
def test_whatever_comes_in_whichever_order_each_is_told_once_and_nobody_after_a_decision(
    moves: list[str | timedelta],
) -> None:
    concern, now = a_concern(), NOW
    passed: list[tuple[Unanswered, Level]] = []
    done: set[str] = set()
    for move in moves:
        if isinstance(move, timedelta):
            now += move
            concern, steps = pass_on(concern, now=now)
            assert not (steps and "decided" in done)
            assert not any(one.unanswered is Unanswered.ACKNOWLEDGE and "acknowledged" in done for one in steps)
            passed += told(steps)
        elif move == "undelivered":
            concern = undelivered(concern, now=now)
        else:
            concern = answered(concern, move)
            done.add(move)

    assert len(passed) == len(set(passed))
    assert passed == sorted(passed, key=LADDERS.index)
    if not done and now >= NOW + 2 * HOUR and moves and isinstance(moves[-1], timedelta):
        assert passed == LADDERS[:2]


async def tick(stage: Stage, at: datetime) -> None:
    async with stage.database.network_transaction() as tx:
        await pass_on_concerns(tx, at)


async def recipients(stage: Stage) -> list[str]:
    rows = await stage.ask("select reason, recipient from messages order by id")
    return [f"{row.reason.partition('/')[0]} {row.recipient.partition('/')[0]}" for row in rows]


async def a_heard_concern(stage: Stage, **changes: object) -> ConcernRaised:
    raised = a_concern_raised(**changes)
    await stage.hear(raised)
    return raised


async def test_the_lead_of_the_desk_is_written_to_at_once_and_the_letter_says_nothing(stage: Stage) -> None:
    raised = await a_heard_concern(stage)

    await stage.turn(stage.a_sender())

    assert stage.owners.asked == [f"duty-desks/{raised.desk_id}/lead"]
    (letter,) = stage.mail.letters
    assert stage.mail.addresses == [address(raised.desk_id or UUID(int=0))]
    assert f"Reference: {raised.concern_id}" in letter.get_content()
    message = await stage.message()
    assert (message.state, message.story_kind, message.referral_id) == ("delivered", "concern", raised.concern_id)


async def test_where_no_desk_answers_the_organisation_itself_is_written_to(stage: Stage) -> None:
    raised = await a_heard_concern(stage, desk_id=None)

    for hours in (1, 2):
        await tick(stage, NOW + hours * HOUR)
    await stage.turn(stage.a_sender())

    assert set(stage.owners.asked) == {f"organisations/{raised.organisation_id}"}
    assert await recipients(stage) == ["concern-raised programme", *["concern-unacknowledged programme"] * 2]


async def test_it_is_passed_on_until_somebody_answers_and_that_is_told(stage: Stage) -> None:
    raised = await a_heard_concern(stage)

    for minutes in (59, 60, 61, 119, 120, 500):
        await tick(stage, NOW + minutes * MINUTE)

    assert await recipients(stage) == [
        "concern-raised duty-lead",
        "concern-unacknowledged duty-deputy",
        "concern-unacknowledged duty-trustee",
    ]
    assert await stage.told() == ["kith.concern-escalated.v1"] * 2
    await stage.hear(a_concern_answered(raised, "acknowledged"))
    await tick(stage, NOW + 4 * HOUR)
    await stage.hear(a_concern_answered(raised, "decided"))
    await tick(stage, NOW + 100 * HOUR)
    assert (await recipients(stage))[3:] == ["concern-undecided duty-deputy"]


async def test_a_concern_and_its_answer_in_one_batch_pass_nothing_on(stage: Stage) -> None:
    raised = a_concern_raised()

    await stage.hear(raised, a_concern_answered(raised, "acknowledged"), a_concern_answered(raised, "decided"))
    await tick(stage, NOW + 100 * HOUR)

    assert await recipients(stage) == ["concern-raised duty-lead"]


async def test_what_the_mail_server_refuses_for_good_is_passed_on_before_the_hour_is_over(stage: Stage) -> None:
    now = stage.clock.time
    raised = await a_heard_concern(stage, acknowledge_by=now + HOUR, decide_by=now + 4 * HOUR)
    stage.owners.nobody.add(raised.desk_id or UUID(int=0))

    await tick(stage, now)
    await stage.turn(stage.a_sender())
    await tick(stage, now)

    assert (await recipients(stage))[1:] == ["concern-unacknowledged duty-deputy"]


async def test_what_was_delivered_is_passed_on_by_the_clock_alone(stage: Stage) -> None:
    now = stage.clock.time
    await a_heard_concern(stage, acknowledge_by=now + HOUR, decide_by=now + 4 * HOUR)

    await stage.turn(stage.a_sender())
    await tick(stage, now)

    assert await recipients(stage) == ["concern-raised duty-lead"]


async def test_told_twice_it_is_one_concern_and_one_letter(stage: Stage) -> None:
    raised = await a_heard_concern(stage)

    await stage.hear(raised)

    assert len(await stage.ask("select * from messages")) == 1
    assert len(await stage.ask("select * from concerns")) == 1


async def test_all_that_falls_due_on_a_day_is_one_letter_and_what_cannot_wait_is_another(stage: Stage) -> None:
    organisation_id = a_referral_created().referring_organisation_id
    due = [work_that_fell_due(organisation_id=organisation_id) for _ in range(3)]
    now = work_that_fell_due(organisation_id=organisation_id, at_once=True)

    await stage.hear(*due[:2], now)
    await stage.hear(due[2], work_that_fell_due())
    tomorrow = received(work_that_fell_due(organisation_id=organisation_id), at=NOW + timedelta(days=1))
    await stage.take(tomorrow)

    rows = await stage.ask("select reason, recipient from messages")
    ours = sorted(row.reason.partition("/")[0] for row in rows if row.recipient == f"programme/{organisation_id}")
    assert ours == ["look-now", "work-due", "work-due"]
    assert len(rows) == 4


async def test_the_lead_of_the_desk_asks_again_where_nobody_answered_and_is_written_to_once(stage: Stage) -> None:
    raised = await a_heard_concern(stage)
    due = a_sharing_fell_due(raised)
    await stage.hear(a_concern_answered(raised, "acknowledged"), a_concern_answered(raised, "decided"))

    await stage.hear(due)
    await stage.hear(due, a_sharing_fell_due(raised))
    await stage.turn(stage.a_sender())

    assert (await recipients(stage))[1:] == ["sharing-unanswered duty-lead"] * 2
    letter = next(one for one in stage.mail.letters if "has not answered" in one["Subject"])
    assert f"Reference: {raised.concern_id}" in letter.get_content()
    assert str(due.sharing_id) not in letter.get_content()


async def test_a_reminder_comes_before_its_concern_is_heard_of_and_without_a_desk_to_the_organisation(
    stage: Stage,
) -> None:
    raised = a_concern_raised(desk_id=None)

    await stage.hear(a_sharing_fell_due(raised))
    await stage.hear(raised)

    assert await recipients(stage) == ["sharing-unanswered programme", "concern-raised programme"]
