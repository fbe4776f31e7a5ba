"""Whole lists at once say of every pair what the rules and the score say of that pair alone."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.private import NOTHING, Private
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.rules import Pair
from kith_matching.domain.score import rank
from kith_matching.domain.sharing import Connection
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.domain.terms import CheckAsked, Rule, Terms, TrainingAsked
from kith_matching.solving.pairing import Candidate, pair_up
from tests.matching.builders import DAY, TODAY, WEIGHTS, a_check, a_programme, a_referral, a_supporter, a_training

CODES = ["a", "b", "c"]
CHANNELS = ["in-person", "telephone", "video"]
DISTRICTS = ["G12", "EH1"]
LANGUAGES = ["en", "pl"]
REQUESTS = ["women-only", "same-faith"]
AGES = ["5-14", "15-24", "25-34", "35-44", "55-64", "85-plus", "unknown"]
CONNECTIONS = ["impact", "faith", "setting"]
RULES = [
    *(Rule.SAME_CONDITION, Rule.SHARED_EXPERIENCE, Rule.SAME_AGE_OR_OLDER, Rule.SAME_SETTING),
    Rule.TRAINED_FOR_LOW_MOOD,
]
TRAININGS = st.sampled_from(["first-aid", "listening"])


def some(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=len(codes)).map(tuple)


CONNECTED = st.dictionaries(st.sampled_from(CONNECTIONS), some(CODES), max_size=3)
WEIGHTED = st.one_of(
    st.just(WEIGHTS),
    st.dictionaries(st.sampled_from([*WEIGHTS, *Connection, "age"]), st.integers(-50, 100), max_size=8),
)
TERMS = st.builds(
    Terms,
    rules=st.sampled_from([(), *((rule,) for rule in RULES)]),
    conditions=some(CODES),
    related=st.dictionaries(st.sampled_from(CODES), some(CODES), max_size=3),
    related_percent=st.integers(0, 100),
    different_peers=st.booleans(),
    supporter_minimum_age=st.sampled_from([16, 18, 30]),
    training=st.lists(st.builds(TrainingAsked, TRAININGS, st.sampled_from([None, 1])), max_size=1).map(tuple),
    low_mood_training=some(["first-aid", "listening"]),
    checks=st.sampled_from([(), (), (CheckAsked("england", "dbs", "enhanced", 1),)]),
)
SHARED = {"age_band": st.sampled_from(AGES), "conditions": some(CODES), "connections": CONNECTED}
PROGRAMMES = st.builds(
    a_programme,
    minimum_age=st.sampled_from([None, 18, 40]),
    maximum_age=st.sampled_from([None, 50]),
    checks_required=st.booleans(),
    channels=some(CHANNELS),
    weights=WEIGHTED,
    terms=TERMS,
)
SHARING = st.builds(
    a_programme,
    minimum_age=st.none(),
    weights=st.fixed_dictionaries(
        {name: st.integers(-50, 100) for name in ("condition", "experience", "impact", "faith", "age")}
    ),
    terms=TERMS.map(lambda its: replace(its, training=(), checks=())),
)


def referrals(programme: Programme) -> st.SearchStrategy[Referral]:
    return st.builds(
        a_referral,
        st.just(programme),
        age_band=st.sampled_from(["15-17", *AGES]),
        connections=CONNECTED,
        district=st.sampled_from([None, *DISTRICTS]),
        language=st.sampled_from(LANGUAGES),
        interpreter=st.sampled_from([None, None, "gd"]),
        needs=some([*CODES, "low-mood"]),
        conditions=some(CODES),
        interests=some(CODES),
        requested=some(REQUESTS),
        channels=some(CHANNELS),
    )


def supporters(programme: Programme) -> st.SearchStrategy[Supporter]:
    return st.builds(
        a_supporter,
        programme_ids=st.sampled_from([(), (programme.id,)]),
        age_band=st.sampled_from(AGES),
        connections=CONNECTED,
        state=st.sampled_from(SupporterState),
        capacity=st.integers(0, 2),
        experience=some(CODES),
        conditions=some(CODES),
        interests=some(CODES),
        languages=some(LANGUAGES),
        districts=some(DISTRICTS),
        channels=some(CHANNELS),
        meets=some(REQUESTS),
        checks_valid_until=st.sampled_from([None, TODAY - DAY, TODAY]),
        checks=st.lists(st.builds(a_check, level=st.sampled_from(["basic", "enhanced"])), max_size=1).map(tuple),
        trainings=st.lists(
            st.builds(a_training, TRAININGS, st.sampled_from([TODAY, TODAY - 40 * DAY])), max_size=2
        ).map(tuple),
    )


def likely(supporter: Supporter, programme: Programme) -> Supporter:
    """The same, as somebody whom no rule about supporters alone stops: else most pairs would be stopped by those."""
    trainings = (*supporter.trainings, *(a_training(one.code) for one in programme.terms.training))
    return replace(
        supporter,
        programme_ids=(programme.id,),
        state=SupporterState.ACTIVE,
        capacity=3,
        checks_valid_until=TODAY,
        checks=(a_check(),),
        trainings=trainings,
    )


@given(data=st.data(), programme=PROGRAMMES)
def test_every_pair_is_allowed_and_scored_as_it_is_alone(data: st.DataObject, programme: Programme) -> None:
    people = data.draw(st.lists(referrals(programme), max_size=4))
    drawn = data.draw(st.lists(supporters(programme), max_size=4))
    others = [likely(one, programme) for one in data.draw(st.lists(supporters(programme), max_size=4))]
    loads = st.builds(Load, st.integers(0, 1), st.integers(0, 1))
    candidates = [(one, data.draw(loads)) for one in [*drawn, *others]]
    known = data.draw(known_of(people, candidates))

    assert all_at_once(programme, people, candidates, **known) == one_by_one(programme, people, candidates, **known)


@given(data=st.data(), programme=SHARING)
def test_what_two_share_counts_in_a_list_as_it_does_in_a_pair(data: st.DataObject, programme: Programme) -> None:
    """Nothing else stops these: else few pairs would come as far as what they share."""
    people = [
        a_referral(programme, **what)
        for what in data.draw(st.lists(st.fixed_dictionaries({**SHARED, "needs": some(CODES)}), min_size=3, max_size=6))
    ]
    candidates = [
        (a_supporter(programme, **what), Load())
        for what in data.draw(st.lists(st.fixed_dictionaries({**SHARED, "experience": some(CODES)}), min_size=6))
    ]
    known = data.draw(known_of(people, candidates))

    assert all_at_once(programme, people, candidates, **known) == one_by_one(programme, people, candidates, **known)


@pytest.mark.parametrize("rules", [(), *((rule,) for rule in RULES)])
def test_every_rule_of_a_programme_holds_in_a_list_as_it_does_in_a_pair(rules: tuple[str, ...]) -> None:
    terms = Terms(rules=rules, conditions=("a",), related={"a": ("b",)}, different_peers=bool(rules))
    programme = a_programme(terms=terms, minimum_age=None, weights={"experience": 99, "age": 99, "impact": 99})
    subsets = [(), ("a",), ("b",), ("a", "b")]
    shared = [
        {"age_band": band, "conditions": codes, "connections": {"setting": codes, "impact": codes}}
        for band in AGES
        for codes in subsets
    ]
    people = [a_referral(programme, needs=what["conditions"], **what) for what in shared]
    candidates = [(a_supporter(programme, experience=what["conditions"], **what), Load()) for what in shared]
    ids = [one.id for one, _ in candidates]
    known: dict[str, Any] = {
        "said_no": {(people[-1].id, ids[-1])},
        "supported_before": {(people[-1].id, ids[-2])},
        "private": {ids[-3]: Private(avoids=frozenset({"b"})), ids[-4]: Private(person_id=people[-2].person_id)},
    }

    found = all_at_once(programme, people, candidates, **known)

    assert found == one_by_one(programme, people, candidates, **known)
    assert 0 < len(found) < len(people) * len(candidates)


@st.composite
def known_of(draw: st.DrawFn, people: list[Referral], candidates: list[Candidate]) -> dict[str, Any]:
    """Who said no, who supported whom before, and what some supporters keep to themselves."""
    if not people or not candidates:
        return {"said_no": set(), "supported_before": set(), "private": {}}
    one = st.sampled_from([supporter.id for supporter, _ in candidates])
    pairs = st.sets(st.tuples(st.sampled_from([person.id for person in people]), one), max_size=3)
    kept = st.builds(
        Private,
        avoids=st.sampled_from([frozenset(), frozenset({"a"}), frozenset({"b", "c"})]),
        person_id=st.sampled_from([None, *(person.person_id for person in people)]),
    )
    private = draw(st.dictionaries(one, kept, min_size=1, max_size=3))
    return {"said_no": draw(pairs), "supported_before": draw(pairs), "private": private}


def test_a_person_with_low_mood_gets_only_who_is_trained_where_the_programme_says_so() -> None:
    terms = Terms(rules=("trained-for-low-mood",), low_mood_training=("first-aid",))
    programme = a_programme(terms=terms)
    low, other = a_referral(programme, needs=("low-mood",)), a_referral(programme, needs=("isolation",))
    trained, untrained = a_supporter(programme, trainings=(a_training("first-aid"),)), a_supporter(programme)
    candidates = [(trained, Load()), (untrained, Load())]

    found = all_at_once(programme, [low, other], candidates)

    assert [pair[:2] for pair in found] == [(low.id, trained.id), (other.id, trained.id), (other.id, untrained.id)]
    assert found == one_by_one(programme, [low, other], candidates)


def all_at_once(
    programme: Programme, people: list[Referral], candidates: list[Candidate], said_no: Any = frozenset(), **known: Any
) -> list[Any]:
    found = pair_up(programme, people, candidates, said_no, TODAY, **known)
    rows = zip(found.person.tolist(), found.supporter.tolist(), found.score.tolist(), strict=True)
    return [(people[person].id, candidates[supporter][0].id, score) for person, supporter, score in rows]


def one_by_one(
    programme: Programme,
    people: list[Referral],
    candidates: list[Candidate],
    *,
    said_no: Collection[tuple[UUID, UUID]] = frozenset(),
    supported_before: Collection[tuple[UUID, UUID]] = frozenset(),
    private: Mapping[UUID, Private] = MappingProxyType({}),
) -> list[Any]:
    order = [one.id for one, _ in candidates]
    allowed: list[tuple[UUID, UUID, int]] = []
    for person in people:
        pairs = [
            Pair(
                person,
                programme,
                one,
                load,
                said_no=(person.id, one.id) in said_no,
                supported_before=(person.id, one.id) in supported_before,
                private=private.get(one.id, NOTHING),
            )
            for one, load in candidates
        ]
        ranked = [(person.id, one.pair.supporter.id, one.score) for one in rank(pairs, TODAY).candidates]
        allowed += sorted(ranked, key=lambda row: order.index(row[1]))
    return allowed
