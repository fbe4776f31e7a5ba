"""Entries: who did or saw what, written in the transaction that did it, and in the same round trip where it is hot."""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.connections import driver_of
from kith_chassis.database import asked_by
from kith_chassis.sealing import Enciphered, encipher

WORD: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""A code: it begins with a letter, so that no number of a person's can be one."""
LONGEST: Final = 60
"""Characters of a code."""

_WORD: Final = re.compile(WORD, re.ASCII)
_ENTRIES: Final = "audit_entries"
_tail: Final = sa.table("audit_tail", sa.column("entry", sa.Text))
_ADDED: Final = (
    sa.insert(_tail)
    .from_select(["entry"], sa.select(sa.func.unnest(sa.bindparam(_ENTRIES, type_=ARRAY(sa.Text)))))
    .cte("audited")
)
_ADD: Final = "insert into audit_tail (entry) select unnest($1::text[])"
_ADD_WITH_KEYS: Final = """
    with kept as (
        insert into audit_keys (id, about_kind, about_id, key)
        select * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::bytea[])
    )
    insert into audit_tail (entry) select unnest($1::text[])
"""

Statement = TypeVar("Statement", sa.Select[Any], sa.Insert)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done or seen. Who did it the transaction knows; when is an argument of recording it.

    ``action`` is a code in the past tense, ``about_kind`` and ``about_id`` say what it was done to, ``codes`` how:
    where a referral now stands, what a search asked for. Never words, names or numbers. ``purpose`` is a code;
    ``reason`` a person's own sentence, which is kept enciphered (``keys``). Raises ``ValueError`` for what is no code:
    it would be kept for ever.
    """

    action: str
    about_kind: str
    about_id: UUID | None = None
    codes: tuple[str, ...] = ()
    purpose: str | None = None
    reason: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        words = (self.action, self.about_kind, *self.codes, *((self.purpose,) if self.purpose else ()))
        if not all(len(word) <= LONGEST and _WORD.fullmatch(word) for word in words):
            raise ValueError("An entry of the audit holds codes and ids, and one of its words is neither.")
        if self.reason is not None and self.about_id is None:
            raise ValueError("A reason is about somebody, with whose key it goes: the entry needs their id.")


async def record(tx: AsyncConnection, *entries: Entry, now: datetime) -> None:
    """Put entries on the record, in this order, in one statement: kept if the transaction commits, and only then."""
    if not entries:
        return
    enciphered = [encipher(clock.new_id(), entry.reason) if entry.reason else None for entry in entries]
    texts = [_text(tx, entry, reason, now) for entry, reason in zip(entries, enciphered, strict=True)]
    kept = [(reason, entry) for entry, reason in zip(entries, enciphered, strict=True) if reason]
    if not kept:
        await driver_of(tx).execute(_ADD, texts)
        return
    await driver_of(tx).execute(
        _ADD_WITH_KEYS,
        texts,
        [reason.key_id for reason, _ in kept],
        [entry.about_kind for _, entry in kept],
        [entry.about_id for _, entry in kept],
        [reason.key for reason, _ in kept],
    )


def audited(statement: Statement) -> Statement:
    """The statement, which also puts on the record what ``noted`` gives it: one round trip, both or neither."""
    return statement.add_cte(_ADDED)


def noted(tx: AsyncConnection, *entries: Entry, now: datetime) -> dict[str, Sequence[str]]:
    """What an ``audited`` statement is to be run with, beside its own values. Raises ``ValueError`` for a reason."""
    if any(entry.reason for entry in entries):
        raise ValueError("A reason brings a key with it, which only `record` keeps.")
    return {_ENTRIES: [_text(tx, entry, None, now) for entry in entries]}


def _text(tx: AsyncConnection, entry: Entry, reason: Enciphered | None, now: datetime) -> str:
    """The entry as the chain covers it, on one line; what does not apply is left out."""
    caller = asked_by(tx)
    told = {
        "at": now.astimezone(UTC).isoformat(timespec="microseconds"),
        "subject": caller.subject if caller else None,
        "client_id": caller.client_id if caller else None,
        "organisation_id": str(caller.organisation_id) if caller and caller.organisation_id else None,
        "action": entry.action,
        "about_kind": entry.about_kind,
        "about_id": str(entry.about_id) if entry.about_id else None,
        "codes": entry.codes or None,
        "purpose": entry.purpose,
        "reason": b64encode(reason.text).decode() if reason else None,
        "reason_key": str(reason.key_id) if reason else None,
    }
    return json.dumps({name: value for name, value in told.items() if value is not None}, separators=(",", ":"))
