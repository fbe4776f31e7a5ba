"""A complaint is acknowledged in 30 days and answered by the day promised; what is overdue stands first."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_referrals.domain import complaints
from kith_referrals.domain.complaints import (
    BEGINS,
    LEADS,
    Category,
    Complaint,
    ComplaintBackwards,
    Outcome,
    OutcomeMissing,
    ReceivedAfterToday,
    State,
    Step,
)
from kith_referrals.domain.refusals import MoveRefused
from tests.builders import TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import version
from tests.referrals.world import World, member, on_the_record

MONTH = timedelta(days=30)


def a_complaint(**changes: Any) -> Complaint:
    made = Complaint(uuid4(), uuid4(), Category.WAITING, TODAY - MONTH, TODAY + MONTH)
    return replace(made, **changes)


def outcome_of(step: Step) -> Outcome | None:
    return Outcome.UPHELD if step is Step.ANSWER else None


@given(steps=st.lists(st.sampled_from(Step), max_size=8))
def test_every_way_through_keeps_to_the_steps_that_are_possible(steps: list[Step]) -> None:
    complaint = a_complaint()
    for step in steps:
        if complaint.state in BEGINS[step]:
            moved = complaints.move(complaint, step, TODAY, outcome_of(step), TODAY)
            assert (moved.state, moved.version) == (LEADS[step], complaint.version + 1)
            complaint = moved
        else:
            with pytest.raises(MoveRefused, match=complaint.state):
                complaints.move(complaint, step, TODAY, outcome_of(step), TODAY)
    assert (complaint.state is State.CLOSED) == (complaint.closed_on is not None)
    assert complaint.closed_on is None or complaint.outcome is not None
    assert (complaint.due_on is None) == (complaint.state in {State.ANSWERED, State.CLOSED})


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(MoveRefused, match="is received: what can be done is to acknowledge it"):
        complaints.move(a_complaint(), Step.CLOSE, TODAY, None, TODAY)


@given(promised=st.integers(0, 90))
def test_what_is_owed_first_is_to_acknowledge_it_in_30_days_or_sooner(promised: int) -> None:
    complaint = a_complaint(received_on=TODAY, answer_by=TODAY + timedelta(days=promised))

    acknowledged = complaints.move(complaint, Step.ACKNOWLEDGE, TODAY, None, TODAY)

    assert complaint.due_on == TODAY + timedelta(days=min(promised, 30))
    assert acknowledged.due_on == complaint.answer_by


def test_an_answer_that_is_escalated_is_owed_again_by_the_same_day() -> None:
    complaint = a_complaint()
    for step in (Step.ACKNOWLEDGE, Step.ANSWER, Step.ESCALATE):
        complaint = complaints.move(complaint, step, TODAY, outcome_of(step), TODAY)

    assert complaint.due_on == complaint.answer_by


@pytest.mark.parametrize(
    ("step", "on", "outcome", "refusal"),
    [
        (Step.ACKNOWLEDGE, TODAY + timedelta(days=1), None, ReceivedAfterToday),
        (Step.ACKNOWLEDGE, TODAY - MONTH - timedelta(days=1), None, ComplaintBackwards),
        (Step.ACKNOWLEDGE, TODAY, Outcome.UPHELD, OutcomeMissing),
    ],
    ids=["tomorrow", "before it came", "with an outcome"],
)
def test_a_step_that_cannot_be_right_is_refused(
    step: Step, on: date, outcome: Outcome | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        complaints.move(a_complaint(), step, on, outcome, TODAY)


def test_an_answer_says_what_came_of_it() -> None:
    with pytest.raises(OutcomeMissing):
        complaints.move(a_complaint(state=State.ACKNOWLEDGED), Step.ANSWER, TODAY, None, TODAY)


def test_a_complaint_comes_before_its_answer_and_not_after_today() -> None:
    with pytest.raises(ComplaintBackwards):
        complaints.taken(a_complaint(answer_by=TODAY - MONTH - timedelta(days=1)), TODAY)
    with pytest.raises(ReceivedAfterToday):
        complaints.taken(a_complaint(received_on=TODAY + timedelta(days=1)), TODAY)


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


async def take(client: httpx.AsyncClient, auth: httpx.Auth, *, days_ago: int = 0, **more: Any) -> httpx.Response:
    today = clock.today(clock.now())
    received_on = today - timedelta(days=days_ago)
    body = {
        "category": "waiting",
        "received_on": received_on.isoformat(),
        "answer_by": (received_on + timedelta(days=60)).isoformat(),
        "words": "Private words.",
        **more,
    }
    return await client.post("/complaints", json=body, auth=auth, headers={"Idempotency-Key": str(new_id())})


async def step(client: httpx.AsyncClient, made: httpx.Response, auth: httpx.Auth, *names: str) -> httpx.Response:
    answer = made
    for name in names:
        body = {"step": name, "on": clock.today(clock.now()).isoformat()}
        body |= {"outcome": "upheld"} if name == "answer" else {}
        answer = await client.post(
            f"{made.headers['Location']}/steps", json=body, headers={"If-Match": answer.headers["ETag"]}, auth=auth
        )
    return answer


async def test_overdue_ones_stand_first_and_what_is_answered_last(
    client: httpx.AsyncClient, administrator: httpx.Auth
) -> None:
    days = {"answered": 80, "new": 0, "unacknowledged": 45, "unanswered": 70}
    made = {name: await take(client, administrator, days_ago=ago) for name, ago in days.items()}
    await step(client, made["answered"], administrator, "acknowledge", "answer")
    await step(client, made["unanswered"], administrator, "acknowledge")

    first = (await client.get("/complaints?limit=2", auth=administrator)).json()
    rest = (await client.get(f"/complaints?after={first['next']}", auth=administrator)).json()

    found = [one["id"] for one in (*first["items"], *rest["items"])]
    assert found == [made[name].json()["id"] for name in ("unacknowledged", "unanswered", "new", "answered")]


async def test_it_goes_from_received_to_closed(client: httpx.AsyncClient, administrator: httpx.Auth) -> None:
    made = await take(client, administrator)

    closed = await step(client, made, administrator, "acknowledge", "escalate", "answer", "close")

    assert (closed.json()["state"], closed.json()["outcome"], closed.json()["version"]) == ("closed", "upheld", 5)


async def test_whoever_takes_one_does_not_read_it_again_and_administrators_do(
    client: httpx.AsyncClient, world: World, *, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    taker = as_caller("referrer", organisation_id=world.referrer.id)
    made = await take(client, taker)
    path = made.headers["Location"]

    asked = [taker, as_caller("administrator", organisation_id=world.host.id)]
    refused = [await client.get(path, auth=auth) for auth in asked]
    read = await client.get(path, auth=administrator)

    assert "Private" not in made.text
    assert [answer.status_code for answer in refused] == [403, 404]
    assert read.json()["words"] == "Private words."
    assert await world.seen(member(world.host.id), "complaints") == 0


async def test_nothing_of_it_is_told_and_its_words_are_not_on_the_record(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    told = len(await world.everything_told())

    made = await take(client, administrator)
    await step(client, made, administrator, "acknowledge")

    entries = (await on_the_record(world))[-2:]
    assert [(one["action"], one["codes"]) for one in entries] == [
        ("complaint-received", ["waiting"]),
        ("complaint-acknowledged", ["waiting"]),
    ]
    assert len(await world.everything_told()) == told


async def test_a_step_that_somebody_else_took_meanwhile_is_seen_first(
    client: httpx.AsyncClient, administrator: httpx.Auth
) -> None:
    made = await take(client, administrator)
    await step(client, made, administrator, "acknowledge")

    body = {"step": "answer", "on": clock.today(clock.now()).isoformat(), "outcome": "upheld"}
    stale = await client.post(f"{made.headers['Location']}/steps", json=body, headers=version(1), auth=administrator)

    assert stale.status_code == 412
