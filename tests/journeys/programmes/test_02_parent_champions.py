"""2. Parent Champions: parents who are not referred, and a directory that is kept up to date."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_parents_are_reached_without_a_referral_or_a_name(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(2)

    line = after.totals("champions")
    assert [line[name] for name in ("received", "contacts", "people_reached")] == [0, 4, 32]
    contacts = after.seen_by("champions").everything("matching", "/contacts")
    assert {one["kind"] for one in contacts} == {"outreach"}
    assert {one["supporter_id"] for one in contacts} == {after.ids["champion"]}


def test_how_many_were_reached_about_take_up_awareness_behaviour_friendships_and_work_is_counted(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(2)

    reached = {one["topic"]: one["people_reached"] for one in after.reach("champions")["topics"]}
    assert reached.pop("healthy-eating") is None
    assert reached == {
        "childcare-take-up": 10,
        "awareness-of-services": 20,
        "child-behaviour": 10,
        "friendships": 15,
        "considering-work-or-training": 10,
    }


def test_the_directory_says_what_is_so_today_and_who_confirmed_it_when(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(2)

    entry = after.stage.anybody("referrals", f"/directory/services/{after.ids['nursery']}")
    assert entry["wait_time"] == "There is a waiting list: expect to wait about 3 weeks."
    assert entry["assured_date"] is not None
