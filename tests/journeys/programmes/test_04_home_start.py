"""4. Home-Start: one-to-one at the family's home once a week, and visits that are safe for the volunteer."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_a_volunteer_visits_the_family_at_home_once_a_week(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(4)

    terms = after.seen_by("home-start").read("referrals", f"/programmes/{after.ids['programme']}/definition")
    sessions = terms["definition"]["support"]["sessions"]
    assert (sessions["at_home"], sessions["every_days"]) == (True, 7)
    held = after.seen_by("home-start").everything("matching", "/sessions")
    assert [(one["outcome"], one["minutes"], one["channel"]) for one in held] == [("happened", 120, "in-person")] * 2


def test_each_visit_has_a_plan_and_the_volunteer_said_when_they_came_and_went(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(4)

    visits = f"/supporters/{after.ids['supporter']}/visits"
    found = after.seen_by("home-start", "nora").everything("matching", visits)
    assert len(found) == len(after.seen_by("home-start").everything("matching", "/sessions")) == 2
    assert all(one["checked_in_at"] < one["checked_out_at"] for one in found)
    assert [one["risks_passed_on"] for one in found] == [True, False]
    assert after.seen_by("home-start").everything("matching", "/visits/overdue") == []


def test_the_family_is_counted_from_referral_to_ending_and_all_are_told(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(4)

    line = after.totals("home-start")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [1, 1, 2, 1]
    assert after.told(("match-made", "person"), ("match-made", "supporter"), ("match-ended", "referrer"))
