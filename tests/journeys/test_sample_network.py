"""The sample network's referrals, from their import to delivered mail and reported totals."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from kith_cli.demonstrating.plans import GROUP, ONE_TO_ONE
from tests.journeys.a_run import ARun

pytestmark = [pytest.mark.real_kafka, pytest.mark.slow]

REFERRALS = "kith.referrals.v1"
MATCHING = "kith.matching.v1"
NOTIFICATIONS = "kith.notifications.v1"

Referral = Mapping[str, Any]


def a_referral(run: ARun, status: str, ending: str | None = None, **wanted: object) -> Referral:
    """One referral that stands so, whose match ended so; with people to write to, as far as there are any."""
    matches = {match["referral_id"]: match["ending"] for match in run.second.seen.matches}
    found = [
        one
        for one in run.second.seen.referrals
        if one["status"] == status
        and matches.get(one["id"]) == ending
        and all(one[name] == value for name, value in wanted.items())
    ]
    return max(found, key=lambda one: sorted(messages(run, one)[kind] for kind in ("person", "referrer")))


def what_became_of(run: ARun, referral: Referral) -> list[str]:
    """What matching told of a referral, but for what fell due for a coordinator meanwhile."""
    return [name for name in run.told_of(MATCHING, referral["id"]) if name != "work-fell-due"]


def messages(run: ARun, referral: Referral) -> Counter[str]:
    """How many messages were delivered to whom about a referral."""
    told = run.second.seen.messages[referral["id"]]
    return Counter(one["recipient"].partition("/")[0] for one in told if one["state"] == "delivered")


def reasons(run: ARun, referral: Referral) -> set[str]:
    """What was told to the referrer about a referral, by mail that arrived."""
    told = run.second.seen.messages[referral["id"]]
    return {
        one["reason"].partition("/")[0]
        for one in told
        if one["state"] == "delivered" and one["recipient"].startswith("referrer/")
    }


def test_every_count_agrees_with_what_another_service_says_of_the_same(the_run: ARun) -> None:
    assert [one for one in the_run.first.compared if not one.agrees] == []


def test_each_export_has_rows_that_are_rejected_and_one_that_may_be_a_duplicate(the_run: ARun) -> None:
    outcomes = [one.totals.outcomes for one in the_run.first.imports]

    assert [one["possible-duplicate"] for one in outcomes] == [1, 1, 1]
    assert all(one["rejected"] >= 5 and one["accepted"] >= 30 for one in outcomes)
    assert all(len(one.totals.codes) >= 5 for one in the_run.first.imports)


def test_every_story_that_is_planned_happens(the_run: ARun) -> None:
    happened = {one["status"] for one in the_run.first.seen.referrals}
    endings = {match["ending"] for match in the_run.first.seen.matches}

    assert happened == {
        *("submitted", "accepted", "declined", "matched", "in-support", "ended", "withdrawn", "closed"),
    }
    assert endings == {None, "planned", "moved-on", "did-not-suit", "unplanned"}
    assert len(the_run.first.seen.messages) > 3 * len(ONE_TO_ONE) + len(GROUP)


def test_a_referral_travels_from_its_import_to_a_planned_ending(the_run: ARun) -> None:
    referral = a_referral(the_run, "closed", "planned")

    assert the_run.told_of(REFERRALS, referral["id"]) == ["referral-created", "referral-decided", "referral-closed"]
    told = what_became_of(the_run, referral)
    assert told[:4] == ["match-proposed", "proposal-answered", "proposal-answered", "match-made"]
    assert set(told[4:-1]) == {"session-logged"}
    assert told[-1] == "match-ended"


def test_everybody_hears_of_it_by_mail(the_run: ARun) -> None:
    referral = a_referral(the_run, "closed", "planned")

    delivered = messages(the_run, referral)

    assert (delivered["person"], delivered["supporter"]) == (4, 1)
    assert {"referral-accepted", "match-made", "match-ended", "referral-closed"} <= reasons(the_run, referral)
    assert the_run.told_of(NOTIFICATIONS, referral["id"]) == ["message-delivered"] * delivered.total()


def test_every_message_that_was_delivered_is_a_mail_and_each_came_once(the_run: ARun) -> None:
    of_referrals, post = the_run.first.seen.message_states["delivered"], the_run.first.post

    assert len(the_run.mails) == len({mail["message_id"] for mail in the_run.mails})
    assert (post.delivered, post.repeated) == (post.caught, 0)
    assert 0 < of_referrals <= post.delivered <= len(the_run.mails)


def test_a_group_meets_and_reporting_counts_who_was_there(the_run: ARun) -> None:
    meetings = [one for one in the_run.first.seen.sessions if one["group_id"]]
    (group,) = {one["group_id"] for one in meetings}
    attended = sum(len(one["attended_referral_ids"]) for one in meetings)
    by_side = {
        line["side"]: line["sessions"]
        for line in the_run.first.seen.totals
        if line["programme_id"] == meetings[0]["programme_id"]
    }

    assert the_run.told_of(MATCHING, group) == []
    for person in {one for meeting in meetings for one in meeting["attended_referral_ids"]}:
        came = sum(person in meeting["attended_referral_ids"] for meeting in meetings)
        assert the_run.told_of(MATCHING, person).count("session-logged") == came
    assert by_side == {"owner": 3, "referrer": attended}
    assert attended > 10


def test_a_declined_referral_is_told_to_the_referrer_and_the_person_hears_it_from_a_human(the_run: ARun) -> None:
    referral = a_referral(the_run, "declined")

    assert the_run.told_of(REFERRALS, referral["id"]) == ["referral-created", "referral-decided", "referral-closed"]
    assert the_run.told_of(MATCHING, referral["id"]) == []
    assert set(messages(the_run, referral)) == {"referrer", "programme"}
    assert "referral-declined" in reasons(the_run, referral)


def test_a_withdrawal_ends_the_match_and_everybody_hears(the_run: ARun) -> None:
    referral = a_referral(the_run, "withdrawn", "unplanned")

    assert the_run.told_of(REFERRALS, referral["id"]) == ["referral-created", "referral-decided", "referral-closed"]
    assert what_became_of(the_run, referral)[-1] == "match-ended"
    assert {"match-ended", "referral-closed"} <= reasons(the_run, referral)


def test_a_person_who_no_longer_shares_the_referral_is_no_longer_supported(the_run: ARun) -> None:
    referral = a_referral(the_run, "ended", "unplanned")
    withdrawn = sum(line["sharing_withdrawn"] for line in the_run.first.seen.totals if line["side"] == "owner")

    assert the_run.told_of(REFERRALS, referral["id"])[-1] == "consent-changed"
    assert what_became_of(the_run, referral)[-1] == "match-ended"
    assert withdrawn == sum(one.name == "consent-changed" for one in the_run.traces.records) - silent(the_run)


def silent(run: ARun) -> int:
    """How many people do not want to be written to."""
    told = [one.body for one in run.traces.records if one.name == "consent-changed"]
    return sum(one["purpose"] == "contact-person" for one in told)


def test_who_does_not_want_to_be_written_to_is_not(the_run: ARun) -> None:
    quiet = {
        one.key
        for one in the_run.traces.records
        if one.name == "consent-changed" and one.body["purpose"] == "contact-person"
    }
    told = [one for referral in quiet for one in the_run.second.seen.messages[referral]]
    later = [one for one in told if not one["reason"].startswith("referral-received/")]

    assert {one["code"] for one in later if one["recipient"].startswith("person/")} == {"consent-withdrawn"}


def test_a_second_run_starts_from_what_is_there(the_run: ARun) -> None:
    assert the_run.made[1] == the_run.made[0]
    assert [one for one in the_run.second.compared if not one.agrees] == []
    assert the_run.second.seen.totals == the_run.first.seen.totals
