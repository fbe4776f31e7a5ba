"""A round can be held again to the same answer, as long as what it looked at is kept."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_matching.domain.replay import ERASED, KEPT_FOR, InputNotKept, Kept, Solved, compare
from kith_matching.domain.round import WaitingList
from kith_matching.domain.supporter import Load
from kith_matching.solving import Problem, Solver
from kith_matching.solving.holding import digest_of, helpful_of, hold, replay
from kith_matching.solving.keeping import LAYOUT, pack, unpack
from kith_matching.timers import TIMERS
from tests.builders import a_person_erased
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY, NOW, TODAY, a_programme, a_referral, a_supporter
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_rounds import held
from tests.matching.test_solving import rounds

KEPT_ROUNDS = sa.text("select round_id from round_inputs")


def kept(problem: Problem, chosen: Any) -> Kept:
    """As ``a_round`` of the solver's tests names people and supporters."""
    people = [UUID(int=1 + at) for at in range(problem.people)]
    return Kept(LAYOUT, people, [UUID(int=1001 + at) for at in range(problem.supporters)], pack(problem, chosen))


@given(problem=rounds(), data=st.data())
def test_what_is_kept_of_a_round_is_all_that_it_looked_at(problem: Problem, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, max(0, problem.pairs - 1)), unique=True)) if problem.pairs else []
    chosen = np.array(sorted(numbers), np.int64)

    again, chosen_again = unpack(kept(problem, chosen))

    assert digest_of(again) == digest_of(problem)
    assert chosen_again.tolist() == chosen.tolist()


def test_what_a_later_release_kept_in_another_way_is_not_read() -> None:
    _, _, input_, _ = hold(a_list(), round_id=new_id(), now=NOW, today=TODAY)

    with pytest.raises(InputNotKept):
        unpack(replace(input_, layout=LAYOUT + 1))


def a_list(places: int = 2) -> WaitingList:
    """Five people of whom nobody differs, and one supporter: only ties say who is picked."""
    programme = a_programme()
    people = [a_referral(programme) for _ in range(5)]
    return WaitingList(programme, people, [(a_supporter(programme, capacity=places), Load())], frozenset())


@pytest.mark.parametrize("solver", [None, *Solver])
def test_a_round_comes_out_the_same_by_either_library(solver: Solver | None) -> None:
    round_, _, input_, _ = hold(a_list(), round_id=new_id(), now=NOW, today=TODAY)

    again = replay(round_, input_, solver)

    assert (again.same, again.digest_agrees, again.erased) == (True, True, 0)
    assert (again.then.objective, again.then.solver) == (round_.objective, round_.solver)
    assert again.now.solver.startswith(solver or Solver.FLOW)


def test_a_round_that_is_not_what_was_kept_is_not_the_same() -> None:
    round_, _, _, _ = hold(a_list(), round_id=new_id(), now=NOW, today=TODAY)
    _, _, another, _ = hold(a_list(places=1), round_id=new_id(), now=NOW, today=TODAY)

    again = replay(round_, another, None)

    assert (again.same, again.digest_agrees) == (False, False)


@pytest.mark.parametrize(("same_pairs", "objective"), [(False, 0), (True, 1)])
def test_other_pairs_or_another_worth_are_not_the_same(*, same_pairs: bool, objective: int) -> None:
    round_, _, _, _ = hold(a_list(), round_id=new_id(), now=NOW, today=TODAY)
    now = Solved(round_.objective + objective, round_.solver, round_.digest)

    assert not compare(round_, now, same_pairs=same_pairs, erased=0).same


def test_once_somebody_is_erased_the_worth_can_be_checked_and_the_digest_cannot() -> None:
    round_, _, input_, _ = hold(a_list(), round_id=new_id(), now=NOW, today=TODAY)

    again = replay(round_, replace(input_, referral_ids=[ERASED, *input_.referral_ids[1:]]), None)

    assert (again.digest_agrees, again.erased, again.now.objective) == (None, 1, round_.objective)


def test_who_found_nobody_in_a_round_is_counted_by_what_is_remembered_of_them() -> None:
    given = a_list()
    _, left, input_, _ = hold(given, round_id=new_id(), now=NOW, today=TODAY)
    forgotten = next(one.id for one in given.people if one.id not in left.supporters)

    found = helpful_of(input_, {one.id: one for one in given.people if one.id != forgotten}, most=10)

    assert found.unmatched == 2
    assert [(one.supporter_id, one.points) for one in found.places] == list(left.prices.items())
    assert {(one.code, one.nobody, one.lost_out) for one in found.wanted} == {
        ("en", 0, 2),
        ("G12", 0, 2),
        ("type-2-diabetes", 0, 2),
    }


async def test_a_coordinator_sees_a_round_again_and_what_it_says(desk: Desk) -> None:
    supporter_id = await desk.a_supporter(capacity=1)
    referrals = [await desk.a_referral() for _ in range(2)]
    polish = await desk.a_referral(language="pl")
    round_ = await held(desk)
    where = f"/rounds/{round_['id']}"

    again = (await desk.get(f"{where}/replay", params={"solver": "scipy"})).json()
    helpful = (await desk.get(f"{where}/most-helpful")).json()
    fairness = (await desk.get(f"{where}/fairness")).json()

    assert (again["same"], again["digest_agrees"], again["then"]["digest"]) == (True, True, round_["digest"])
    assert again["now"]["solver"].startswith("scipy ")
    assert [one["supporter_id"] for one in helpful["places"]] == [supporter_id]
    assert {(one["code"], one["nobody"], one["lost_out"]) for one in helpful["wanted"]} >= {("pl", 1, 0), ("en", 0, 1)}
    assert (fairness["everybody"]["people"], fairness["everybody"]["matched"], fairness["declined"]) == (3, 1, 0)
    assert [group["name"] for group in fairness["groups"]["language"]] == ["others"]
    assert fairness["not_known"] == ["ethnicity", "disability"]

    await desk.stage.hear(*(a_person_erased(one) for one in (*referrals, polish)))

    after = (await desk.get(f"{where}/replay")).json()
    assert (after["digest_agrees"], after["erased"], after["now"]["objective"]) == (None, 3, round_["objective"])
    assert (await desk.get(f"{where}/most-helpful")).json()["unmatched"] == 0


async def test_what_a_round_looked_at_is_kept_for_400_days_and_its_report_longer(database_of: DatabaseOf) -> None:
    """On a database of its own: the timer looks at the whole network."""
    stage = Stage(await database_of("matching"))
    programme = await stage.a_programme()
    round_id = await stage.hold_round(programme)
    (timer,) = [timer for timer in TIMERS if timer.name == "forget-round-inputs"]

    async def kept_at(now: Any) -> list[UUID]:
        async with stage.database.network_transaction() as tx:
            await timer.run(tx, now)
            return list((await tx.execute(KEPT_ROUNDS)).scalars())

    assert await kept_at(NOW + KEPT_FOR) == [round_id]
    assert await kept_at(NOW + KEPT_FOR + DAY) == []


async def test_without_what_it_looked_at_a_round_is_not_held_again(desk: Desk) -> None:
    round_ = await held(desk)
    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        await tx.execute(sa.text("delete from round_inputs where round_id = :id"), {"id": round_["id"]})

    for path in ("replay", "most-helpful"):
        answer = await desk.get(f"/rounds/{round_['id']}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "round-input-not-kept")
