"""The clock of who asks what is known of them: a month, or three; and it stands while the person is asked something."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_referrals.domain import subject_access
from kith_referrals.domain.access_refusals import (
    AnsweredBeforeQuestion,
    AskedAfterToday,
    BeforeAsked,
    ClosedBeforeAsked,
    ExtensionToldLate,
    NothingAwaited,
    RequestClosed,
    RequestExtended,
    RequestWaits,
    WaitOverlaps,
    WaitTooLate,
)
from kith_referrals.domain.nations import Nation, is_working_day, working_day_after
from kith_referrals.domain.refusals import ReferralRefused
from kith_referrals.domain.subject_access import EXTENDED_MONTHS, Awaited, Outcome, Reason, Request, due_on, runs_out
from kith_referrals.store.closing import save_handed_over
from kith_referrals.usecases import network
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import post, version
from tests.referrals.world import OPERATOR, World, a_person, on_the_record

FREELY = settings(deadline=None)
DAY = timedelta(days=1)
FAR = date(2200, 1, 1)
ASKED = date(2026, 9, 1)
DUE = date(2026, 10, 1)
DAYS = st.dates(date(2000, 1, 1), date(2199, 1, 31))
NATIONS = st.sampled_from(Nation)
WAITS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=4)
"""Days that the clock runs before each, and days that it stands: together the first month is never over."""

Step = Callable[[Request], Request]


def a_request(asked_on: date = ASKED, nation: Nation = Nation.ENGLAND, **changes: Any) -> Request:
    asked = subject_access.ask(
        new_id(), uuid4(), new_id(), asked_on=asked_on, nation=nation, by="somebody", today=max(asked_on, TODAY)
    )
    return replace(asked, **changes)


def extending(told_on: date, nation: Nation = Nation.ENGLAND, today: date = FAR) -> Step:
    return lambda request: subject_access.extend(request, Reason.COMPLEX, told_on, nation, today)


def waiting(asked_on: date, today: date = FAR) -> Step:
    return lambda request: subject_access.wait(request, Awaited.IDENTITY, asked_on, today)


def resuming(answered_on: date, nation: Nation = Nation.ENGLAND, today: date = FAR) -> Step:
    return lambda request: subject_access.resume(request, answered_on, nation, today)


def closing(closed_on: date, outcome: Outcome = Outcome.WITHDRAWN, today: date = FAR) -> Step:
    return lambda request: subject_access.close(request, outcome, closed_on, today)


def after(request: Request, *steps: Step) -> Request:
    for step in steps:
        request = step(request)
    return request


def stops(asked_on: date, waits: list[tuple[int, int]], nation: Nation) -> list[Step]:
    """Each wait and its answer, in a row."""
    steps: list[Step] = []
    for runs, stands in waits:
        question = asked_on + runs * DAY
        asked_on = question + stands * DAY
        steps += [waiting(question), resuming(asked_on, nation)]
    return steps


@pytest.mark.parametrize(
    ("asked", "nation", "due"),
    [
        ("2026-09-01", Nation.ENGLAND, "2026-12-01"),
        ("2026-11-30", Nation.WALES, "2027-03-01"),  # 28 February 2027 is a Sunday
        ("2027-11-30", Nation.ENGLAND, "2028-02-29"),
        ("2026-09-25", Nation.ENGLAND, "2026-12-29"),  # Friday, 25 December; Boxing Day is kept on the Monday
        ("2026-10-01", Nation.SCOTLAND, "2027-01-05"),  # Friday, 1 January; 2 January is kept on the Monday
        ("2026-10-01", Nation.ENGLAND, "2027-01-04"),
    ],
)
def test_an_extended_answer_is_due_three_calendar_months_after_it_was_asked(
    asked: str, nation: Nation, due: str
) -> None:
    asked_on = date.fromisoformat(asked)

    extended = after(a_request(asked_on, nation), extending(asked_on, nation))

    assert (extended.due_on, extended.extended_on) == (date.fromisoformat(due), asked_on)
    assert extended.extended_for is Reason.COMPLEX


@FREELY
@given(asked=DAYS, nation=NATIONS, waits=WAITS, told=st.integers(0, 28), data=st.data())
def test_whether_the_extension_or_the_waits_are_logged_first_makes_no_difference(
    asked: date, nation: Nation, waits: list[tuple[int, int]], *, told: int, data: st.DataObject
) -> None:
    steps, extend = stops(asked, waits, nation), extending(asked + told * DAY, nation)
    at = data.draw(st.integers(0, len(steps)))

    first = after(a_request(asked, nation), extend, *steps)
    other = after(a_request(asked, nation), *steps[:at], extend, *steps[at:])

    assert (first.due_on, first.waits, first.version) == (other.due_on, other.waits, other.version)
    days = sum(stands for _, stands in waits)
    assert first.due_on == due_on(asked, nation, months=EXTENDED_MONTHS, waited=days * DAY)


@FREELY
@given(asked=DAYS, nation=NATIONS, waits=WAITS, extended=st.booleans())
def test_each_wait_moves_the_day_by_as_many_days_as_it_took(
    asked: date, nation: Nation, waits: list[tuple[int, int]], *, extended: bool
) -> None:
    request = after(a_request(asked, nation), *([extending(asked, nation)] if extended else []))
    raw = runs_out(asked, months=3 if extended else 1)
    steps = stops(asked, waits, nation)

    for (_, stands), question, answer in zip(waits, steps[::2], steps[1::2], strict=True):
        stopped = question(request)
        request = answer(stopped)
        raw += stands * DAY
        assert (stopped.due_on, request.due_on) == (None, working_day_after(raw, 0, nation))


@FREELY
@given(
    asked=DAYS,
    nation=NATIONS,
    tries=st.lists(st.tuples(st.sampled_from([extending, waiting, resuming, closing]), st.integers(-3, 120))),
)
def test_whatever_is_tried_the_plain_day_stays_the_earliest_and_no_day_is_waited_twice(
    asked: date, nation: Nation, tries: list[tuple[Callable[..., Step], int]]
) -> None:
    today, request = asked + 100 * DAY, a_request(asked, nation)
    for kind, days in tries:
        more = {"nation": nation} if kind in {extending, resuming} else {}
        with suppress(ReferralRefused):
            request = kind(asked + days * DAY, today=today, **more)(request)
        assert is_working_day(request.runs_until, nation)
        assert request.runs_until >= due_on(asked, nation)
        assert (request.due_on is None) == (request.waiting_for is not None)
        days_known = [day for wait in request.waits for day in (wait.asked_on, wait.answered_on)]
        days_known += [request.waiting_since] if request.waiting_since else []
        assert days_known == sorted(days_known)
        assert all(asked <= day <= today for day in (*days_known, request.closed_on or asked))


@FREELY
@given(asked=DAYS, nation=NATIONS, runs=st.integers(0, 60), stands=st.integers(0, 40), told=st.integers(0, 110))
@example(asked=date(2026, 9, 3), nation=Nation.ENGLAND, runs=32, stands=3, told=33)  # due on a Monday for a Saturday
def test_whether_the_person_was_told_in_time_is_not_changed_by_what_happens_afterwards(
    asked: date, nation: Nation, *, runs: int, stands: int, told: int
) -> None:
    told_on, question = asked + told * DAY, asked + runs * DAY
    request = a_request(asked, nation)
    assume(question <= request.runs_until)
    stopped = waiting(question)(request)
    resumed = resuming(question + stands * DAY, nation)(stopped)
    then = request if told_on <= question else stopped if told_on <= question + stands * DAY else resumed

    assert in_time(then, told_on, nation) == in_time(resumed, told_on, nation)


def in_time(request: Request, told_on: date, nation: Nation) -> bool:
    try:
        extending(told_on, nation)(request)
    except ExtensionToldLate:
        return False
    return True


def test_the_first_month_to_tell_them_in_is_longer_by_what_was_waited() -> None:
    waited = after(a_request(), waiting(ASKED + 9 * DAY), resuming(ASKED + 14 * DAY))

    assert extending(DUE)(a_request()).due_on == extending(ASKED)(a_request()).due_on
    assert waited.due_on == extending(date(2026, 10, 6))(waited).extended_on == date(2026, 10, 6)
    with pytest.raises(ExtensionToldLate):
        extending(DUE + DAY)(a_request())
    with pytest.raises(ExtensionToldLate):
        extending(date(2026, 10, 7))(waited)


def test_whoever_is_asked_and_answers_on_one_day_waits_for_nothing() -> None:
    answered = after(a_request(), waiting(DUE), resuming(DUE), waiting(DUE), resuming(DUE))

    assert (answered.due_on, len(answered.waits)) == (DUE, 2)


ENDED = (closing(ASKED),)
STANDS = (waiting(ASKED + 9 * DAY),)
RESUMED = (*STANDS, resuming(ASKED + 14 * DAY))
YESTERDAY, TOMORROW = ASKED - DAY, ASKED + DAY
REFUSED: dict[str, tuple[tuple[Step, ...], Step, type[ReferralRefused]]] = {
    "extended twice": ((extending(ASKED),), extending(ASKED), RequestExtended),
    "told tomorrow": ((), extending(TOMORROW, today=ASKED), AskedAfterToday),
    "told before it was asked": ((), extending(YESTERDAY), BeforeAsked),
    "extended when closed": (ENDED, extending(ASKED), RequestClosed),
    "waiting twice": (STANDS, waiting(ASKED + 9 * DAY), RequestWaits),
    "waiting from tomorrow": ((), waiting(TOMORROW, today=ASKED), AskedAfterToday),
    "waiting before it was asked": ((), waiting(YESTERDAY), BeforeAsked),
    "waiting within the last wait": (RESUMED, waiting(ASKED + 13 * DAY), WaitOverlaps),
    "waiting when time is over": ((), waiting(DUE + DAY), WaitTooLate),
    "waiting when closed": (ENDED, waiting(ASKED), RequestClosed),
    "answered unasked": (RESUMED, resuming(ASKED + 14 * DAY), NothingAwaited),
    "answered tomorrow": (STANDS, resuming(ASKED + 10 * DAY, today=ASKED + 9 * DAY), AskedAfterToday),
    "answered before the question": (STANDS, resuming(ASKED + 8 * DAY), AnsweredBeforeQuestion),
    "answered when closed": (
        (*STANDS, closing(ASKED + 9 * DAY, Outcome.REFUSED)),
        resuming(ASKED + 10 * DAY),
        RequestClosed,
    ),
    "given while it waits": (STANDS, closing(ASKED + 9 * DAY, Outcome.GIVEN), RequestWaits),
    "given in part while it waits": (STANDS, closing(ASKED + 9 * DAY, Outcome.PARTLY_GIVEN), RequestWaits),
    "closed before the question": (STANDS, closing(ASKED + 8 * DAY), ClosedBeforeAsked),
    "closed before the answer": (RESUMED, closing(ASKED + 13 * DAY), ClosedBeforeAsked),
    "closed before they were told": ((extending(TOMORROW),), closing(ASKED), ClosedBeforeAsked),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_step_that_cannot_be_right_is_refused(case: str) -> None:
    before, step, refusal = REFUSED[case]

    with pytest.raises(refusal):
        step(after(a_request(), *before))


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.REFUSED])
def test_a_request_that_waits_is_closed_without_anything_given(outcome: Outcome) -> None:
    closed = after(a_request(), *STANDS, closing(ASKED + 9 * DAY, outcome))

    assert (closed.outcome, closed.waiting_for, closed.due_on) == (outcome, Awaited.IDENTITY, None)


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


@pytest.fixture
async def person_id(world: World) -> UUID:
    return (await world.refer(a_person(world.referrer.id))).person_id


def ago(days: int) -> str:
    return str(clock.today(clock.now()) - days * DAY)


async def asked(client: httpx.AsyncClient, person_id: UUID, auth: httpx.Auth, *, on: str = "") -> str:
    """The path of a request that was asked on a day, or twenty days ago."""
    made = await post(client, {"asked_on": on or ago(20)}, auth, path=f"/people/{person_id}/subject-access")
    return made.headers["Location"]


async def step(
    client: httpx.AsyncClient, path: str, auth: httpx.Auth, *, at: int, **body: Any
) -> tuple[int, dict[str, Any]]:
    answer = await client.post(path, json=body, headers=version(at), auth=auth)
    found: dict[str, Any] = answer.json()
    return answer.status_code, found


async def test_it_is_listed_and_given_with_its_extension_and_with_what_is_awaited(
    client: httpx.AsyncClient, administrator: httpx.Auth, person_id: UUID
) -> None:
    path = await asked(client, person_id, administrator)
    _, extended = await step(client, f"{path}/extension", administrator, at=1, told_on=ago(19), reason="many-requests")
    wait = {"asked_on": ago(18), "for": "identity"}
    status, waits = await step(client, f"{path}/wait", administrator, at=2, **wait)

    [listed] = (await client.get("/subject-access-requests", auth=administrator)).json()["items"]
    given_now = (await client.get(f"{path}/record", auth=administrator)).json()

    asked_on = date.fromisoformat(ago(20))
    assert extended["due_on"] == str(due_on(asked_on, Nation.ENGLAND, months=3))
    assert (extended["extended_on"], extended["extended_for"]) == (ago(19), "many-requests")
    assert (status, waits["due_on"], waits["waits"], waits["version"]) == (200, None, [], 3)
    assert (waits["waiting_since"], waits["waiting_for"]) == (ago(18), "identity")
    assert listed == waits == given_now["request"]
    [own] = next(part["rows"] for part in given_now["sections"] if part["section"] == "requests")
    shown = ("due_on", "extended_on", "extended_for", "waiting_since", "waiting_for")
    assert [own[name] for name in shown] == [None, ago(19), "many-requests", ago(18), "identity"]

    _, answered = await step(client, f"{path}/answer", administrator, at=3, answered_on=ago(11))
    [listed] = (await client.get("/subject-access-requests", auth=administrator)).json()["items"]
    sections = (await client.get(f"{path}/record", auth=administrator)).json()["sections"]
    [own] = next(part["rows"] for part in sections if part["section"] == "requests")

    assert listed == answered
    assert answered["due_on"] == own["due_on"] == str(due_on(asked_on, Nation.ENGLAND, months=3, waited=7 * DAY))
    assert (answered["waiting_since"], answered["waiting_for"]) == (None, None)
    assert answered["waits"] == own["waits"] == [{**wait, "answered_on": ago(11)}]


async def test_each_step_is_on_the_record_by_its_code_and_a_refused_one_is_not(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, person_id: UUID
) -> None:
    path = await asked(client, person_id, administrator)
    before = len(await on_the_record(world))

    answers = [
        await step(client, f"{path}/answer", administrator, at=1, answered_on=ago(1)),
        await step(client, f"{path}/wait", administrator, at=1, **{"asked_on": ago(2), "for": "clarification"}),
        await step(client, f"{path}/wait", administrator, at=2, **{"asked_on": ago(1), "for": "identity"}),
        await step(client, f"{path}/closure", administrator, at=2, closed_on=ago(0), outcome="given"),
        await step(client, f"{path}/answer", administrator, at=2, answered_on=ago(0)),
        await step(client, f"{path}/extension", administrator, at=3, told_on=ago(21), reason="complex"),
        await step(client, f"{path}/extension", administrator, at=3, told_on=ago(0), reason="complex"),
        await step(client, f"{path}/extension", administrator, at=4, told_on=ago(0), reason="complex"),
        await step(client, f"{path}/extension", administrator, at=1, told_on=ago(0), reason="complex"),
    ]

    assert [(status, body.get("code")) for status, body in answers] == [
        (409, "nothing-awaited"),
        (200, None),
        (409, "request-waits"),
        (409, "request-waits"),
        (200, None),
        (422, "before-asked"),
        (200, None),
        (409, "request-extended"),
        (412, "stale-version"),
    ]
    entries = (await on_the_record(world))[before:]
    assert [(one["action"], one["about_id"], one["codes"]) for one in entries] == [
        ("subject-access-stopped", str(person_id), ["clarification"]),
        ("subject-access-resumed", str(person_id), ["clarification"]),
        ("subject-access-extended", str(person_id), ["complex"]),
    ]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("extension", {"told_on": ago(0), "reason": "busy"}),
        ("extension", {"told_on": ago(0), "reason": "complex", "note": "Private words."}),
        ("wait", {"asked_on": ago(0), "for": "money"}),
        ("wait", {"asked_on": ago(0), "awaited": "identity"}),
        ("answer", {"answered_on": ago(0), "for": "identity"}),
    ],
)
async def test_what_has_no_code_is_not_taken(
    client: httpx.AsyncClient, administrator: httpx.Auth, person_id: UUID, *, name: str, body: dict[str, str]
) -> None:
    path = await asked(client, person_id, administrator)

    status, _ = await step(client, f"{path}/{name}", administrator, at=1, **body)

    assert status == 422


async def test_whoever_takes_a_request_over_goes_on_with_its_clock_in_its_own_working_days(
    client: httpx.AsyncClient, world: World, *, administrator: httpx.Auth, person_id: UUID, as_caller: AsCaller
) -> None:
    """The second of January is a bank holiday in Scotland alone, and then comes a weekend."""
    waits, runs = [await asked(client, person_id, administrator, on=day) for day in ("2025-12-01", "2025-10-02")]
    await step(client, f"{waits}/wait", administrator, at=1, **{"asked_on": "2025-12-10", "for": "identity"})
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, replace(world.host, nation=Nation.SCOTLAND), now=NOW)
        await save_handed_over(tx, [person_id], world.referrer.id, world.host.id)

    successor = as_caller("administrator", organisation_id=world.host.id)
    listed = (await client.get("/subject-access-requests", auth=successor)).json()["items"]
    _, answered = await step(client, f"{waits}/answer", successor, at=2, answered_on="2025-12-11")
    _, extended = await step(client, f"{runs}/extension", successor, at=1, told_on="2025-10-03", reason="complex")

    assert [(one["due_on"], one["waiting_for"]) for one in listed] == [(None, "identity"), ("2025-11-03", None)]
    assert answered["due_on"] == extended["due_on"] == "2026-01-05"
