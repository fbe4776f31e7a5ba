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


def test_the_long_term_mentor_befriends_listens_and_mediates_for_two_years(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(15)

    told = after.seen_by("hospital").read("referrals", f"/programmes/{after.ids['long_term']}/definition")["definition"]
    assert {"befriending", "listening", "mediating"} <= set(told["supporters"]["roles"])
    match = after.seen_by("hospital").read("matching", f"/matches/{after.ids['lasting']}")
    assert (match["ended_on"], match["supporter_id"]) == (None, after.ids["mentor"])
    assert int(match["planned_until"][:4]) - int(match["made_on"][:4]) in {1, 2}
