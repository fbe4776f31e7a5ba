"""19. Self-management, Wales: courses, goals, and one person who crosses from supported to supporter."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_members_set_goals_and_reach_them(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(19)

    path = f"/referrals/{after.ids['referral']}/measurements"
    found = after.seen_by("self-management").everything("matching", path)
    values = {one["moment"]: [int(part["value"]) for part in one["parts"]] for one in found}
    assert values == {"baseline": [2, 1], "ending": [8, 6]}


def test_who_attended_becomes_a_group_mentor_by_the_way_that_all_go(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(19)
    coordinator, path = after.seen_by("self-management"), f"/supporters/{after.ids['mentor']}"

    finished = [one["step"] for one in coordinator.read("matching", f"{path}/steps")["steps"] if one["kind"] == "step"]
    assert finished == ["selection", "training", "checks"]
    led = [
        one for one in coordinator.everything("matching", "/sessions") if after.ids["mentor"] in one["supporter_ids"]
    ]
    assert [(one["kind"], one["outcome"]) for one in led] == [("group", "happened")]


def test_her_history_is_kept_and_is_not_leaked(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(19)
    coordinator = after.seen_by("self-management")

    referral = coordinator.read("referrals", f"/referrals/{after.ids['referral']}")
    assert referral["status"] == "closed"
    mentor = coordinator.read("matching", f"/supporters/{after.ids['mentor']}")
    assert referral["person_id"] not in str(mentor)
    assert mentor["conditions"] == []


def test_in_prison_nobody_is_written_to(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(19)

    assert {who for _, who in after.messages("in_prison")} == {"referrer", "programme"}
