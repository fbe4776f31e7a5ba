"""People whom nobody could take are found on the day it is true, with the rule that would change it."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_contracts.matching import NoFeasibleSupporter
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain import refusals
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.round import WaitingList
from kith_matching.domain.rules import Pair, stops
from kith_matching.domain.supporter import Load
from kith_matching.domain.unplaceable import Cause, cause_of, look_at
from kith_matching.solving.lonely import find_lonely
from kith_matching.store.turns import list_next
from kith_matching.timers import TIMERS
from tests.builders import a_consent_changed, a_referral_closed
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY, NOW, TODAY, a_programme, a_referral, a_supporter
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_pairing import PROGRAMMES, likely, referrals, supporters

LANGUAGE, REQUEST, PLACES, NO = (
    refusals.LanguageNotShared(),
    refusals.RequestNotMet(),
    refusals.NoCapacity(),
    refusals.SaidNo(),
)


class TopicKept(PairStopped):
    """A rule of which nobody may learn that it stopped anything."""

    code = "kept-private"
    hidden: ClassVar[bool] = True


def test_the_rules_named_are_those_of_whom_the_fewest_stand_in_the_way() -> None:
    cause = cause_of([(LANGUAGE,), (PLACES,), (PLACES,), (REQUEST, LANGUAGE, NO)])

    assert cause == Cause(("language-not-shared", "no-capacity"), "no-capacity", 2)


def test_where_everybody_is_stopped_twice_no_one_rule_would_change_it() -> None:
    assert cause_of([(LANGUAGE, PLACES)]) == Cause(("language-not-shared", "no-capacity"), None, 0)


def test_of_two_rules_that_would_give_as_many_the_first_by_name_is_said() -> None:
    assert cause_of([(PLACES,), (LANGUAGE,)]).would_change == "language-not-shared"


def test_a_no_is_named_but_is_never_what_would_change_it() -> None:
    assert cause_of([(NO,), (NO,), (LANGUAGE,)]) == Cause(("language-not-shared", "said-no"), "language-not-shared", 1)


@pytest.mark.parametrize("stopped", [[], [(TopicKept(),)], [(TopicKept(), LANGUAGE)]])
def test_where_only_what_is_hidden_is_left_no_rule_is_named(stopped: list[tuple[PairStopped, ...]]) -> None:
    assert cause_of(stopped) == Cause(("no-suitable-supporter",), None, 0)


@given(stopped=st.lists(st.lists(st.sampled_from([LANGUAGE, PLACES, NO, TopicKept()]), min_size=1, unique=True)))
def test_a_hidden_rule_changes_nothing_that_is_said_of_others(stopped: list[list[PairStopped]]) -> None:
    without = [tuple(one) for one in stopped if not any(stop.code == "kept-private" for stop in one)]

    assert cause_of(map(tuple, stopped)) == cause_of(without)


def test_it_is_news_once_and_again_when_other_rules_stand_in_the_way() -> None:
    referral = a_referral(a_programme())
    first, news = look_at(None, referral, Cause(("no-capacity",), "no-capacity", 3), now=NOW)
    same, same_news = look_at(first, referral, Cause(("no-capacity",), "no-capacity", 2), now=NOW + DAY)
    other, other_news = look_at(same, referral, Cause(("said-no",), None, 0), now=NOW + 2 * DAY)

    assert (news, same_news, other_news) == (True, False, True)
    assert (other.since, same.told_at, other.told_at) == (NOW, NOW, NOW + 2 * DAY)
    assert same.cause.supporters == 2


@given(data=st.data(), programme=PROGRAMMES)
def test_whoever_is_alone_is_stopped_with_everybody_by_the_rules_that_are_named(
    data: st.DataObject, programme: Programme
) -> None:
    people = data.draw(st.lists(referrals(programme), max_size=4))
    others = [likely(one, programme) for one in data.draw(st.lists(supporters(programme), max_size=3))]
    loads = st.builds(Load, st.integers(0, 3))
    candidates = [(one, data.draw(loads)) for one in others]

    found = find_lonely(WaitingList(programme, people, candidates, frozenset()), {}, today=TODAY, most=1000)

    stopped = {
        person.id: [stops(Pair(person, programme, one, load), TODAY) for one, load in candidates] for person in people
    }
    alone = {who: cause_of(rules) for who, rules in stopped.items() if all(rules)}
    assert found.everybody == set(alone)
    assert {who.id: cause for who, cause in found.causes} == alone


def test_everybody_whom_one_rule_alone_stops_is_counted() -> None:
    programme = a_programme()
    full, other = ((a_supporter(programme), Load(matches=1)) for _ in range(2))
    speaks_polish_alone = (a_supporter(programme, languages=("pl",)), Load())
    given = WaitingList(programme, [a_referral(programme)], [full, speaks_polish_alone, other], frozenset())

    ((_, cause),) = find_lonely(given, {}, today=TODAY, most=10).causes

    assert cause == Cause(("language-not-shared", "no-capacity"), "no-capacity", 2)


def lonely(programme: Programme, *people: Referral, **more: Any) -> list[Referral]:
    given = WaitingList(programme, people, [(a_supporter(programme), Load())] * 5, frozenset())
    return [who for who, _ in find_lonely(given, today=TODAY, **more).causes]


def test_where_there_are_too_many_who_was_never_asked_about_comes_first_then_whoever_waited_longest() -> None:
    programme = a_programme()
    known, new, newer = (a_referral(programme, language="pl", received_on=TODAY - days * DAY) for days in (90, 9, 3))

    first = lonely(programme, known, newer, new, looked_at={known.id: NOW}, most=10)
    again = lonely(programme, known, newer, new, looked_at={known.id: NOW, new.id: NOW + DAY, newer.id: NOW}, most=10)

    assert first == [new, newer]
    assert again == [known, newer]


async def told_of(stage: Stage, referral: ReferralCreated) -> list[NoFeasibleSupporter]:
    told = [fact for fact in await stage.told() if isinstance(fact, NoFeasibleSupporter)]
    return [fact for fact in told if fact.referral_id == referral.referral_id]


async def test_it_is_told_once_shown_to_the_coordinator_and_over_when_somebody_could(desk: Desk) -> None:
    await desk.a_supporter()
    await desk.a_referral()
    referral = await desk.a_referral(language="pl")

    await desk.stage.look_through(desk.programme)
    await desk.stage.look_through(desk.programme, NOW + DAY)

    (fact,) = await told_of(desk.stage, referral)
    assert (fact.rules, fact.would_change, fact.supporters) == (("language-not-shared",), "language-not-shared", 1)
    (shown,) = (await desk.get("/unplaceable")).json()["items"]
    assert (shown["id"], shown["blocking"], shown["supporters"]) == (str(referral.referral_id), list(fact.rules), 1)
    waiting = {one["id"]: one for one in (await desk.get("/waiting")).json()["items"]}
    assert waiting.pop(shown["id"])["nobody_since"] == shown["nobody_since"]
    assert [(one["nobody_since"], one["blocking"]) for one in waiting.values()] == [(None, [])]

    await desk.a_supporter(languages=["pl"])
    await desk.stage.look_through(desk.programme)

    assert (await desk.get("/unplaceable")).json()["items"] == []
    assert len(await told_of(desk.stage, referral)) == 1


async def test_whoever_stops_waiting_is_not_shown_and_then_forgotten(database_of: DatabaseOf) -> None:
    """On a database of its own: the timer looks through the whole network."""
    stage = Stage(await database_of("matching"))
    programme, other = [
        await stage.a_programme(terms=ProgrammeTerms(definition_version=1, round_every_days=7)) for _ in range(2)
    ]
    closed, withdrawn, stays = [await stage.an_accepted_referral(one) for one in (other, programme, programme)]
    (timer,) = [timer for timer in TIMERS if timer.name == "find-unplaceable"]

    async def rows_after(now: Any) -> set[Any]:
        async with stage.database.network_transaction() as tx:
            await timer.run(tx, now)
        async with stage.database.network_transaction() as tx:
            return set((await tx.exec_driver_sql("select referral_id from unplaceable")).scalars())

    assert await rows_after(NOW) == {closed.referral_id, withdrawn.referral_id, stays.referral_id}

    await stage.hear(a_referral_closed(closed), a_consent_changed(withdrawn, state="withdrawn"))

    assert await rows_after(NOW) == {stays.referral_id}
    assert [fact.rules for fact in await told_of(stage, stays)] == [("no-suitable-supporter",)]


async def test_only_programmes_that_match_people_are_looked_through(database_of: DatabaseOf) -> None:
    stage = Stage(await database_of("matching"))
    cafe = await stage.a_programme(terms=ProgrammeTerms(definition_version=1))
    undefined, without_supporters = await stage.a_programme(), await stage.a_programme()
    for programme in (cafe, undefined, without_supporters):
        await stage.an_accepted_referral(programme)
    for programme in (cafe, undefined):
        await stage.a_supporter(programme)

    async with stage.database.network_transaction() as tx:
        found = await list_next(tx, limit=10)

    assert [programme.id for programme in found] == [undefined.programme_id]
