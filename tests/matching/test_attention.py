"""What runs out is seen before it does, told once when it has, and counted by the same rule that stops a pair."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from kith_contracts.programmes.terms import CheckAsked as CheckTold
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.attention import SOON, Holder, Need, What, needs, ran_out
from kith_matching.domain.checks import Decision
from kith_matching.domain.quality import FEWEST, count
from kith_matching.domain.referral import Programme
from kith_matching.domain.rules import Pair, stops
from kith_matching.domain.supporter import Load, Supporter
from kith_matching.domain.terms import CheckAsked, Terms, TrainingAsked
from kith_matching.timers import TIMERS
from tests.matching.builders import (
    DAY,
    NOW,
    OTHER_ORGANISATION,
    TODAY,
    a_check,
    a_programme,
    a_referral,
    a_supporter,
    a_training,
)
from tests.matching.desk import Desk, a_check_body
from tests.matching.stage import Stage

DBS = CheckAsked("england", "dbs", "enhanced", 12)
DAYS = st.none() | st.integers(-400, 400)
TRAININGS = ("listening", "boundaries", "first-aid")


def holder(supporter: Supporter) -> Holder:
    names = ("id", "organisation_id", "programme_ids", "checks_valid_until", "checks", "trainings")
    return Holder(**{name: getattr(supporter, name) for name in names})


def known(*programmes: Programme) -> dict[UUID, Programme]:
    return {one.id: one for one in programmes}


def checked(days: Sequence[int], valid: int | None) -> dict[str, Any]:
    looked = [TODAY - (day + 400) * DAY for day in days]
    return {
        "checks": tuple(a_check(issued_on=on, looked_at_on=on) for on in looked),
        "checks_valid_until": None if valid is None else TODAY + valid * DAY,
    }


@given(days=st.lists(st.integers(-400, 400), max_size=2), valid=DAYS, defined=st.booleans(), asks=st.booleans())
def test_what_is_counted_as_checked_is_what_the_hard_rule_lets_through_and_has_not_run_out(
    days: list[int], valid: int | None, *, defined: bool, asks: bool
) -> None:
    programme = a_programme(terms=Terms(checks=(DBS,) if defined else ()), checks_required=asks)
    one = a_supporter(programme, **checked(days, valid))
    stopped = bool(stops(Pair(a_referral(programme), programme, one, Load()), TODAY))

    (counted,) = count(known(programme), [holder(one)] * FEWEST, TODAY)

    assert counted.checks_current == ((0 if stopped else 100) if defined or asks else None)
    over = ran_out(holder(one), known(programme), TODAY)
    assert all(day < TODAY for day in over)
    assert stopped or not over


@given(
    asked=st.dictionaries(st.sampled_from(TRAININGS), st.none() | st.integers(1, 24)),
    held=st.lists(st.tuples(st.sampled_from(TRAININGS), st.integers(0, 800), st.none() | st.integers(0, 800))),
)
def test_who_is_counted_as_trained_is_whom_the_hard_rule_lets_through(
    asked: dict[str, int | None], held: list[tuple[str, int, int | None]]
) -> None:
    terms = Terms(training=tuple(TrainingAsked(code, months) for code, months in asked.items()))
    programme = a_programme(terms=terms, checks_required=False)
    days = [(code, TODAY - ago * DAY, lasts) for code, ago, lasts in held]
    trainings = tuple(
        a_training(code, on, valid_until=None if lasts is None else on + lasts * DAY) for code, on, lasts in days
    )
    one = a_supporter(programme, trainings=trainings)
    stopped = bool(stops(Pair(a_referral(programme), programme, one, Load()), TODAY))

    (counted,) = count(known(programme), [holder(one)] * FEWEST, TODAY)

    assert counted.training_held == ((0 if stopped else 100) if asked else None)


@given(until=st.integers(-400, 400))
@example(until=60)
@example(until=61)
def test_what_is_not_good_for_longer_than_sixty_days_is_seen(until: int) -> None:
    programme = a_programme()
    one = a_supporter(programme, checks_valid_until=TODAY + until * DAY)

    seen = needs(holder(one), known(programme), TODAY)

    said = Need(programme.id, What.CHECKS, None, TODAY + until * DAY)
    assert seen == ((said,) if until * DAY <= SOON else ())


def test_what_was_never_recorded_is_seen_and_of_trainings_which() -> None:
    asked = (TrainingAsked("listening", 12), TrainingAsked("boundaries"), TrainingAsked("first-aid", 1))
    programme = a_programme(terms=Terms(training=asked, checks=(DBS,)))
    trainings = (a_training("listening"), a_training("first-aid"))
    awaited = a_check(decision=Decision.AWAITED, issued_on=None, looked_at_on=None)
    one = a_supporter(programme, checks=(awaited,), trainings=trainings)

    assert [(need.what, need.code, need.until) for need in needs(holder(one), known(programme), TODAY)] == [
        (What.CHECKS, None, None),
        (What.TRAINING, "boundaries", None),
        (What.TRAINING, "first-aid", TODAY + 30 * DAY),
    ]
    assert ran_out(holder(one), known(programme), TODAY) == frozenset()


def test_only_their_own_organisations_programmes_ask_anything_of_them() -> None:
    foreign = a_programme(organisation_id=OTHER_ORGANISATION)
    one = a_supporter(foreign, checks_valid_until=None)

    assert needs(holder(one), known(foreign), TODAY) == ()
    assert count(known(foreign), [holder(one)] * FEWEST, TODAY)[0].checks_current is None


async def test_a_check_that_ran_out_is_told_once_for_each_day_that_it_did(stage: Stage) -> None:
    programme = await stage.a_programme()
    over = await stage.a_supporter(programme, checks_valid_until=TODAY - DAY)
    last_day = await stage.a_supporter(programme, checks_valid_until=TODAY)
    resting = await stage.a_supporter(programme, checks_valid_until=TODAY - DAY, state="resting")

    async def told() -> list[int]:
        entries = [await stage.on_the_record(one.id) for one in (over, last_day, resting)]
        return [sum(entry["action"] == "check-ran-out" for entry in each) for each in entries]

    async def tick(days: int) -> list[int]:
        (timer,) = [timer for timer in TIMERS if timer.name == "tell-lapsed-checks"]
        async with stage.database.network_transaction() as tx:
            await timer.run(tx, NOW + days * DAY + timedelta(hours=1))
        return await told()

    assert [await tick(0), await tick(0), await tick(1), await tick(2)] == [[1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0]]


async def test_a_coordinator_sees_whose_checks_run_out(desk: Desk) -> None:
    asked = CheckTold(nation="england", body="dbs", level="enhanced", look_again_months=1)
    terms = ProgrammeTerms(definition_version=1, checks=(asked,))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    await desk.a_supporter(state="resting")
    first, second = sorted([await desk.a_supporter(), await desk.a_supporter()])
    body = a_check_body(desk.today, next_look_on=desk.today)
    await desk.create(f"/supporters/{first}/checks", body)

    page = (await desk.get("/supporters/attention", params={"limit": 1})).json()
    rest = (await desk.get("/supporters/attention", params={"after": page["next"]})).json()

    need = {"programme_id": str(desk.programme.programme_id), "what": "checks", "code": None}
    assert page["items"] == [{"id": first, "needs": [need | {"until": desk.today}]}]
    assert rest["items"] == [{"id": second, "needs": [need | {"until": None}]}]
