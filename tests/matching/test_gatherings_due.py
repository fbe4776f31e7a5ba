"""What falls due of groups, courses and slots: people are asked alone, missed when they stay away, and told of once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.matching import WorkFellDue
from kith_matching.domain.helping import Coming, Moment, NotComeYet, Says, take_of_meetings
from kith_matching.domain.occasion import Outcome
from kith_matching.domain.refusals import InTheFuture, PersonErased, ReferralClosed
from kith_matching.usecases import correcting
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased, a_referral_closed
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY, TODAY, a_programme, a_referral
from tests.matching.gathering import ASKED, MISSED_AFTER, REVIEW_WEEKS, Gathering, a_gathering, on
from tests.matching.stage import Stage

DAYS = st.integers(-60, 60).map(lambda n: TODAY + n * DAY)


@pytest.fixture
async def alone(database_of: DatabaseOf) -> Stage:
    """Alone in the network: a timer sees all of it."""
    return Stage(await database_of("matching"))


@pytest.fixture
async def circle(alone: Stage) -> Gathering:
    """A planned group of a formal programme that asks whether it helps."""
    gathering = await a_gathering(alone)
    await gathering.plan()
    return gathering


def a_coming(**different: Any) -> Coming:
    usual = {"first_on": TODAY - 40 * DAY, "second_on": TODAY - 30 * DAY, "last_on": TODAY - 2 * DAY}
    ids = {"referral_id": new_id(), "programme_id": new_id(), "organisation_id": new_id()}
    return Coming(**(ids | usual | different))


@given(DAYS, st.none() | DAYS, st.none() | DAYS, st.sampled_from(Moment))
def test_an_answer_moves_no_day_back_and_only_a_review_moves_the_next(
    asked_on: Any, before: Any, reviewed: Any, moment: Moment
) -> None:
    coming = a_coming(asked_on=before, reviewed_on=reviewed)
    refused = InTheFuture if asked_on > TODAY else NotComeYet if asked_on < coming.first_on else None

    def take() -> Any:
        return take_of_meetings(
            a_referral(a_programme()), coming, Says.HELPING, moment, asked_on=asked_on, today=TODAY, helping_id=new_id()
        )

    if refused is not None:
        with pytest.raises(refused):
            take()
        return
    helping, after = take()
    assert (helping.match_id, helping.asked_on) == (None, asked_on)
    assert after.asked_on == max(day for day in (before, asked_on) if day)
    assert after.reviewed_on == (
        max(day for day in (reviewed, asked_on) if day) if moment is Moment.REVIEW else reviewed
    )


def test_nobody_is_asked_who_came_to_nothing_or_whose_referral_is_over_or_who_was_erased() -> None:
    for referral, coming, refusal in (
        (a_referral(a_programme()), a_coming(first_on=None), NotComeYet),
        (a_referral(a_programme(), closed_reason="support-ended"), a_coming(), ReferralClosed),
        (a_referral(a_programme(), erased=True), a_coming(), PersonErased),
    ):
        with pytest.raises(refusal):
            take_of_meetings(
                referral, coming, Says.HARDER, Moment.IN_BETWEEN, asked_on=TODAY, today=TODAY, helping_id=new_id()
            )


async def test_a_person_is_to_be_asked_after_the_second_meeting_to_which_they_came(circle: Gathering) -> None:
    person, other = await circle.somebody(), await circle.somebody()
    await circle.meets(circle.day(0), person, other)
    await circle.meets(circle.day(7), other, outcome=Outcome.HAPPENED)
    first = await circle.looks(circle.day(7))

    await circle.meets(circle.day(14), person)

    assert first == [("ask-whether-it-helps", other, circle.day(7))]
    assert await circle.looks(circle.day(14)) == [("ask-whether-it-helps", person, circle.day(14))]
    assert await circle.looks(circle.day(15)) == []
    assert sorted(await circle.to_ask(circle.day(15))) == sorted(
        [("referral", other, circle.day(7)), ("referral", person, circle.day(14))]
    )
    assert set(await circle.worklist(circle.day(15))) >= {("ask-whether-it-helps", person)}


async def test_meetings_of_another_group_and_slots_of_a_listener_count_alike(alone: Stage) -> None:
    listening = await a_gathering(alone, ASKED.model_copy(update={"review_weeks": None, "missed_after_days": None}))
    person = await listening.somebody()

    await listening.meets(listening.day(0), person)
    await listening.meets(listening.day(3), person, of=new_id())

    assert await listening.looks(listening.day(3)) == [("ask-whether-it-helps", person, listening.day(3))]
    assert await listening.looks(listening.day(300)) == []


@pytest.mark.parametrize("moment", [Moment.SECOND_SESSION, Moment.IN_BETWEEN])
async def test_whoever_was_asked_of_a_group_is_asked_again_at_the_review_if_they_came_since(
    circle: Gathering, moment: Moment
) -> None:
    person = await circle.somebody()
    for week in (0, 1):
        await circle.meets(circle.day(7 * week), person)
    await circle.says(person, circle.day(8), moment=moment)
    review_on = circle.day(7 * REVIEW_WEEKS)

    early = await circle.looks(review_on - DAY)
    told = await circle.looks(review_on)
    await circle.says(person, review_on + DAY, moment=Moment.REVIEW)

    assert ("review", person, review_on) not in early
    assert ("review", person, review_on) in told
    assert await circle.to_ask(review_on + 300 * DAY) == []
    await circle.meets(review_on + 2 * DAY, person)
    again = review_on + DAY + timedelta(weeks=REVIEW_WEEKS)
    assert await circle.to_ask(again - DAY) == []
    assert await circle.to_ask(again) == [("referral", person, again)]


@pytest.mark.parametrize("terms", [None, ASKED.model_copy(update={"components": ("signposting",)})])
async def test_where_the_programme_does_not_ask_nobody_is_asked(alone: Stage, terms: Any) -> None:
    cafe = await a_gathering(alone, terms, formality="organised")
    person = await cafe.somebody()
    for week in range(30):
        await cafe.meets(cafe.day(7 * week), person)

    assert await cafe.looks(cafe.day(210)) == []
    assert await cafe.to_ask(cafe.day(210)) == []


async def test_that_a_group_makes_it_harder_is_told_at_once_and_not_what_was_said(circle: Gathering) -> None:
    person = await circle.somebody()
    await circle.meets(circle.day(0), person, explained=True)
    before = await circle.stage.told()

    await circle.says(person, circle.day(1), Says.NO_DIFFERENT)
    await circle.says(person, circle.day(2), Says.HARDER, Moment.IN_BETWEEN)

    [fact] = await circle.stage.told_since(before)
    assert isinstance(fact, WorkFellDue)
    assert (fact.kind, fact.about_kind, fact.about_id, fact.at_once) == ("look-at-support", "referral", person, True)
    assert "harder" not in fact.model_dump_json()
    assert await circle.looks(circle.day(2)) == []
    assert await circle.worklist(circle.day(2)) == [("see-to-harder", person)]


async def test_somebody_who_is_matched_is_asked_of_the_match_alone(alone: Stage) -> None:
    circle = await a_gathering(alone)
    referral = await alone.an_accepted_referral(circle.programme)
    await alone.a_match(referral, await alone.a_supporter(circle.programme))
    for day in (0, 1):
        await circle.meets(circle.day(day), referral.referral_id)

    assert [one for one in await circle.to_ask(circle.day(1)) if one[0] == "referral"] == []


async def test_nobody_is_asked_any_more_who_left_until_they_come_again(circle: Gathering) -> None:
    person = await circle.somebody()
    place = await circle.joins(person)
    for day in (0, 7):
        await circle.meets(circle.day(day), person)
    await circle.leaves(place, circle.day(8))
    gone = await circle.to_ask(circle.day(8))

    await circle.meets(circle.day(14), person)

    assert (gone, await circle.to_ask(circle.day(14))) == ([], [("referral", person, circle.day(7))])


async def test_once_a_referral_is_closed_or_erased_nothing_is_due_of_it(alone: Stage) -> None:
    circle = await a_gathering(alone)
    await circle.plan()
    people = [await alone.an_accepted_referral(circle.programme) for _ in range(2)]
    for one in people:
        await circle.joins(one.referral_id)
    for day in (0, 7):
        await circle.meets(circle.day(day), *(one.referral_id for one in people))

    async def kinds() -> set[str]:
        async with alone.database.network_transaction() as tx:
            held = await list_holdings(tx, [people[1].person_id], [people[1].referral_id])
            return {one.kind for one in held.holdings}

    before = await kinds()
    await alone.hear(a_referral_closed(people[0]), a_person_erased(people[1]), at=on(circle.day(8)))
    await circle.meets(circle.day(10))

    assert await circle.looks(circle.day(30)) == []
    assert await circle.worklist(circle.day(30)) == []
    assert ("coming" in before, "coming" in await kinds()) == (True, False)


async def test_who_stays_away_is_noticed_once_when_the_group_met_without_them(circle: Gathering) -> None:
    away, there = await circle.somebody(), await circle.somebody()
    for person in (away, there):
        await circle.joins(person)
    await circle.meets(circle.day(0), away, there)
    for week in (1, 2, 3):
        await circle.meets(circle.day(7 * week), there)

    noticed = circle.day(MISSED_AFTER + 1)
    assert ("get-in-touch", away, noticed) not in await circle.looks(noticed - DAY)
    assert await circle.looks(noticed) == [("get-in-touch", away, noticed)]
    await circle.meets(circle.day(28), there)
    assert await circle.looks(circle.day(40)) == []
    assert ("get-in-touch", away) in await circle.worklist(circle.day(40))

    await circle.meets(circle.day(41), away, there)
    assert "get-in-touch" not in {kind for kind, _ in await circle.worklist(circle.day(41))}


async def test_whoever_gave_somebody_a_place_sees_that_they_stay_away_and_others_see_it_of_theirs(
    circle: Gathering,
) -> None:
    away = await circle.somebody()
    await circle.joins(away)
    await circle.meets(circle.day(1))

    day = circle.day(MISSED_AFTER + 1)

    assert await circle.worklist(day, of="tester") == [("get-in-touch", away)]
    assert await circle.worklist(day, of="somebody-else") == []


async def test_nobody_stays_away_from_a_group_that_does_not_meet(circle: Gathering) -> None:
    person = await circle.somebody()
    await circle.joins(person)
    await circle.meets(circle.day(0), person)
    await circle.meets(circle.day(7), outcome=Outcome.CANCELLED)
    quiet = await circle.looks(circle.day(50))

    await circle.meets(circle.day(51), await circle.somebody())

    assert quiet == [("see-to-group", circle.group_id, circle.day(MISSED_AFTER + 1))]
    assert await circle.looks(circle.day(51)) == [("get-in-touch", person, circle.day(51))]


async def test_what_somebody_says_shows_that_they_are_there_and_who_left_is_not_missed(circle: Gathering) -> None:
    heard, gone, other = [await circle.somebody() for _ in range(3)]
    await circle.joins(heard)
    place = await circle.joins(gone)
    await circle.meets(circle.day(0), heard, gone, other)
    for week in range(1, 6):
        await circle.meets(circle.day(7 * week), other)
    await circle.says(heard, circle.day(20), moment=Moment.IN_BETWEEN)
    await circle.leaves(place, circle.day(20))

    told = [await circle.looks(circle.day(n)) for n in (22, 41, 42)]

    missed = [[one for one in day if one[0] == "get-in-touch"] for day in told]
    assert missed == [[], [], [("get-in-touch", heard, circle.day(20 + MISSED_AFTER + 1))]]


async def test_whoever_has_just_been_given_a_place_has_not_stayed_away_while_they_waited(alone: Stage) -> None:
    circle = await a_gathering(alone, ASKED.model_copy(update={"waiting_list": True}))
    await circle.plan(places=2)
    first, second, waits = [await circle.somebody() for _ in range(3)]
    place = await circle.joins(first)
    await circle.joins(second)
    waiting = await circle.joins(waits)
    for week in range(6):
        await circle.meets(circle.day(7 * week), second)
    await circle.leaves(place, circle.day(36))
    await circle.accepts(waiting, circle.day(37))
    await circle.meets(circle.day(42), second)

    assert [one for one in await circle.worklist(circle.day(42)) if one[0] == "get-in-touch"] == []
    assert [one for one in await circle.worklist(circle.day(59)) if one[0] == "get-in-touch"] == [
        ("get-in-touch", waits)
    ]


async def test_a_group_that_goes_stale_is_seen_to_once_for_each_time(circle: Gathering) -> None:
    never = await circle.looks(circle.day(MISSED_AFTER))
    since = await circle.looks(circle.day(MISSED_AFTER + 1))
    again = await circle.looks(circle.day(200))
    shown = await circle.worklist(circle.day(200), of="somebody-else")

    await circle.meets(circle.day(201))

    assert (never, again) == ([], [])
    assert since == [("see-to-group", circle.group_id, circle.day(MISSED_AFTER + 1))]
    assert shown == [("see-to-group", circle.group_id)]
    assert await circle.looks(circle.day(201 + MISSED_AFTER)) == []
    assert await circle.looks(circle.day(201 + MISSED_AFTER + 1)) == [
        ("see-to-group", circle.group_id, circle.day(201 + MISSED_AFTER + 1))
    ]


async def test_a_course_that_has_had_all_its_meetings_goes_stale_no_more_and_nobody_is_missed_at_it(
    alone: Stage,
) -> None:
    course = await a_gathering(alone)
    await course.plan(meetings=2)
    await course.joins(await course.somebody())
    for day in (0, 7):
        await course.meets(course.day(day))

    assert await course.looks(course.day(200)) == []


async def test_informal_groups_are_left_alone(alone: Stage) -> None:
    informal = await a_gathering(
        alone,
        ASKED.model_copy(update={"components": ("headcount",), "missed_after_days": None, "review_weeks": None}),
        formality="informal",
    )
    await informal.plan()
    await informal.meets(informal.day(0))

    assert await informal.looks(informal.day(300)) == []
    assert await informal.worklist(informal.day(300)) == []


async def test_the_limits_are_explained_at_the_first_meeting_of_a_formal_programme(circle: Gathering) -> None:
    first, second = await circle.somebody(), await circle.somebody()
    await circle.meets(circle.day(0), first, explained=True)
    meeting = await circle.meets(circle.day(7), first, second)
    owed = await circle.worklist(circle.day(7))

    await correct(circle, meeting, first, second)

    assert ("explain-limits", second) in owed
    assert ("explain-limits", first) not in owed
    assert "explain-limits" not in {kind for kind, _ in await circle.worklist(circle.day(7))}


async def test_a_programme_that_is_not_formal_explains_no_limits(alone: Stage) -> None:
    cafe = await a_gathering(alone, formality="organised")
    await cafe.meets(cafe.day(0), await cafe.somebody())

    assert await cafe.worklist(cafe.day(0)) == []


async def test_a_meeting_to_which_somebody_did_not_come_after_all_counts_no_more(circle: Gathering) -> None:
    person, other = await circle.somebody(), await circle.somebody()
    await circle.meets(circle.day(0), person, other)
    meeting = await circle.meets(circle.day(7), person, other)
    await correct(circle, meeting, other)

    assert await circle.to_ask(circle.day(7)) == [("referral", other, circle.day(7))]


async def correct(circle: Gathering, meeting: Any, *there: Any) -> None:
    """Say that the limits were explained at a meeting, and who was there."""
    occasion = replace(meeting.occasion, limits_explained=True)
    async with circle.stage.database.transaction(circle.stage.caller) as tx:
        await correcting.correct_session(
            tx, meeting.id, occasion, there, expected_version=meeting.version, now=on(circle.day(7), 20)
        )
