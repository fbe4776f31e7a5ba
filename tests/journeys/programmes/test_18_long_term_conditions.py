"""18. Long term conditions: models side by side, matching by what connects, and feedback for clinicians."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_several_models_stand_side_by_side(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(18)

    coordinator = after.seen_by("conditions")
    held = coordinator.everything("matching", "/sessions")
    assert [one["kind"] for one in held if one["programme_id"] == after.ids["programme"]].count("one-to-one") == 3
    assert [one["kind"] for one in held if one["programme_id"] == after.ids["programme"]].count("group") == 2
    assert coordinator.read("matching", f"/groups/{after.ids['course']}")["meetings"] == 6
    line = after.totals("conditions")
    assert [line[name] for name in ("received", "matched", "sessions", "contacts", "closed")] == [3, 1, 5, 1, 3]


def test_condition_alone_matches_only_where_a_programme_argues_for_it(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(18)
    coordinator = after.seen_by("conditions")

    told = {
        which: coordinator.read("referrals", f"/programmes/{after.ids[which]}/definition")["definition"]["matching"]
        for which in ("programme", "degenerative")
    }
    assert "same-condition" not in told["programme"]["rules"]
    assert "same-condition" in told["degenerative"]["rules"]
    assert told["degenerative"]["argument"]
    found = coordinator.read("matching", f"/referrals/{after.ids['alike']}/candidates")
    assert found["stopped_by"] == {"condition-not-shared": 1}


def test_clinicians_hear_what_each_person_agreed_to(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(18)

    assert after.told(("match-ended", "referrer"))
    assert {what for what, who in after.messages("grouped") if who == "referrer"} == {"referral-received"}


def test_staff_are_trained_for_a_day_and_peers_and_coordinators_for_two(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(18)
    coordinator = after.seen_by("conditions")

    told = coordinator.read("referrals", f"/programmes/{after.ids['programme']}/definition")["definition"]
    takers = {one["code"]: (one["takers"], one["days"]) for one in told["supporters"]["training"]}
    assert takers["peer-support-making-it-happen"] == (["staff", "commissioner"], 1)
    assert takers["peer-support-principles-and-practice"] == (["supporter", "coordinator"], 2)
    [held] = coordinator.everything("matching", "/staff/staff-0001/trainings")
    assert held["code"] == "peer-support-making-it-happen"


def test_who_is_not_sure_comes_to_see_before_any_yes_and_nothing_is_measured(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(18)
    coordinator, path = after.seen_by("conditions"), f"/referrals/{after.ids['referral']}"

    [taster] = coordinator.everything("matching", f"{path}/tasters")
    assert (taster["kind"], taster["people"]) == ("taster", 1)
    assert coordinator.everything("matching", f"{path}/measurements") == []
    assert after.said.index("a taster, before any yes") < after.said.index("Asked again, he is ready")


def test_somebody_moves_from_one_to_one_to_a_group_and_back(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(18)
    coordinator = after.seen_by("conditions")

    there, back = coordinator.everything("matching", f"/referrals/{after.ids['referral']}/matches")
    assert (there["ending"], there["moved_to"]) == ("moved-to-group", after.ids["group"])
    assert (back["id"], back["supporter_id"]) == (after.ids["back"], there["supporter_id"])
    places = coordinator.everything("matching", f"/groups/{after.ids['group']}/places")
    assert after.ids["referral"] not in {one["referral_id"] for one in places if one["state"] == "taken"}
