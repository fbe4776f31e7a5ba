"""17. Right Here: ages 16 to 25, four sites, and a file that young people author and approve."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_young_people_approve_the_file_of_their_four_sites(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(17)

    applied = after.seen_by("right-here").read("referrals", f"/programmes/{after.ids['programme']}/definition")
    assert (applied["version"], applied["approvals"]) == (1, 4)
    assert applied["definition"]["approval"] == {"by": "young-people", "needed": 4}
    assert applied["definition"]["sites"] == ["County Fermanagh", "Brighton and Hove", "Newham", "Sheffield"]


def test_the_four_sites_are_told_apart(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(17)

    sites = {one["site"]: (one["people_reached"], one["received"]) for one in after.reach("right-here")["sites"]}
    assert sites == {
        "county-fermanagh": (10, 0),
        "brighton-and-hove": (15, 0),
        "newham": (20, None),
        "sheffield": (None, 0),
    }


def test_it_takes_those_from_16_to_25(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(17)

    assert all(f"✓ Somebody of {years} is not taken." in after.said for years in (15, 26))
    assert after.totals("right-here")["received"] == 3


def test_young_people_support_one_another(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(17)

    [match] = after.seen_by("right-here").everything("matching", "/matches")
    assert (match["supporter_id"], match["ending"]) == (after.ids["peer"], "planned")
    peer = after.seen_by("right-here").read("matching", f"/supporters/{after.ids['peer']}")
    assert peer["age_band"] == "15-24"
