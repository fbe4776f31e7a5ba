"""What could not be handled, kept whole in the service's own database, with what waits behind it.

A record with a key holds back later records of the same topic and key, so that their order is kept; a record without
a key holds back nobody. Redriving runs the head of a key, then its waiters, each in its own transaction.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import Database, is_fault
from kith_chassis.received import OnFacts, receive
from kith_chassis.refusals import Refusal
from kith_contracts.wire import Unreadable

OPEN: Final = "state in ('set-aside', 'waiting')"

_SET_ASIDE: Final = sa.text(
    "insert into dead_letters (id, topic, partition, log_offset, key, headers, value, digest, claimed, state, code,"
    " message, attempts, first_seen)"
    " select id, topic, partition, log_offset, key, cast(headers as jsonb), value, digest, claimed, state, code,"
    " message, attempts, :now from unnest(cast(:ids as uuid[]), cast(:topics as text[]), cast(:partitions as int[]),"
    " cast(:offsets as bigint[]), cast(:keys as bytea[]), cast(:headers as text[]), cast(:values as bytea[]),"
    " cast(:digests as bytea[]), cast(:claimed as boolean[]), cast(:states as text[]), cast(:codes as text[]),"
    " cast(:messages as text[]), cast(:attempts as int[])) with ordinality as letter (id, topic, partition,"
    " log_offset, key, headers, value, digest, claimed, state, code, message, attempts, place)"
    " order by place on conflict do nothing"
)
_HELD: Final = sa.text(
    f"select distinct letter.topic, letter.key from dead_letters letter"
    f" join unnest(cast(:topics as text[]), cast(:keys as bytea[])) as asked (topic, key)"
    f" on letter.topic = asked.topic and letter.key = asked.key where letter.{OPEN}"
)
_LOCK_KEYS: Final = sa.text(
    "select pg_advisory_xact_lock(place) from (select distinct hashtextextended(topic || encode(key, 'hex'), 0) place"
    " from unnest(cast(:topics as text[]), cast(:keys as bytea[])) as held (topic, key) order by place) as places"
)
_LIST: Final = sa.text(
    "select id, topic, partition, log_offset, key, code, message, first_seen, attempts, state,"
    " (select count(*) from dead_letters behind where behind.topic = letter.topic and behind.key = letter.key"
    "  and behind.state = 'waiting' and behind.seq > letter.seq) as waiting"
    " from dead_letters letter where state = 'set-aside' and (cast(:after as uuid) is null or id > :after)"
    " order by id limit :limit"
)
_SHOW: Final = sa.text("select *, 0 as waiting from dead_letters where id = :id")
_HEAD: Final = sa.text(
    f"select * from dead_letters where topic = :topic and key = :key and {OPEN} order by seq limit 1 for update"
)
_ONE: Final = sa.text(f"select * from dead_letters where id = :id and {OPEN} for update")
_SETTLE: Final = sa.text(
    "update dead_letters set state = :state, settled_at = :now, settled_by = :by, reason = :reason where id = :id"
)
_FAIL: Final = sa.text(
    "update dead_letters set state = 'set-aside', code = :code, message = :message, attempts = attempts + 1"
    " where id = :id"
)
_CLAIM: Final = sa.text("insert into inbox values (:id) on conflict do nothing returning event_id")
_COUNTS: Final = sa.text(
    "select count(*) filter (where state = 'set-aside') as set_aside,"
    " count(*) filter (where state = 'waiting') as waiting from dead_letters where " + OPEN
)


class NoSuchDeadLetter(Refusal):
    """No dead letter of that id is open."""

    code = "no-such-dead-letter"


@dataclass(frozen=True, slots=True)
class Letter:
    """A record to set aside, or to keep waiting behind one that was."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None
    code: str
    message: str
    attempts: int = 1
    waiting: bool = False
    claimed: bool = False


Key = tuple[str, bytes]


async def set_aside(tx: AsyncConnection, letters: Sequence[Letter], *, now: datetime) -> None:
    """Keep ``letters``, in this order. A record that is kept already is not kept twice."""
    await tx.execute(
        _SET_ASIDE,
        {
            "ids": [clock.new_id() for _ in letters],
            "topics": [letter.topic for letter in letters],
            "partitions": [letter.partition for letter in letters],
            "offsets": [letter.offset for letter in letters],
            "keys": [letter.key for letter in letters],
            "headers": [_headers_as_json(letter.headers) for letter in letters],
            "values": [letter.value for letter in letters],
            "digests": [sha256((letter.key or b"") + b"\0" + (letter.value or b"")).digest() for letter in letters],
            "claimed": [letter.claimed for letter in letters],
            "states": ["waiting" if letter.waiting else "set-aside" for letter in letters],
            "codes": [letter.code for letter in letters],
            "messages": [letter.message for letter in letters],
            "attempts": [letter.attempts for letter in letters],
            "now": now,
        },
    )


async def held_keys(tx: AsyncConnection, keys: set[Key]) -> set[Key]:
    """Which of ``keys`` are held back by an open dead letter.

    Those that are get locked until the end of the transaction, as redriving does, and are looked at again under the
    lock: so nothing is left waiting behind a head that was just redriven.
    """
    held = await _held(tx, keys)
    if held:
        await tx.execute(_LOCK_KEYS, _arrays(held))
        held = await _held(tx, held)
    return held


async def _held(tx: AsyncConnection, keys: set[Key]) -> set[Key]:
    return {(row.topic, row.key) for row in await tx.execute(_HELD, _arrays(keys))}


def _arrays(keys: set[Key]) -> dict[str, list[Any]]:
    return {"topics": [topic for topic, _ in keys], "keys": [key for _, key in keys]}


async def counts(tx: AsyncConnection) -> tuple[int, int]:
    """How many are set aside, and how many wait behind them."""
    row = (await tx.execute(_COUNTS)).one()
    return row.set_aside, row.waiting


async def list_set_aside(tx: AsyncConnection, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """What is set aside, oldest first, without headers and values."""
    return [_shown(row) for row in await tx.execute(_LIST, {"after": after, "limit": limit})]


async def get(tx: AsyncConnection, letter_id: UUID) -> dict[str, Any]:
    """One dead letter, whole: headers and value in base64. Raises ``NoSuchDeadLetter``."""
    row = (await tx.execute(_SHOW, {"id": letter_id})).one_or_none()
    if row is None:
        raise NoSuchDeadLetter("There is no dead letter of this id.")
    return _shown(row) | {
        "headers": row.headers,
        "value": base64.b64encode(row.value).decode() if row.value is not None else None,
        "settled_at": row.settled_at,
        "settled_by": row.settled_by,
        "reason": row.reason,
    }


class Redrive:
    """Gives dead letters to the service again, once the cause is mended."""

    def __init__(self, database: Database, on_facts: OnFacts, refusals: tuple[type[Exception], ...]) -> None:
        self._database = database
        self._on_facts = on_facts
        self._refusals = refusals

    async def redrive(self, letter_id: UUID, *, by: str, now: datetime) -> dict[str, Any]:
        """Run the head of the letter's key, then its waiters, until one fails or none is left.

        Answers how many were handled and, when one failed, its id and code. Raises ``NoSuchDeadLetter``.
        """
        async with self._database.network_transaction() as tx:
            key = await self._open_key(tx, letter_id)
        return await self._drive(key, letter_id, by=by, now=now)

    async def discard(self, letter_id: UUID, reason: str, *, by: str, now: datetime) -> dict[str, Any]:
        """Give a letter up, on the record, and run what waited behind it. Raises ``NoSuchDeadLetter``."""
        async with self._database.network_transaction() as tx:
            key = await self._open_key(tx, letter_id)
            if key:
                await tx.execute(_LOCK_KEYS, _arrays({key}))
            await self._settle(tx, letter_id, "discarded", by=by, now=now, reason=reason)
            head = (await tx.execute(_HEAD, {"topic": key[0], "key": key[1]})).one_or_none() if key else None
        if key is None or head is None or head.state != "waiting":
            return {"handled": 0, "failed": None, "code": None}
        return await self._drive(key, head.id, by=by, now=now)

    async def _open_key(self, tx: AsyncConnection, letter_id: UUID) -> Key | None:
        row = (await tx.execute(_ONE, {"id": letter_id})).one_or_none()
        if row is None:
            raise NoSuchDeadLetter("No open dead letter has this id; it may be settled already.")
        return (row.topic, row.key) if row.key is not None else None

    async def _drive(self, key: Key | None, letter_id: UUID, *, by: str, now: datetime) -> dict[str, Any]:
        handled = 0
        while True:
            async with self._database.network_transaction() as tx:
                if key:
                    await tx.execute(_LOCK_KEYS, _arrays({key}))
                    row = (await tx.execute(_HEAD, {"topic": key[0], "key": key[1]})).one_or_none()
                else:
                    row = (await tx.execute(_ONE, {"id": letter_id})).one_or_none()
                if row is None:
                    return {"handled": handled, "failed": None, "code": None}
                failure = await self._try(tx, row)
                if failure:
                    await tx.execute(_FAIL, {"id": row.id, "code": failure[0], "message": failure[1]})
                    return {"handled": handled, "failed": str(row.id), "code": failure[0]}
                await self._settle(tx, row.id, "redriven", by=by, now=now, reason=None)
                handled += 1

    async def _try(self, tx: AsyncConnection, row: Any) -> tuple[str, str] | None:
        """Handle one letter inside a savepoint: None when it went well, else code and message. Faults are raised."""
        try:
            fact = receive(row.topic, _headers_from_json(row.headers), row.value, row.key)
            claimed = row.claimed or (await tx.execute(_CLAIM, {"id": fact.id})).one_or_none() is not None
            if claimed:
                async with tx.begin_nested():
                    await self._on_facts(tx, [fact])
        except Exception as error:
            if is_fault(error):
                raise
            return reason_of(error, self._refusals)
        return None

    async def _settle(
        self, tx: AsyncConnection, letter_id: UUID, state: str, *, by: str, now: datetime, reason: str | None
    ) -> None:
        await tx.execute(_SETTLE, {"id": letter_id, "state": state, "now": now, "by": by, "reason": reason})


def reason_of(error: Exception, refusals: tuple[type[Exception], ...]) -> tuple[str, str]:
    """The stable code and the message under which a failure is kept.

    Only refusals and unreadable records speak for themselves; any other error may quote a person, so its type is kept.
    """
    if isinstance(error, (Refusal, Unreadable, *refusals)):
        return str(getattr(error, "code", "refused")), str(error)
    return "unexpected", f"The handler failed with {type(error).__name__}; the log has its trace."


def _headers_as_json(headers: Sequence[tuple[str, bytes | None]]) -> str:
    pairs = [(name, base64.b64encode(text).decode() if text is not None else None) for name, text in headers]
    return json.dumps(pairs)


def _headers_from_json(pairs: list[list[str | None]]) -> list[tuple[str, bytes | None]]:
    return [(str(name), base64.b64decode(text) if text is not None else None) for name, text in pairs]


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.log_offset,
        "key": row.key.decode("utf-8", "replace") if row.key is not None else None,
        "code": row.code,
        "message": row.message,
        "first_seen": row.first_seen,
        "attempts": row.attempts,
        "waiting": row.waiting,
        "state": row.state,
    }
