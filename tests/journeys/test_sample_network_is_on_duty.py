"""A supporter's worry travels from one request to a decision, and to the duty desk of their organisation alone."""

import pytest

from kith_cli.demonstrating.worrying import DECISION, WORRY
from tests.journeys.a_run import ARun
from tests.matching.breaking_in import shows

pytestmark = [pytest.mark.real_kafka, pytest.mark.slow]

RAISED, ANSWERED = "concern-raised", "concern-answered"


def test_a_concern_in_each_organisation_is_told_to_the_lead_of_its_own_desk_and_to_nobody_else(the_run: ARun) -> None:
    desks = {str(one.entry.id): str(one.duty_desks[0].id) for one in the_run.network}
    concerns = {one["asked_as"]: one for one in the_run.first.seen.concerns}
    letters = {whose: [letter["recipient"] for letter in one["letters"]] for whose, one in concerns.items()}

    assert len(the_run.first.seen.concerns) == len(desks)
    assert letters == {whose: [f"duty-lead/{desk}"] for whose, desk in desks.items()}


def test_the_mailbox_of_the_lead_gets_the_letter(the_run: ARun) -> None:
    leads = {desk.body["lead"]["email"] for one in the_run.network for desk in one.duty_desks}
    others = {
        desk.body[level]["email"]
        for one in the_run.network
        for desk in one.duty_desks
        for level in ("deputy", "trustee")
    }

    written_to = [address for mail in the_run.mails for address in mail["to"]]

    planted_at = the_run.network[0].duty_desks[0].body["lead"]["email"]
    assert sorted(one for one in written_to if one in leads) == sorted([*leads, planted_at])
    assert others.isdisjoint(written_to)


def test_the_facts_say_that_it_was_raised_acknowledged_and_decided_and_not_about_whom(the_run: ARun) -> None:
    for concern in the_run.first.seen.concerns:
        told = [one for one in the_run.traces.records if one.key == concern["id"] and one.topic == "kith.matching.v1"]

        assert [one.name for one in told] == [RAISED, ANSWERED, ANSWERED]
        assert [one.body.get("answer") for one in told[1:]] == ["acknowledged", "decided"]
        assert not any(str(concern["about_id"]) in one.raw.decode() for one in told)


def test_one_worry_is_about_a_match_and_one_names_nobody(the_run: ARun) -> None:
    assert {one["about"] for one in the_run.first.seen.concerns} == {"match", None}


def test_nothing_is_open_any_more_and_a_second_run_raises_no_other(the_run: ARun) -> None:
    assert {one["decision"] for one in the_run.first.seen.concerns} == {DECISION["decision"]}
    assert the_run.second.seen.concerns == the_run.first.seen.concerns


def test_what_the_supporter_wrote_is_in_no_fact_log_or_mail(the_run: ARun) -> None:
    raws = [one.raw.decode() for one in the_run.traces.records]
    logs = [log.decode() for log in the_run.traces.logs.values()]

    assert not any(shows(one, WORRY["words"]) for one in (*raws, *logs, str(the_run.mails), the_run.said))
