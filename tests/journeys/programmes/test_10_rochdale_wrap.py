"""10. Rochdale WRAP: the pyramid, training, supervision, a log, and a stepping-stone to other things."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_groups_at_the_base_are_left_alone_and_counted_by_heads(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(10)

    line = after.totals("wrap", "base")
    assert [line[name] for name in ("received", "sessions", "people_reached")] == [0, 0, 12]


def test_a_few_are_trained_and_inducted_and_support_one_person_at_a_time(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(10)

    path = f"/supporters/{after.ids['worker']}"
    steps = after.seen_by("wrap").read("matching", f"{path}/steps")["steps"]
    assert [one["step"] for one in steps if one["kind"] == "step" and one["finished_on"]] == [
        "selection",
        "training",
        "checks",
        "occupational-health",
        "human-resources",
        "professional-advisory-committee",
        "acceptance-by-ward",
    ]
    trainings = after.seen_by("wrap").everything("matching", f"{path}/trainings")
    assert {one["code"] for one in trainings} == {"wrap", "peer-support"}
    assert after.totals("wrap")["matched"] == 1


def test_everything_is_logged_and_somebody_is_there_to_sound_off_to(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(10)

    logged = after.seen_by("wrap").everything("matching", "/sessions")
    assert [one["topics"] for one in logged] == [["coping", "going-back-to-work"]] * 2
    path = f"/supporters/{after.ids['worker']}"
    assert len(after.seen_by("wrap").everything("matching", f"{path}/supervisions")) == 1
    assert len(after.seen_by("wrap").everything("matching", f"{path}/calls")) == 1


def test_it_is_a_stepping_stone_to_other_things(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(10)

    assert after.seen_by("wrap").read("matching", "/supporters/paths")["destinations"] == {"job": 1}


def test_what_is_extended_more_often_than_the_file_says_is_looked_at_for_dependency(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(10)

    match = after.seen_by("wrap").read("matching", f"/matches/{after.ids['match']}")
    assert (match["extensions"], match["balance"], match["balance_due_on"]) == (2, "ending", None)
