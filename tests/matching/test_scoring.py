"""Every published value of every instrument, and what holds for all of them."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.instrument import Instrument, ItemText, Scoring
from kith_matching.domain.instruments import INSTRUMENTS
from kith_matching.domain.refusals import MatchingRefused
from kith_matching.domain.scoring import (
    AnswerOutOfRange,
    InstrumentNotFound,
    NoScore,
    NotImported,
    OnlyImported,
    Scored,
    UnknownItem,
    Verdict,
    WrongVersion,
    change,
    counted,
    get_instrument,
    score,
    take_imported,
)

PROGRAMMES = Path(__file__).parents[2] / "deploy" / "programmes"
ASKED = [one for one in INSTRUMENTS.values() if one.scoring is not Scoring.IMPORTED]
SUMMED = [one for one in ASKED if one.scoring in {Scoring.SUM, Scoring.CONVERTED}]
SWEMWBS = (
    *("7.00", "9.51", "11.25", "12.40", "13.33", "14.08", "14.75", "15.32", "15.84", "16.36", "16.88", "17.43"),
    *("17.98", "18.59", "19.25", "19.98", "20.73", "21.54", "22.35", "23.21", "24.11", "25.03", "26.02", "27.03"),
    *("28.13", "29.31", "30.70", "32.55", "35.00"),
)
RAW_SWEMWBS = dict(zip(range(7, 36), SWEMWBS, strict=True))
BANDS = {
    "phq-9": {
        "minimal": range(5),
        "mild": range(5, 10),
        "moderate": range(10, 15),
        "moderately-severe": range(15, 20),
        "severe": range(20, 28),
    },
    "gad-7": {"minimal": range(5), "mild": range(5, 10), "moderate": range(10, 15), "severe": range(15, 22)},
    "core-10": {
        "below-cut-off": range(11),
        "mild": range(11, 15),
        "moderate": range(15, 20),
        "moderate-severe": range(20, 25),
        "severe": range(25, 41),
    },
    "ucla-3": {"not-lonely": range(3, 6), "lonely": range(6, 10)},
    "rosenberg": {"low": range(15), "not-low": range(15, 31)},
}
TOTALS = [(code, total, band) for code, bands in BANDS.items() for band, totals in bands.items() for total in totals]
CASES = {"phq-9": 10, "gad-7": 8, "core-10": 11}
REVERSED = {
    "core-10": {"2", "3"},
    "rosenberg": {"3", "5", "8", "9", "10"},
    "de-jong-gierveld-6": {"2", "3", "5"},
    "ons4": {"anxious"},
}
MAY_BE_MISSING = {"ons4": 3, "goal-based-outcomes": 2, "core-10": 1, "de-jong-gierveld-6": 1, "eq-5d-5l": 1}
RELIABLE = [("phq-9", 6), ("gad-7", 4), ("core-10", 6)]
SATISFIED = ["low"] * 5 + ["medium"] * 2 + ["high"] * 2 + ["very-high"] * 2
ANXIOUS = ["very-low"] * 2 + ["low"] * 2 + ["medium"] * 2 + ["high"] * 5


def answered(instrument: Instrument, answers: dict[str, int]) -> Scored:
    assert instrument.version is not None
    return score(instrument, instrument.version, answers)


def adding_up_to(instrument: Instrument, total: int) -> dict[str, int]:
    """Answers whose counted values add up to the total."""
    rest = total - sum(item.least for item in instrument.items)
    answers = {}
    for item in instrument.items:
        more = min(rest, item.most - item.least)
        rest -= more
        answers[item.code] = counted(item, item.least + more)
    return answers


def scored(code: str, total: int) -> Scored:
    return answered(INSTRUMENTS[code], adding_up_to(INSTRUMENTS[code], total))


def every(code: str, value: int, **different: int) -> dict[str, int]:
    own = {name.removeprefix("item_"): answer for name, answer in different.items()}
    return {item.code: value for item in INSTRUMENTS[code].items} | own


@pytest.mark.parametrize(("raw", "metric"), list(RAW_SWEMWBS.items()))
def test_a_raw_sum_of_swemwbs_is_converted_by_the_published_table(raw: int, metric: str) -> None:
    assert scored("swemwbs", raw).total == Decimal(metric)


@pytest.mark.parametrize(("code", "total", "band"), TOTALS)
def test_a_total_lies_in_its_published_band(code: str, total: int, band: str) -> None:
    found = scored(code, total)

    assert (found.total, found.band) == (Decimal(total), band)


@pytest.mark.parametrize(("code", "case_from"), list(CASES.items()))
def test_caseness_begins_at_the_published_cut_off(code: str, case_from: int) -> None:
    assert [scored(code, total).case for total in (case_from - 1, case_from)] == [False, True]


@pytest.mark.parametrize("code", sorted(INSTRUMENTS.keys() - CASES.keys()))
def test_without_a_published_cut_off_nobody_is_a_case(code: str) -> None:
    assert INSTRUMENTS[code].case_from is None


@pytest.mark.parametrize("total", range(14, 71))
def test_wemwbs_is_a_sum_without_bands(total: int) -> None:
    found = scored("wemwbs", total)

    assert (found.total, found.band) == (Decimal(total), None)


@pytest.mark.parametrize("code", INSTRUMENTS)
def test_the_items_worded_the_other_way_round_are_those_of_the_published_order(code: str) -> None:
    found = {item.code for item in INSTRUMENTS[code].items if item.reversed}

    assert found == REVERSED.get(code, set())


@pytest.mark.parametrize("code", INSTRUMENTS)
def test_as_many_items_may_be_missing_as_is_published(code: str) -> None:
    assert INSTRUMENTS[code].may_be_missing == MAY_BE_MISSING.get(code, 0)


def test_support_and_coping_take_from_core_10() -> None:
    assert answered(INSTRUMENTS["core-10"], every("core-10", 0)).total == 8
    assert answered(INSTRUMENTS["core-10"], every("core-10", 0, item_2=4, item_3=4)).total == 0


def test_who_agrees_with_all_of_rosenberg_is_in_the_middle() -> None:
    assert answered(INSTRUMENTS["rosenberg"], every("rosenberg", 3)).total == 15


@pytest.mark.parametrize("value", range(11))
def test_each_of_the_four_of_ons_is_reported_alone(value: int) -> None:
    found = answered(INSTRUMENTS["ons4"], every("ons4", value))

    assert found.total is None
    assert {part.code: (part.value, part.band) for part in found.parts} == {
        "satisfied": (Decimal(value), SATISFIED[value]),
        "worthwhile": (Decimal(value), SATISFIED[value]),
        "happy": (Decimal(value), SATISFIED[value]),
        "anxious": (Decimal(value), ANXIOUS[value]),
    }


@pytest.mark.parametrize(
    ("answer", "name"),
    [(1, "often-or-always"), (2, "some-of-the-time"), (3, "occasionally"), (4, "hardly-ever"), (5, "never")],
)
def test_loneliness_is_the_word_that_was_chosen(answer: int, name: str) -> None:
    (part,) = answered(INSTRUMENTS["ons-loneliness"], {"1": answer}).parts

    assert part.band == name


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ({"1": 1, "4": 1, "6": 1, "2": 3, "3": 3, "5": 3}, 0),
        ({"1": 2, "4": 1, "6": 1, "2": 3, "3": 3, "5": 3}, 1),
        ({"1": 3, "4": 1, "6": 1, "2": 2, "3": 3, "5": 3}, 2),
        ({"1": 3, "4": 2, "6": 1, "2": 1, "3": 3, "5": 3}, 3),
        ({"1": 3, "4": 2, "6": 3, "2": 2, "3": 3, "5": 3}, 4),
        ({"1": 2, "4": 2, "6": 2, "2": 2, "3": 2, "5": 3}, 5),
        ({"1": 3, "4": 3, "6": 3, "2": 1, "3": 1, "5": 1}, 6),
    ],
)
def test_de_jong_gierveld_counts_the_middle_answer_as_lonely_on_both_sides(answers: dict[str, int], total: int) -> None:
    names = ["not-lonely"] * 2 + ["moderately-lonely"] * 3 + ["severely-lonely"] * 2
    found = answered(INSTRUMENTS["de-jong-gierveld-6"], answers)

    assert (found.total, found.band) == (Decimal(total), names[total])


def test_of_de_jong_gierveld_one_answer_may_be_missing_but_not_in_its_subscale() -> None:
    found = answered(INSTRUMENTS["de-jong-gierveld-6"], {"1": 3, "4": 3, "2": 1, "3": 1, "5": 1})

    assert found.total == 5
    assert [(part.code, part.value) for part in found.parts] == [("social", Decimal(3))]


def test_of_core_10_one_answer_may_be_missing_and_the_mean_stands_for_it() -> None:
    answers = every("core-10", 1, item_2=4, item_3=4)
    del answers["1"]

    assert answered(INSTRUMENTS["core-10"], answers).total == Decimal("7.78")  # 7 of nine items, times ten


@pytest.mark.parametrize("instrument", ASKED, ids=lambda one: one.code)
def test_with_one_more_missing_than_is_published_there_is_no_score(instrument: Instrument) -> None:
    few = instrument.items[instrument.may_be_missing + 1 :]
    found = answered(instrument, {item.code: item.least for item in few})

    assert (found.total, found.parts, found.no_score) == (None, (), NoScore.TOO_MANY_MISSING)


def test_what_was_not_answered_of_ons4_takes_nothing_from_the_others() -> None:
    found = answered(INSTRUMENTS["ons4"], {"happy": 7})

    assert ([part.code for part in found.parts], found.missing) == (["happy"], ("satisfied", "worthwhile", "anxious"))


@pytest.mark.parametrize(("code", "item"), [("phq-9", "9"), ("core-10", "6")])
@pytest.mark.parametrize("answer", [1, 2, 3])
def test_a_risk_item_is_told_whatever_the_total(code: str, item: str, answer: int) -> None:
    low = every(code, 0, item_2=4, item_3=4) if code == "core-10" else every(code, 0)

    assert answered(INSTRUMENTS[code], low | {item: answer}).risk_items == (item,)
    assert answered(INSTRUMENTS[code], {item: answer}).risk_items == (item,)
    assert answered(INSTRUMENTS[code], low).risk_items == ()


@pytest.mark.parametrize("code", sorted(INSTRUMENTS.keys() - {"phq-9", "core-10"}))
def test_no_other_instrument_asks_about_harm(code: str) -> None:
    assert INSTRUMENTS[code].risk_items == ()


@pytest.mark.parametrize(
    ("code", "version", "answers", "refusal"),
    [
        ("phq-9", "2", every("phq-9", 0), WrongVersion),
        ("rosenberg", "10-to-40", every("rosenberg", 0), WrongVersion),
        ("phq-9", "1", every("phq-9", 0) | {"10": 0}, UnknownItem),
        ("phq-9", "1", every("phq-9", 4), AnswerOutOfRange),
        ("swemwbs", "1", every("swemwbs", 0), AnswerOutOfRange),
        ("eq-5d-5l", "england", {"vas": 80}, OnlyImported),
    ],
)
def test_answers_are_refused(code: str, version: str, answers: dict[str, int], refusal: type[MatchingRefused]) -> None:
    with pytest.raises(refusal):
        score(INSTRUMENTS[code], version, answers)


def test_what_nobody_knows_is_no_instrument() -> None:
    with pytest.raises(InstrumentNotFound):
        get_instrument("horoscope")


@pytest.mark.parametrize(
    ("value", "level"),
    [("46.9", "level-1"), ("47.0", "level-2"), ("55.1", "level-3"), ("72.3", "level-3"), ("72.4", "level-4")],
)
def test_an_imported_score_stands_as_it_came(value: str, level: str) -> None:
    (part,) = take_imported(INSTRUMENTS["pam-13"], {"score": Decimal(value)}).parts

    assert (part.value, part.band) == (Decimal(value), level)


@pytest.mark.parametrize(
    ("code", "values", "refusal"),
    [
        ("phq-9", {"1": Decimal(1)}, NotImported),
        ("recovery-star", {"mean": Decimal("10.1")}, AnswerOutOfRange),
        ("eq-5d-5l", {"mobility": Decimal(1)}, UnknownItem),
    ],
)
def test_an_imported_score_is_refused(code: str, values: dict[str, Decimal], refusal: type[MatchingRefused]) -> None:
    with pytest.raises(refusal):
        take_imported(INSTRUMENTS[code], values)


@pytest.mark.parametrize(("code", "points"), RELIABLE)
def test_a_change_is_reliable_from_the_published_index_on(code: str, points: int) -> None:
    instrument = INSTRUMENTS[code]
    verdicts = [
        change(instrument, scored(code, 12), scored(code, 12 + difference))[0].verdict
        for difference in (-points, 1 - points, points - 1, points)
    ]

    assert verdicts == [
        Verdict.RELIABLE_IMPROVEMENT,
        Verdict.NO_RELIABLE_CHANGE,
        Verdict.NO_RELIABLE_CHANGE,
        Verdict.RELIABLE_DETERIORATION,
    ]


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (26, Verdict.RELIABLE_IMPROVEMENT),  # 19.98 to 23.21
        (25, Verdict.POSSIBLE_IMPROVEMENT),  # to 22.35
        (23, Verdict.NO_RELIABLE_CHANGE),  # to 20.73
        (21, Verdict.NO_RELIABLE_CHANGE),  # to 19.25
        (20, Verdict.POSSIBLE_DETERIORATION),  # to 18.59
        (16, Verdict.RELIABLE_DETERIORATION),  # to 16.36
    ],
)
def test_a_change_of_swemwbs_is_of_metric_points_and_may_be_only_possible(after: int, verdict: Verdict) -> None:
    (found,) = change(INSTRUMENTS["swemwbs"], scored("swemwbs", 22), scored("swemwbs", after))

    assert found.verdict == verdict


def test_a_change_of_wemwbs_is_possible_from_three_points_on() -> None:
    changes = [change(INSTRUMENTS["wemwbs"], scored("wemwbs", 40), scored("wemwbs", after)) for after in (42, 43, 37)]

    assert [found.verdict for (found,) in changes] == [
        Verdict.NO_RELIABLE_CHANGE,
        Verdict.POSSIBLE_IMPROVEMENT,
        Verdict.POSSIBLE_DETERIORATION,
    ]


def test_a_change_of_wemwbs_is_never_called_reliable() -> None:
    (found,) = change(INSTRUMENTS["wemwbs"], scored("wemwbs", 14), scored("wemwbs", 70))

    assert found.verdict == Verdict.POSSIBLE_IMPROVEMENT


@pytest.mark.parametrize("code", ["ons4", "rosenberg", "ucla-3"])
def test_without_an_index_a_difference_is_only_a_difference(code: str) -> None:
    instrument = INSTRUMENTS[code]
    least, most = (answered(instrument, adding_up_to(instrument, total)) for total in (3, 9))

    assert {changed.verdict for changed in change(instrument, least, most)} == {None}


def test_of_parts_only_those_are_compared_that_both_have() -> None:
    instrument = INSTRUMENTS["ons4"]
    found = change(instrument, answered(instrument, {"happy": 3}), answered(instrument, {"happy": 5, "anxious": 1}))

    assert [(one.code, one.difference) for one in found] == [("happy", Decimal(2))]


def test_without_a_score_there_is_no_change() -> None:
    instrument = INSTRUMENTS["gad-7"]

    assert change(instrument, scored("gad-7", 8), answered(instrument, {"1": 1})) == ()


def test_every_measure_of_a_programme_in_the_sample_is_known() -> None:
    named = {
        measure["instrument"]
        for path in PROGRAMMES.glob("*.yaml")
        for measure in (yaml.safe_load(path.read_text()).get("evaluation") or {}).get("measures", ())
    }

    assert named
    assert named <= INSTRUMENTS.keys()


@pytest.mark.parametrize("instrument", list(INSTRUMENTS.values()), ids=lambda one: one.code)
def test_items_have_words_only_where_they_may_be_shown(instrument: Instrument) -> None:
    embedded = instrument.item_text is ItemText.EMBEDDED

    assert {item.text is not None for item in instrument.items} == {embedded}
    assert embedded or not (instrument.choices or instrument.instruction)


@pytest.mark.parametrize("instrument", list(INSTRUMENTS.values()), ids=lambda one: one.code)
def test_every_answer_of_a_form_with_choices_has_one(instrument: Instrument) -> None:
    spans = {item.most - item.least + 1 for item in instrument.items}

    assert not instrument.choices or spans == {len(instrument.choices)}


@st.composite
def full_answers(draw: st.DrawFn, among: list[Instrument]) -> tuple[Instrument, dict[str, int]]:
    instrument = draw(st.sampled_from(among))
    return instrument, {item.code: draw(st.integers(item.least, item.most)) for item in instrument.items}


@given(full_answers(SUMMED))
def test_a_total_stays_between_the_least_and_the_most(answers: tuple[Instrument, dict[str, int]]) -> None:
    instrument, given_ = answers
    total = answered(instrument, given_).total

    assert total is not None
    assert sum(item.least for item in instrument.items) <= total <= sum(item.most for item in instrument.items)


@given(full_answers(ASKED))
def test_an_answer_seen_from_the_other_end_twice_is_itself(answers: tuple[Instrument, dict[str, int]]) -> None:
    instrument, given_ = answers

    assert all(counted(item, counted(item, given_[item.code])) == given_[item.code] for item in instrument.items)


@given(full_answers(ASKED), st.randoms())
def test_the_order_of_answers_does_not_matter(answers: tuple[Instrument, dict[str, int]], chance: Random) -> None:
    instrument, given_ = answers
    turned = sorted(given_.items(), key=lambda _: chance.random())

    assert answered(instrument, dict(turned)) == answered(instrument, given_)


@given(full_answers(SUMMED), full_answers(SUMMED))
def test_a_change_back_is_the_change_turned_round(
    first: tuple[Instrument, dict[str, int]], second: tuple[Instrument, dict[str, int]]
) -> None:
    instrument = first[0]
    if second[0] is not instrument:
        return
    before, after = answered(instrument, first[1]), answered(instrument, second[1])

    assert change(instrument, before, after)[0].difference == -change(instrument, after, before)[0].difference


@given(full_answers(ASKED))
def test_what_somebody_answered_is_not_in_what_is_printed(answers: tuple[Instrument, dict[str, int]]) -> None:
    found = answered(*answers)

    assert "total" not in repr(found)
    assert "Decimal" not in repr(found)
