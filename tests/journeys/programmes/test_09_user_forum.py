"""9. Borough Wide User Forum: informal and unpaid; one to one in times of crisis, beside services."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_the_forum_is_unpaid_campaigns_and_signposts_through_its_site(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(9)

    told = after.seen_by("forum").read("referrals", f"/programmes/{after.ids['programme']}/definition")["definition"]
    assert (told["supporters"]["pay"], told["formality"]) == ("unpaid", "informal")
    assert "campaigning" in told["support"]["sessions"]["topics"]
    entry = after.stage.anybody("referrals", f"/directory/services/{after.ids['programme']}")
    assert entry["url"] == "https://forum.example.org"
    assert after.totals("forum")["people_reached"] == 14


def test_in_a_crisis_somebody_has_a_peer_while_services_treat_them(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(9)

    line = after.totals("forum", "crisis")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [2, 1, 1, 2]
    assert after.told(("match-made", "person"), ("first-session", "referrer"))
    offer = after.stage.operator.read("referrals", f"/programmes/{after.ids['crisis']}")
    assert offer["crisis_lines"] == [{"name": "Samaritans", "telephone": "116 123"}]


def test_whose_duty_it_is_learns_who_it_is_about_and_that_is_on_the_record(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(9)

    [concern] = after.seen_by("forum", "safeguarding-lead").everything("matching", "/concerns", state="all")
    entries = after.on_record("referrals", about=after.ids["referral"])
    looked = [one for one in entries if one["action"] == "concerned-person-read"]
    assert [(one["codes"], one["purpose"]) for one in looked] == [([f"concern-{concern['id']}"], "reach-person")]


def test_a_worry_is_answered_by_whose_duty_it_is_and_read_by_nobody_else(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(9)

    [concern] = after.seen_by("forum", "safeguarding-lead").everything("matching", "/concerns", state="all")
    assert (concern["grounds"], concern["decision"]) == ("risk-of-suicide", "shared")
    told = after.stage.operator.everything("notifications", "/messages", story=f"concern/{concern['id']}")
    assert [one["recipient"].partition("/")[0] for one in told] == ["duty-lead"]
