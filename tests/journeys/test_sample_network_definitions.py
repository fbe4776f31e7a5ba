"""The sample network's programmes work by the definitions on which they stand, from the file to who meets whom."""

from collections import Counter

import pytest

from kith_cli.demonstrating.plans import KNOWS, plans_for
from tests.journeys.a_run import ARun

pytestmark = [pytest.mark.real_kafka, pytest.mark.slow]

FIRST_AID = "scotlands-mental-health-first-aid"
LASTS_DAYS = 36 * 30


def slugs(run: ARun) -> dict[str, str]:
    """The programmes' slugs, by id."""
    return {one.id: one.slug for one in run.first.seen.programmes}


def test_every_match_began_with_the_first_version_of_its_programmes_definition(the_run: ARun) -> None:
    matches = the_run.first.seen.matches

    assert {slugs(the_run)[one["programme_id"]] for one in matches} == {"long-term-conditions", "relative-experience"}
    assert {one["definition_version"] for one in matches} == {1}


def test_a_second_load_leaves_every_definition_at_its_first_version(the_run: ARun) -> None:
    assert [one.policy.version for one in the_run.second.seen.programmes] == [1] * 4


def test_who_lacks_what_a_definition_asks_for_is_kept_out_with_that_reason(the_run: ARun) -> None:
    kept_out = Counter((slugs(the_run)[one["programme_id"]], one["code"]) for one in the_run.first.seen.kept_out)

    assert kept_out == {
        ("long-term-conditions", "checks-out-of-date"): 1,
        ("long-term-conditions", "training-missing"): 1,
        ("dementia-peer-cafe", "training-missing"): 1,
        ("peer-listening", "training-missing"): 1,
        ("relative-experience", "checks-out-of-date"): 1,
    }


def test_nobody_who_is_kept_out_is_matched_or_listens_or_facilitates(the_run: ARun) -> None:
    seen = the_run.first.seen
    kept_out = {(one["programme_id"], one["supporter_id"]) for one in seen.kept_out}

    assert kept_out.isdisjoint((one["programme_id"], one["supporter_id"]) for one in (*seen.matches, *seen.slots))
    assert kept_out.isdisjoint((one["programme_id"], each) for one in seen.sessions for each in one["supporter_ids"])


def test_where_low_mood_is_recorded_the_supporters_training_in_mental_health_is_in_date(the_run: ARun) -> None:
    days_ago = {
        str(one.id): training["days_ago"]
        for organisation in the_run.network
        for one in organisation.supporters
        for training in one.trainings
        if training["code"] == FIRST_AID
    }
    trained = {supporter for supporter, days in days_ago.items() if days < LASTS_DAYS}
    low = {one.key for one in the_run.traces.records if "low-mood" in one.body.get("needs", ())}
    matched = [
        one["supporter_id"]
        for one in the_run.first.seen.matches
        if one["referral_id"] in low and slugs(the_run)[one["programme_id"]] == "long-term-conditions"
    ]

    assert matched
    assert set(matched) <= trained < set(days_ago)


def test_every_no_is_said_and_that_of_somebody_who_may_know_the_other_is_as_any(the_run: ARun) -> None:
    seen = the_run.first.seen
    by_id = {referral["id"]: referral for referral in seen.referrals}
    imported = [by_id[referral] for one in the_run.first.imports for referral in one.referrals]
    plans = plans_for(imported, {one.id: one.model for one in seen.programmes})
    planned = [no for plan in plans.values() for no in plan.noes]

    answered = [one.body for one in the_run.traces.records if one.name == "proposal-answered"]

    assert planned.count(KNOWS) > 1
    assert [one["answer"] for one in answered].count("no") == len(planned)
    assert len({tuple(one) for one in answered}) == 1


def test_listening_slots_are_booked_and_one_is_waited_for(the_run: ARun) -> None:
    slots = [one for one in the_run.first.seen.slots if one["times"] == "booked"]

    assert sum(one["taken"] for one in slots) == 4
    assert [one["waiting"] for one in slots if one["waiting"]] == [2]
    assert all(one["minutes"] == 45 for one in slots)


def test_a_second_run_plans_and_books_no_further_slot(the_run: ARun) -> None:
    first, second = (
        Counter({one["id"]: one["taken"] for one in run.seen.slots}) for run in (the_run.first, the_run.second)
    )

    assert first == second
    assert len(the_run.first.seen.slots) == len(the_run.second.seen.slots)
