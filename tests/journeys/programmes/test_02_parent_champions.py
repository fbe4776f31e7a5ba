"""2. Parent Champions: parents who are not referred, and a directory that is kept up to date."""

from tests.journeys.programmes.conftest import AfterTheJourney, Afterwards


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


def counted(after: Afterwards, entry: str) -> dict[str, int]:
    """How many were told of an entry of the directory, and what came of it."""
    path = f"/programmes/{after.ids['programme']}/signposts"
    [one] = [
        one for one in after.seen_by("champions").read("matching", path)["items"] if one["entry_id"] == after.ids[entry]
    ]
    return {name: one[name] for name in ("told", "went", "did_not_go", "turned_away")}


def test_whether_families_took_up_the_childcare_of_which_they_were_told_is_counted(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(2)

    assert counted(after, "nursery") == {"told": 4, "went": 3, "did_not_go": 0, "turned_away": 1}


def test_whether_parents_went_to_the_course_for_those_who_consider_work_is_counted(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(2)

    assert counted(after, "college") == {"told": 2, "went": 1, "did_not_go": 1, "turned_away": 0}
    told = after.seen_by("champions").everything("matching", "/signposts")
    assert {one["referral_id"] for one in told} == {None}
