"""20. Dementia self-help: groups in the schemes where people live, with partners, among neighbours."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_people_and_partners_of_one_scheme_meet_with_somebody_to_facilitate(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(20)

    group = after.seen_by("housing").read("matching", f"/groups/{after.ids['group']}")
    assert (group["setting"], len(group["facilitators"])) == ("elm-court", 2)
    held = after.seen_by("housing").everything("matching", "/sessions")
    assert [set(one["attended_referral_ids"]) for one in held] == [{after.ids["referral"], after.ids["alone"]}] * 2
    assert "✓ Tess and her partner are one household of two." in after.said


def test_neighbours_know_one_another(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(20)

    told = after.seen_by("housing").read("referrals", f"/programmes/{after.ids['programme']}/definition")["definition"]
    assert (told["matching"]["knowing_each_other"], told["matching"]["rules"]) == ("expected", ["same-setting"])


def test_isolation_and_quality_of_life_are_asked_about_and_independence_is_counted_as_goals(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(20)

    path = f"/referrals/{after.ids['referral']}/measurements"
    asked = after.seen_by("housing").everything("matching", path)
    assert {(one["of"], one["instrument"], one["moment"]) for one in asked if one["planned"]} == {
        (of, instrument, moment)
        for of, instrument in (("person", "ons-loneliness"), ("person", "eq-5d-5l"), ("carer", "ons-loneliness"))
        for moment in ("baseline", "review")
    }
    [goals] = after.seen_by("housing").read("matching", f"/programmes/{after.ids['programme']}/goals")["items"]
    counted = ("lives-independently-for-longer", 2, 2, 1)
    assert tuple(goals[name] for name in ("code", "set", "nearer", "reached")) == counted
    line = after.totals("housing")
    assert [line[name] for name in ("received", "sessions", "closed")] == [3, 2, 3]
