"""Keys of before are wrapped, and sealing keys changed, without a note being out of reach; a missing one is told of."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from kith_chassis.database import Database
from kith_chassis.settings import WrongSettings, load
from kith_matching.settings import Settings
from kith_matching.store.sealing import MOST_AT_ONCE
from kith_matching.tables import supervision_keys, supervisions
from kith_matching.timers import TIMERS
from tests.conftest import AsCaller, HttpOf, SettingsOf
from tests.matching.breaking_in import blobs_in, can_open, select_everything
from tests.matching.builders import NOW
from tests.matching.desk import Desk
from tests.matching.sealed_things import WORDS, keep_as_before, note
from tests.matching.test_sealed import where
from tests.matching.test_stolen import one_address
from tests.servers.postgres import Address
from tests.servers.services import SEALING_KEY

__all__ = ["one_address", "where"]  # fixtures

NEW = b64encode(bytes(reversed(b64decode(SEALING_KEY)))).decode()
BARE = 32
WRAPPED = 68

WithKeys = Callable[..., Awaitable[Database]]


@pytest.fixture
async def with_keys(one_address: Address, settings_of: SettingsOf) -> AsyncIterator[WithKeys]:
    """A way into the database for processes that were given these sealing keys."""
    async with AsyncExitStack() as stack:

        async def with_keys(*keys: str) -> Database:
            database = Database.of(settings_of(one_address, sealing_keys=SecretStr(",".join(keys))))
            stack.push_async_callback(database.close)
            return database

        yield with_keys


async def a_turn(database: Database) -> None:
    """What the timer does that wraps keys anew."""
    (timer,) = (one for one in TIMERS if one.name == "renew-sealing-keys")
    async with database.network_transaction() as tx:
        await timer.run(tx, NOW)


async def key_of(desk: Desk, where: str) -> bytes:
    ours = supervision_keys.c.id == UUID(where.rpartition("/")[2])
    async with desk.stage.database.network_transaction() as tx:
        key: bytes = (await tx.execute(sa.select(supervision_keys.c.key).where(ours))).scalar_one()
        return key


async def read_with(database: Database, http_of: HttpOf, desk: Desk, where: str) -> httpx.Response:
    client = await http_of("matching", database)
    return await client.get(where, auth=desk.auth)


def test_matching_does_not_start_without_a_sealing_key_and_says_how_to_make_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "KITH_DATABASE_URL": "postgresql://matching:none@127.0.0.1:1/none",
        "KITH_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "KITH_ISSUER": "https://issuer.example.org",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KITH_SEALING_KEYS", raising=False)

    with pytest.raises(WrongSettings, match="KITH_SEALING_KEYS is not set: make one with `openssl rand -base64 32`"):
        load(Settings)
    monkeypatch.setenv("KITH_SEALING_KEYS", SEALING_KEY)
    assert load(Settings).sealing_keys == SecretStr(SEALING_KEY)


async def test_a_note_of_before_is_read_and_wrapped_meanwhile(desk: Desk, where: str, one_address: Address) -> None:
    await keep_as_before(desk, where, WORDS)
    before, bare = await desk.get(where), await key_of(desk, where)

    await a_turn(desk.stage.database)

    after, wrapped = await desk.get(where), await key_of(desk, where)
    everything = await select_everything(one_address.admin_url, ("", "", ""))
    assert before.json()["note"] == after.json()["note"] == WORDS
    assert (len(bare), len(wrapped), bare in wrapped) == (BARE, WRAPPED, False)
    assert not can_open(blobs_in(everything), WORDS)


async def test_when_all_is_wrapped_a_turn_changes_nothing(desk: Desk, where: str) -> None:
    await keep_as_before(desk, where, WORDS)
    await a_turn(desk.stage.database)
    wrapped = await key_of(desk, where)

    await a_turn(desk.stage.database)

    assert await key_of(desk, where) == wrapped


async def test_a_turn_takes_only_so_many_and_the_next_goes_on(desk: Desk, where: str) -> None:
    bare = sa.text("select count(*) from supervision_keys where octet_length(key) = 32")
    more = {"id": UUID(where.rpartition("/")[2]), "most": MOST_AT_ONCE + 7}
    counts = list[int]()
    async with desk.stage.database.network_transaction() as tx:
        for statement in MANY:
            await tx.execute(sa.text(statement), more)
    for _ in range(2):
        await a_turn(desk.stage.database)
        async with desk.stage.database.network_transaction() as tx:
            counts.append((await tx.execute(bare)).scalar_one())
    async with desk.stage.database.network_transaction() as tx:
        for table in (supervision_keys, supervisions):
            await tx.execute(sa.delete(table).where(table.c.supervisor == "of-many"))

    assert counts == [7, 0]


MANY = (
    """
    insert into supervisions
        (id, meeting_id, supporter_id, organisation_id, kind, held_on, minutes, supervisor, prompts)
    select gen_random_uuid(), meeting_id, supporter_id, organisation_id, 'group', held_on, 1, 'of-many', prompts
    from supervisions, generate_series(1, :most) where id = :id
    """,
    """
    insert into supervision_keys (id, supporter_id, organisation_id, supervisor, key)
    select id, supporter_id, organisation_id, supervisor, sha256(id::text::bytea)
    from supervisions where supervisor = 'of-many' and cast(:id as uuid) is not null and :most > 0
    """,
)


async def test_a_turn_finds_by_an_index_what_there_is_to_wrap(desk: Desk, where: str) -> None:
    look = "explain select id from supervision_keys where under = any(array[''::bytea])"
    async with desk.stage.database.network_transaction() as tx:
        await tx.execute(sa.text("set local enable_seqscan = off"))
        plan = "\n".join(await tx.scalars(sa.text(look)))

    assert "supervision_keys_under" in plan


async def test_a_sealing_key_is_changed_while_notes_are_read_also_by_the_supporter(
    desk: Desk, where: str, with_keys: WithKeys, http_of: HttpOf, as_caller: AsCaller
) -> None:
    both, new = await with_keys(NEW, SEALING_KEY), await with_keys(NEW)
    sealed_before = await key_of(desk, where)

    meanwhile = await read_with(both, http_of, desk, where)
    await a_turn(both)
    sealed_anew = await key_of(desk, where)
    afterwards = await read_with(new, http_of, desk, where)
    with_the_old_alone = await desk.get(where)
    desk.auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")
    by_the_supporter = await read_with(new, http_of, desk, where)

    assert by_the_supporter.json()["note"] == WORDS
    assert sealed_before != sealed_anew
    assert (meanwhile.json()["note"], afterwards.json()["note"]) == (WORDS, WORDS)
    assert (with_the_old_alone.status_code, with_the_old_alone.json()["code"]) == (409, "sealed-elsewhere")


async def test_a_note_under_a_key_that_is_missing_is_refused_and_left_as_it_is(
    desk: Desk, where: str, with_keys: WithKeys, http_of: HttpOf
) -> None:
    without, sealed = await with_keys(NEW), await key_of(desk, where)

    await a_turn(without)
    answer = await read_with(without, http_of, desk, where)

    assert (answer.status_code, answer.json()["code"]) == (409, "sealed-elsewhere")
    assert "KITH_SEALING_KEYS" in answer.json()["detail"]
    assert await key_of(desk, where) == sealed
    assert (await desk.get(where)).json()["note"] == WORDS


async def test_a_key_that_does_not_fit_is_told_of_and_holds_up_no_other(
    desk: Desk, where: str, with_keys: WithKeys, caplog: pytest.LogCaptureFixture
) -> None:
    other = (await note(desk, "Nothing much")).headers["Location"]
    async with desk.stage.database.network_transaction() as tx:
        broken = supervision_keys.c.id == UUID(where.rpartition("/")[2])
        await tx.execute(sa.update(supervision_keys).where(broken).values(supervisor="a-colleague"))
    before = await key_of(desk, where), await key_of(desk, other)

    await a_turn(await with_keys(NEW, SEALING_KEY))

    assert [one.message for one in caplog.records if vars(one).get("id") == where.rpartition("/")[2]] == [
        "a sealed text does not open"
    ]
    assert await key_of(desk, where) == before[0]
    assert await key_of(desk, other) != before[1]


async def test_a_bare_key_opens_no_text_but_its_own(desk: Desk, where: str) -> None:
    await keep_as_before(desk, where, WORDS)
    async with desk.stage.database.network_transaction() as tx:
        ours = supervision_keys.c.id == UUID(where.rpartition("/")[2])
        await tx.execute(sa.update(supervision_keys).where(ours).values(key=bytes(BARE)))

    answer = await desk.get(where)

    assert (answer.status_code, answer.json()["code"]) == (409, "seal-broken")
