"""Facts become rows: one a reason, recipient and channel, however they come."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.database import Database
from kith_chassis.received import Received
from kith_contracts.fact import Fact
from kith_contracts.referrals import ReferralCreated
from kith_notifications.incoming import on_facts
from tests.builders import (
    NOW,
    TODAY,
    a_consent_changed,
    a_consent_ending,
    a_match_ended,
    a_match_made,
    a_match_proposed,
    a_meeting_logged,
    a_programme_published,
    a_promise_missed,
    a_referral_closed,
    a_referral_created,
    a_referral_decided,
    a_referral_reopened,
    a_session_logged,
    a_supporter_changed,
    received,
)
from tests.conftest import DatabaseOf


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("notifications")


async def hear(database: Database, *facts: Fact | Received) -> None:
    """One batch."""
    async with database.network_transaction() as tx:
        await on_facts(tx, [fact if isinstance(fact, Received) else received(fact) for fact in facts])


async def rows(database: Database, question: str) -> list[Any]:
    async with database.network_transaction() as tx:
        return list((await tx.execute(sa.text(question))).all())


async def messages(database: Database) -> list[tuple[str, str, str, str | None]]:
    """Reason, recipient, state and code of every message."""
    found = await rows(database, "select reason, recipient, state, code from messages order by 1, 2")
    return [tuple(row) for row in found]


async def states(database: Database) -> dict[str, int]:
    return {
        row.state: row.number
        for row in await rows(database, "select state, count(*) as number from messages group by 1")
    }


async def test_a_match_is_told_to_three(database: Database) -> None:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))

    await hear(database, referral, match)

    told = [(reason, recipient) for reason, recipient, *_ in await messages(database)]
    assert told == [
        (f"match-made/{match.match_id}", f"person/{referral.person_id}"),
        (f"match-made/{match.match_id}", f"referrer/{referral.referring_organisation_id}"),
        (f"match-made/{match.match_id}", f"supporter/{match.supporter_id}"),
        (f"referral-received/{referral.referral_id}", f"programme/{referral.programme_organisation_id}"),
        (f"referral-received/{referral.referral_id}", f"referrer/{referral.referring_organisation_id}"),
    ]


async def test_the_same_match_told_twice_is_one_message_each(database: Database) -> None:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))

    await hear(database, referral, match, match)
    await hear(database, match)

    assert await states(database) == {"pending": 5}


async def test_a_match_heard_before_its_referral_waits_and_is_then_told(database: Database) -> None:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))

    await hear(database, match)
    before = await states(database)
    await hear(database, referral)

    assert (before, await states(database)) == ({}, {"pending": 5})
    assert await rows(database, "select * from waiting") == []


async def test_facts_that_nobody_is_told_of_leave_nothing(database: Database) -> None:
    match = a_match_made(a_match_proposed(a_referral_created(), a_supporter_changed()))
    nobody_came = a_session_logged(match, outcome="did-not-happen", minutes=0)

    await hear(database, a_programme_published(), a_supporter_changed(), nobody_came)

    assert await rows(database, "select id from referrals") == []


async def test_a_decision_that_is_not_known_here_is_passed_over(database: Database) -> None:
    referral = a_referral_created()

    await hear(database, referral, a_referral_decided(referral, decision="something-new"))

    assert await states(database) == {"pending": 2}


async def test_withdrawing_consent_cancels_what_is_not_sent(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, referral, a_referral_decided(referral))

    await hear(database, a_consent_changed(referral, purpose="contact-person"))

    cancelled = [(recipient, code) for _, recipient, state, code in await messages(database) if state == "cancelled"]
    assert cancelled == [(f"person/{referral.person_id}", "consent-withdrawn")]


async def test_withdrawing_consent_changes_nothing_that_is_sent(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, referral)
    await rows(database, "update messages set state = 'delivered' returning id")

    await hear(database, a_consent_changed(referral, purpose="tell-referrer"))

    assert await states(database) == {"delivered": 2}


async def test_what_was_agreed_to_again_before_it_happened_is_sent_after_all(database: Database) -> None:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))
    withdrawn = a_consent_changed(referral, purpose="contact-person")
    granted = a_consent_changed(referral, purpose="contact-person", state="granted")
    await hear(database, referral, received(match, at=NOW + timedelta(minutes=3)))
    await hear(database, received(withdrawn, at=NOW + timedelta(minutes=1)))
    cancelled = (await states(database))["cancelled"]

    await hear(database, received(granted, at=NOW + timedelta(minutes=2)))

    assert (cancelled, await states(database)) == (1, {"pending": 5})


async def test_the_first_session_that_happened_is_told_once(database: Database) -> None:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))
    sessions = [a_session_logged(match, outcome="did-not-happen", minutes=0), *(a_session_logged(match) for _ in "abc")]

    await hear(database, *sessions[:2])
    await hear(database, referral, match, *sessions[2:])

    told = [(reason, recipient) for reason, recipient, *_ in await messages(database) if "session" in reason]
    assert told == [(f"first-session/{match.match_id}", f"referrer/{referral.referring_organisation_id}")]


async def test_nobody_is_written_to_of_each_meeting_of_a_group(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, referral)
    before = await messages(database)

    await hear(database, *(record for _ in "ab" for record in a_meeting_logged(a_programme_published(), referral)))

    assert await messages(database) == before


@pytest.mark.parametrize("again", [a_promise_missed, a_referral_reopened, a_referral_decided, a_referral_closed])
async def test_what_happens_a_second_time_is_told_again_and_a_fact_that_comes_again_is_not(
    database: Database, again: Callable[[ReferralCreated], Fact]
) -> None:
    referral = a_referral_created()
    first, second = received(again(referral)), received(again(referral))
    await hear(database, referral, first)
    once = len(await messages(database))

    await hear(database, first)
    replayed = len(await messages(database))
    await hear(database, second)

    new = once - 2
    assert (replayed, len(await messages(database))) == (once, once + new)
    assert new > 0


async def test_consents_with_one_last_day_are_one_message_to_each_and_another_day_is_another(
    database: Database,
) -> None:
    referral = a_referral_created()
    purposes = ("share-referral", "tell-referrer", "contact-person")
    endings = [a_consent_ending(referral, purpose=purpose) for purpose in purposes]
    later = a_consent_ending(referral, ends_on=TODAY + timedelta(days=90))

    await hear(database, referral, *endings)
    together = [recipient.partition("/")[0] for reason, recipient, *_ in await messages(database) if "ending" in reason]
    await hear(database, later)

    assert sorted(together) == ["person", "programme", "referrer"]
    assert sum("ending" in reason for reason, *_ in await messages(database)) == 5


async def test_whose_place_is_released_is_told_and_nobody_else(database: Database) -> None:
    referral = a_referral_created()

    await hear(database, referral, a_referral_closed(referral, reason="released"))

    told = [recipient for reason, recipient, *_ in await messages(database) if "released" in reason]
    assert told == [f"programme/{referral.programme_organisation_id}"]
    assert len(await messages(database)) == 3


async def test_a_programme_that_no_longer_sees_a_referral_is_not_told_of_it(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, referral)

    await hear(database, a_consent_changed(referral))

    cancelled = [(recipient, code) for _, recipient, state, code in await messages(database) if state == "cancelled"]
    assert cancelled == [(f"programme/{referral.programme_organisation_id}", "consent-withdrawn")]


async def test_a_death_cancels_what_the_person_and_the_supporter_would_have_read(database: Database) -> None:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))
    await hear(database, referral, match)

    await hear(database, a_referral_closed(referral, reason="died"))

    pending = [recipient.partition("/")[0] for _, recipient, state, _ in await messages(database) if state == "pending"]
    assert sorted(pending) == ["programme", *["referrer"] * 3]


async def test_a_referral_and_its_match_heard_at_the_same_moment_by_two_processes_are_told(database: Database) -> None:
    referrals = [a_referral_created() for _ in range(60)]
    matches = [a_match_made(a_match_proposed(referral, a_supporter_changed())) for referral in referrals]

    await asyncio.gather(
        *(hear(database, *referrals[start : start + 20]) for start in (0, 20, 40)),
        *(hear(database, *reversed(matches[start : start + 30])) for start in (0, 30)),
    )

    assert await states(database) == {"pending": 300}


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_of_topics_and_any_batches_give_the_same_messages(database_of: DatabaseOf, seed: int) -> None:
    chance = Random(seed)
    topics = [topic for _ in range(3) for topic in a_story(chance)]
    in_order, shaken = await database_of("notifications"), await database_of("notifications")
    await hear(in_order, *(fact for topic in topics for fact in topic))

    mixed = []
    while any(topics):
        mixed.append(chance.choice([topic for topic in topics if topic]).pop(0))
    while mixed:
        size = chance.randint(1, 5)
        await hear(shaken, *mixed[:size])
        mixed = mixed[size:]

    assert await messages(shaken) == await messages(in_order)
    assert await rows(shaken, "select * from referrals order by id") == await rows(
        in_order, "select * from referrals order by id"
    )
    assert await rows(shaken, "select * from waiting") == []


def a_story(chance: Random) -> list[list[Received]]:
    """One referral's facts as two topics carry them, each in its own order."""
    referral = a_referral_created(source=chance.choice(["professional", "self"]))
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))
    consents = [
        a_consent_changed(
            referral,
            purpose=chance.choice(["contact-person", "tell-referrer", "share-referral"]),
            state=chance.choice(["withdrawn", "granted"]),
            feedback=chance.choice([None, "receipt", "decision", "progress", "outcome"]),
        )
        for _ in range(4)
    ]
    told = [a_referral_decided(referral), a_promise_missed(referral, promise="take-on"), a_consent_ending(referral)]
    middle: list[Fact] = [*told, *consents]
    chance.shuffle(middle)
    closed = a_referral_closed(referral, reason=chance.choice(["withdrawn", "died", "support-ended"]))
    ended = a_match_ended(match, ending=chance.choice(["planned", "died"]))
    again = a_referral_reopened(referral)
    sessions = [a_session_logged(match) for _ in range(2)]
    return [in_time([referral, *middle, closed, again], 1), in_time([match, *sessions, ended], 3)]


def in_time(facts: list[Fact], apart: int) -> list[Received]:
    return [received(fact, at=NOW + timedelta(minutes=apart * place)) for place, fact in enumerate(facts)]
