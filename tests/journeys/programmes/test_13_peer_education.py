"""13. Peer education: one topic, to a group of similar age, status and background."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_a_peer_delivers_one_topic_to_a_group_like_themself(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(13)

    held = after.seen_by("educators").everything("matching", "/sessions")
    assert [(one["kind"], one["topics"], one["supporter_ids"]) for one in held] == [
        ("group", ["anxiety"], [after.ids["educator"]])
    ] * 6
    assert "✓ She has all the points there are for it." in after.said


def test_the_course_is_counted(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(13)

    line = after.totals("educators")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [3, 0, 6, 3]


def test_the_group_is_given_the_latest_edition_of_what_it_reads(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(13)
    educators = after.seen_by("educators")

    issued = educators.everything("matching", f"/programmes/{after.ids['programme']}/materials")
    assert [(one["edition"], one["replaced_on"] is None) for one in issued] == [(1, False), (2, True)]
    [given] = educators.everything("matching", f"/groups/{after.ids['course']}/materials")
    assert (given["material_id"], given["edition"]) == (after.ids["handout"], 2)
