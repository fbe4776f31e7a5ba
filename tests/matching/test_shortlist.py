"""A coordinator chooses from a few, and reads in plain words what speaks for each and against."""

from dataclasses import replace

from kith_matching.domain.disclosure import Disclosures, Item
from kith_matching.domain.rules import Pair
from kith_matching.domain.score import NO_ROUND, LastRound, rank
from kith_matching.domain.shortlist import PICKED, Shortlisted, shortlist
from kith_matching.domain.supporter import Load
from kith_matching.domain.terms import Audience, Terms
from tests.matching.builders import TODAY, a_pair, a_programme, a_referral, a_supporter
from tests.matching.desk import Desk


def of(pair: Pair, last: LastRound = NO_ROUND) -> Shortlisted:
    [one] = shortlist(rank([pair], TODAY, last))
    return one


def test_as_many_are_shown_as_the_programme_says_and_the_first_of_them_first() -> None:
    programme = a_programme(terms=Terms(shortlist=2))
    person = a_referral(programme)
    pairs = [Pair(person, programme, a_supporter(programme, interests=one), Load()) for one in ((), ("gardening",), ())]
    ranking = rank(pairs, TODAY)

    assert [one.candidate for one in shortlist(ranking)] == list(ranking.candidates[:2])
    assert shortlist(rank([], TODAY)) == ()


def test_what_counts_most_comes_first_and_what_gives_nothing_speaks_against() -> None:
    pair = a_pair({"interests": ("gardening", "chess")}, {"conditions": (), "interests": ("chess",)})

    one = of(pair)

    assert one.speaks_for == (
        "What they have been through: 1 of 1 shared (isolation).",
        "What they like to do: 1 of 2 shared (chess).",
        "Language: the same first language.",
        "Where they meet: can meet in person.",
    )
    assert one.speaks_against == ("Conditions they live with: 0 of 1 shared.",)


def test_what_a_programme_does_not_weigh_is_not_spoken_of() -> None:
    one = of(a_pair(programme={"weights": {"language": 10}}))

    assert (one.speaks_for, one.speaks_against) == (("Language: the same first language.",), ())


def test_what_a_supporter_shows_to_nobody_is_a_shared_experience_here_too() -> None:
    kept = Disclosures({Item("condition", "type-2-diabetes"): Audience.MATCHING_ONLY})

    one = of(replace(a_pair(), disclosures=kept))

    assert one.speaks_for[0] == "Conditions they live with: 1 of 1 shared (a shared experience)."
    assert "diabetes" not in str((one.speaks_for, one.speaks_against))


def test_the_rounds_pick_says_so_and_so_does_a_place_that_others_need() -> None:
    pair = a_pair()
    who = pair.supporter.id

    one = of(pair, LastRound(who, {who: 380}))

    assert one.speaks_for[0] == PICKED
    assert one.speaks_against[-1] == "Others need this supporter: a place of theirs is worth 380 to others."


async def test_over_http_the_shortlist_stands_before_the_candidates(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter()

    shown = (await desk.get(f"/referrals/{referral.referral_id}/candidates")).json()

    assert [(one["supporter_id"], one["name"]) for one in shown["shortlist"]] == [(supporter_id, "Sam Testwell")]
    assert shown["shortlist"][0]["speaks_for"][0] == "Conditions they live with: 1 of 1 shared (diabetes)."
