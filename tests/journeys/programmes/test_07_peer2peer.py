"""7. Peer2Peer network: one referral offered to several programmes, and the person chooses."""

from tests.journeys.programmes.conftest import AfterTheJourney


def test_one_referral_is_offered_to_several_programmes_and_the_person_chooses(
    after_the_journey: AfterTheJourney,
) -> None:
    after = after_the_journey(7)

    practice = after.seen_by("practice", "referrer")
    stands = {
        which: practice.read("referrals", f"/referrals/{after.ids[which]}")["status"]
        for which in ("referral", "released", "declined")
    }
    assert stands == {"referral": "closed", "released": "closed", "declined": "declined"}
    people = {practice.read("referrals", f"/referrals/{after.ids[which]}")["person_id"] for which in stands}
    assert len(people) == 1


def test_the_others_are_told_that_their_place_is_free(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(7)

    assert after.told(("referral-held", "person"), ("referral-released", "programme"), referral="released")


def test_support_goes_across_conditions(after_the_journey: AfterTheJourney) -> None:
    after = after_the_journey(7)

    [match] = after.seen_by("south").everything("matching", "/matches")
    assert (match["supporter_id"], match["ending"]) == (after.ids["supporter"], "planned")
    line = after.totals("south")
    assert [line[name] for name in ("received", "matched", "sessions", "closed")] == [1, 1, 1, 1]
