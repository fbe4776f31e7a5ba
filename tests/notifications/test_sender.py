"""The sender, against a real mail server and a real database: what it hands over, to whom, and when again."""

import asyncio
import logging
from datetime import timedelta

import pytest

from tests.notifications.owners import NAME, address
from tests.notifications.stage import Stage


async def test_a_message_reaches_the_address_its_owner_gives(stage: Stage) -> None:
    referral = await stage.a_referral()

    await stage.turn(stage.a_sender())

    assert stage.mail.addresses == [address(referral.referring_organisation_id)]


async def test_a_delivered_message_is_recorded_and_told_together(stage: Stage) -> None:
    await stage.a_referral()

    await stage.turn(stage.a_sender())

    message = await stage.message()
    assert (message.state, message.tries, await stage.told()) == ("delivered", 1, ["kith.message-delivered.v1"])


async def test_nothing_is_sent_twice_when_all_is_well(stage: Stage) -> None:
    await stage.a_match()
    sender = stage.a_sender()

    for _ in range(3):
        await stage.turn(sender)

    assert len(stage.mail.letters) == 4


async def test_many_letters_go_over_one_connection(stage: Stage) -> None:
    sender = stage.a_sender()
    for _ in range(3):
        await stage.a_match()
        await stage.turn(sender)

    assert (len(stage.mail.letters), stage.mail.connections) == (12, 1)


async def test_an_owner_is_asked_once_a_batch_for_each_recipient(stage: Stage) -> None:
    referral, match = await stage.a_match()

    await stage.turn(stage.a_sender())

    assert sorted(stage.owners.asked) == [
        f"organisations/{referral.referring_organisation_id}",
        f"people/{referral.person_id}",
        f"supporters/{match.supporter_id}",
    ]


async def test_who_has_no_address_is_not_told_and_that_is_told(stage: Stage) -> None:
    referral = await stage.a_referral()
    stage.owners.nobody.add(referral.referring_organisation_id)

    await stage.turn(stage.a_sender())

    message = await stage.message()
    assert (message.state, message.code, await stage.told()) == ("failed", "no-channel", ["kith.message-failed.v1"])


async def test_who_may_not_be_mailed_is_not_mailed(stage: Stage) -> None:
    referral = await stage.a_referral()
    stage.owners.may_not.add(referral.referring_organisation_id)

    await stage.turn(stage.a_sender())

    assert ((await stage.message()).code, stage.mail.letters) == ("no-channel", [])


@pytest.mark.parametrize("wrong", ["nobody", "two@at@signs", "line@break.example\r\nBcc: all@example.org", ""])
async def test_what_is_no_address_is_no_channel(stage: Stage, wrong: str) -> None:
    referral = await stage.a_referral()
    stage.owners.addresses[referral.referring_organisation_id] = wrong

    await stage.turn(stage.a_sender())

    assert ((await stage.message()).code, stage.mail.letters) == ("no-channel", [])


async def test_a_recipient_refused_for_good_is_not_tried_again(stage: Stage) -> None:
    referral = await stage.a_referral()
    stage.mail.to_recipients[address(referral.referring_organisation_id)] = "550 5.1.1 no such mailbox"
    sender = stage.a_sender()

    await stage.turn(sender)
    stage.clock.pass_by(days=1)
    await stage.turn(sender)

    message = await stage.message()
    assert (message.state, message.code, message.tries) == ("failed", "refused", 1)


async def test_one_refused_letter_does_not_keep_the_others(stage: Stage) -> None:
    referral, _ = await stage.a_match()
    stage.mail.to_recipients[address(referral.person_id)] = "550 5.1.1 no such mailbox"

    await stage.turn(stage.a_sender())

    assert len(stage.mail.letters) == 3


async def test_what_is_put_off_is_tried_again_later_and_later(stage: Stage) -> None:
    await stage.a_referral()
    stage.mail.answers = ["451 4.7.1 greylisted", "452 4.2.2 mailbox full"]
    sender = stage.a_sender()

    await stage.turn(sender)
    first_wait = (await stage.message()).due_at - stage.clock.now()
    stage.clock.pass_by(minutes=1)
    await stage.turn(sender)
    second_wait = (await stage.message()).due_at - stage.clock.now()
    stage.clock.pass_by(minutes=2)
    await stage.turn(sender)

    assert (first_wait, second_wait) == (timedelta(minutes=1), timedelta(minutes=2))
    assert ((await stage.message()).state, (await stage.message()).tries) == ("delivered", 3)


async def test_what_is_put_off_is_left_alone_until_it_is_due(stage: Stage) -> None:
    await stage.a_referral()
    stage.mail.answers = ["451 4.7.1 greylisted"]
    sender = stage.a_sender()

    await stage.turn(sender)
    stage.clock.pass_by(seconds=59)
    await stage.turn(sender)

    assert ((await stage.message()).tries, stage.mail.letters) == (1, [])


async def test_while_the_mail_server_is_away_nothing_counts_as_tried(stage: Stage) -> None:
    await stage.a_referral()
    await stage.mail.shut()
    sender = stage.a_sender()

    for _ in range(5):
        await stage.turn(sender)
        stage.heartbeat.beat(sender.trouble)
        stage.clock.pass_by(minutes=1)
    away = await stage.message()
    assert stage.heartbeat.trouble is not None
    await stage.mail.open()
    await stage.turn(sender)

    assert (away.state, away.tries) == ("pending", 0)
    assert (await stage.message()).state == "delivered"


async def test_a_mail_server_that_refuses_the_sender_fails_no_message(stage: Stage) -> None:
    await stage.a_match()
    stage.mail.to_senders = "550 5.7.1 not from you"
    sender = stage.a_sender()

    await stage.turn(sender)

    rows = await stage.ask("select distinct state, tries from messages")
    assert ([tuple(row) for row in rows], sender.trouble) == (
        [("pending", 0)],
        "waiting for the mail server (SMTPSenderRefused 550)",
    )


async def test_a_connection_that_the_server_closed_is_opened_again(stage: Stage) -> None:
    sender = stage.a_sender()
    await stage.a_referral()
    await stage.turn(sender)
    await stage.posts[0].close()
    await stage.a_referral()

    await stage.turn(sender)

    assert (len(stage.mail.letters), stage.mail.connections) == (2, 2)


async def test_a_letter_whose_fate_is_unknown_is_sent_again_under_the_same_message_id(stage: Stage) -> None:
    await stage.a_referral()
    stage.mail.hang_ups = 1
    sender = stage.a_sender()

    await stage.turn(sender)
    lost = (await stage.message()).state
    stage.clock.pass_by(minutes=1)
    await stage.turn(sender)

    message = await stage.message()
    assert (lost, message.state, message.tries, message.resends) == ("pending", "delivered", 2, 0)
    assert set(stage.mail.message_ids) == {f"<{message.id}@kith.example>"}


async def test_while_an_owner_is_away_its_recipients_wait_and_others_are_told(stage: Stage) -> None:
    await stage.a_match()
    stage.owners.down.add("supporters")
    sender = stage.a_sender()

    await stage.turn(sender)
    waiting = await stage.ask("select state, tries from messages where state <> 'delivered'")
    stage.owners.down.clear()
    stage.clock.pass_by(seconds=2)
    await stage.turn(sender)

    assert [tuple(row) for row in waiting] == [("pending", 0)]
    assert len(stage.mail.letters) == 4


async def test_the_loop_sends_beats_and_ends_when_asked(stage: Stage) -> None:
    await stage.a_match()
    running = asyncio.create_task(stage.a_sender().run(stage.heartbeat, stage.stop))

    async with asyncio.timeout(10):
        while len(stage.mail.letters) < 4:
            await asyncio.sleep(0.02)
        stage.stop.set()
        await running

    assert {row.state for row in await stage.ask("select state from messages")} == {"delivered"}


async def test_no_name_and_no_address_is_in_any_table_or_log_line(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="kith_notifications")
    referral, _ = await stage.a_match()
    stage.mail.to_recipients[address(referral.person_id)] = "550 5.1.1 <dummy@example.org> Testwell is unknown"
    stage.mail.answers = ["451 4.7.1 <dummy@example.org> is busy"]

    await stage.turn(stage.a_sender())

    tables = await stage.ask("select tablename from pg_tables where schemaname = 'public'")
    kept = [row.line for (table,) in tables for row in await stage.ask(f'select it::text as line from "{table}" it')]
    kept += [repr(vars(record)) for record in caplog.records if record.name.startswith("kith")]
    assert len(kept) > 6
    assert [line for line in kept if "example.org" in line or "@" in line or "Testwell" in line or NAME in line] == []
