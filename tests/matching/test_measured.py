"""What people said of whether it helps and what measures came to is counted, and what is published tells of nobody."""

from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from kith_matching.domain.instruments import INSTRUMENTS
from kith_matching.domain.measured import MeanChange, Numbers, Pair, count
from kith_matching.domain.measures_due import Asked
from kith_matching.domain.publishing import FEASIBLE, FEW, fit_to_show, parts_fit_to_show, percent_fit_to_show
from kith_matching.domain.scoring import Verdict, score
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.builders import DAY
from tests.matching.desk import Desk
from tests.matching.test_measuring import a_body, record
from tests.matching.test_tenancy import an_own_measure

PHQ_9, ONS4, LONELINESS = (INSTRUMENTS[code] for code in ("phq-9", "ons4", "ons-loneliness"))
SAID = ("helping", "no_different", "harder")


def feasible(shown: Iterable[int | None], whole: int, place: int) -> set[int]:
    """Every number that the part in this place could be, by trying all tables of small numbers."""
    shown = list(shown)
    spans = [range(1, 31) if one is None else [n for n in range(41) if fit_to_show(n) == one] for one in shown]
    return {table[place] for table in product(*spans) if fit_to_show(sum(table)) == whole}


@given(st.lists(st.integers(0, 30), min_size=2, max_size=3))
@example([1, 13, 13])
@example([3, 8, 0])
def test_no_hidden_number_is_told_by_the_others(parts: list[int]) -> None:
    shown, whole = parts_fit_to_show(parts)

    assert not any(one is not None and 0 < one <= FEW for one in [*shown, whole])
    for place, (part, one) in enumerate(zip(parts, shown, strict=True)):
        assert one in {None, fit_to_show(part)}
        if one is None and whole is not None and sum(part > 0 for part in parts) > 1:
            assert len(feasible(shown, whole, place)) >= FEASIBLE


@given(st.lists(st.integers(8, 1000), max_size=5))
def test_where_nobody_is_few_nothing_is_hidden(parts: list[int]) -> None:
    shown, whole = parts_fit_to_show(parts)

    assert (shown, whole) == ([fit_to_show(part) for part in parts], fit_to_show(sum(parts)))


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(10, 100, 10), (0, 40, 0), (3, 100, None), (8, 22, None), (23, 23, 100)]
)
def test_a_share_is_shown_of_twenty_five_or_more_and_not_of_few(part: int, whole: int, percent: int | None) -> None:
    assert percent_fit_to_show(part, whole) == percent


def of_phq_9(total: int) -> dict[str, int]:
    return {str(item): min(3, max(0, total - 3 * (item - 1))) for item in range(1, 10)}


def pairs(*totals: tuple[int, int | None]) -> list[Pair]:
    scored = [[None if one is None else score(PHQ_9, "1", of_phq_9(one)) for one in pair] for pair in totals]
    return [Pair(before, after) for before, after in scored if before is not None]


def test_who_answered_otherwise_by_more_than_the_published_index_is_counted_each_way() -> None:
    counted = count(PHQ_9, "1", Asked.PERSON, pairs((18, 12), (18, 13), (4, 10), (9, 9), (7, None)))

    assert counted.exact == Numbers(
        5,
        4,
        4,
        {
            **dict.fromkeys(Verdict, 0),
            Verdict.RELIABLE_IMPROVEMENT: 1,
            Verdict.NO_RELIABLE_CHANGE: 2,
            Verdict.RELIABLE_DETERIORATION: 1,
        },
    )
    assert counted.mean_changes == ()


def test_what_may_be_published_has_no_small_number_and_no_exact_one() -> None:
    counted = count(PHQ_9, "1", Asked.PERSON, pairs(*[(18, 6)] * 21, *[(9, 9)] * 3, *[(9, None)] * 9))

    changed: dict[Verdict, int | None] = dict.fromkeys(Verdict, 0)
    changed |= {Verdict.RELIABLE_IMPROVEMENT: 20, Verdict.NO_RELIABLE_CHANGE: None}
    assert counted.to_publish == Numbers(35, 25, 25, changed)
    assert counted.answered_again_percent == 71


def test_what_supporters_answered_is_exact_for_nobody_else() -> None:
    counted = count(PHQ_9, "1", Asked.SUPPORTER, pairs(*[(18, 6)] * 3))

    assert (counted.exact, counted.to_publish.both) == (None, None)


def test_too_few_answers_are_counted_and_not_compared() -> None:
    unfinished = Pair(score(PHQ_9, "1", of_phq_9(9)), score(PHQ_9, "1", {"1": 2}))

    exact = count(PHQ_9, "1", Asked.PERSON, [unfinished]).exact

    assert exact is not None
    assert (exact.both, exact.compared) == (1, 0)


@pytest.mark.parametrize(("people", "means"), [(9, []), (10, ["2.0"] * 4)])
def test_without_an_index_the_mean_change_of_ten_or_more_is_shown(people: int, means: list[str]) -> None:
    answers = [dict.fromkeys(("satisfied", "worthwhile", "happy", "anxious"), value) for value in (4, 6)]
    before, after = (score(ONS4, "1", one) for one in answers)

    counted = count(ONS4, "1", Asked.PERSON, [Pair(before, after)] * people)

    assert [str(one.mean) for one in counted.mean_changes] == means
    assert all(isinstance(one, MeanChange) and one.code for one in counted.mean_changes)
    assert counted.to_publish.changed is None


def test_answers_that_are_only_in_an_order_have_no_mean() -> None:
    pair = Pair(score(LONELINESS, "1", {"1": 1}), score(LONELINESS, "1", {"1": 4}))

    assert count(LONELINESS, "1", Asked.PERSON, [pair] * 30).mean_changes == ()


async def say(desk: Desk, match_id: str, *said: str) -> None:
    for one in said:
        body = {"asked_on": desk.today, "moment": "in-between", "said": one}
        assert (await desk.create(f"/matches/{match_id}/helping", body)).status_code == 201


async def counted(desk: Desk, what: str, period: str = "") -> Any:
    answer = await desk.get(f"/programmes/{desk.programme.programme_id}/{what}{period}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def moved(desk: Desk, table: str, column: str, on: date, match_id: str) -> None:
    key = "id" if table == "matches" else "match_id"
    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        await tx.execute(sa.text(f"update {table} set {column} = :on where {key} = :id"), {"on": on, "id": match_id})


async def test_of_everybody_what_they_said_last_counts_and_whether_it_was_ever_harder(desk: Desk) -> None:
    first, second, third, _ = [await desk.a_match() for _ in range(4)]
    await say(desk, first, "helping")
    await say(desk, second, "harder", "no-different")
    await say(desk, third, "helping", "harder")

    found = await counted(desk, "helping")

    assert found["exact"] == {
        "matches": 4,
        "asked": 3,
        "helping": 1,
        "no_different": 1,
        "harder": 1,
        "ever_harder": 2,
    }
    assert found["to_publish"] == dict.fromkeys(found["exact"])
    assert found["ever_harder_percent"] is None


async def test_rates_of_harder_are_there_to_be_published_where_enough_were_asked(desk: Desk) -> None:
    for said in ["harder"] * 11 + ["no-different"] * 9 + ["helping"] * 8:
        await say(desk, await desk.a_match(), said)

    found = await counted(desk, "helping")

    assert [found["exact"][one] for one in ("matches", "asked", *SAID)] == [28, 28, 8, 9, 11]
    assert [found["to_publish"][one] for one in ("matches", "asked", *SAID)] == [30, 30, 10, 10, 10]
    assert found["ever_harder_percent"] == 33


async def test_matches_that_ran_in_the_period_count_with_what_was_said_in_it(desk: Desk) -> None:
    before, during, after = [await desk.a_match() for _ in range(3)]
    day = date.fromisoformat(desk.today)
    for match_id in (before, during, after):
        await say(desk, match_id, "harder")
        await moved(desk, "matches", "made_on", day - 90 * DAY, match_id)
        await moved(desk, "helpings", "asked_on", day - 60 * DAY, match_id)
    await moved(desk, "matches", "ending = 'planned', ended_on", day - 70 * DAY, before)
    await moved(desk, "matches", "made_on", day - 10 * DAY, after)
    await say(desk, during, "helping")

    found = await counted(desk, "helping", f"?since={day - 65 * DAY}&until={day - 50 * DAY}")

    assert [found["exact"][one] for one in ("matches", "asked", *SAID)] == [1, 1, 0, 0, 1]


async def test_a_period_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    for what in ("helping", "measures"):
        answer = await desk.get(f"/programmes/{desk.programme.programme_id}/{what}?since=2026-03-02&until=2026-03-01")
        assert (answer.status_code, answer.json()["code"]) == (409, "period-reversed")


async def test_of_each_human_the_first_baseline_is_compared_with_the_last_answers_since(desk: Desk) -> None:
    day = date.fromisoformat(desk.today)
    referral = await desk.a_referral()
    await desk.a_match(referral)
    ago = [(day - days * DAY).isoformat() for days in (30, 20, 10)]
    await record(desk, referral, a_body(desk, {"1": 3, "2": 3, "3": 3}, taken_on=ago[0]))
    await record(desk, referral, a_body(desk, {}, taken_on=ago[1]))
    await record(desk, referral, a_body(desk, {"1": 2}, moment="review", taken_on=ago[1]))
    await record(desk, referral, a_body(desk, {"1": 3}, moment="ending", taken_on=ago[2]))
    await record(desk, referral, a_body(desk, of="carer"))

    carer, person = (await counted(desk, "measures"))["items"]
    earlier = (await counted(desk, "measures", f"?until={day - 25 * DAY}"))["items"]

    assert (carer["of"], carer["exact"]["baseline"], carer["exact"]["both"]) == ("carer", 1, 0)
    assert (person["of"], person["instrument"], person["version"]) == ("person", "phq-9", "1")
    assert [person["exact"][one] for one in ("baseline", "both", "compared")] == [1, 1, 1]
    assert person["exact"]["changed"]["reliable-improvement"] == 1
    assert person["to_publish"] == {
        "baseline": None,
        "both": None,
        "compared": None,
        "changed": dict.fromkeys(Verdict) | {one.value: 0 for one in Verdict if one != "reliable-improvement"},
    }
    assert earlier == []  # the match was made today


async def test_a_supporter_is_counted_once_however_many_they_support_and_only_as_published(desk: Desk) -> None:
    supporter_id = await desk.a_supporter(subject=None)
    for _ in range(2):
        proposed = await desk.a_proposal(supporter_id=supporter_id)
        where = proposed.headers["Location"]
        first = await desk.answered(where, "person", "yes", proposed.headers["ETag"])
        await desk.answered(where, "supporter", "yes", first.headers["ETag"])
    await desk.create(f"/supporters/{supporter_id}/measurements", an_own_measure(desk))

    [one] = (await counted(desk, "measures"))["items"]

    assert (one["of"], one["exact"], one["to_publish"]["baseline"]) == ("supporter", None, None)


async def test_of_somebody_who_was_erased_nothing_is_counted(desk: Desk) -> None:
    referral = await desk.a_referral()
    match_id = await desk.a_match(referral)
    await say(desk, match_id, "harder")
    await record(desk, referral, a_body(desk))

    await desk.stage.hear(a_person_erased(referral))

    assert set((await counted(desk, "helping"))["exact"].values()) == {0}
    assert (await counted(desk, "measures"))["items"] == []


async def test_nobody_but_who_organises_counts(desk: Desk, as_caller: AsCaller) -> None:
    desk.auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    for what in ("helping", "measures"):
        assert (await desk.get(f"/programmes/{desk.programme.programme_id}/{what}")).status_code == 403
