"""An allegation takes a supporter out of everything at once; others see that they rest, and no more."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.matching import ProposalAnswered, SupporterChanged
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.suspension import (
    AlreadyLifted,
    AlreadySuspended,
    BeingProposed,
    MayNotMove,
    Outcome,
    check_may_move,
    lift,
    suspend,
)
from kith_matching.usecases import proposing
from kith_matching.usecases.suspending import Seen, suspend_supporter
from tests.conftest import AsCaller
from tests.matching.builders import NOW, a_supporter
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.stage import Stage

LATER = NOW + timedelta(days=9)
WAITS_FOR_US = sa.text(
    "select exists (select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))"
)
STATES = st.sampled_from(SupporterState)


@given(STATES, STATES, st.sampled_from(Outcome))
def test_who_is_suspended_rests_until_it_is_lifted_and_is_then_where_they_were_unless_they_leave(
    before: SupporterState, to: SupporterState, outcome: Outcome
) -> None:
    supporter = a_supporter(state=before)
    suspension, state = suspend(supporter, None, "allegation", suspension_id=new_id(), now=NOW)
    allowed = to in {"resting", "left"}
    if not allowed:
        with pytest.raises(MayNotMove):
            check_may_move(suspension, to)
    else:
        check_may_move(suspension, to)
    with pytest.raises(AlreadySuspended):
        suspend(supporter, suspension, "allegation", suspension_id=new_id(), now=LATER)

    lifted, after = lift(suspension, a_supporter(state=to if allowed else state), outcome, now=LATER)

    gone = outcome == "leaves" or "left" in {before, to}
    assert state == ("left" if before == "left" else "resting")
    assert after == ("left" if gone else before)
    check_may_move(lifted, to)
    with pytest.raises(AlreadyLifted):
        lift(lifted, supporter, outcome, now=LATER)


def test_somebody_may_be_suspended_again_after_it_was_lifted() -> None:
    supporter = a_supporter()
    first, _ = suspend(supporter, None, "allegation", suspension_id=new_id(), now=NOW)
    lifted, _ = lift(first, supporter, Outcome.RETURNS, now=LATER)

    again, state = suspend(supporter, lifted, "incident", suspension_id=new_id(), now=LATER)

    assert (again.lifted_at, state) == (None, "resting")


async def test_one_action_withdraws_what_was_proposed_shows_what_runs_and_keeps_them_out(desk: Desk) -> None:
    supporter_id = await desk.a_supporter(capacity=3)
    matched = await desk.a_proposal(supporter_id=supporter_id)
    first = await desk.answered(matched.headers["Location"], "person", "yes", matched.headers["ETag"])
    match = await desk.answered(matched.headers["Location"], "supporter", "yes", first.headers["ETag"])
    proposed = await desk.a_proposal(supporter_id=supporter_id)
    other = await desk.a_proposal()
    before = await desk.stage.told()

    answer = await desk.create(f"/supporters/{supporter_id}/suspension", {"reason": "allegation"})

    assert (answer.status_code, answer.json()["running_matches"]) == (201, [match.json()["match_id"]])
    answered, changed = sorted(await desk.stage.told_since(before), key=lambda fact: type(fact).__name__)
    assert isinstance(answered, ProposalAnswered)
    assert isinstance(changed, SupporterChanged)
    assert (str(answered.proposal_id), answered.answer) == (proposed.json()["id"], "withdrawn")
    assert (str(changed.supporter_id), changed.state) == (supporter_id, "resting")
    (entry,) = (await desk.stage.on_the_record(answered.proposal_id))[-1:]
    assert (entry["action"], entry["subject"]) == ("proposal-withdrawn", "tester")
    assert (await desk.get(other.headers["Location"])).json()["state"] == "awaiting-person"
    assert (await desk.get(f"/matches/{match.json()['match_id']}")).json()["ending"] is None
    referral = await desk.a_referral()
    pair = {"referral_id": str(referral.referral_id), "supporter_id": supporter_id}
    assert (await desk.create("/proposals", pair)).json()["code"] == "supporter-not-active"
    body = a_supporter_body(desk.programme.programme_id, capacity=3)
    put = await desk.put(f"/supporters/{supporter_id}", body, '"2"')
    moved = await desk.create(
        f"/supporters/{supporter_id}/steps", {"moment": "reached", "step": "active", "on": desk.today}
    )
    assert [one.json()["code"] for one in (put, moved)] == ["supporter-may-not-move"] * 2

    where = f"/supporters/{supporter_id}/suspension/lifting"
    stale = await desk.change(where, {"outcome": "returns"}, '"7"')
    lifted = await desk.change(where, {"outcome": "returns"}, answer.headers["ETag"])

    assert (stale.status_code, lifted.status_code, lifted.json()["outcome"]) == (412, 200, "returns")
    assert (await desk.get(f"/supporters/{supporter_id}")).json()["state"] == "active"
    assert (await desk.create("/proposals", pair)).status_code == 201


async def test_nobody_else_learns_that_it_is_more_than_rest(desk: Desk, as_caller: AsCaller) -> None:
    supporter_id = await desk.a_supporter()
    await desk.create(f"/supporters/{supporter_id}/suspension", {"reason": "allegation"})
    administrator = as_caller("administrator", organisation_id=desk.stage.organisation_id)

    async def seen(path: str) -> Any:
        return await desk.client.get(path, auth=administrator)

    paths = [f"/supporters/{supporter_id}", "/supporters", f"/supporters/{supporter_id}/steps", "/supporters/paths"]
    texts = [(await seen(path)).text for path in paths]

    assert (await seen(f"/supporters/{supporter_id}/suspension")).status_code == 403
    assert not any("suspen" in text or "allegation" in text for text in texts)
    assert all("resting" in text for text in texts)


async def test_who_is_proposed_in_the_moment_of_being_suspended_is_suspended_at_the_second_try(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)

    async def suspended() -> Seen:
        async with stage.database.transaction(stage.caller) as tx:
            return await suspend_supporter(tx, supporter.id, "allegation", now=NOW)

    async with stage.database.transaction(stage.caller) as proposing_:
        proposal = await proposing.propose_pair(proposing_, referral.referral_id, supporter.id, now=NOW)
        first = asyncio.create_task(suspended())
        while not (await proposing_.execute(WAITS_FOR_US)).scalar_one():
            assert not first.done()

    with pytest.raises(BeingProposed):
        await first
    assert (await stage.proposal(proposal.id))["state"] == "awaiting-person"
    assert (await suspended()).suspension.before == "active"
    assert (await stage.proposal(proposal.id))["state"] == "withdrawn"
