"""What two people share: the rules by which a programme insists on it, and the points that it gives."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.rules import Pair, are_neighbours, is_younger, stops
from kith_matching.domain.score import Part, parts, rank
from kith_matching.domain.sharing import SCORED
from kith_matching.domain.supporter import Load
from kith_matching.domain.terms import Rule, Terms
from kith_matching.store.referrals import get_programme
from kith_matching.store.rounds import get_waiting_list
from kith_matching.tables import supporters
from kith_matching.usecases.proposing import rank_candidates
from tests.matching.builders import NOW, TODAY, WEIGHTS, a_pair, a_programme, a_referral, a_supporter
from tests.matching.stage import Stage

BANDS = ["0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85-plus"]


def codes(pair: Pair) -> list[str]:
    return [stop.code for stop in stops(pair, TODAY)]


def part(pair: Pair, connection: str) -> Part:
    (found,) = [one for one in parts(pair) if one.connection == connection]
    return found


def that_asks(rule: Rule, **more: Any) -> dict[str, Any]:
    return {"terms": Terms(rules=(rule,), **more)}


def test_no_rule_of_a_programme_holds_where_it_does_not_ask_for_it() -> None:
    nothing = {"conditions": (), "experience": (), "age_band": "25-34"}

    assert codes(a_pair(referral={"age_band": "45-54"}, supporter=nothing)) == []


@pytest.mark.parametrize(
    ("lives_with", "named", "stopped"),
    [
        (("type-2-diabetes",), (), False),
        (("type-2-diabetes",), ("type-2-diabetes", "arthritis"), False),
        (("type-2-diabetes",), ("arthritis",), True),
        (("arthritis",), (), True),
        ((), (), True),
    ],
)
def test_a_programme_that_argues_for_it_matches_by_a_condition_that_it_is_for(
    lives_with: tuple[str, ...], named: tuple[str, ...], *, stopped: bool
) -> None:
    pair = a_pair(supporter={"conditions": lives_with}, programme=that_asks(Rule.SAME_CONDITION, conditions=named))

    assert codes(pair) == ["condition-not-shared"] * stopped


@pytest.mark.parametrize(
    ("lived_through", "stopped"), [(("isolation",), False), (("moving-house",), False), (("grief",), True), ((), True)]
)
def test_lived_experience_that_is_asked_for_is_the_same_or_a_related_one(
    lived_through: tuple[str, ...], *, stopped: bool
) -> None:
    asks = that_asks(Rule.SHARED_EXPERIENCE, related={"isolation": ("moving-house",)})

    pair = a_pair(supporter={"experience": lived_through}, programme=asks)

    assert codes(pair) == ["experience-not-shared"] * stopped


@pytest.mark.parametrize(
    ("theirs", "own", "stopped"),
    [
        ("35-44", "35-44", False),
        ("35-44", "45-54", False),
        ("35-44", "25-34", True),
        ("35-44", "unknown", False),
        ("unknown", "15-24", False),
        ("85-plus", "75-84", True),
        ("75-84", "85-plus", False),
    ],
)
def test_only_a_supporter_who_is_certainly_younger_is_stopped(theirs: str, own: str, *, stopped: bool) -> None:
    asks = that_asks(Rule.SAME_AGE_OR_OLDER, supporter_minimum_age=0)

    pair = a_pair(referral={"age_band": theirs}, supporter={"age_band": own}, programme=asks)

    assert codes(pair) == ["supporter-younger"] * stopped


@pytest.mark.parametrize(
    ("theirs", "own", "stopped"),
    [
        (("oak-house",), ("elm-house", "oak-house"), False),
        (("oak-house",), ("elm-house",), True),
        ((), (), True),
        ((), ("oak-house",), True),
    ],
)
def test_they_live_in_the_same_place_only_where_that_is_known(
    theirs: tuple[str, ...], own: tuple[str, ...], *, stopped: bool
) -> None:
    pair = a_pair(
        referral={"connections": {"setting": theirs}},
        supporter={"connections": {"setting": own}},
        programme=that_asks(Rule.SAME_SETTING),
    )

    assert codes(pair) == ["setting-not-shared"] * stopped


@pytest.mark.parametrize(("own", "stopped"), [("5-14", True), ("15-24", False), ("unknown", False)])
def test_a_supporter_certainly_below_the_programmes_age_is_not_asked(own: str, *, stopped: bool) -> None:
    assert codes(a_pair(supporter={"age_band": own})) == ["too-young-to-support"] * stopped


@pytest.mark.parametrize("connection", SCORED)
def test_a_connection_that_the_programme_weighs_gives_the_share_of_the_persons_codes(connection: str) -> None:
    pair = a_pair(
        referral={"connections": {connection: ("a", "b", "c")}},
        supporter={"connections": {connection: ("b", "a", "z")}},
        programme={"weights": {connection: 100}},
    )

    assert part(pair, connection) == Part(connection, 66, 100, "2 of 3 shared: a, b")


def test_a_programme_that_weighs_nothing_new_shows_the_five_parts_of_before() -> None:
    pair = a_pair(referral={"connections": {"faith": ("a",)}}, supporter={"connections": {"faith": ("a",)}})

    assert [one.connection for one in parts(pair)] == list(WEIGHTS)


@pytest.mark.parametrize(
    ("theirs", "own", "points"),
    [
        ("35-44", "35-44", 81),
        ("85-plus", "85-plus", 81),
        ("35-44", "45-54", 40),
        ("45-54", "35-44", 40),
        ("75-84", "85-plus", 40),
        ("35-44", "55-64", 0),
        ("35-44", "unknown", 0),
        ("unknown", "unknown", 0),
    ],
)
def test_the_same_ten_years_give_all_the_points_and_those_beside_half(theirs: str, own: str, points: int) -> None:
    pair = a_pair(referral={"age_band": theirs}, supporter={"age_band": own}, programme={"weights": {"age": 81}})

    assert part(pair, "age").points == points


RELATED = {"kinship-care": ("fostering", "adoption"), "grief": ("divorce",)}


@pytest.mark.parametrize(
    ("lived_through", "points", "because"),
    [
        (("kinship-care", "grief"), 100, "2 of 2 shared: grief, kinship-care"),
        (("kinship-care",), 50, "1 of 2 shared: kinship-care"),
        (("fostering", "adoption"), 16, "0 of 2 shared; near it: adoption, fostering"),
        (("kinship-care", "fostering"), 50, "1 of 2 shared: kinship-care"),
        (("kinship-care", "divorce"), 66, "1 of 2 shared: kinship-care; near it: divorce"),
        ((), 0, "0 of 2 shared"),
    ],
)
def test_what_is_near_an_experience_counts_a_part_of_it_exactly(
    lived_through: tuple[str, ...], points: int, because: str
) -> None:
    pair = a_pair(
        referral={"needs": ("kinship-care", "grief")},
        supporter={"experience": lived_through},
        programme={"weights": {"experience": 100}, "terms": Terms(related=RELATED, related_percent=33)},
    )

    assert part(pair, "experience") == Part("experience", points, 100, because)


def test_who_supported_them_before_stands_after_an_equal_where_peers_are_to_differ() -> None:
    programme = a_programme(terms=Terms(different_peers=True))
    referral = a_referral(programme)
    known, new = sorted((a_supporter(programme), a_supporter(programme)), key=lambda one: one.id)
    pairs = [Pair(referral, programme, one, Load(), supported_before=one is known) for one in (known, new)]

    ranked = rank(pairs, TODAY).candidates

    assert [one.pair.supporter for one in ranked] == [new, known]
    assert ranked[1].parts[-1] == Part("variety", -1, 0, "has supported them before")


def test_it_does_not_matter_who_supported_them_before_where_the_programme_does_not_say_so() -> None:
    assert [one.connection for one in parts(a_pair(supported_before=True))] == list(WEIGHTS)


@given(st.sampled_from(BANDS), st.sampled_from([*BANDS, "unknown"]))
def test_age_bands_stand_in_a_row(one: str, other: str) -> None:
    apart = BANDS.index(one) - BANDS.index(other) if other in BANDS else None

    assert are_neighbours(one, other) == are_neighbours(other, one) == (apart in {-1, 1})
    assert is_younger(one, other) == (apart is not None and apart < 0)


async def test_what_a_supporter_shares_is_kept_as_they_said_it(stage: Stage) -> None:
    supporter = stage.somebody(connections={"faith": ("quaker",), "setting": ("oak-house",)}, age_band="35-44")

    kept, _ = await stage.put(supporter)

    assert kept == await stage.supporter(supporter.id) == supporter


async def test_of_a_supporter_whom_the_release_before_recorded_nothing_new_is_known(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)

    async with stage.database.transaction(stage.caller) as tx:
        await tx.execute(sa.update(supporters).values(connections=None, age_band=None))

    assert await stage.supporter(supporter.id) == supporter


async def test_lists_and_rounds_know_who_supported_somebody_before(stage: Stage) -> None:
    programme = await stage.a_programme(terms=ProgrammeTerms(definition_version=1, different_peers=True))
    first, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    await stage.end(await stage.a_match(first, supporter))
    again = await stage.an_accepted_referral(programme, person_id=first.person_id)

    async with stage.database.transaction(stage.caller) as tx:
        _, ranked = await rank_candidates(tx, again.referral_id, now=NOW)
        programme_now = await get_programme(tx, programme.programme_id, stage.organisation_id)
        given = await get_waiting_list(tx, programme_now, TODAY)

    assert ranked.candidates[0].parts[-1].connection == "variety"
    assert given.supported_before == {(again.referral_id, supporter.id)}


async def test_a_programmes_default_holds_for_what_nobody_said_anything_of(stage: Stage) -> None:
    reserved = ProgrammeTerms(definition_version=1, disclosure="matching-only")
    programme = await stage.a_programme(terms=reserved)
    supporter = stage.somebody(programme_ids=(programme.programme_id,))
    referral = await stage.an_accepted_referral(programme)

    kept, _ = await stage.put(supporter)

    assert (kept.experience, kept.conditions, kept.interests) == ((), (), ("gardening",))
    async with stage.database.transaction(stage.caller) as tx:
        _, ranked = await rank_candidates(tx, referral.referral_id, now=NOW)
    assert ranked.candidates[0].parts[1].because == "1 of 1 shared: a shared experience"
