"""14. Peer tutoring: of the same age or younger, paired reading or writing, goals."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_the_tutor_is_not_younger_and_of_the_same_school(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(14)

    match = after.seen_by("school").read("matching", f"/matches/{after.ids['match']}")
    assert match["supporter_id"] == after.ids["tutor"]
    assert "✓ Ben is younger than she is, and Cy is at another school" in after.said


def test_they_read_and_write_together_towards_a_goal(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(14)

    held = after.seen_by("school").everything("matching", "/sessions")
    assert {one["minutes"] for one in held} == {30}
    assert [one["topics"] for one in held] == [["paired-reading"], ["paired-writing"], ["paired-reading"]]
    path = f"/referrals/{after.ids['referral']}/measurements"
    asked = after.seen_by("school").everything("matching", path)
    assert [(one["instrument"], one["parts"][0]["value"]) for one in asked] == [
        ("goal-based-outcomes", "2"),
        ("goal-based-outcomes", "9"),
    ]
    line = after.totals("school")
    assert [line[name] for name in ("matched", "sessions", "closed")] == [1, 3, 1]


def test_what_they_mean_to_reach_is_looked_at_together_and_reached(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(14)

    [goal] = after.seen_by("school").everything("matching", f"/referrals/{after.ids['referral']}/goals")
    assert (goal["code"], goal["near"], goal["state"]) == ("read-a-book", 9, "reached")


def test_a_tutor_who_leaves_is_replaced_and_that_one_came_after_the_other_is_kept(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(14)

    path = f"/referrals/{after.ids['referral']}/matches"
    before, now = after.seen_by("school").everything("matching", path)
    assert (before["id"], before["ending"], before["replaced"]) == (after.ids["match"], "unplanned", True)
    assert (now["id"], now["replaces"]) == (after.ids["after"], before["id"])
    assert now["supporter_id"] != before["supporter_id"]
