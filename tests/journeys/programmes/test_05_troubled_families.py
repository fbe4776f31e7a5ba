"""5. Troubled Families: families identified with their consent, worked with, turned around; results claimed once."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_a_family_is_identified_and_worked_with(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(5)

    line = after.totals("council")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [1, 1, 2, 1]
    held = after.seen_by("council").everything("matching", "/sessions")
    assert sum(one["minutes"] for one in held) == 180


def test_the_name_of_the_agenda_is_never_shown_to_families(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(5)

    entry = after.stage.anybody("referrals", f"/directory/services/{after.ids['programme']}")
    assert entry["name"] == "Family Partners"
    assert "troubled" not in str(entry).lower()


def test_whom_it_makes_it_harder_for_is_asked_and_seen_to(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(5)

    said = after.seen_by("council").everything("matching", f"/matches/{after.ids['match']}/helping")
    assert [(one["said"], one["seen_at"] is not None) for one in said] == [("harder", True), ("helping", False)]


def test_a_result_is_claimed_once_and_taken_back_when_it_does_not_last(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(5)

    claims = after.seen_by("council", "administrator").everything("referrals", "/claims")
    assert {one["household_id"] for one in claims} == {after.ids["household"]}
    assert {one["result"]: (one["state"], one["reason"]) for one in claims} == {
        "school-attendance": ("reversed", "relapsed"),
        "continuous-work": ("claimed", None),
    }


def test_the_report_counts_the_family_turned_around_and_publishes_no_such_small_number(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(5)

    told = after.seen_by("council").read("reporting", "/results", programme_id=after.ids["programme"])
    exact, published = told["exact"], told["published"]
    assert (exact["proposed"], exact["identified"], exact["worked_with"], exact["turned_around"]) == (120_000, 1, 1, 1)
    assert (published["proposed"], published["turned_around"]) == (120_000, None)
