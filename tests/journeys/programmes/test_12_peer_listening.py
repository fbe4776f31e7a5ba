"""12. Peer listening: trained listeners, booked or open times, and no lasting match."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_listeners_are_trained_in_the_four_counselling_skills(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(12)

    held = after.seen_by("listeners").everything("matching", f"/supporters/{after.ids['listener']}/trainings")
    terms = after.seen_by("listeners").read("referrals", f"/programmes/{after.ids['programme']}/definition")
    asked = {one["code"]: one["covers"] for one in terms["definition"]["supporters"]["training"]}
    assert "counselling-skills" in {one["code"] for one in held}
    assert asked["counselling-skills"] == [
        "active-listening",
        "verbal-and-non-verbal-communication",
        "confidentiality",
        "problem-solving",
    ]


def test_a_time_is_booked_and_given_up_and_goes_to_the_next(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(12)

    given_up, next_one = (
        after.seen_by("listeners").read("matching", f"/places/{after.ids[which]}") for which in ("given_up", "place")
    )
    slot = after.ids["slot"].rpartition("/")[2]
    assert (given_up["group_id"], given_up["state"]) == (slot, "left")
    assert (next_one["group_id"], next_one["referral_id"]) == (slot, after.ids["referral"])
    assert "✓ The time is held for Quin until an answer." in after.said


def test_open_times_are_counted_without_a_name_and_there_is_no_match(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(12)

    [contact] = after.seen_by("listeners").everything("matching", "/contacts")
    assert (contact["kind"], contact["people"]) == ("listening", 3)
    line = after.totals("listeners")
    assert [line[name] for name in ("matched", "contacts", "people_reached", "closed")] == [0, 1, 3, 2]
