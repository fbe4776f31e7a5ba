"""What people answer is taken as published, read by their organisation, and seen where they may be at risk."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id, today
from kith_contracts.matching import MeasureRecorded
from kith_contracts.programmes.terms import MeasureAsked, ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.measurement import Measurement, Mode, Moment
from kith_matching.domain.occasion import Occasion, Outcome
from kith_matching.domain.referral import Channel
from kith_matching.usecases import measuring
from kith_matching.views.holdings import list_holdings
from tests.builders import a_consent_changed, a_person_erased, a_referral_closed
from tests.conftest import AsCaller
from tests.matching.builders import NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_tenancy import a_lead

A_LOW_PHQ_9 = {str(number): 0 for number in range(1, 10)}
SWEMWBS = {str(number): 3 for number in range(1, 8)}
EXPECTED = ProgrammeTerms(
    definition_version=1,
    measures=(
        MeasureAsked(instrument="phq-9", at=("baseline", "ending"), weeks_after_ending=12),
        MeasureAsked(instrument="gad-7", of="carer", at=("baseline",)),
    ),
)


def a_body(desk: Desk, answers: dict[str, int] | None = None, **different: Any) -> dict[str, Any]:
    """A PHQ-9 without trouble at the beginning, filled in on paper, unless the test says otherwise."""
    return {
        "instrument": "phq-9",
        "version": "1",
        "moment": "baseline",
        "taken_on": desk.today,
        "language": "en",
        "mode": "paper",
        "answers": A_LOW_PHQ_9 | (answers or {}),
    } | different


async def record(desk: Desk, referral: ReferralCreated, body: dict[str, Any]) -> httpx.Response:
    return await desk.create(f"/referrals/{referral.referral_id}/measurements", body)


async def measured(desk: Desk, referral: ReferralCreated, body: dict[str, Any]) -> dict[str, Any]:
    answer = await record(desk, referral, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = (await desk.get(answer.headers["Location"])).json()
    return found


async def concerns(desk: Desk, as_caller: AsCaller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.client.get("/concerns", auth=a_lead(desk, as_caller))).json()["items"]
    return found


async def test_answers_are_kept_as_they_were_given_with_what_they_come_to(desk: Desk) -> None:
    referral = await desk.a_referral()

    found = await measured(desk, referral, a_body(desk, {"1": 3, "2": 3, "3": 3, "4": 1}, helped_by=["interpreter"]))

    assert (found["total"], found["band"], found["case"]) == ("10", "moderate", True)
    assert found["answers"] == A_LOW_PHQ_9 | {"1": 3, "2": 3, "3": 3, "4": 1}
    assert (found["version"], found["language"], found["mode"], found["helped_by"]) == (
        "1",
        "en",
        "paper",
        ["interpreter"],
    )


async def test_the_answer_to_a_recording_holds_no_answers_and_no_score(desk: Desk) -> None:
    answer = await record(desk, await desk.a_referral(), a_body(desk))

    assert not {"answers", "total", "band", "case", "parts"} & answer.json().keys()


async def test_what_is_read_of_answers_is_kept_by_no_cache(desk: Desk) -> None:
    referral = await desk.a_referral()
    where = (await record(desk, referral, a_body(desk))).headers["Location"]

    for path in (where, f"/referrals/{referral.referral_id}/measurements"):
        assert (await desk.get(path)).headers["Cache-Control"] == "no-store"


async def test_with_too_few_answers_there_is_no_score_and_the_answers_are_kept(desk: Desk) -> None:
    found = await measured(desk, await desk.a_referral(), a_body(desk, answers={}) | {"answers": {"9": 2}})

    assert (found["total"], found["no_score"], found["answers"]) == (None, "too-many-missing", {"9": 2})
    assert found["risk_items"] == ["9"]


async def test_the_list_has_every_measurement_and_no_single_answer(desk: Desk) -> None:
    referral = await desk.a_referral()
    for moment in ("baseline", "review", "ending"):
        await record(desk, referral, a_body(desk, moment=moment))

    first = (await desk.get(f"/referrals/{referral.referral_id}/measurements?limit=2")).json()
    then = (await desk.get(f"/referrals/{referral.referral_id}/measurements?after={first['next']}")).json()

    assert [one["moment"] for one in first["items"] + then["items"]] == ["baseline", "review", "ending"]
    assert not any("answers" in one for one in first["items"])


async def test_a_later_measurement_says_how_it_differs_from_the_first_baseline(desk: Desk) -> None:
    referral = await desk.a_referral()
    before = await measured(desk, referral, a_body(desk, {"1": 3, "2": 3}))
    await measured(desk, referral, a_body(desk, {"1": 1}))
    other = await measured(desk, await desk.a_referral(), a_body(desk, moment="ending"))

    after = await measured(desk, referral, a_body(desk, moment="ending"))

    assert after["since_baseline"] == [{"code": None, "difference": "-6", "verdict": "reliable-improvement"}]
    assert before["since_baseline"] == other["since_baseline"] == []


@pytest.mark.parametrize("different", [{"moment": "review"}, {"taken_on": "2020-01-31"}], ids=str)
async def test_what_is_no_baseline_or_was_answered_before_it_is_compared_with_nothing(
    desk: Desk, different: dict[str, Any]
) -> None:
    referral = await desk.a_referral()
    await record(desk, referral, a_body(desk, {"1": 3}, moment=different.get("moment", "baseline")))

    found = await measured(desk, referral, a_body(desk, moment="review") | different | {"moment": "review"})

    assert found["since_baseline"] == []


async def test_a_converted_score_is_exact(desk: Desk) -> None:
    await desk.put("/instruments/swemwbs/licence", {"reference": "W-0042"})

    found = await measured(desk, await desk.a_referral(), a_body(desk, instrument="swemwbs") | {"answers": SWEMWBS})

    assert found["total"] == "19.25"


async def test_without_its_licence_an_instrument_is_not_asked(desk: Desk) -> None:
    answer = await record(desk, await desk.a_referral(), a_body(desk, instrument="swemwbs") | {"answers": SWEMWBS})

    assert (answer.status_code, answer.json()["code"]) == (409, "licence-missing")


async def test_a_licence_for_one_instrument_opens_no_other(desk: Desk) -> None:
    await desk.put("/instruments/wemwbs/licence", {"reference": "W-0042"})

    answer = await record(desk, await desk.a_referral(), a_body(desk, instrument="swemwbs") | {"answers": SWEMWBS})

    assert answer.json()["code"] == "licence-missing"


async def test_a_licence_of_one_organisation_opens_nothing_for_another(desk: Desk, as_caller: AsCaller) -> None:
    await desk.put("/instruments/swemwbs/licence", {"reference": "W-0042"})

    theirs = as_caller("coordinator", organisation_id=new_id())
    answer = await desk.client.get("/instruments/swemwbs", auth=theirs)

    assert (answer.json()["may_be_asked"], answer.json()["licence"]) == (False, None)


async def test_the_last_reference_stands(desk: Desk) -> None:
    for reference in ("W-0041", "W-0042"):
        await desk.put("/instruments/swemwbs/licence", {"reference": reference})

    shown = (await desk.get("/instruments/swemwbs")).json()

    assert (shown["may_be_asked"], shown["licence"]["reference"]) == (True, "W-0042")


@pytest.mark.parametrize("code", ["phq-9", "pam-13"])
async def test_no_licence_is_recorded_where_it_opens_nothing(desk: Desk, code: str) -> None:
    answer = await desk.put(f"/instruments/{code}/licence", {"reference": "W-0042"})

    assert (answer.status_code, answer.json()["code"]) == (409, "no-licence-needed")


async def test_the_words_of_items_are_shown_where_anybody_may_print_them(desk: Desk) -> None:
    await desk.put("/instruments/swemwbs/licence", {"reference": "W-0042"})
    listed = (await desk.get("/instruments")).json()["instruments"]

    shown = {one["code"]: (await desk.get(f"/instruments/{one['code']}")).json() for one in listed}

    worded = {code for code, one in shown.items() if any(item["text"] for item in one["items"])}
    assert worded == {one["code"] for one in listed if one["item_text"] == "embedded"}
    assert {"phq-9", "core-10", "ons4"} <= worded


async def test_an_imported_score_is_kept_with_who_reckoned_it(desk: Desk) -> None:
    imported = {"values": {"index": "0.736", "vas": 80}, "licence_holder": "Harbour Trust"}
    body = a_body(desk, instrument="eq-5d-5l", version="england-2018", answers=None, imported=imported)
    del body["answers"]

    found = await measured(desk, await desk.a_referral(), body)

    assert [(one["code"], one["value"]) for one in found["parts"]] == [("index", "0.736"), ("vas", "80")]
    assert (found["version"], found["licence_holder"], found["answers"]) == ("england-2018", "Harbour Trust", None)


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({"version": "2"}, (409, "wrong-instrument-version")),
        ({"instrument": "horoscope"}, (404, "instrument-not-found")),
        ({"answers": {"10": 0}}, (409, "unknown-item")),
        ({"answers": {"1": 4}}, (409, "answer-out-of-range")),
        ({"instrument": "pam-13"}, (409, "only-imported")),
        ({"taken_on": "2099-01-01"}, (409, "in-the-future")),
        ({"answers": {}}, (422, "request-invalid")),
        ({"answers": {"1": "3"}}, (422, "request-invalid")),
        ({"answers": {"1": 1.5}}, (422, "request-invalid")),
        ({"answers": None}, (422, "request-invalid")),
    ],
    ids=str,
)
async def test_it_is_refused(desk: Desk, different: dict[str, Any], refusal: tuple[int, str]) -> None:
    answer = await record(desk, await desk.a_referral(), a_body(desk) | different)

    assert (answer.status_code, answer.json()["code"]) == refusal


async def test_a_score_of_what_is_scored_here_is_not_imported(desk: Desk) -> None:
    body = a_body(desk, imported={"values": {"1": 3}, "licence_holder": "Harbour Trust"})
    del body["answers"]

    answer = await record(desk, await desk.a_referral(), body)

    assert (answer.status_code, answer.json()["code"]) == (409, "not-imported")


async def test_nobody_is_measured_once_their_consent_is_gone(desk: Desk) -> None:
    referral = await desk.a_referral()
    await desk.stage.hear(a_consent_changed(referral, state="withdrawn"))

    answer = await record(desk, referral, a_body(desk))

    assert (answer.status_code, answer.json()["code"]) == (409, "consent-withdrawn")


async def test_after_a_referral_closed_its_ending_is_still_measured(desk: Desk) -> None:
    referral = await desk.a_referral()
    await desk.stage.hear(a_referral_closed(referral, reason="support-ended"))

    assert (await record(desk, referral, a_body(desk, moment="follow-up"))).status_code == 201


async def met(desk: Desk, referral: ReferralCreated, day: date) -> None:
    body = {
        "kind": "group",
        "group_id": str(new_id()),
        "programme_id": str(desk.programme.programme_id),
        "held_on": day.isoformat(),
        "minutes": 60,
        "channel": "in-person",
        "attended_referral_ids": [str(referral.referral_id)],
    }
    assert (await desk.create("/sessions", body)).status_code == 201


@pytest.mark.parametrize(
    ("moment", "days_ago", "late"),
    [
        ("baseline", (9, 2), True),
        ("baseline", (9, 0), False),  # on the day of the second, which may have been before it
        ("baseline", (9,), False),
        ("review", (9, 2), False),
    ],
)
async def test_a_baseline_after_the_second_session_is_late(
    desk: Desk, moment: str, days_ago: tuple[int, ...], *, late: bool
) -> None:
    referral = await desk.a_referral()
    for ago in days_ago:
        await met(desk, referral, date.fromisoformat(desk.today) - timedelta(days=ago))

    found = await measured(desk, referral, a_body(desk, moment=moment))

    assert found["late"] is late


@pytest.mark.parametrize(("second", "late"), [(Outcome.HAPPENED, True), (Outcome.DID_NOT_HAPPEN, False)])
async def test_what_did_not_happen_makes_no_baseline_late(stage: Stage, second: Outcome, *, late: bool) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))
    for outcome in (Outcome.HAPPENED, second, Outcome.CANCELLED):
        minutes = 45 if outcome is Outcome.HAPPENED else 0
        await stage.hold(match, Occasion(TODAY, outcome, minutes, Channel.TELEPHONE, ()))
    the_day_after = NOW + timedelta(days=1)
    baseline = Measurement(
        id=new_id(),
        referral_id=referral.referral_id,
        programme_id=programme.programme_id,
        organisation_id=stage.organisation_id,
        instrument="phq-9",
        version="1",
        moment=Moment.BASELINE,
        taken_on=today(the_day_after),
        language="en",
        mode=Mode.PAPER,
        helped_by=(),
        recorded_at=the_day_after,
        recorded_by="tester",
        answers=A_LOW_PHQ_9,
    )

    async with stage.database.transaction(stage.caller) as tx:
        locked = await measuring.get_referral(tx, referral.referral_id)
        kept = await measuring.record_measurement(tx, baseline, locked, now=the_day_after)

    assert kept.late is late


@pytest.mark.parametrize(
    ("different", "planned"),
    [
        ({}, True),
        ({"moment": "ending"}, True),
        ({"moment": "follow-up"}, True),
        ({"moment": "review"}, False),
        ({"instrument": "gad-7", "answers": {"1": 0}}, False),  # asked of carers
        ({"instrument": "gad-7", "of": "carer", "answers": {"1": 0}}, True),
        ({"of": "carer"}, False),  # asked of the person
        ({"instrument": "ons-loneliness", "answers": {"1": 1}}, False),
    ],
    ids=str,
)
async def test_a_measurement_says_whether_the_programmes_plan_asks_for_it(
    desk: Desk, different: dict[str, Any], *, planned: bool
) -> None:
    await desk.stage.hear(desk.programme.model_copy(update={"terms": EXPECTED}))

    found = await measured(desk, await desk.a_referral(), a_body(desk) | different)

    assert found["planned"] is planned


async def test_a_risk_item_raises_a_concern_whatever_the_total_and_others_raise_none(
    desk: Desk, as_caller: AsCaller
) -> None:
    referral = await desk.a_referral()
    await record(desk, referral, a_body(desk))
    none = await concerns(desk, as_caller)

    recorded = (await record(desk, referral, a_body(desk, {"9": 1}))).json()

    assert (none, recorded["risk_items"]) == ([], ["9"])
    (concern,) = await concerns(desk, as_caller)
    assert (concern["grounds"], concern["about_id"]) == ("risk-item", str(referral.referral_id))
    assert (concern["raised_by"], concern["programme_id"]) == (None, str(referral.programme_id))


async def test_nothing_of_what_somebody_answered_is_left_once_they_are_erased(desk: Desk) -> None:
    referral, other = await desk.a_referral(), await desk.a_referral()
    body, key = a_body(desk, {"9": 1}), str(new_id())
    path = f"/referrals/{referral.referral_id}/measurements"
    recorded = (await desk.create(path, body, key)).json()
    await record(desk, other, body)

    await desk.stage.hear(a_person_erased(referral))

    assert (await desk.get(f"/measurements/{recorded['id']}")).status_code == 404
    again = await desk.create(path, body, key)
    assert again.json()["code"] == "person-erased"
    async with desk.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
    assert "measurement" not in {one.kind for one in held.holdings}


async def test_what_is_held_about_somebody_has_their_answers(desk: Desk) -> None:
    referral = await desk.a_referral()
    await record(desk, referral, a_body(desk, {"9": 1}))

    async with desk.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])

    (one,) = [one for one in held.holdings if one.kind == "measurement"]
    assert one.says["answers"]["9"] == 1
    assert not {"recorded_by", "acknowledged_by"} & one.says.keys()


async def told_of(desk: Desk, answers: dict[str, int]) -> dict[str, Any]:
    before = await desk.stage.told()
    await record(desk, await desk.a_referral(), a_body(desk) | {"answers": answers})
    (fact,) = [fact for fact in await desk.stage.told_since(before) if isinstance(fact, MeasureRecorded)]
    return fact.model_dump(mode="json")


async def test_that_somebody_was_measured_is_told_the_same_however_they_are(desk: Desk) -> None:
    well, unwell = [await told_of(desk, dict.fromkeys(A_LOW_PHQ_9, answer)) for answer in (0, 3)]

    ids = {"measurement_id", "referral_id"}
    assert {name for name in well if well[name] != unwell[name]} == ids
    assert {name: value for name, value in well.items() if not name.endswith("_id")} == {
        "instrument": "phq-9",
        "instrument_version": "1",
        "moment": "baseline",
        "taken_on": desk.today,
        "late": False,
        "scored": True,
        "of": "person",
    }


async def test_that_too_little_was_answered_for_a_score_is_told(desk: Desk) -> None:
    assert (await told_of(desk, {"1": 0}))["scored"] is False


async def test_what_was_refused_is_not_told(desk: Desk) -> None:
    referral = await desk.a_referral()
    before = await desk.stage.told()

    await record(desk, referral, a_body(desk, version="2"))

    assert await desk.stage.told_since(before) == []
