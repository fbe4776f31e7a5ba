"""15. Peer mentoring: buddies for a new group in a new setting, and the long-term mentor."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_buddies_are_attached_to_a_new_group_in_a_new_setting(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(15)

    group = after.seen_by("hospital").read("matching", f"/groups/{after.ids['group']}")
    assert (len(group["facilitators"]), group["setting"]) == (2, "testwell-hospital")
    match = after.seen_by("hospital").read("matching", f"/matches/{after.ids['match']}")
    assert match["supporter_id"] in group["facilitators"]
    line = after.totals("hospital")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [2, 1, 2, 2]


def test_the_long_term_mentor_is_befriender_listener_and_mediator(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(15)
    hospital = after.seen_by("hospital")

    told = hospital.read("referrals", f"/programmes/{after.ids['long_term']}/definition")["definition"]
    assert {"befriending", "listening", "mediating"} <= set(told["supporters"]["roles"])
    match = hospital.read("matching", f"/matches/{after.ids['lasting']}")
    mediation = hospital.read("matching", f"/mediations/{after.ids['mediation']}")
    assert match["supporter_id"] == mediation["mediator_id"] == after.ids["mentor"]
    assert (mediation["first_agreed"], mediation["second_agreed"], mediation["outcome"]) == (True, True, "settled")
    assert after.ids["mentee"] not in {one["id"] for one in mediation["parties"]}


def test_it_is_planned_for_two_years_and_comes_to_a_planned_ending(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(15)

    assert "✓ It is meant to last: two years." in after.said
    match = after.seen_by("hospital").read("matching", f"/matches/{after.ids['lasting']}")
    assert (match["ending"], match["ended_on"]) == ("planned", match["planned_until"])
    line = after.totals("hospital", "long_term")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [3, 1, 2, 3]
