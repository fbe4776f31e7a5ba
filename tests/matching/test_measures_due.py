"""What a programme's plan asks is due on its day, told once, until it is answered or somebody would rather not."""

from collections import defaultdict
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.fact import Fact
from kith_contracts.matching import WorkFellDue
from kith_contracts.programmes.terms import MeasureAsked, ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.match import Match
from kith_matching.domain.measurement import Moment
from kith_matching.domain.measures_due import ASKED_FOR_DAYS, Asked, CarerMeant, NothingAsked, Said, Why, decline
from kith_matching.domain.refusals import InTheFuture, MatchingRefused
from kith_matching.usecases import falling_due
from kith_matching.views.holdings import list_holdings
from tests.builders import a_consent_changed, a_person_erased, a_referral_closed
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_due import Days
from tests.matching.test_measuring import a_body, record
from tests.matching.test_tenancy import an_own_measure
from tests.matching.year.days import first_tick, ticks

PLAN = ProgrammeTerms(
    definition_version=1,
    knowing_each_other="expected",
    review_weeks=6,
    length_weeks=20,
    measures=(
        MeasureAsked(instrument="phq-9", at=("baseline", "review", "ending"), weeks_after_ending=12),
        MeasureAsked(instrument="gad-7", at=("baseline",), weeks_after_ending=26),
        MeasureAsked(instrument="ucla-3", of="carer", at=("baseline", "ending")),
        MeasureAsked(instrument="ons4", of="supporter", at=("baseline", "ending")),
    ),
)
ALL_AT_FIRST = [("carer", "ucla-3"), ("person", "gad-7"), ("person", "phq-9"), ("supporter", "ons4")]
GAD_7 = {"instrument": "gad-7", "answers": {str(one): 0 for one in range(1, 8)}}
UCLA_3 = {"instrument": "ucla-3", "of": "carer", "answers": {"1": 1, "2": 1, "3": 1}}
MADE = "update matches set made_on = :on where id = :id"
REVIEWED = "update matches set review_on = :on where id = :id"
ENDS = "update matches set ends_on = :on where id = :id"
ENDED = "update matches set ended_on = :on where id = :id"


@pytest.fixture
async def desk(database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller) -> Desk:
    """Alone in the network: a timer sees all of it."""
    stage = Stage(await database_of("matching"))
    desk = await Desk(await http_of("matching", stage.database), stage, as_caller).open()
    await stage.hear(desk.programme.model_copy(update={"terms": PLAN}))
    return desk


@pytest.fixture
async def days(desk: Desk) -> Days:
    return Days(desk)


async def asked(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What is asked now of all matches, of whom, by moment."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for match in (await desk.get("/measures/due")).raise_for_status().json()["items"]:
        for one in match["asked"]:
            found[one["moment"]] += [(measure["of"], measure["instrument"]) for measure in one["measures"]]
    return dict(found)


async def on_the_worklist(desk: Desk) -> list[tuple[str, str]]:
    items = (await desk.get("/worklist")).raise_for_status().json()["items"]
    return [(one["about_id"], one["due_on"]) for one in items if one["kind"] == "ask-measures"]


async def told_at(days: Days, moment: datetime) -> list[tuple[str, date]]:
    before = await days.stage.told()
    await days.stage.raise_due(moment)
    facts = [one for one in await days.stage.told_since(before) if isinstance(one, WorkFellDue)]
    return [(str(one.about_id), one.due_on) for one in facts if one.kind == "ask-measures"]


async def end(desk: Desk, match_id: str, ending: str = "planned") -> None:
    match = await desk.get(f"/matches/{match_id}")
    ended = await desk.change(f"/matches/{match_id}/ending", {"ending": ending}, match.headers["ETag"])
    assert ended.status_code == 200, ended.text


async def decline_(desk: Desk, match_id: str, **said: str) -> Any:
    body = {"of": "person", "moment": "baseline", "declined_on": desk.today} | said
    return await desk.create(f"/matches/{match_id}/measure-declines", body)


async def met(days: Days) -> tuple[ReferralCreated, str]:
    """Two who have met for the first time today."""
    referral = await days.desk.a_referral()
    match_id = await days.desk.a_match(referral)
    await days.meet(match_id, days.today)
    return referral, match_id


async def test_a_baseline_is_asked_of_everybody_in_the_plan_from_the_first_session_on(days: Days) -> None:
    match_id = await days.desk.a_match()
    before = (await asked(days.desk), await on_the_worklist(days.desk))

    await days.meet(match_id, days.today)

    assert before == ({}, [])
    assert await asked(days.desk) == {"baseline": ALL_AT_FIRST}
    assert await on_the_worklist(days.desk) == [(match_id, days.desk.today)]
    assert [await told_at(days, days.start + n * DAY) for n in range(3)] == [[(match_id, days.today)], [], []]


@pytest.mark.parametrize(("ago", "late"), [((9,), False), ((9, 0), False), ((9, 2), True)], ids=str)
async def test_it_is_late_after_the_second_session(days: Days, ago: tuple[int, ...], *, late: bool) -> None:
    match_id = await days.desk.a_match()
    await days.change(MADE, match_id, days.today - 10 * DAY)
    for one in ago:
        await days.meet(match_id, days.today - one * DAY)

    [match] = (await days.desk.get("/measures/due")).json()["items"]

    assert [(one["due_on"], one["late"]) for one in match["asked"]] == [((days.today - ago[0] * DAY).isoformat(), late)]


async def test_what_is_answered_is_asked_no_more_and_all_that_is_answered_is_done(days: Days) -> None:
    referral, match_id = await met(days)
    supporter_id = await days.supporter_of(match_id)

    await record(days.desk, referral, a_body(days.desk))
    left = await asked(days.desk)
    for more in (GAD_7, UCLA_3):
        assert (await record(days.desk, referral, a_body(days.desk) | more)).status_code == 201
    await answer_oneself(days, supporter_id, "baseline")

    assert left == {"baseline": [one for one in ALL_AT_FIRST if one[1] != "phq-9"]}
    assert (await asked(days.desk), await on_the_worklist(days.desk)) == ({}, [])


async def answer_oneself(days: Days, supporter_id: str, moment: str) -> None:
    async with days.stage.database.transaction(days.stage.caller) as tx:
        await tx.execute(sa.text("update supporters set subject = null"))
    answer = await days.desk.create(
        f"/supporters/{supporter_id}/measurements", an_own_measure(days.desk) | {"moment": moment}
    )
    assert answer.status_code == 201, answer.text


async def test_an_answer_of_another_moment_or_instrument_or_of_somebody_else_is_none(days: Days) -> None:
    referral, _ = await met(days)
    another = await days.desk.a_referral()

    await record(days.desk, referral, a_body(days.desk, moment="review"))
    await record(days.desk, referral, a_body(days.desk, of="carer"))
    await record(days.desk, another, a_body(days.desk))

    assert await asked(days.desk) == {"baseline": ALL_AT_FIRST}


async def test_a_baseline_that_was_taken_before_the_two_met_is_asked_no_more(days: Days) -> None:
    referral = await days.desk.a_referral()
    await record(days.desk, referral, a_body(days.desk, taken_on=(days.today - 60 * DAY).isoformat()))
    match_id = await days.desk.a_match(referral)

    await days.meet(match_id, days.today)

    assert ("person", "phq-9") not in (await asked(days.desk))["baseline"]


async def review(days: Days, match_id: str) -> None:
    body = {"asked_on": days.desk.today, "moment": "review", "said": "helping"}
    assert (await days.desk.create(f"/matches/{match_id}/helping", body)).status_code == 201


async def test_a_review_asks_until_it_is_answered_also_once_it_was_held(days: Days) -> None:
    referral = await days.desk.a_referral()
    match_id = await days.desk.a_match(referral)
    await days.change(MADE, match_id, days.today - 44 * DAY)
    await days.change(REVIEWED, match_id, days.today - 2 * DAY)
    first = await told_at(days, days.start)

    await review(days, match_id)
    held = (await asked(days.desk), await on_the_worklist(days.desk))
    again = await told_at(days, days.start + DAY)
    await record(days.desk, referral, a_body(days.desk, moment="review"))

    due_on = days.today - 2 * DAY
    assert (first, again) == ([(match_id, due_on)], [])
    assert held == ({"review": [("person", "phq-9")]}, [(match_id, due_on.isoformat())])
    assert await asked(days.desk) == {}
    assert await told_at(days, days.start + 42 * DAY) == [(match_id, days.today + 42 * DAY)]


async def test_what_was_answered_at_the_last_review_answers_no_later_one(days: Days) -> None:
    referral = await days.desk.a_referral()
    match_id = await days.desk.a_match(referral)
    await days.change(REVIEWED, match_id, days.today)

    await record(days.desk, referral, a_body(days.desk, moment="review", taken_on=str(days.today - 7 * DAY)))
    before = await asked(days.desk)
    await record(days.desk, referral, a_body(days.desk, moment="review", taken_on=str(days.today - 6 * DAY)))

    assert (before, await asked(days.desk)) == ({"review": [("person", "phq-9")]}, {})


async def test_an_ending_asks_on_the_day_that_is_planned_and_once_it_has_come(days: Days) -> None:
    match_id = await days.desk.a_match()
    await days.change(ENDS, match_id, days.today + 3 * DAY)

    on = [await told_at(days, days.start + n * DAY) for n in (2, 3, 4)]
    await end(days.desk, match_id)
    ended = await asked(days.desk)

    assert on == [[], [(match_id, days.today + 3 * DAY)], []]
    assert ended == {"ending": [("carer", "ucla-3"), ("person", "phq-9"), ("supporter", "ons4")]}


@pytest.mark.parametrize("ending", ["unplanned", "did-not-suit", "did-not-take-place", "died"])
async def test_whoever_stopped_is_asked_nothing(days: Days, ending: str) -> None:
    _, match_id = await met(days)

    await end(days.desk, match_id, ending)

    assert await asked(days.desk) == {}
    assert await told_at(days, days.start + 84 * DAY) == []


async def test_so_many_weeks_after_the_ending_as_the_plan_says_it_is_asked_once_more(days: Days) -> None:
    match_id = await days.desk.a_match()
    await end(days.desk, match_id)
    await told_at(days, days.start)

    on = {n: await told_at(days, days.start + n * DAY) for n in (83, 84, 85, 181, 182, 183)}

    assert on == {
        **{n: [] for n in (83, 85, 181, 183)},
        84: [(match_id, days.today + 84 * DAY)],
        182: [(match_id, days.today + 182 * DAY)],
    }


@pytest.mark.parametrize(("days_ago", "still"), [(83, False), (84, True), (84 + ASKED_FOR_DAYS, False)])
async def test_long_after_its_day_nobody_is_asked_any_more(days: Days, days_ago: int, *, still: bool) -> None:
    match_id = await days.desk.a_match()
    await end(days.desk, match_id)
    await days.change(MADE, match_id, days.today - 400 * DAY)

    await days.change(ENDED, match_id, days.today - days_ago * DAY)

    assert await asked(days.desk) == ({"follow-up": [("person", "phq-9")]} if still else {})


async def test_what_somebody_would_rather_not_answer_is_not_asked_again_at_that_moment(days: Days) -> None:
    _, match_id = await met(days)

    declined = await decline_(days.desk, match_id)
    again = await decline_(days.desk, match_id)

    assert (declined.status_code, declined.json()["why"]) == (201, "rather-not")
    assert await asked(days.desk) == {"baseline": [("carer", "ucla-3"), ("supporter", "ons4")]}
    assert (again.status_code, again.json()["code"]) == (409, "nothing-asked")
    [kept] = (await days.desk.get(declined.headers["Location"])).json()["items"]
    assert kept == declined.json()
    await days.change(REVIEWED, match_id, days.today)
    assert (await asked(days.desk))["review"] == [("person", "phq-9")]


async def test_who_comes_without_a_carer_is_asked_for_none_at_any_moment(days: Days) -> None:
    _, match_id = await met(days)
    await decline_(days.desk, match_id, of="carer", why="no-carer")

    await days.change(ENDS, match_id, days.today)

    found = await asked(days.desk)
    assert found["ending"] == [("person", "phq-9"), ("supporter", "ons4")]
    assert "carer" not in {of for of, _ in found["baseline"]}


@pytest.mark.parametrize(
    "happened",
    [
        lambda referral: a_consent_changed(referral, state="withdrawn"),
        a_person_erased,
        lambda referral: a_referral_closed(referral, reason="died"),
    ],
    ids=["without consent", "of the erased", "of the dead"],
)
async def test_nothing_is_asked(days: Days, happened: Any) -> None:
    referral, ended = await met(days)
    await end(days.desk, ended)
    running = await days.desk.a_match(referral)
    await days.meet(running, days.today)
    before = await asked(days.desk)
    fact: Fact = happened(referral)

    await days.stage.hear(fact)

    assert set(before) == {"baseline", "ending"}
    assert (await asked(days.desk), await on_the_worklist(days.desk)) == ({}, [])
    assert [await told_at(days, days.start + n * DAY) for n in (0, 84)] == [[], []]
    assert (await decline_(days.desk, running)).status_code == 409


async def test_a_programme_without_a_plan_asks_nothing(days: Days) -> None:
    terms = ProgrammeTerms(definition_version=2, knowing_each_other="expected", length_weeks=20)
    await days.stage.hear(days.desk.programme.model_copy(update={"terms": terms}))

    await met(days)

    assert await asked(days.desk) == {}


async def test_whose_match_began_with_a_plan_is_asked_by_it_whatever_the_programme_asks_now(days: Days) -> None:
    _, match_id = await met(days)
    terms = ProgrammeTerms(definition_version=2, knowing_each_other="expected", length_weeks=20)

    await days.stage.hear(days.desk.programme.model_copy(update={"terms": terms}))

    assert await on_the_worklist(days.desk) == [(match_id, days.desk.today)]


async def test_a_supporter_who_has_left_is_asked_nothing(days: Days) -> None:
    _, match_id = await met(days)

    await days.change(
        "update supporters set state = 'left' where id = :id and :on = cast(:on as date)",
        await days.supporter_of(match_id),
        days.today,
    )

    assert "supporter" not in {of for of, _ in (await asked(days.desk))["baseline"]}


async def test_a_list_of_what_is_due_has_pages(days: Days) -> None:
    expected = {(await met(days))[1] for _ in range(3)}

    first = (await days.desk.get("/measures/due?limit=2")).json()
    then = (await days.desk.get(f"/measures/due?after={first['next']}")).json()

    assert (len(first["items"]), {one["id"] for one in first["items"] + then["items"]}) == (2, expected)


async def test_that_somebody_would_rather_not_goes_with_the_person(days: Days) -> None:
    referral, match_id = await met(days)
    await decline_(days.desk, match_id)

    async def kinds() -> set[str]:
        async with days.stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
            return {one.kind for one in held.holdings}

    before = await kinds()
    await days.stage.hear(a_person_erased(referral))

    assert ("measure-decline" in before, "measure-decline" in await kinds()) == (True, False)
    assert (await days.desk.get(f"/matches/{match_id}/measure-declines")).json()["items"] == []


async def test_over_both_changes_to_summer_time_each_is_told_once_on_its_own_civil_day(days: Days) -> None:
    pairs = {name: await days.desk.a_match() for name in ("baseline", "review", "ending", "follow-up")}
    far = date(2027, 12, 31)
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for match_id in pairs.values():
        await days.change(MADE, match_id, date(2026, 1, 2))
        await days.change(REVIEWED, match_id, far)
        await days.change(ENDS, match_id, far)
    await days.meet(pairs["baseline"], spring)
    await days.change(REVIEWED, pairs["review"], autumn)
    await days.change(ENDS, pairs["ending"], spring + DAY)
    await end(days.desk, pairs["follow-up"])
    await days.change(ENDED, pairs["follow-up"], autumn + DAY - timedelta(weeks=12))
    expected = [
        (pairs["baseline"], spring),
        (pairs["ending"], spring + DAY),
        (pairs["follow-up"], autumn + DAY - timedelta(weeks=12)),
        (pairs["review"], autumn),
        (pairs["follow-up"], autumn + DAY),
    ]

    told = []
    for moment in ticks():
        async with days.stage.database.network_transaction() as tx:
            before = set((await tx.execute(sa.text("select id from dues"))).scalars())
            await falling_due.raise_due(tx, moment)
            rows = await tx.execute(sa.text("select id, thing_id, due_on from dues where kind = 'ask-measures'"))
            told += [(str(row.thing_id), row.due_on, moment) for row in rows if row.id not in before]

    assert told == [(match_id, day, first_tick(day)) for match_id, day in expected]


A_MATCH = Match(new_id(), new_id(), new_id(), new_id(), new_id(), new_id(), made_on=TODAY, review_on=TODAY)


@given(st.sampled_from(Asked), st.sampled_from(Moment), st.sampled_from(Why), st.integers(-3, 3), st.booleans())
def test_only_what_is_asked_now_is_declined_and_never_beforehand(
    of: Asked, moment: Moment, why: Why, days_on: int, is_asked: bool
) -> None:
    said = Said(of, moment, TODAY + days_on * DAY, why)
    expected: type[MatchingRefused] | None = None
    if why is Why.NO_CARER and of is not Asked.CARER:
        expected = CarerMeant
    elif days_on > 0:
        expected = InTheFuture
    elif not is_asked:
        expected = NothingAsked

    refused: AbstractContextManager[Any] = nullcontext() if expected is None else pytest.raises(expected)
    with refused:
        declined = decline(
            A_MATCH, said, TODAY if is_asked else None, today=TODAY, decline_id=new_id(), by="tester", now=NOW
        )
        assert (declined.of, declined.moment, declined.why) == (of, moment, why)
