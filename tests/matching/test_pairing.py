"""Whole lists at once say of every pair what the rules and the score say of that pair alone."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.rules import Pair
from kith_matching.domain.score import rank
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.domain.terms import CheckAsked, Terms, TrainingAsked
from kith_matching.solving.pairing import Candidate, pair_up
from tests.matching.builders import DAY, TODAY, WEIGHTS, a_check, a_programme, a_referral, a_supporter, a_training

CODES = ["a", "b", "c"]
CHANNELS = ["in-person", "telephone", "video"]
DISTRICTS = ["G12", "EH1"]
LANGUAGES = ["en", "pl"]
REQUESTS = ["women-only", "same-faith"]
TRAININGS = st.sampled_from(["first-aid", "listening"])


def some(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=len(codes)).map(tuple)


WEIGHTED = st.one_of(
    st.just(WEIGHTS), st.dictionaries(st.sampled_from(list(WEIGHTS)), st.integers(-50, 100), max_size=5)
)
PROGRAMMES = st.builds(
    a_programme,
    minimum_age=st.sampled_from([None, 18, 40]),
    maximum_age=st.sampled_from([None, 50]),
    checks_required=st.booleans(),
    channels=some(CHANNELS),
    weights=WEIGHTED,
    terms=st.builds(
        Terms,
        rules=st.sampled_from([(), ("trained-for-low-mood",)]),
        training=st.lists(st.builds(TrainingAsked, TRAININGS, st.sampled_from([None, 1])), max_size=1).map(tuple),
        low_mood_training=some(["first-aid", "listening"]),
        checks=st.sampled_from([(), (CheckAsked("england", "dbs", "enhanced", 1),)]),
    ),
)


def referrals(programme: Programme) -> st.SearchStrategy[Referral]:
    return st.builds(
        a_referral,
        st.just(programme),
        age_band=st.sampled_from(["15-17", "35-44", "55-64", "85-plus", "unknown"]),
        district=st.sampled_from([None, *DISTRICTS]),
        language=st.sampled_from(LANGUAGES),
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
    ids = [(person.id, one.id) for person in people for one, _ in candidates]
    said_no = set(data.draw(st.lists(st.sampled_from(ids), max_size=3))) if ids else set()

    assert all_at_once(programme, people, candidates, said_no, TODAY) == one_by_one(
        programme, people, candidates, said_no, TODAY
    )


def test_a_person_with_low_mood_gets_only_who_is_trained_where_the_programme_says_so() -> None:
    terms = Terms(rules=("trained-for-low-mood",), low_mood_training=("first-aid",))
    programme = a_programme(terms=terms)
    low, other = a_referral(programme, needs=("low-mood",)), a_referral(programme, needs=("isolation",))
    trained, untrained = a_supporter(programme, trainings=(a_training("first-aid"),)), a_supporter(programme)
    candidates = [(trained, Load()), (untrained, Load())]

    found = all_at_once(programme, [low, other], candidates, set(), TODAY)

    assert [pair[:2] for pair in found] == [(low.id, trained.id), (other.id, trained.id), (other.id, untrained.id)]
    assert found == one_by_one(programme, [low, other], candidates, set(), TODAY)


def all_at_once(programme: Programme, people: list[Referral], candidates: list[Candidate], *more: Any) -> list[Any]:
    found = pair_up(programme, people, candidates, *more)
    rows = zip(found.person.tolist(), found.supporter.tolist(), found.score.tolist(), strict=True)
    return [(people[person].id, candidates[supporter][0].id, score) for person, supporter, score in rows]


def one_by_one(
    programme: Programme,
    people: list[Referral],
    candidates: list[Candidate],
    said_no: set[tuple[UUID, UUID]],
    today: date,
) -> list[Any]:
    order = [one.id for one, _ in candidates]
    allowed: list[tuple[UUID, UUID, int]] = []
    for person in people:
        pairs = [Pair(person, programme, one, load, (person.id, one.id) in said_no) for one, load in candidates]
        ranked = [(person.id, one.pair.supporter.id, one.score) for one in rank(pairs, today).candidates]
        allowed += sorted(ranked, key=lambda row: order.index(row[1]))
    return allowed
