"""6. Sure Start outreach: contacts with families who do not come, and one that takes something up."""

from collections import Counter

from tests.journeys.programmes.conftest import AfterTheJourney


def test_families_who_do_not_come_are_reached_by_area_identifying_nobody(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(6)

    where: Counter[str] = Counter()
    for one in after.seen_by("centre").everything("matching", "/contacts"):
        where[one["district"]] += one["people"]
    assert where == {"L8": 23, "L20": 4}
    line = after.totals("centre")
    assert [line[name] for name in ("received", "contacts", "people_reached")] == [0, 3, 27]


def test_reach_by_area_stands_against_how_many_there_are_and_hides_the_few(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(6)

    reach = after.reach("centre")
    names = ("people_reached", "population", "percent_reached")
    by_area = {one["district"]: [one[name] for name in names] for one in reach["areas"]}
    assert by_area == {"L8": [25, 210, 12], "L20": [None, 180, None], "L1": [0, 95, 0]}
    assert reach["population_source"] == "The council's register of births, an invented one"


def test_one_of_them_takes_something_up_once_she_agreed(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(6)

    line = after.totals("centre", "home_start")
    assert (line["side"], line["received"], line["closed"]) == ("referrer", 1, 1)
    assert after.told(("referral-accepted", "person"))
