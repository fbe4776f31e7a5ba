"""One human through all of it: who sees what of her two hats, in the end and for good."""

import pytest

from tests.journeys.programmes.conftest import AfterTheJourney, Afterwards

REFERRALS = ("first", "attended", "again")
SEES = {
    ("practice", "referrer"): {"first", "attended", "again"},
    ("peers", "coordinator"): {"first"},
    ("courses", "coordinator"): {"attended", "mentor"},
    ("listeners", "coordinator"): {"again"},
    ("courses", "ivy"): set(),
}


def seen(after: Afterwards, organisation: str, who: str) -> set[str]:
    """Which of her referrals are in what somebody may list, and whether her record as a mentor is."""
    actor = after.seen_by(organisation, who)
    found = {one["id"] for one in actor.everything("referrals", "/referrals")} if who != "ivy" else set()
    if who == "coordinator":
        found |= {one["id"] for one in actor.everything("matching", "/supporters")}
    return {name for name in (*REFERRALS, "mentor") if after.ids[name] in found}


@pytest.mark.parametrize(("organisation", "who"), SEES, ids=[" ".join(one) for one in SEES])
def test_each_sees_what_is_theirs_and_no_more(after_the_journey: AfterTheJourney, organisation: str, who: str) -> None:
    after = after_the_journey(0)

    assert seen(after, organisation, who) == SEES[organisation, who]


def test_at_every_step_it_was_looked_at(after_the_journey: AfterTheJourney) -> None:
    assert after_the_journey(0).said.count("✓ That is who sees which of it.") == 4


def test_who_mentors_is_not_known_by_the_name_under_which_she_was_supported(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(0)

    person = after.seen_by("courses").read("referrals", f"/referrals/{after.ids['attended']}")["person_id"]
    mentor = after.seen_by("courses").read("matching", f"/supporters/{after.ids['mentor']}")
    assert person not in str(mentor)
    assert mentor["conditions"] == []
