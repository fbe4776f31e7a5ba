"""1. Relative Experience: befriending of kinship carers by volunteers, and what it does for both."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_who_lived_kinship_care_scores_above_who_comes_near_it_and_nobody_is_refused(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(1)

    assert "✓ All three may be proposed" in after.said
    [match] = after.seen_by("kinship").everything("matching", "/matches")
    assert match["supporter_id"] == after.ids["lived"]
    supporters = after.seen_by("kinship").everything("matching", "/supporters")
    assert {one["state"] for one in supporters} == {"active"}


def test_well_being_self_confidence_and_anxiety_are_asked_before_and_after(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(1)

    path = f"/referrals/{after.ids['referral']}/measurements"
    asked = after.seen_by("kinship").everything("matching", path)
    scores = {
        one["instrument"]: tuple(float(other["total"]) for other in asked if other["instrument"] == one["instrument"])
        for one in asked
    }
    assert scores.keys() == {"swemwbs", "rosenberg", "gad-7"}
    assert scores["swemwbs"][0] < scores["swemwbs"][1]
    assert scores["rosenberg"] == (10, 20)
    assert scores["gad-7"] == (21, 7)


def test_the_volunteer_is_supervised_and_takes_a_record_away(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(1)
    path = f"/supporters/{after.ids['lived']}"

    [supervision] = after.seen_by("kinship").everything("matching", f"{path}/supervisions")
    assert supervision["minutes"] == 60
    assert after.seen_by("kinship").file("matching", f"{path}/record-of-experience.pdf").startswith(b"%PDF")


def test_it_is_counted_from_referral_to_ending_and_the_referrer_hears(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(1)

    owner, referrer = after.totals("kinship"), after.totals("council")
    assert [owner[name] for name in ("received", "matched", "sessions", "closed")] == [1, 1, 2, 1]
    assert (owner["side"], referrer["side"], referrer["received"]) == ("owner", "referrer", 1)
    assert after.told(("match-made", "referrer"), ("first-session", "referrer"))


def test_the_volunteer_answers_about_herself_and_it_stays_hers(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(1)
    path = f"/supporters/{after.ids['lived']}/measurements"

    own = after.seen_by("kinship", "cath").read("matching", path)["items"]
    assert [(one["moment"], one["score"]["parts"][0]["value"]) for one in own] == [("baseline", "5"), ("ending", "7")]
    seen = after.seen_by("kinship").read("matching", path)["items"]
    assert [one["score"] for one in seen] == [None, None]
