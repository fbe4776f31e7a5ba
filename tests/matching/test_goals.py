"""Goals: where a programme has them, by whom they are seen, and what becomes of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.components import ComponentOff
from kith_matching.domain.goal import (
    MOST_OPEN,
    BeforeItWasSet,
    Goal,
    GoalEnded,
    GoalState,
    Look,
    LookedAt,
    TooManyGoals,
    end_goal,
    look_at,
    set_goal,
)
from kith_matching.domain.refusals import InTheFuture, ReferralClosed
from kith_matching.domain.terms import Terms
from kith_matching.tables import goal_keys, goals
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.builders import DAY, ORGANISATION, TODAY, a_programme, a_referral
from tests.matching.desk import Desk

WORDS = "Walk to the shop again without counting the steps"
WITH_GOALS = Terms(components=("goals",))


def a_goal(**different: Any) -> Goal:
    """Set a week ago."""
    return replace(Goal(new_id(), new_id(), new_id(), ORGANISATION, "going-out", TODAY - 7 * DAY), **different)


def a_look(day: date = TODAY) -> Look:
    return Look(new_id(), new_id(), ORGANISATION, day, LookedAt.SESSION, 4)


def test_goals_are_set_where_the_programme_has_them_and_for_those_who_are_supported() -> None:
    programme = a_programme(terms=WITH_GOALS)
    referral = a_referral(programme)

    assert set_goal(a_goal(), programme, referral, MOST_OPEN - 1, today=TODAY)
    with pytest.raises(ComponentOff, match="goals"):
        set_goal(a_goal(), a_programme(), referral, 0, today=TODAY)
    with pytest.raises(ReferralClosed):
        set_goal(a_goal(), programme, replace(referral, closed_reason="withdrawn"), 0, today=TODAY)
    with pytest.raises(InTheFuture):
        set_goal(a_goal(set_on=TODAY + DAY), programme, referral, 0, today=TODAY)
    with pytest.raises(TooManyGoals):
        set_goal(a_goal(), programme, referral, MOST_OPEN, today=TODAY)


def look(goal: Goal, day: date) -> Any:
    return look_at(goal, a_look(day), today=TODAY)


def let_go(goal: Goal, day: date) -> Any:
    return end_goal(goal, GoalState.LET_GO, on=day, today=TODAY)


@pytest.mark.parametrize("move", [look, let_go])
@given(st.sampled_from(GoalState), st.integers(-9, 2))
def test_only_an_open_goal_is_looked_at_or_ended_and_on_a_day_since_it_was_set(
    move: Callable[[Goal, date], Any], state: GoalState, days: int
) -> None:
    day = TODAY + days * DAY
    expected = {
        GoalEnded: state is not GoalState.OPEN,
        InTheFuture: day > TODAY,
        BeforeItWasSet: day < TODAY - 7 * DAY,
    }
    wrong = next((refusal for refusal, applies in expected.items() if applies), None)

    if wrong is None:
        assert move(a_goal(state=state), day)
    else:
        with pytest.raises(wrong):
            move(a_goal(state=state), day)


class Together:
    """A person and a supporter with access of their own, and the coordinator."""

    def __init__(self, desk: Desk, as_caller: AsCaller, referral: ReferralCreated, match_id: str) -> None:
        self.desk = desk
        self.referral = referral
        self.match_id = match_id
        self.coordinator = desk.auth
        self.supporter = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")
        self.another = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="another")
        self.path = f"/referrals/{referral.referral_id}/goals"

    async def set(self, **different: Any) -> httpx.Response:
        """Set by the supporter, in the person's words."""
        self.desk.auth = self.supporter
        return await self.desk.create(
            self.path, {"code": "going-out", "words": WORDS, "set_on": self.desk.today} | different
        )

    async def look(self, goal_id: str, near: int) -> httpx.Response:
        """Looked at together."""
        body = {"looked_on": self.desk.today, "at": "session", "near": near}
        return await self.desk.create(f"/goals/{goal_id}/looks", body)

    async def read(self, goal_id: str, auth: Any) -> tuple[int, str | None]:
        """What somebody reads."""
        self.desk.auth = auth
        answer = await self.desk.get(f"/goals/{goal_id}")
        return answer.status_code, answer.json().get("words")


async def matched_where(desk: Desk, *components: str) -> tuple[ReferralCreated, str]:
    """Two who are matched in the desk's programme, which has these components; the id of their match."""
    terms = ProgrammeTerms(
        definition_version=1, models=("one-to-one",), components=components, knowing_each_other="expected"
    )
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    referral = await desk.a_referral()
    return referral, await desk.a_match(referral)


@pytest.fixture
async def together(desk: Desk, as_caller: AsCaller) -> Together:
    return Together(desk, as_caller, *await matched_where(desk, "goals"))


async def test_the_words_are_read_by_whoever_supports_the_person_and_whoever_organises_and_by_nobody_else(
    together: Together,
) -> None:
    answer = await together.set()
    goal_id = answer.json()["id"]

    assert (answer.status_code, WORDS in answer.text) == (201, False)
    assert await together.read(goal_id, together.supporter) == (200, WORDS)
    assert await together.read(goal_id, together.coordinator) == (200, WORDS)
    assert await together.read(goal_id, together.another) == (404, None)


async def test_whoever_supports_the_person_no_longer_reads_nothing_any_more(together: Together) -> None:
    goal_id = (await together.set()).json()["id"]
    together.desk.auth = together.coordinator
    await together.desk.change(f"/matches/{together.match_id}/ending", {"ending": "planned"}, '"1"')

    assert await together.read(goal_id, together.supporter) == (404, None)
    assert (await together.set()).json()["code"] == "referral-not-found"
    assert (await together.look(goal_id, 4)).json()["code"] == "goal-not-found"


async def test_words_are_kept_sealed_and_told_to_nobody(together: Together) -> None:
    before = await together.desk.stage.told()

    goal_id = UUID((await together.set()).json()["id"])

    async with together.desk.stage.database.transaction(together.desk.stage.caller) as tx:
        kept = await tx.scalar(sa.select(goals.c.sealed_words).where(goals.c.id == goal_id))
        everything = str((await tx.execute(sa.text("select * from idempotency_keys"))).all())
    assert kept is not None
    assert WORDS.encode() not in kept
    assert WORDS not in everything
    assert await together.desk.stage.told_since(before) == []


async def test_a_goal_is_shown_with_how_near_the_person_was_last(together: Together) -> None:
    goal_id = (await together.set()).json()["id"]
    for near in (2, 6, 5):
        assert (await together.look(goal_id, near)).status_code == 201

    (shown,) = (await together.desk.get(together.path)).json()["items"]
    looks = (await together.desk.get(f"/goals/{goal_id}/looks")).json()["items"]

    assert (shown["near"], shown["state"], "words" in shown) == (5, "open", False)
    assert [one["near"] for one in looks] == [2, 6, 5]


async def test_a_goal_is_ended_by_whoever_has_seen_it_and_once(together: Together) -> None:
    goal_id = (await together.set()).json()["id"]
    body = {"state": "reached", "on": together.desk.today}

    stale = await together.desk.change(f"/goals/{goal_id}/ending", body, '"7"')
    ended = await together.desk.change(f"/goals/{goal_id}/ending", body, '"1"')
    again = await together.desk.change(f"/goals/{goal_id}/ending", body, '"2"')

    assert (stale.status_code, ended.status_code, ended.json()["state"]) == (412, 200, "reached")
    assert (again.status_code, again.json()["code"]) == (409, "goal-ended")


async def test_a_programmes_goals_are_counted_by_code_and_by_what_became_of_them(together: Together) -> None:
    desk = together.desk
    made = [(await together.set(code="independence")).json()["id"] for _ in range(4)]
    await together.set(code="confidence")
    for goal_id, near in ((made[0], (2, 9)), (made[1], (5, 8, 5)), (made[2], (7, 3)), (made[3], (4,))):
        for how in near:
            await together.look(goal_id, how)
    for goal_id, state in zip(made, ("reached", "changed", "let-go"), strict=False):
        await desk.change(f"/goals/{goal_id}/ending", {"state": state, "on": desk.today}, '"1"')
    desk.auth = together.coordinator
    other = await desk.a_referral()
    await desk.create(f"/referrals/{other.referral_id}/goals", {"code": "independence", "set_on": desk.today})

    found = (await desk.get(f"/programmes/{desk.programme.programme_id}/goals")).json()["items"]

    names = ("people", "set", "open", "reached", "changed", "let_go", "looked_at_again", "nearer")
    assert {one["code"]: [one[name] for name in names] for one in found} == {
        "independence": [2, 5, 2, 1, 1, 1, 3, 1],
        "confidence": [1, 1, 1, 0, 0, 0, 0, 0],
    }


async def test_whose_goals_they_are_is_in_no_count_and_a_supporter_counts_none(together: Together) -> None:
    await together.set()
    together.desk.auth = together.coordinator
    answer = await together.desk.get(f"/programmes/{together.desk.programme.programme_id}/goals")
    together.desk.auth = together.supporter
    refused = await together.desk.get(f"/programmes/{together.desk.programme.programme_id}/goals")

    assert not [secret for secret in (str(together.referral.referral_id), WORDS) if secret in answer.text]
    assert refused.status_code == 403


async def test_where_the_programme_has_no_goals_none_is_set(desk: Desk) -> None:
    referral = await desk.a_referral()

    answer = await desk.create(f"/referrals/{referral.referral_id}/goals", {"code": "friends", "set_on": desk.today})

    assert (answer.status_code, answer.json()["code"]) == (409, "component-off")


async def test_of_ten_goals_one_is_let_go_before_another_is_set(together: Together) -> None:
    made = [await together.set() for _ in range(MOST_OPEN)]
    full = await together.set()
    body = {"state": "let-go", "on": together.desk.today}
    await together.desk.change(f"/goals/{made[0].json()['id']}/ending", body, '"1"')

    assert (full.status_code, full.json()["code"]) == (409, "too-many-goals")
    assert (await together.set()).status_code == 201


async def test_of_somebody_who_was_erased_no_goal_is_kept_and_nothing_that_opens_one(together: Together) -> None:
    goal_id = (await together.set()).json()["id"]
    await together.look(goal_id, 3)
    stage, referral = together.desk.stage, together.referral

    async def held() -> list[str]:
        async with stage.database.network_transaction() as tx:
            found = await list_holdings(tx, [referral.person_id], [referral.referral_id])
        assert not any(WORDS in str(one.says) for one in found.holdings)
        return [one.kind for one in found.holdings if one.kind.startswith("goal")]

    before = await held()
    await stage.hear(a_person_erased(referral))

    assert (before, await held()) == (["goal", "goal-look"], [])
    async with stage.database.transaction(stage.caller) as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(goal_keys)) == 0
        answers = await tx.scalars(sa.text("select location from idempotency_keys"))
        assert f"/goals/{goal_id}" not in set(answers)
