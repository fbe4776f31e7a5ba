"""Whatever the order of keys and topics, and however the batches fall, the totals are those of the facts."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.received import Received
from kith_contracts.fact import Fact
from kith_reporting.domain.offer import Offer
from kith_reporting.incoming import on_facts
from kith_reporting.views.reach import count_reach
from tests import builders as a
from tests.conftest import DatabaseOf
from tests.reporting.hearing import by_key, counts, expected, expected_reach, shuffled
from tests.servers.lengths import examples

PROGRAMMES = [a.a_programme_published() for _ in range(2)]
DECISIONS = st.sampled_from(["accepted", "declined", "not-yet", "unheard-of"])
PROMISES = st.sampled_from(["acknowledge", "decide", "take-on", "look-again", "unheard-of"])
MEETINGS = [{"group_id": new_id(), "meeting_id": new_id()} for _ in PROGRAMMES]
TOPICS = st.lists(st.sampled_from(["welcome", "childcare", "null"]), max_size=3).map(tuple)
DISTRICTS = st.sampled_from([None, "L8", "L20"])
SITES = st.sampled_from([None, "newham", "sheffield"])
REFERRERS = [new_id(), PROGRAMMES[0].organisation_id]


@st.composite
def a_life(draw: st.DrawFn) -> list[Fact]:
    """One referral's facts, in the order of its keys: any of what may happen, and some of it again."""
    programme = draw(st.sampled_from(PROGRAMMES))
    received_on = a.TODAY.replace(day=draw(st.integers(1, 23)))
    referrer = draw(st.sampled_from(REFERRERS))
    where = {"district": draw(DISTRICTS), "site": draw(SITES)}
    referral = a.a_referral_created(programme, referring_organisation_id=referrer, received_on=received_on, **where)
    supporter = a.a_supporter_changed(programme)
    proposed = a.a_match_proposed(referral, supporter)
    match = a.a_match_made(proposed)
    session = a.a_session_logged(match, outcome=draw(st.sampled_from(["happened", "cancelled"])), topics=("welcome",))
    message = a.a_message_failed(referral)
    of_it = MEETINGS[PROGRAMMES.index(programme)]
    (record,) = a.a_meeting_logged(
        programme, referral, companions=draw(st.integers(0, 2)), topics=draw(TOPICS), **of_it
    )
    contact = a.a_contact_logged(programme, people=draw(st.integers(0, 9)), topics=draw(TOPICS), **where)
    possible: list[Fact] = [
        referral,
        a.a_promise_missed(referral, promise=draw(PROMISES)),
        a.a_referral_decided(referral, decision=draw(DECISIONS)),
        a.a_consent_changed(referral),
        a.a_consent_changed(referral, state="granted"),
        a.a_referral_closed(referral),
        a.a_referral_reopened(referral),
        a.a_promise_missed(referral, promise=draw(PROMISES)),
        a.a_referral_decided(referral, decision=draw(DECISIONS)),
        a.a_referral_closed(referral),
        supporter,
        supporter.model_copy(update={"state": draw(st.sampled_from(["active", "paused"]))}),
        proposed,
        a.a_proposal_answered(proposed),
        match,
        a.a_match_made(proposed),
        session,
        session.model_copy(update={"outcome": draw(st.sampled_from(["happened", "did-not-happen"]))}),
        a.a_match_ended(match, waits_again=draw(st.sampled_from([True, False, None]))),
        a.a_group_meeting_logged(programme, referral, referral, topics=draw(TOPICS)),
        record,
        a.a_record_taken_back(record),
        record,
        contact,
        contact.model_copy(update={"people": 5, "topics": draw(TOPICS)}),
        contact.model_copy(update={"outcome": "taken-back", "people": 0}),
        message,
        a.a_message_delivered(referral, message_id=message.message_id),
    ]
    happened = draw(st.lists(st.booleans(), min_size=len(possible), max_size=len(possible)))
    return [referral, *(fact for fact, did in zip(possible[1:], happened[1:], strict=True) if did)]


def as_received(lives: list[list[Fact]]) -> list[Received]:
    return [a.received(fact) for life in lives for fact in life]


LIVES = st.lists(a_life(), min_size=1, max_size=4)
CHANCE = st.randoms(use_true_random=False)
FREELY = settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


@FREELY
@given(lives=LIVES, chance=CHANCE)
async def test_any_order_gives_the_totals_of_the_facts(
    lives: list[list[Fact]], chance: random.Random, database: Database
) -> None:
    facts = as_received(lives)
    async with database.network_transaction() as tx:
        for batch in shuffled(facts, chance):
            await on_facts(tx, batch)

        await assert_counted(tx, facts)
        await tx.rollback()


@FREELY
@given(lives=LIVES, chance=CHANCE)
async def test_what_a_replay_has_read_already_may_come_again_from_the_inbox(
    lives: list[list[Fact]], chance: random.Random, database: Database
) -> None:
    facts = as_received(lives)
    again = [fact for queue in by_key(facts).values() for fact in list(queue)[chance.randrange(len(queue)) :]]
    async with database.network_transaction() as tx:
        for batch in [*shuffled(facts, chance), *shuffled(again, chance)]:
            await on_facts(tx, batch)

        await assert_counted(tx, facts)
        await tx.rollback()


async def assert_counted(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """The totals are those of the facts, and so is the reach of every programme."""
    assert await counts(tx) == expected(facts)
    for programme in PROGRAMMES:
        offer = Offer(programme.programme_id, programme.organisation_id, programme.programme_name)
        assert await count_reach(tx, offer) == expected_reach(facts, programme.programme_id)
