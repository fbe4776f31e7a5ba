"""Nobody is written to about somebody who was erased, and no message says any more to whom it went."""

import pytest
import sqlalchemy as sa

from kith_chassis.database import Database
from kith_notifications.views import list_holdings
from tests.builders import a_person_erased, a_referral_closed, a_referral_created, a_referral_decided
from tests.conftest import DatabaseOf
from tests.notifications.test_incoming import hear, messages, rows


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("notifications")


async def test_what_was_not_sent_is_cancelled_with_a_code(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, referral, a_referral_decided(referral), a_person_erased(referral))

    found = await messages(database)

    assert len(found) == 4
    assert {(state, code) for _, _, state, code in found} == {("cancelled", "erased")}


async def test_what_was_delivered_stays_counted_and_names_nobody(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, referral, a_referral_decided(referral))
    async with database.network_transaction() as tx:
        await tx.execute(sa.text("update messages set state = 'delivered', settled_at = now()"))

    await hear(database, a_person_erased(referral))

    found = await messages(database)
    assert {state for _, _, state, _ in found} == {"delivered"}
    kinds = sorted(recipient.partition("/")[0] for _, recipient, *_ in found)
    assert kinds == ["person", "programme", "referrer", "referrer"]
    assert [recipient for _, recipient, *_ in found if str(referral.person_id) in recipient] == []
    assert {row.detail for row in await rows(database, "select detail from messages")} == {None}


async def test_what_happened_before_or_is_heard_after_is_told_to_nobody(database: Database) -> None:
    referral = a_referral_created()
    await hear(database, a_person_erased(referral))
    await hear(database, referral)
    await hear(database, a_referral_closed(referral))

    found = await messages(database)
    assert {(state, code) for _, _, state, code in found} == {("cancelled", "erased")}
    assert [recipient for _, recipient, *_ in found if "person" in recipient] == ["person"]


async def test_messages_about_others_go_their_way(database: Database) -> None:
    referral, other = a_referral_created(), a_referral_created()
    await hear(database, referral, other, a_person_erased(referral))

    async with database.network_transaction() as tx:
        held = await list_holdings(tx, [other.person_id], [])

    assert [(one.kind, one.tombstone) for one in held.holdings] == [
        *[("message", False)] * 2,
        ("referral", False),
    ]
    assert {one.says["state"] for one in held.holdings if one.kind == "message"} == {"pending"}
