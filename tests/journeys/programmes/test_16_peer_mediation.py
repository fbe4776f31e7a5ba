"""16. Peer mediation: trained, agreed to by both, close to neither, and a component of any programme."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_mediators_are_trained_in_conflict_resolution(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(16)

    held = after.seen_by("mediators").everything("matching", f"/supporters/{after.ids['mediator']}/trainings")
    assert "conflict-resolution" in {one["code"] for one in held}


def test_both_must_agree(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(16)

    settled, declined = (
        after.seen_by("mediators").read("matching", f"/mediations/{after.ids[which]}")
        for which in ("settled", "declined")
    )
    assert (settled["first_agreed"], settled["second_agreed"], settled["outcome"]) == (True, True, "settled")
    assert (declined["state"], declined["declined_by"]) == ("declined", "second")


def test_any_programme_switches_it_on_and_the_mediator_is_close_to_neither(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(16)

    fuller = after.seen_by("mediators").read("matching", f"/mediations/{after.ids['fuller']}")
    assert (fuller["programme_id"], fuller["mediator_id"]) == (after.ids["befriending"], after.ids["far"])
    close = {one["supporter_id"] for one in after.seen_by("mediators").everything("matching", "/matches")}
    assert close == {after.ids["befriender"]}
