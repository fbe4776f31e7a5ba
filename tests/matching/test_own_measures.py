"""What support does for those who give it: supporters answer about themselves, and what they answer is theirs."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from kith_chassis.clock import new_id
from kith_contracts.programmes.terms import MeasureAsked, ProgrammeTerms
from kith_matching.domain.measurement import Mode, Moment, OwnMeasure, since_baseline
from kith_matching.domain.scoring import get_instrument
from tests.conftest import AsCaller
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.test_tenancy import a_lead, an_own_measure

PLAN = ProgrammeTerms(
    definition_version=1,
    knowing_each_other="expected",
    measures=(
        MeasureAsked(instrument="ons4", of="supporter", at=("baseline", "ending")),
        MeasureAsked(instrument="phq-9", at=("baseline",)),
    ),
)


class Answering:
    """A supporter with access of their own, and the coordinator of their programme."""

    def __init__(self, desk: Desk, as_caller: AsCaller, supporter_id: str) -> None:
        self.desk = desk
        self.supporter_id = supporter_id
        self.path = f"/supporters/{supporter_id}/measurements"
        self.coordinator = desk.auth
        self.supporter = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    async def answer(self, who: Any, **different: Any) -> httpx.Response:
        self.desk.auth = who
        return await self.desk.create(self.path, an_own_measure(self.desk) | different)

    async def read(self, who: Any) -> list[dict[str, Any]]:
        self.desk.auth = who
        found: list[dict[str, Any]] = (await self.desk.get(self.path)).raise_for_status().json()["items"]
        return found


@pytest.fixture
async def answering(desk: Desk, as_caller: AsCaller) -> Answering:
    await desk.stage.hear(desk.programme.model_copy(update={"terms": PLAN}))
    return Answering(desk, as_caller, await desk.a_supporter())


def ons4(value: int) -> dict[str, int]:
    return dict.fromkeys(("satisfied", "worthwhile", "happy", "anxious"), value)


async def test_a_supporter_sees_what_their_answers_come_to_and_what_changed(answering: Answering) -> None:
    await answering.answer(answering.supporter, answers=ons4(5))
    last = await answering.answer(answering.supporter, answers=ons4(8), moment="ending")

    first, second = await answering.read(answering.supporter)

    assert [part["value"] for part in second["score"]["parts"]] == ["8"] * 4
    assert [one["difference"] for one in second["score"]["since_baseline"]] == ["3"] * 4
    assert first["score"]["since_baseline"] == []
    assert (last.status_code, last.json()["planned"]) == (201, True)


async def test_who_organises_sees_that_they_answered_and_nothing_of_what(answering: Answering) -> None:
    await answering.answer(answering.supporter, answers=ons4(5))

    [seen] = await answering.read(answering.coordinator)

    assert (seen["instrument"], seen["moment"], seen["score"]) == ("ons4", "baseline", None)
    assert "answers" not in seen


async def test_only_a_supporter_with_access_of_their_own_answers_for_themself(
    answering: Answering, as_caller: AsCaller
) -> None:
    refused = await answering.answer(answering.coordinator)
    another = as_caller("supporter", organisation_id=answering.desk.stage.organisation_id, subject="another")
    stranger = await answering.answer(another)
    answering.desk.auth = answering.coordinator
    without = Answering(answering.desk, as_caller, await answering.desk.a_supporter(subject=None))

    handed_in = await without.answer(answering.coordinator)

    assert (refused.json()["code"], stranger.status_code, handed_in.status_code) == ("only-the-supporter", 404, 201)
    assert [one["score"] for one in await without.read(answering.coordinator)] == [None]


async def test_the_plan_for_supporters_is_not_the_one_for_people(answering: Answering) -> None:
    phq_9 = {"instrument": "phq-9", "answers": {str(one): 0 for one in range(1, 10)}}

    unplanned = await answering.answer(answering.supporter, **phq_9)
    at_a_review = await answering.answer(answering.supporter, moment="review")

    assert [one.json()["planned"] for one in (unplanned, at_a_review)] == [False, False]


async def test_nothing_is_told_of_it_but_a_risk_item_raises_a_concern(
    answering: Answering, as_caller: AsCaller
) -> None:
    before = await answering.desk.stage.told()
    await answering.answer(answering.supporter)
    told = await answering.desk.stage.told_since(before)

    core_10 = await answering.answer(answering.supporter, instrument="core-10", answers={"6": 1})

    assert (told, core_10.status_code) == ([], 201)
    answering.desk.auth = a_lead(answering.desk, as_caller)
    [concern] = (await answering.desk.get("/concerns")).json()["items"]
    assert (concern["grounds"], concern["about"], concern["about_id"]) == (
        "risk-item",
        "supporter",
        answering.supporter_id,
    )


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"taken_on": "2999-01-01"}, "in-the-future"),
        ({"instrument": "swemwbs", "answers": {str(one): 3 for one in range(1, 8)}}, "licence-missing"),
        ({"instrument": "no-such-thing"}, "instrument-not-found"),
    ],
)
async def test_what_could_not_be_answered_is_refused(
    answering: Answering, different: dict[str, Any], code: str
) -> None:
    assert (await answering.answer(answering.supporter, **different)).json()["code"] == code


def a_measure(value: int, **different: Any) -> OwnMeasure:
    usual: dict[str, Any] = {
        "id": new_id(),
        "supporter_id": UUID(int=1),
        "programme_id": UUID(int=2),
        "organisation_id": UUID(int=3),
        "instrument": "ons4",
        "version": "1",
        "moment": Moment.BASELINE,
        "taken_on": TODAY,
        "language": "en",
        "mode": Mode.PAPER,
        "helped_by": (),
        "recorded_at": NOW,
        "recorded_by": "a-supporter",
        "answers": ons4(value),
    }
    return OwnMeasure(**usual | different)


def test_a_change_is_reckoned_from_the_first_baseline_that_was_there_by_then() -> None:
    first, second = a_measure(2, taken_on=TODAY - 9 * DAY), a_measure(4, taken_on=TODAY - 5 * DAY)
    elsewhere = a_measure(0, taken_on=TODAY - 20 * DAY, version="2")
    later, ending = a_measure(9, taken_on=TODAY + DAY), a_measure(7, moment=Moment.ENDING)
    early = a_measure(7, moment=Moment.REVIEW, taken_on=TODAY - 10 * DAY)
    all_, ons4_ = [later, second, elsewhere, first, ending, early], get_instrument("ons4")

    assert [one.difference for one in since_baseline(all_, ending, ons4_)] == [5] * 4
    assert [one.difference for one in since_baseline(all_, second, ons4_)] == [2] * 4
    assert since_baseline(all_, first, ons4_) == since_baseline(all_, early, ons4_) == ()
