"""Answers that are refused are kept nowhere; somebody in danger is seen all the same, and once."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.fact import Fact
from kith_contracts.matching import ConcernRaised, MeasureRecorded
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.instruments import INSTRUMENTS
from kith_matching.domain.scoring import find_risks
from tests.builders import a_consent_changed, a_person_erased, a_referral_closed
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.matching.test_measuring import a_body, concerns, record
from tests.matching.test_tenancy import a_lead, an_own_measure
from tests.servers.lengths import examples

AT_RISK = {"9": 3}
RISKY = sorted(code for code, one in INSTRUMENTS.items() if one.risk_items)
IMPORTED = {"answers": None, "imported": {"values": {"9": "3"}, "licence_holder": "Harbour Trust"}}
BEFORE: dict[str, Callable[[ReferralCreated], Fact]] = {
    "their consent is gone": lambda referral: a_consent_changed(referral, state="withdrawn"),
    "they are erased": a_person_erased,
    "the referral is closed": lambda referral: a_referral_closed(referral, reason="support-ended"),
}
"""What may have become of a referral before somebody's answers come."""


async def refused(desk: Desk, different: dict[str, Any], *, erased: bool = False) -> tuple[ReferralCreated, str]:
    """A referral, and with which code answers of its person were refused."""
    referral = await desk.a_referral()
    await desk.stage.hear(BEFORE["they are erased" if erased else "their consent is gone"](referral))
    body = a_body(desk, AT_RISK) | different
    answer = await record(desk, referral, {name: value for name, value in body.items() if value is not None})
    assert "the duty desk was told" in answer.json()["detail"]
    return referral, answer.json()["code"]


async def test_who_may_be_at_risk_is_seen_although_their_consent_is_gone(desk: Desk, as_caller: AsCaller) -> None:
    referral, code = await refused(desk, {})

    (concern,) = await concerns(desk, as_caller)
    assert (code, concern["grounds"], concern["about_id"]) == (
        "consent-withdrawn",
        "risk-item",
        str(referral.referral_id),
    )
    assert (concern["raised_by"], concern["programme_id"]) == ("tester", str(referral.programme_id))


async def test_of_refused_answers_nothing_is_kept_and_nothing_but_the_concern_is_told(
    desk: Desk, as_caller: AsCaller
) -> None:
    before = await desk.stage.told()
    referral, _ = await refused(desk, {"answers": {"9": 3, "1": 2}})

    told = [fact for fact in await desk.stage.told_since(before) if isinstance(fact, ConcernRaised | MeasureRecorded)]
    assert [type(fact) for fact in told] == [ConcernRaised]
    assert (await desk.get(f"/referrals/{referral.referral_id}/measurements")).json()["items"] == []
    (concern,) = await concerns(desk, as_caller)
    read = await desk.client.get(f"/concerns/{concern['id']}", auth=a_lead(desk, as_caller))
    assert (read.json()["words"], read.json()["decision"]) == (None, None)


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"taken_on": "2099-01-01"}, "in-the-future"),
        ({"version": "2"}, "wrong-instrument-version"),
        ({"answers": {"9": 3, "10": 0}}, "unknown-item"),
        ({"answers": {"9": 3, "1": 4}}, "answer-out-of-range"),
        ({"answers": {"9": 4}}, "answer-out-of-range"),
        (IMPORTED, "not-imported"),
    ],
    ids=str,
)
async def test_no_mistake_in_what_is_sent_hides_who_may_be_at_risk(
    desk: Desk, as_caller: AsCaller, different: dict[str, Any], code: str
) -> None:
    body = a_body(desk, AT_RISK) | different

    answer = await record(desk, await desk.a_referral(), {key: one for key, one in body.items() if one is not None})

    assert (answer.json()["code"], len(await concerns(desk, as_caller))) == (code, 1)


async def test_a_referral_that_is_not_known_here_hides_nobody(desk: Desk, as_caller: AsCaller) -> None:
    unknown = new_id()

    answer = await desk.create(f"/referrals/{unknown}/measurements", a_body(desk, AT_RISK))

    (concern,) = await concerns(desk, as_caller)
    assert (answer.status_code, concern["about_id"], concern["referral_id"]) == (404, str(unknown), None)


async def test_a_refusal_of_answers_without_a_risk_raises_nothing(desk: Desk, as_caller: AsCaller) -> None:
    answers = [
        await record(desk, await desk.a_referral(), a_body(desk, {"1": 3}, version="2")),
        await record(desk, await desk.a_referral(), a_body(desk, AT_RISK, instrument="horoscope")),
        await record(desk, await desk.a_referral(), a_body(desk, AT_RISK, instrument="gad-7")),
    ]

    assert await concerns(desk, as_caller) == []
    assert not any("duty desk" in answer.json()["detail"] for answer in answers)


async def test_the_same_refused_request_sent_again_is_told_once(desk: Desk, as_caller: AsCaller) -> None:
    path, key = f"/referrals/{(await desk.a_referral()).referral_id}/measurements", str(new_id())

    said = [await desk.create(path, a_body(desk, AT_RISK, version="2"), key) for _ in range(3)]

    assert len({answer.text for answer in said}) == 1
    assert len(await concerns(desk, as_caller)) == 1


async def test_another_request_that_is_refused_is_told_anew(desk: Desk, as_caller: AsCaller) -> None:
    referral = await desk.a_referral()

    for _ in range(2):
        await record(desk, referral, a_body(desk, AT_RISK, version="2"))

    assert len(await concerns(desk, as_caller)) == 2


async def test_a_key_that_was_used_for_somebody_else_hides_nobody(desk: Desk, as_caller: AsCaller) -> None:
    key = str(new_id())
    await desk.create(f"/referrals/{(await desk.a_referral()).referral_id}/measurements", a_body(desk), key)

    other = f"/referrals/{(await desk.a_referral()).referral_id}/measurements"
    answer = await desk.create(other, a_body(desk, AT_RISK), key)

    assert (answer.json()["code"], len(await concerns(desk, as_caller))) == ("idempotency-key-reused", 1)


async def test_once_what_was_wrong_is_put_right_the_same_key_records_the_answers(desk: Desk) -> None:
    referral, key = await desk.a_referral(), str(new_id())
    path = f"/referrals/{referral.referral_id}/measurements"
    await desk.stage.hear(a_consent_changed(referral, state="withdrawn"))
    first = await desk.create(path, a_body(desk, AT_RISK), key)
    await desk.stage.hear(a_consent_changed(referral, state="granted"))

    again = await desk.create(path, a_body(desk, AT_RISK), key)

    assert (first.status_code, again.status_code) == (409, 201)


@pytest.mark.parametrize(
    ("different", "code"),
    [({"taken_on": "2999-01-01"}, "in-the-future"), ({}, "only-the-supporter")],
    ids=["from tomorrow", "by somebody else"],
)
async def test_a_supporter_who_may_be_at_risk_is_seen_although_their_answers_are_refused(
    desk: Desk, as_caller: AsCaller, different: dict[str, Any], code: str
) -> None:
    supporter_id = await desk.a_supporter()
    body = an_own_measure(desk) | {"instrument": "core-10", "answers": {"6": 1}} | different
    if code == "in-the-future":
        desk.auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    answer = await desk.create(f"/supporters/{supporter_id}/measurements", body)

    (concern,) = await concerns(desk, as_caller)
    assert (answer.json()["code"], concern["about"], concern["about_id"]) == (code, "supporter", supporter_id)


@st.composite
def at_risk(draw: st.DrawFn) -> dict[str, Any]:
    """Answers to an instrument that asks about harm to oneself, of somebody who says more than never."""
    instrument = INSTRUMENTS[draw(st.sampled_from(RISKY))]
    answers = {
        one.code: draw(st.integers(one.least + (one.code in instrument.risk_items), one.most))
        for one in instrument.items
        if one.code in instrument.risk_items or draw(st.booleans())
    }
    return {"instrument": instrument.code, "answers": answers}


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=at_risk(),
    before=st.lists(st.sampled_from(sorted(BEFORE)), unique=True),
    different=st.fixed_dictionaries(
        {
            "version": st.sampled_from(["1", "1", "2"]),
            "of": st.sampled_from(["person", "carer"]),
            "moment": st.sampled_from(["baseline", "follow-up"]),
        }
    ),
)
async def test_whoever_says_that_they_may_harm_themself_is_seen_once_however_things_stand(
    desk: Desk, as_caller: AsCaller, said: dict[str, Any], before: list[str], different: dict[str, str]
) -> None:
    referral = await desk.a_referral()
    for happened in before:
        await desk.stage.hear(BEFORE[happened](referral))
    known = len(await concerns(desk, as_caller))

    await record(desk, referral, a_body(desk) | different | said)

    (concern,) = (await concerns(desk, as_caller))[known:]
    assert concern["about_id"] == str(referral.referral_id)


@given(said=at_risk(), more=st.dictionaries(st.text(max_size=2), st.integers(-100, 1000), max_size=3))
def test_no_answer_beside_it_hides_a_risk(said: dict[str, Any], more: dict[str, int]) -> None:
    risks = INSTRUMENTS[said["instrument"]].risk_items

    assert find_risks(said["instrument"], {**more, **said["answers"]}) == risks
