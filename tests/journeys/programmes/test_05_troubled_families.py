"""5. Troubled Families: families identified with their consent, and worked with; results are not claimed yet."""

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
