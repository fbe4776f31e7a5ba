"""Who comes to a meeting with whom: as a pair of two who are referred, or with somebody whom nobody names.

RE: dementia cafés are for people with dementia and their carers, who come as a pair, or either alone.
"""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.matching import SessionLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.meeting import CompanyDisagrees, PairsOff, check_pairs, together
from kith_matching.domain.occasion import Company
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.matching.desk import Desk

PEOPLE = [new_id() for _ in range(4)]
SAID = st.lists(
    st.builds(
        Company, st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE), st.integers(min_value=0, max_value=2)
    ),
    max_size=4,
)


@pytest.fixture
async def cafe(desk: Desk) -> Desk:
    """The desk of a programme to which people come as a pair, or alone."""
    terms = ProgrammeTerms(definition_version=1, knowing_each_other="expected", comes_as=("pair", "alone"))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    return desk


async def people(desk: Desk, many: int) -> list[str]:
    return [str((await desk.a_referral()).referral_id) for _ in range(many)]


async def met(desk: Desk, there: list[str], *came_with: dict[str, Any], **different: Any) -> Any:
    group = {"kind": "group", "group_id": str(new_id()), "programme_id": str(desk.programme.programme_id)}
    body = group | {"held_on": desk.today, "minutes": 90, "channel": "in-person", "attended_referral_ids": there}
    return await desk.create("/sessions", body | {"came_with": came_with} | different)


async def corrected(desk: Desk, session: dict[str, Any], **instead: Any) -> Any:
    body = {"held_on": session["held_on"], "minutes": session["minutes"], "channel": session["channel"]} | instead
    return await desk.put(f"/sessions/{session['id']}", body, f'"{session["version"]}"')


async def told(desk: Desk) -> dict[str, tuple[str | None, int]]:
    """How each came, and with how many, as it was told last."""
    facts = [fact for fact in await desk.stage.told() if isinstance(fact, SessionLogged)]
    return {str(fact.referral_id): (fact.came_as, fact.companions) for fact in facts}


def company(session: dict[str, Any]) -> dict[str, tuple[str | None, int]]:
    return {one["referral_id"]: (one["pair_with"], one["companions"]) for one in session["came_with"]}


async def test_two_who_came_as_a_pair_are_one_anothers_and_each_is_told_of_as_one_of_a_pair(cafe: Desk) -> None:
    person, carer, alone = await people(cafe, 3)

    logged = await met(cafe, [person, carer, alone], {"referral_id": person, "pair_with": carer})

    assert logged.status_code == 201
    assert company(logged.json()) == {person: (carer, 0), carer: (person, 0)}
    assert await told(cafe) == {person: ("pair", 0), carer: ("pair", 0), alone: (None, 0)}
    read = (await cafe.get(logged.headers["Location"])).json()
    (listed,) = (await cafe.get("/sessions")).json()["items"]
    assert read == listed == logged.json()


async def test_who_came_with_somebody_whom_nobody_refers_is_counted_with_them_wherever_it_is(desk: Desk) -> None:
    person, other = await people(desk, 2)

    logged = await met(desk, [person, other], {"referral_id": person, "companions": 2})

    assert company(logged.json()) == {person: (None, 2)}
    assert await told(desk) == {person: (None, 2), other: (None, 0)}


async def test_nobody_comes_as_a_pair_to_a_programme_that_does_not_say_so(desk: Desk) -> None:
    person, carer = await people(desk, 2)

    refused = await met(desk, [person, carer], {"referral_id": person, "pair_with": carer})
    logged = (await met(desk, [person, carer])).json()
    corrected_to = await corrected(desk, logged, came_with=[{"referral_id": person, "pair_with": carer}])

    assert [(one.status_code, one.json()["code"]) for one in (refused, corrected_to)] == [(409, "pairs-off")] * 2


@pytest.mark.parametrize("known", [(), ("alone", "household")])
def test_a_pair_is_asked_of_the_definition_and_a_companion_is_not(known: tuple[str, ...]) -> None:
    one, other = PEOPLE[:2]

    check_pairs(together([Company(one, companions=1)], PEOPLE), known)
    with pytest.raises(PairsOff):
        check_pairs(together([Company(one, other)], PEOPLE), known)


async def test_one_of_a_pair_who_was_not_there_was_no_company(cafe: Desk) -> None:
    person, carer = await people(cafe, 2)
    both = {"referral_id": person, "pair_with": carer, "companions": 1}
    logged = (await met(cafe, [person, carer], both)).json()

    unsaid = (await corrected(cafe, logged, minutes=80)).json()
    alone = (await corrected(cafe, unsaid, attended_referral_ids=[person])).json()

    assert company(unsaid) == company(logged)
    assert company(alone) == {person: (None, 1)}
    assert await told(cafe) == {person: (None, 1), carer: (None, 0)}


async def test_who_came_with_whom_is_put_right_told_anew_and_what_was_said_before_is_kept(cafe: Desk) -> None:
    person, carer = await people(cafe, 2)
    logged = (await met(cafe, [person, carer])).json()

    paired = (await corrected(cafe, logged, came_with=[{"referral_id": carer, "pair_with": person}])).json()
    same = (await corrected(cafe, paired, came_with=[{"referral_id": person, "pair_with": carer}])).json()
    parted = (await corrected(cafe, paired, came_with=[])).json()

    assert [one["version"] for one in (paired, same, parted)] == [2, 2, 3]
    assert (company(paired), company(parted)) == ({person: (carer, 0), carer: (person, 0)}, {})
    assert await told(cafe) == {person: (None, 0), carer: (None, 0)}
    before = (await cafe.get(f"/sessions/{logged['id']}/corrections")).json()["items"]
    assert [company(one) for one in before] == [{}, company(paired)]


async def test_nobody_comes_with_anybody_to_a_session_of_a_match(cafe: Desk) -> None:
    body = {"kind": "one-to-one", "match_id": await cafe.a_match(), "held_on": cafe.today, "minutes": 60}
    logged = (await cafe.create("/sessions", body | {"channel": "in-person"})).json()

    assert (await corrected(cafe, logged, came_with=[])).json()["code"] == "cannot-attend"


async def test_a_pair_that_is_sent_again_is_the_same_whoever_of_them_is_named_first(cafe: Desk) -> None:
    person, carer = await people(cafe, 2)
    note = {"client_id": str(new_id()), "group_id": str(new_id())}
    first = await met(cafe, [person, carer], {"referral_id": person, "pair_with": carer}, **note)

    again = await met(cafe, [carer, person], {"referral_id": carer, "pair_with": person}, **note)
    other = await met(cafe, [carer, person], **note)

    assert again.json() == first.json()
    assert other.json()["code"] == "logged-otherwise"


async def test_of_a_person_who_was_erased_it_is_not_kept_with_whom_they_came(cafe: Desk) -> None:
    referral, carer = await cafe.a_referral(), (await people(cafe, 1))[0]
    person = str(referral.referral_id)
    both = [{"referral_id": person, "pair_with": carer, "companions": 1}, {"referral_id": carer, "companions": 2}]
    logged = (await met(cafe, [person, carer], *both)).json()
    paired = (await corrected(cafe, logged, minutes=80)).json()

    await cafe.stage.hear(a_person_erased(referral))

    left = (await cafe.get(f"/sessions/{paired['id']}")).json()
    assert company(left) == {carer: (None, 2)}
    (before,) = (await cafe.get(f"/sessions/{paired['id']}/corrections")).json()["items"]
    assert before["came_with"] == []
    async with cafe.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [])
    (attended,) = [one for one in held.holdings if one.kind == "attendance"]
    assert (attended.tombstone, attended.says["companions"], attended.says["as_a_pair"]) == (True, 0, False)


@pytest.mark.parametrize(
    "said",
    [
        [Company(PEOPLE[0], PEOPLE[0])],
        [Company(PEOPLE[0], PEOPLE[1]), Company(PEOPLE[2], PEOPLE[1])],
        [Company(PEOPLE[0], companions=1), Company(PEOPLE[0], companions=2)],
        [Company(PEOPLE[0], PEOPLE[3])],
        [Company(PEOPLE[3], companions=1)],
    ],
    ids=["with-themself", "two-pairs", "twice", "a-pair-with-who-was-not-there", "was-not-there"],
)
def test_who_came_with_whom_is_said_once_of_those_who_were_there(said: list[Company]) -> None:
    with pytest.raises(CompanyDisagrees):
        together(said, PEOPLE[:3])


@given(said=SAID, there=st.sets(st.sampled_from(PEOPLE)))
def test_of_a_pair_each_is_the_others_and_nobodys_else_whatever_is_said(said: list[Company], there: set[UUID]) -> None:
    try:
        found = together(said, there)
    except CompanyDisagrees:
        return

    assert found.keys() <= there
    for id_, one in found.items():
        assert one.referral_id == id_
        assert one
        if one.pair_with is not None:
            assert one.pair_with != id_
            assert found[one.pair_with].pair_with == id_
    for one in said:
        kept = found.get(one.referral_id, Company(one.referral_id))
        assert kept.companions == one.companions
        assert one.pair_with in {None, kept.pair_with}
