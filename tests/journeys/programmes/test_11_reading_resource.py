"""11. Reading Resource: sessional work, a little one-to-one, eight weeks' training with credits, a mothers' group."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_workers_are_paid_by_the_session_and_have_fifteen_minutes_for_each(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(11)

    told = after.seen_by("resource").read("referrals", f"/programmes/{after.ids['programme']}/definition")["definition"]
    sessions = told["support"]["sessions"]
    assert (told["supporters"]["pay"], sessions["minutes"], sessions["one_to_one_minutes"]) == ("sessional", 180, 15)
    held = after.seen_by("resource").everything("matching", "/sessions")
    assert {one["minutes"] for one in held if one["kind"] == "one-to-one"} == {15}
    assert {one["minutes"] for one in held if one["kind"] == "group"} == {180}


def test_they_are_trained_for_eight_weeks_with_credits(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(11)

    path = f"/supporters/{after.ids['worker']}/trainings"
    [training] = after.seen_by("resource").everything("matching", path)
    assert (training["credits"], training["placement_weeks"]) == ("NVQ Level 2", 2)
    told = after.seen_by("resource").read("referrals", f"/programmes/{after.ids['programme']}/definition")["definition"]
    assert told["supporters"]["training"][0]["taught_weeks"] == 6


def test_mothers_come_with_their_toddlers(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(11)

    [group] = [one for one in after.seen_by("resource").everything("matching", "/sessions") if one["kind"] == "group"]
    assert (group["topics"], group["attended_referral_ids"]) == (
        ["mothers-and-toddlers", "wellbeing"],
        [after.ids["mother"]],
    )


def test_what_went_wrong_is_logged_followed_up_and_closed_and_names_nobody(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(11)

    incident = after.seen_by("resource").read("matching", f"/incidents/{after.ids['incident']}")
    assert [one["done"] for one in incident["follow_ups"]] == [["door-mat-bought"]]
    assert (incident["kind"], incident["closed_on"] is not None) == ("accident", True)
    assert (incident["referral_id"], incident["supporter_id"]) == (None, None)
