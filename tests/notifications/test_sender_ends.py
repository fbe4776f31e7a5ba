"""What survives a sender that is killed, stopped or cut off: the same letter under the same name, counted."""

import asyncio

import pytest

from tests.builders import (
    a_consent_changed,
)
from tests.notifications.stage import Flickering, Killed, Stage, be_killed


async def test_a_letter_sent_again_after_a_kill_has_the_same_message_id(stage: Stage) -> None:
    await stage.a_referral()

    with pytest.raises(Killed):
        await stage.turn(stage.a_sender(then=be_killed))
    left_behind = (await stage.message()).state
    await stage.turn(stage.a_sender())

    message = await stage.message()
    assert stage.mail.message_ids == [f"<{message.id}@kith.example>"] * 2
    assert (left_behind, message.state, message.tries, message.resends) == ("sending", "delivered", 2, 1)
    assert await stage.told() == ["kith.message-delivered.v1"]


async def test_what_another_sender_left_behind_is_sent_when_its_claim_has_run_out(stage: Stage) -> None:
    await stage.a_referral()
    with pytest.raises(Killed):
        await stage.turn(stage.a_sender(replica=1, then=be_killed))
    other = stage.a_sender(replica=2)

    await stage.turn(other)
    too_early = len(stage.mail.letters)
    stage.clock.pass_by(minutes=5)
    await stage.turn(other)

    assert (too_early, len(stage.mail.letters)) == (1, 2)


async def test_two_senders_at_once_send_each_letter_once(stage: Stage) -> None:
    for _ in range(30):
        await stage.a_match()
    senders = [stage.a_sender(replica) for replica in (0, 1)]

    for _ in range(3):
        await asyncio.gather(*(stage.turn(sender) for sender in senders))

    assert len(set(stage.mail.message_ids)) == len(stage.mail.letters) == 120


async def test_what_was_handed_over_while_the_database_was_away_is_recorded_and_not_sent_again(stage: Stage) -> None:
    await stage.a_referral()
    database = Flickering(stage.database._connections)

    async def go_away() -> None:
        database.away = True

    sender = stage.a_sender(then=go_away, database=database)

    await stage.turn(sender)
    waiting = sender.trouble
    database.away = False
    await stage.turn(sender)

    message = await stage.message()
    assert (waiting, len(stage.mail.letters)) == ("waiting for the database (ConnectionRefusedError)", 1)
    assert (message.state, message.tries, message.resends) == ("delivered", 1, 0)


async def test_a_message_cancelled_while_it_leaves_is_recorded_as_it_was(stage: Stage) -> None:
    referral = await stage.a_referral()

    async def withdraw() -> None:
        await stage.hear(a_consent_changed(referral))

    await stage.turn(stage.a_sender(then=withdraw))

    assert ((await stage.message()).state, len(stage.mail.letters)) == ("delivered", 1)


async def test_a_message_cancelled_after_a_kill_is_not_sent_again(stage: Stage) -> None:
    referral = await stage.a_referral()
    with pytest.raises(Killed):
        await stage.turn(stage.a_sender(then=be_killed))

    await stage.hear(a_consent_changed(referral))
    await stage.turn(stage.a_sender())

    assert ((await stage.message()).state, len(stage.mail.letters)) == ("cancelled", 1)


async def test_a_sender_that_is_asked_to_stop_gives_back_what_it_has_not_begun(stage: Stage) -> None:
    await stage.a_match()

    async def ask_to_stop() -> None:
        stage.stop.set()

    await stage.turn(stage.a_sender(then=ask_to_stop))

    rows = await stage.ask("select state, tries, count(*) from messages group by 1, 2 order by 1")
    assert [tuple(row) for row in rows] == [("delivered", 1, 1), ("pending", 0, 3)]
