"""A supporter's path goes where it may, every step has its days, and an organisation sees how long they take."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kith_chassis.clock import new_id
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.path import (
    KNOWN_STEPS,
    Destination,
    Kind,
    NotLeaving,
    Path,
    PathRefused,
    Step,
    StepBackwards,
    StepNotKnown,
    StepsUnfinished,
    SupporterMoveRefused,
    after,
    begin,
    finish,
    move,
    moved,
    possible,
)
from kith_matching.domain.refusals import InTheFuture
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.store.path import save_steps
from kith_matching.tables import supporter_steps, supporters
from kith_matching.views.path import count_paths
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY, a_supporter
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.servers.lengths import examples

ASKED = ("selection", "checks", "acceptance-by-ward")
STATES = st.sampled_from(SupporterState)
STEPS = st.sampled_from(ASKED)


def a_path(state: SupporterState = SupporterState.APPLICATION, *asked: str, began: int = 0) -> Path:
    """Somebody who reached that state so many days ago."""
    path = Path(a_supporter().id, ORGANISATION, state, asked=asked)
    on = TODAY - began * DAY
    return after(path, moved(path, state, on=on, today=TODAY, step_id=new_id()))


def moves(path: Path, to: SupporterState, **more: Any) -> Path:
    asked: dict[str, Any] = {"on": TODAY} | more
    return after(path, move(path, to, today=TODAY, step_id=new_id(), **asked))


def begins(path: Path, step: str, days_ago: int = 0) -> Path:
    return after(path, [begin(path, step, on=TODAY - days_ago * DAY, today=TODAY, step_id=new_id())])


def finishes(path: Path, step: str, days_ago: int = 0) -> Path:
    return after(path, [finish(path, step, on=TODAY - days_ago * DAY, today=TODAY)])


class Paths(RuleBasedStateMachine):
    """One supporter, moved about by anybody in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.today = TODAY
        self.path = a_path(SupporterState.APPLICATION, *ASKED)
        self.done: set[str] = set()

    @rule(to=STATES, destination=st.none() | st.sampled_from(Destination))
    def somebody_moves_them(self, to: SupporterState, destination: Destination | None) -> None:
        before = self.path
        starts = to in {"ready", "active"} and before.state != "resting"
        allowed = (
            to in possible(before.state)
            and not (starts and self.done != set(ASKED))
            and (destination is None or to == "left")
        )
        try:
            changes = move(before, to, on=self.today, today=self.today, step_id=new_id(), destination=destination)
        except PathRefused:
            assert not allowed
            return
        assert allowed
        self.path = after(before, changes)
        assert self.path.state is to
        if to == "application":
            self.done = set()

    @rule(step=STEPS)
    def a_step_begins(self, step: str) -> None:
        running = any(one.lasts and (one.kind, one.step) == (Kind.STEP, step) for one in self.path.steps)
        try:
            begun = begin(self.path, step, on=self.today, today=self.today, step_id=new_id())
        except PathRefused:
            assert running or self.path.state == "left"
            return
        assert not running
        self.path = after(self.path, [begun])

    @rule(step=STEPS)
    def a_step_is_finished(self, step: str) -> None:
        running = any(one.lasts and (one.kind, one.step) == (Kind.STEP, step) for one in self.path.steps)
        try:
            finished = finish(self.path, step, on=self.today, today=self.today)
        except PathRefused:
            assert not running
            return
        assert running
        self.path = after(self.path, [finished])
        self.done.add(step)

    @rule(days=st.integers(1, 60))
    def days_go_by(self, days: int) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def one_state_lasts_and_each_began_when_the_one_before_ended(self) -> None:
        states = [one for one in self.path.steps if one.kind is Kind.STATE]
        assert [one.lasts for one in states] == [False] * (len(states) - 1) + [True]
        assert all(one.finished_on == next_.begun_on for one, next_ in itertools.pairwise(states))
        assert states[-1].step == self.path.state

    @invariant()
    def nobody_waits_in_a_step_who_has_left(self) -> None:
        assert self.path.state != "left" or not any(one.lasts for one in self.path.steps if one.kind is Kind.STEP)

    @invariant()
    def no_step_ends_before_it_began(self) -> None:
        assert all(one.finished_on is None or one.begun_on <= one.finished_on for one in self.path.steps)

    @invariant()
    def what_is_not_finished_since_the_last_application_is_said(self) -> None:
        assert set(self.path.unfinished) == set(ASKED) - self.done


TestPaths = Paths.TestCase
TestPaths.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)


@given(STATES, STATES)
def test_a_refused_move_says_what_is_possible(state: SupporterState, to: SupporterState) -> None:
    path, there = a_path(state), possible(state)

    if to in there:
        assert moves(path, to).state is to
        return
    with pytest.raises(SupporterMoveRefused) as refused:
        moves(path, to)
    assert refused.value.message == f"The supporter is at {state}. From there they can go to: {', '.join(there)}."


@given(STATES)
def test_everybody_can_leave_and_come_back_and_every_other_state_can_be_reached(state: SupporterState) -> None:
    reached, found = {state}, {state}
    while found:
        found = {to for one in found for to in possible(one)} - reached
        reached |= found

    assert reached >= set(SupporterState) - {"application"}
    assert "left" in possible(state) or possible(state) == ("application",)


def test_nobody_begins_while_a_step_is_unfinished_and_the_refusal_names_it() -> None:
    path = finishes(begins(a_path(SupporterState.CHECKS, "selection", "checks"), "selection"), "selection")

    with pytest.raises(StepsUnfinished, match=r"Not finished yet: checks\. "):
        moves(path, SupporterState.ACTIVE)
    assert moves(finishes(begins(path, "checks"), "checks"), SupporterState.ACTIVE).state == "active"


def test_who_rested_comes_back_whatever_the_programme_asks_for_by_now() -> None:
    resting = a_path(SupporterState.RESTING, "acceptance-by-ward")

    assert moves(resting, SupporterState.ACTIVE).state == "active"


def test_who_leaves_in_the_middle_of_a_step_has_given_it_up_and_not_finished_it() -> None:
    path = begins(a_path(SupporterState.CHECKS, "checks"), "checks")

    left = moves(path, SupporterState.LEFT)

    (step,) = [one for one in left.steps if one.kind is Kind.STEP]
    assert (step.finished_on, step.given_up, left.unfinished) == (TODAY, True, ("checks",))


def test_who_comes_back_from_having_left_begins_anew() -> None:
    path = finishes(begins(a_path(SupporterState.SELECTION, "selection"), "selection"), "selection")

    back = moves(moves(path, SupporterState.LEFT), SupporterState.APPLICATION)

    assert (path.unfinished, back.unfinished) == ((), ("selection",))


@pytest.mark.parametrize(("days_ago", "refusal"), [(-1, InTheFuture), (5, StepBackwards)])
def test_days_have_been_and_are_in_order(days_ago: int, refusal: type[Exception]) -> None:
    path = begins(a_path(SupporterState.TRAINING, began=4), "training", days_ago=4)

    with pytest.raises(refusal):
        moves(path, SupporterState.CHECKS, on=TODAY - days_ago * DAY)
    with pytest.raises(refusal):
        finishes(path, "training", days_ago)


def test_a_state_that_was_reached_earlier_than_recorded_is_corrected_but_not_before_the_one_before() -> None:
    path = moves(a_path(began=20), SupporterState.SELECTION)

    corrected = moves(path, SupporterState.SELECTION, on=TODAY - 9 * DAY)

    assert [(one.step, one.begun_on, one.finished_on) for one in corrected.steps] == [
        ("application", TODAY - 20 * DAY, TODAY - 9 * DAY),
        ("selection", TODAY - 9 * DAY, None),
    ]
    with pytest.raises(StepBackwards):
        moves(path, SupporterState.SELECTION, on=TODAY - 21 * DAY)
    with pytest.raises(SupporterMoveRefused):
        moves(path, SupporterState.SELECTION)


def test_a_destination_is_of_somebody_who_leaves() -> None:
    path = a_path(SupporterState.ACTIVE)

    with pytest.raises(NotLeaving):
        moves(path, SupporterState.RESTING, destination=Destination.JOB)
    assert moves(path, SupporterState.LEFT, destination=Destination.JOB).steps[-1].destination == "job"


def test_a_step_is_one_that_the_sources_or_their_programmes_name() -> None:
    with pytest.raises(StepNotKnown, match=r"^There is no such step\. There are: selection, "):
        begins(a_path(), "swimming")
    assert begins(a_path(SupporterState.APPLICATION, "swimming"), "swimming").steps[-1].step == "swimming"
    assert all(begins(a_path(), step).steps[-1].lasts for step in KNOWN_STEPS)


def test_what_an_older_release_called_paused_is_resting() -> None:
    assert SupporterState("paused") is SupporterState.RESTING


async def test_a_path_is_kept_with_its_days_told_and_counted_over_the_organisation(desk: Desk) -> None:
    terms = ProgrammeTerms(definition_version=1, steps=("occupational-health",))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    supporter_id = await desk.a_supporter(state="application")
    paused = await desk.a_supporter(state="paused")
    async with desk.stage.database.network_transaction() as tx:  # as the release before this one wrote it
        await tx.execute(sa.update(supporters).where(supporters.c.id == UUID(paused)).values(state="paused"))

    async def record(moment: str, step: str, **more: str) -> tuple[int, dict[str, Any]]:
        body = {"moment": moment, "step": step, "on": desk.today} | more
        answer = await desk.create(f"/supporters/{supporter_id}/steps", body)
        return answer.status_code, answer.json()

    a_month_ago = (date.fromisoformat(desk.today) - 31 * DAY).isoformat()
    before = await desk.stage.told()
    refused = await record("reached", "active")
    began = await record("begun", "occupational-health")
    waits = (await desk.get("/supporters/paths")).json()
    await record("reached", "application", on=a_month_ago)
    await record("finished", "occupational-health")
    await record("reached", "active")
    left = await record("reached", "left", destination="job")

    assert (refused[0], refused[1]["code"]) == (409, "steps-unfinished")
    assert (began[0], began[1]["unfinished"]) == (201, ["occupational-health"])
    assert waits["steps"] == {"occupational-health": {"number": 0, "median": None, "longest": None, "waiting": 1}}
    assert (await desk.get(f"/supporters/{supporter_id}/steps")).json() == left[1]
    assert left[1]["possible"] == ["application"]
    assert [(one["step"], one["begun_on"], one["finished_on"]) for one in left[1]["steps"]] == [
        ("application", a_month_ago, desk.today),
        ("occupational-health", desk.today, desk.today),
        ("active", desk.today, desk.today),
        ("left", desk.today, None),
    ]
    told = [(fact.supporter_id, fact.state) for fact in await desk.stage.told_since(before)]  # type: ignore[attr-defined]
    assert [(str(who), state) for who, state in told] == [(supporter_id, "active"), (supporter_id, "left")]
    assert (await desk.get("/supporters/paths")).json() == {
        "start": {"number": 1, "median": 31, "longest": 31},
        "steps": {"occupational-health": {"number": 1, "median": 0, "longest": 0, "waiting": 0}},
        "states": {"left": 1, "resting": 1},
        "destinations": {"job": 1},
    }
    assert (await desk.get(f"/supporters/{paused}")).json()["state"] == "resting"
    read = await desk.get(f"/supporters/{supporter_id}")
    assert (read.json()["state"], read.headers["ETag"]) == ("left", '"3"')


async def test_putting_a_state_keeps_the_move_and_asks_nothing(desk: Desk) -> None:
    terms = ProgrammeTerms(definition_version=1, steps=("checks",))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    supporter_id = await desk.a_supporter(state="application")
    body = (await desk.get(f"/supporters/{supporter_id}")).json()
    body = {name: told for name, told in body.items() if name not in {"id", "version"}}

    active = await desk.put(f"/supporters/{supporter_id}", body | {"state": "active"}, '"1"')
    more = await desk.put(f"/supporters/{supporter_id}", body | {"state": "active", "capacity": 3}, '"2"')

    assert (active.status_code, more.status_code) == (200, 200)
    path = (await desk.get(f"/supporters/{supporter_id}/steps")).json()
    assert [one["step"] for one in path["steps"]] == ["application", "active"]
    assert path["unfinished"] == ["checks"]


async def test_each_start_counts_once_from_its_application_and_given_up_steps_count_nowhere(stage: Stage) -> None:
    programme = await stage.a_programme()
    twice, once, late, never = [await stage.a_supporter(programme, state="application") for _ in range(4)]

    async def lived(supporter: Supporter, *days: tuple[int, str, str]) -> None:
        path = replace(a_path(SupporterState.LEFT, began=400), supporter_id=supporter.id, steps=())
        changes: dict[UUID, Step] = {}
        for day, moment, step in days:
            on = TODAY - (300 - day) * DAY
            asked: dict[str, Any] = {"on": on, "today": TODAY}
            match moment:
                case "reached":
                    new = moved(path, SupporterState(step), step_id=new_id(), **asked)
                case "begun":
                    new = (begin(path, step, step_id=new_id(), **asked),)
                case _:
                    new = (finish(path, step, **asked),)
            path = after(path, new)
            changes |= {one.id: replace(one, organisation_id=stage.organisation_id) for one in path.steps}
        async with stage.database.network_transaction() as tx:
            await tx.execute(sa.delete(supporter_steps).where(supporter_steps.c.supporter_id == supporter.id))
            await save_steps(tx, list(changes.values()))

    start = (0, "reached", "application")
    step = "checks"
    first = [start, (1, "begun", step), (4, "finished", step), (10, "reached", "active"), (20, "reached", "resting")]
    gone = [(40, "reached", "active"), (41, "begun", step), (90, "reached", "left")]
    again = [(100, "reached", "application"), (130, "reached", "active")]
    await lived(twice, *first, *gone, *again)
    await lived(once, start, (2, "begun", step), (3, "finished", step), (5, "begun", step), (20, "reached", "active"))
    await lived(late, start, (5, "reached", "left"), (10, "reached", "application"), (30, "reached", "active"))
    await lived(never, (0, "reached", "active"), (5, "reached", "resting"), (6, "reached", "active"))
    async with stage.database.transaction(stage.caller) as tx:
        rows = await count_paths(tx, stage.organisation_id, now=NOW)

    counted = {
        (row["what"], row["code"]): (row["number"], row["median"], row["longest"], row["waiting"]) for row in rows
    }
    assert counted == {
        ("start", None): (4, 20, 30, 0),
        ("step", "checks"): (2, 1, 3, 1),
        ("state", "application"): (4, None, None, 0),
        ("destination", "not-said"): (2, None, None, 0),
    }
