"""A training counts for as long as the programme says, and a person with low mood gets somebody who is trained."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.programmes.terms import TrainingAsked as TrainingTold
from kith_matching.domain.lasting import months_after
from kith_matching.domain.refusals import InTheFuture
from kith_matching.domain.rules import stops
from kith_matching.domain.terms import Terms, TrainingAsked
from kith_matching.domain.training import TrainingBackwards, finished, trained_until
from tests.conftest import AsCaller
from tests.matching.builders import DAY, TODAY, a_pair, a_training
from tests.matching.desk import Desk, a_training_body

LOW_MOOD: dict[str, Any] = {"rules": ("trained-for-low-mood",), "low_mood_training": ("first-aid", "asist")}


def codes(terms: Terms, *held: Any, needs: tuple[str, ...] = ()) -> list[str]:
    pair = a_pair(referral={"needs": needs}, supporter={"trainings": held}, programme={"terms": terms})
    return [stop.code for stop in stops(pair, TODAY)]


@given(st.integers(0, 2000), st.none() | st.integers(1, 60), st.none() | st.integers(0, 2000))
def test_a_training_counts_to_the_sooner_of_the_programmes_months_and_its_own_day(
    ago: int, months: int | None, own: int | None
) -> None:
    on = TODAY - ago * DAY
    held = a_training("listening", on, valid_until=on + own * DAY if own is not None else None)
    asked = TrainingAsked("listening", months)
    programme = {"terms": Terms(training=(asked,)), "checks_required": False}
    pair = a_pair(supporter={"trainings": (held,)}, programme=programme)

    until = trained_until(asked, [held])

    ends = [months_after(on, months)] if months else []
    ends += [held.valid_until] if held.valid_until else []
    assert until == min(ends, default=date.max)
    assert not stops(pair, until)
    if until < date.max:
        assert [stop.code for stop in stops(pair, until + DAY)] == ["training-missing"]


def test_every_training_that_the_programme_asks_for_is_held_and_the_refusal_names_those_that_are_not() -> None:
    asked = Terms(training=(TrainingAsked("listening"), TrainingAsked("boundaries", 12), TrainingAsked("first-aid")))
    held = (a_training("listening"), a_training("boundaries", TODAY - 400 * DAY))
    pair = a_pair(supporter={"trainings": held}, programme={"terms": asked})

    (stop,) = stops(pair, TODAY)

    assert stop.message == "Not finished, or run out: boundaries, first-aid. Record it once it is finished."


def test_one_that_is_renewed_counts_anew() -> None:
    terms = Terms(training=(TrainingAsked("listening", 12),))

    assert codes(terms, a_training("listening", TODAY - 400 * DAY), a_training("listening")) == []


def test_low_mood_asks_for_one_training_in_mental_health_in_date() -> None:
    terms = Terms(**LOW_MOOD)
    old = a_training("asist", TODAY - 400 * DAY, valid_until=TODAY - DAY)

    assert codes(terms, needs=("low-mood",)) == ["not-trained-for-low-mood"]
    assert codes(terms, old, a_training("listening"), needs=("low-mood",)) == ["not-trained-for-low-mood"]
    assert codes(terms, old, a_training("first-aid"), needs=("low-mood",)) == []


def test_low_mood_asks_for_nothing_where_it_is_not_recorded_or_the_programme_does_not_say_so() -> None:
    assert codes(Terms(**LOW_MOOD), needs=("isolation",)) == []
    assert codes(Terms(**LOW_MOOD | {"rules": ()}), needs=("low-mood",)) == []


@pytest.mark.parametrize("asked", ["training", "optional_training"])
def test_a_training_runs_out_for_low_mood_after_the_programmes_months_also_where_not_all_need_it(asked: str) -> None:
    terms = Terms(**LOW_MOOD | {asked: (TrainingAsked("asist", 12),)})

    assert "not-trained-for-low-mood" in codes(terms, a_training("asist", TODAY - 400 * DAY), needs=("low-mood",))


@pytest.mark.parametrize(
    ("on", "until", "refusal"), [(TODAY + DAY, None, InTheFuture), (TODAY, TODAY - DAY, TrainingBackwards)]
)
def test_a_training_that_cannot_have_been_so_is_refused(on: date, until: date | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        finished(a_training("listening", on, valid_until=until), TODAY)


async def test_a_supporter_is_a_candidate_once_they_are_trained(desk: Desk) -> None:
    terms = ProgrammeTerms(definition_version=1, training=(TrainingTold(code="befriending", valid_months=36),))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter()
    where = f"/referrals/{referral.referral_id}/candidates"
    done = a_training_body(desk.today, credits="NVQ Level 2", placement_weeks=2)

    before = (await desk.get(where)).json()
    recorded = await desk.create(f"/supporters/{supporter_id}/trainings", done)
    after = (await desk.get(where)).json()

    assert before["stopped_by"] == {"training-missing": 1}
    assert [one["supporter_id"] for one in after["candidates"]] == [supporter_id]
    assert (await desk.get(f"/supporters/{supporter_id}/trainings")).json()["items"] == [recorded.json()]


async def test_who_works_there_is_trained_too_and_known_by_an_opaque_id_in_their_organisation_alone(
    desk: Desk, as_caller: AsCaller
) -> None:
    recorded = await desk.create("/staff/auth0.4f1c/trainings", a_training_body(desk.today, code="making-it-happen"))
    named = await desk.create("/staff/sam@example.org/trainings", a_training_body(desk.today))
    theirs = Desk(desk.client, desk.stage.of_another_organisation(), as_caller)
    await theirs.create("/staff/auth0.4f1c/trainings", a_training_body(desk.today))

    assert (recorded.status_code, named.status_code) == (201, 422)
    assert (await desk.get("/staff/auth0.4f1c/trainings")).json()["items"] == [recorded.json()]
