"""A group's meeting is one log, and one record and one fact of each of the referred who was there."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_chassis.http import StaleVersion
from kith_contracts.fact import Fact
from kith_contracts.matching import SessionLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from kith_matching.domain.meeting import CompanyDisagrees
from kith_matching.domain.occasion import Company, Group, LoggedOtherwise, Noted, Occasion, Outcome, Record, Session
from kith_matching.domain.referral import Channel
from kith_matching.store import meeting
from kith_matching.store.occasions import get_session
from kith_matching.usecases import correcting, occasions
from tests.matching.builders import NOW, TODAY
from tests.matching.stage import Stage
from tests.servers.lengths import examples

CAFE = ProgrammeTerms(definition_version=1, comes_as=("pair", "alone"))
MET = Occasion(TODAY, Outcome.HAPPENED, 90, Channel.IN_PERSON, ("signposting",))
SHORTER = Occasion(TODAY, Outcome.HAPPENED, 60, Channel.IN_PERSON, ("signposting",))
CANCELLED = Occasion(TODAY, Outcome.CANCELLED, 0, Channel.IN_PERSON, ())
RECORDS = sa.text("select id, session_id, referral_id from attendances")
AT_ONCE = sa.text(
    "select count(distinct (xmin::text, cmin::text)) from outbox"
    " where convert_from(payload, 'utf8')::json ->> 'meeting_id' = :meeting_id"
)


async def a_group(stage: Stage, people: int) -> tuple[ProgrammePublished, list[ReferralCreated]]:
    """A programme, and so many who were accepted for it."""
    programme = await stage.a_programme(model="group", terms=CAFE)
    return programme, [await stage.an_accepted_referral(programme) for _ in range(people)]


async def correct(
    stage: Stage,
    session: Session,
    occasion: Occasion,
    attended: list[ReferralCreated] | None = None,
    *,
    version: int | None = None,
    came_with: list[Company] | None = None,
) -> Session:
    """Say what a meeting was instead."""
    ids = None if attended is None else [one.referral_id for one in attended]
    async with stage.database.transaction(stage.caller) as tx:
        return await correcting.correct_session(
            tx, session.id, occasion, ids, came_with, expected_version=version or session.version, now=NOW
        )


def meetings(facts: list[Fact]) -> list[SessionLogged]:
    return [fact for fact in facts if isinstance(fact, SessionLogged)]


def stands(facts: list[Fact]) -> dict[UUID, SessionLogged]:
    """What was told last of each record, of those that were not taken back."""
    last = {fact.session_id: fact for fact in meetings(facts)}
    return {id_: fact for id_, fact in last.items() if fact.outcome != "taken-back"}


async def records(stage: Stage) -> set[tuple[UUID, UUID, UUID]]:
    async with stage.database.transaction(stage.caller) as tx:
        return {(row.id, row.session_id, row.referral_id) for row in await tx.execute(RECORDS)}


async def test_thirty_at_a_meeting_are_thirty_records_and_thirty_facts_of_one_statement(stage: Stage) -> None:
    programme, people = await a_group(stage, 30)
    facilitator = await stage.a_supporter(programme)
    group_id = new_id()

    session = await stage.meet(programme, group_id, MET, *people, supporter_ids=(facilitator.id,))

    told = meetings(await stage.told())
    assert [str(fact.story) for fact in told] == sorted(f"referral/{one.referral_id}" for one in people)
    assert {(fact.session_id, fact.meeting_id, fact.referral_id) for fact in told} == await records(stage)
    assert len({fact.session_id for fact in told}) == 30
    assert {
        (fact.meeting_id, fact.group_id, fact.supporter_ids, fact.outcome, fact.minutes, fact.topics) for fact in told
    } == {(session.id, group_id, (facilitator.id,), "happened", 90, ("signposting",))}
    assert {fact.attended_referral_ids for fact in told} == {()}
    async with stage.database.network_transaction() as tx:
        assert (await tx.execute(AT_ONCE, {"meeting_id": str(session.id)})).scalar_one() == 1


async def test_a_meeting_at_which_nobody_was_who_was_referred_is_told_under_its_group(stage: Stage) -> None:
    programme, _ = await a_group(stage, 0)
    group_id = new_id()

    logged = [await stage.meet(programme, group_id, occasion) for occasion in (MET, CANCELLED)]

    told = meetings(await stage.told())
    assert [str(fact.story) for fact in told] == [f"group/{group_id}"] * 2
    assert [(fact.session_id, fact.meeting_id, fact.outcome, fact.minutes) for fact in told] == [
        (logged[0].id, logged[0].id, "happened", 90),
        (logged[1].id, logged[1].id, "cancelled", 0),
    ]


async def test_a_correction_is_told_anew_of_everybody_with_the_same_ids(stage: Stage) -> None:
    programme, people = await a_group(stage, 3)
    session = await stage.meet(programme, new_id(), MET, *people)
    before = await stage.told()

    await correct(stage, session, SHORTER)

    again = meetings(await stage.told_since(before))
    assert again == [fact.model_copy(update={"minutes": 60}) for fact in meetings(before)]


async def test_who_was_not_there_after_all_is_told_and_who_stays_keeps_their_record(stage: Stage) -> None:
    programme, (here, gone, new) = await a_group(stage, 3)
    session = await stage.meet(programme, new_id(), MET, here, gone)
    before = await stage.told()
    were = {fact.referral_id: fact for fact in meetings(before)}

    await correct(stage, session, MET, [here, new])

    told = {fact.referral_id: fact for fact in meetings(await stage.told_since(before))}
    assert told[here.referral_id] == were[here.referral_id]
    assert told[gone.referral_id] == were[gone.referral_id].model_copy(update={"outcome": "taken-back", "minutes": 0})
    assert (told[new.referral_id].outcome, told[new.referral_id].meeting_id) == ("happened", session.id)
    assert {row[2] for row in await records(stage)} == {here.referral_id, new.referral_id}


async def test_once_somebody_was_there_after_all_the_meetings_own_fact_is_taken_back_and_told_again_for_nobody(
    stage: Stage,
) -> None:
    programme, (one,) = await a_group(stage, 1)
    session = await stage.meet(programme, new_id(), MET)
    nobody = stands(await stage.told())

    somebody = await correct(stage, session, MET, [one])
    told = stands(await stage.told())
    await correct(stage, somebody, CANCELLED, [])
    at_last = stands(await stage.told())

    assert list(nobody) == list(at_last) == [session.id]
    assert [fact.referral_id for fact in told.values()] == [one.referral_id]
    assert at_last[session.id].outcome == "cancelled"


async def test_a_meeting_of_before_there_were_records_is_told_by_its_people_once_it_is_corrected(stage: Stage) -> None:
    programme, (here, there) = await a_group(stage, 2)
    session = await stage.meet(programme, new_id(), MET, here, there)
    async with stage.database.transaction(stage.caller) as tx:
        await tx.execute(sa.text("delete from attendances"))
    before = await stage.told()

    await correct(stage, session, SHORTER)

    told = meetings(await stage.told_since(before))
    assert {(fact.session_id, fact.meeting_id, fact.referral_id) for fact in told[:2]} == await records(stage)
    assert [(fact.session_id, str(fact.story), fact.outcome) for fact in told[2:]] == [
        (session.id, f"group/{session.group_id}", "taken-back")
    ]


async def test_whoever_is_named_no_more_is_waited_for_too_so_that_their_facts_keep_their_order(stage: Stage) -> None:
    programme, (gone,) = await a_group(stage, 1)
    session = await stage.meet(programme, new_id(), MET, gone)

    async with stage.database.transaction(stage.caller) as elsewhere:
        await meeting.list_standings_for_update(elsewhere, [gone.referral_id])
        with pytest.raises(asyncpg.LockNotAvailableError):
            async with stage.database.transaction(stage.caller) as tx:
                await tx.execute(sa.text("set local lock_timeout = '50ms'"))
                await correcting.correct_session(tx, session.id, MET, [], expected_version=1, now=NOW)
        with pytest.raises(StaleVersion):  # it would not know whom to wait for
            await correct(stage, session, MET, [], version=2)


PLACES = st.sampled_from(range(3))
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["log", "correct", "stale"]),
        st.sampled_from([MET, SHORTER, CANCELLED]),
        st.sets(PLACES),
        st.none() | st.lists(st.tuples(PLACES, st.none() | PLACES, st.integers(0, 2)), max_size=2),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
async def test_whatever_is_logged_sent_again_and_corrected_what_was_told_last_is_what_is_kept(
    moves: list[tuple[str, Occasion, set[int], list[tuple[int, int | None, int]] | None]], stage: Stage
) -> None:
    stage = stage.of_another_organisation()
    programme, people = await a_group(stage, 3)
    group, noted = Group(new_id(), programme.programme_id, stage.organisation_id), Noted(NOW, client_id=new_id())
    kept: Session | None = None

    for move, occasion, there, said in moves:
        came = [people[one] for one in there if occasion is not CANCELLED]
        with_whom = (
            None
            if said is None
            else [
                Company(people[one].referral_id, None if other is None else people[other].referral_id, many)
                for one, other, many in said
            ]
        )
        with suppress(LoggedOtherwise, StaleVersion, CompanyDisagrees):
            if move == "log" or kept is None:
                async with stage.database.transaction(stage.caller) as tx:
                    ids = [one.referral_id for one in came]
                    who: dict[str, Any] = {"attended": ids, "came_with": with_whom or (), "supporter_ids": ()}
                    kept = await occasions.log_group_meeting(tx, group, occasion, noted, **who, now=NOW)
            else:
                version = kept.version + (move == "stale")
                kept = await correct(stage, kept, occasion, came, version=version, came_with=with_whom)

        if kept is None:
            continue
        async with stage.database.transaction(stage.caller) as tx:
            kept = await get_session(tx, kept.id)
        assert as_told(stands(await stage.told())) == as_kept(kept)
        assert {record.referral_id for record in kept.records} == set(kept.attended_referral_ids)


def as_told(facts: dict[UUID, SessionLogged]) -> dict[UUID, Any]:
    return {
        id_: (
            *(fact.meeting_id, fact.referral_id, fact.came_as == "pair", fact.companions),
            *(fact.outcome, fact.minutes, fact.held_on),
        )
        for id_, fact in facts.items()
    }


def as_kept(session: Session) -> dict[UUID, Any]:
    said = session.occasion
    of_it = (said.outcome, said.minutes, said.held_on)
    records = session.records or [Record(session.id, None)]
    return {one.id: (session.id, one.referral_id, one.pair_with is not None, one.companions, *of_it) for one in records}
