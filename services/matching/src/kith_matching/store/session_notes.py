"""Notes of sessions, kept sealed."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import sealer_of
from kith_chassis.sealing import SealedText
from kith_matching.domain.session_note import SessionNote
from kith_matching.store.rows import values_of
from kith_matching.store.sealing import open_text
from kith_matching.tables import session_notes

_INSERT: Final = sa.insert(session_notes)
_OF: Final[sa.Select[Any]] = (
    sa.select(*(one for one in session_notes.c if one.name != "under"))
    .where(
        session_notes.c.session_id == sa.bindparam("session_id", type_=sa.Uuid),
        sa.or_(
            sa.bindparam("author", type_=sa.Text).is_(None),
            session_notes.c.author == sa.bindparam("author", type_=sa.Text),
        ),
    )
    .order_by(session_notes.c.id)
)


async def insert_note(tx: AsyncConnection, note: SessionNote) -> None:
    """Keep a note; its words are sealed."""
    values = asdict(note)
    sealed = sealer_of(tx).seal(note.id, values.pop("words"), opens_for=str(note.organisation_id))
    await tx.execute(_INSERT, {**values, "sealed_words": sealed.text, "key": sealed.key})


async def list_notes(tx: AsyncConnection, session_id: UUID, *, author: str | None) -> list[SessionNote]:
    """What was noted of a session, the first first; with an ``author`` only what they wrote.

    Raises ``SealedElsewhere`` and ``SealBroken``.
    """
    rows = await tx.execute(_OF, {"session_id": session_id, "author": author})
    return [_note(tx, values_of(row)) for row in rows]


def _note(tx: AsyncConnection, values: dict[str, Any]) -> SessionNote:
    sealed = SealedText(values.pop("sealed_words"), values.pop("key"))
    words = open_text(tx, values["id"], sealed, opens_for=str(values["organisation_id"]))
    return SessionNote(**values, words=words)
