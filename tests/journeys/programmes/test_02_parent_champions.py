"""2. Parent Champions: parents who are not referred, and a directory that is kept up to date."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_parents_are_reached_without_a_referral_or_a_name(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(2)

    line = after.totals("champions")
    assert [line[name] for name in ("received", "contacts", "people_reached")] == [0, 3, 13]
    contacts = after.seen_by("champions").everything("matching", "/contacts")
    assert {one["kind"] for one in contacts} == {"outreach"}
    assert {one["supporter_id"] for one in contacts} == {after.ids["champion"]}


def test_contacts_are_about_childcare_behaviour_friendships_and_work(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(2)

    topics = {
        topic for one in after.seen_by("champions").everything("matching", "/contacts") for topic in one["topics"]
    }
    assert {"childcare-information", "child-behaviour", "friendships", "work-or-training"} <= topics


def test_the_directory_says_what_is_so_today_and_who_confirmed_it_when(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(2)

    entry = after.stage.anybody("referrals", f"/directory/services/{after.ids['nursery']}")
    assert entry["wait_time"] == "There is a waiting list: expect to wait about 3 weeks."
    assert entry["assured_date"] is not None
