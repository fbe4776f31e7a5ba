"""3. Dementia cafés: pairs, and either alone; signposting out of a session; dropping in."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_people_come_as_a_pair_or_either_alone(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(3)

    meeting = after.seen_by("cafe").read("matching", f"/sessions/{after.ids['meeting']}")
    assert set(meeting["attended_referral_ids"]) == {after.ids[who] for who in ("referral", "alone", "carer")}
    assert meeting["came_with"] == [{"referral_id": after.ids["referral"], "pair_with": None, "companions": 1}]
    assert "✓ Three who were referred take four places: the pair two, each of the others one." in after.said


def test_somebody_is_signposted_out_of_a_session(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(3)

    told = after.seen_by("cafe").everything("matching", "/signposts")
    assert {(one["session_id"], one["entry_id"]) for one in told} == {(after.ids["meeting"], after.ids["day_centre"])}
    assert {one["referral_id"]: one["went"] for one in told} == {
        after.ids["referral"]: "went",
        after.ids["alone"]: "did-not-go",
    }
    [counted] = after.seen_by("cafe").read("matching", f"/programmes/{after.ids['programme']}/signposts")["items"]
    assert [counted[name] for name in ("told", "went", "did_not_go", "turned_away")] == [2, 1, 1, 0]


def test_confidence_and_independence_are_counted_as_goals_and_networks_are_asked_of_both(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(3)
    coordinator = after.seen_by("cafe")

    counted = coordinator.read("matching", f"/programmes/{after.ids['programme']}/goals")["items"]
    names = ("people", "set", "open", "reached", "looked_at_again", "nearer")
    assert {one["code"]: [one[name] for name in names] for one in counted} == {
        "independence": [2, 2, 1, 1, 2, 1],
        "confidence": [1, 1, 1, 0, 1, 1],
    }
    asked = coordinator.everything("matching", f"/referrals/{after.ids['referral']}/measurements")
    assert [(one["of"], one["moment"], one["total"], one["planned"]) for one in asked] == [
        ("person", "baseline", "7", True),
        ("carer", "baseline", "8", True),
        ("person", "ending", "5", True),
        ("carer", "ending", "6", True),
    ]


def test_people_drop_in_and_that_they_know_one_another_is_expected(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(3)

    line = after.totals("cafe")
    assert [line[name] for name in ("received", "sessions", "people_reached", "closed")] == [3, 1, 9, 3]
    terms = after.seen_by("cafe").read("referrals", f"/programmes/{after.ids['programme']}/definition")
    assert terms["definition"]["matching"]["knowing_each_other"] == "expected"
