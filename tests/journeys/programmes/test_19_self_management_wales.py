"""19. Self-management, Wales: courses, goals, and one person who crosses from supported to supporter."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_members_set_goals_and_reach_them(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(19)

    coordinator, path = after.seen_by("self-management"), f"/referrals/{after.ids['referral']}"
    goals = coordinator.everything("matching", f"{path}/goals")
    assert [(one["code"], one["near"], one["state"]) for one in goals] == [
        ("self-management", 8, "reached"),
        ("quality-of-life", 6, "changed"),
    ]
    counted = coordinator.read("matching", f"/programmes/{after.ids['programme']}/goals")["items"]
    assert [sum(one[name] for one in counted) for name in ("set", "looked_at_again", "nearer", "reached")] == [
        2,
        2,
        2,
        1,
    ]
    found = coordinator.everything("matching", f"{path}/measurements")
    values = {one["moment"]: [int(part["value"]) for part in one["parts"]] for one in found}
    assert values == {"baseline": [2, 1], "ending": [8, 6]}


def test_the_course_is_led_by_a_trainer_who_uses_services_and_says_so(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(19)
    coordinator, trainer = after.seen_by("self-management"), after.ids["trainer"]

    held = {one["code"] for one in coordinator.everything("matching", f"/supporters/{trainer}/trainings")}
    assert "self-management-trainer" in held
    assert coordinator.read("matching", f"/supporters/{trainer}")["conditions"] == ["bipolar-disorder"]
    led = [one for one in coordinator.everything("matching", "/sessions") if one["group_id"] == after.ids["group"]]
    assert [one["supporter_ids"] for one in led] == [[trainer], [trainer]]


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
