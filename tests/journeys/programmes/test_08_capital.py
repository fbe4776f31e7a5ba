"""8. CAPITAL: informal, bottom up, with an exchange that members switch on."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_its_members_approve_its_file(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(8)

    applied = after.seen_by("members").read("referrals", f"/programmes/{after.ids['programme']}/definition")
    assert (applied["approvals"], applied["definition"]["approval"]["by"]) == (2, "members")


def test_needs_and_skills_are_exchanged_and_a_number_only_once_both_agreed(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(8)

    agreed = "✓ Both have: now the first is told how and when the second is reached."
    refused = "✓ One has said yes. Nobody has a number before both have."
    assert after.said.index(refused) < after.said.index(agreed)


def test_who_leaves_leaves_nothing_and_heads_alone_are_counted(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(8)

    members = after.seen_by("members").everything("matching", "/exchange/members")
    assert [one["id"] for one in members] == [after.ids["member"]]
    line = after.totals("members")
    assert [line[name] for name in ("received", "contacts", "people_reached")] == [0, 1, 20]
