"""Notes of sessions: sealed, added to and never changed."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import SpeakerDep, Words
from kith_matching.usecases import noting

router = APIRouter(tags=["sessions"])


class NoteAsked(BaseModel):
    """What you note. It is sealed: whoever organises the programme reads it, and you do; the person may ask for it."""

    model_config = ConfigDict(extra="forbid")

    words: Words


class NoteShown(BaseModel):
    """That something was noted."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    author: str
    written_at: datetime


class NoteRead(NoteShown):
    """A note with its words."""

    words: str


class NotesRead(BaseModel):
    """What was noted of a session, the first first."""

    items: tuple[NoteRead, ...]


@router.post("/sessions/{session_id}/notes", status_code=201, response_model=NoteShown)
async def note_session(
    session_id: UUID, asked: NoteAsked, request: Request, *, caller: CallerDep, speaker: SpeakerDep
) -> Response:
    """Note something of a session: of one that you gave, or of any in your organisation's programmes."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        note = await noting.write_note(tx, session_id, asked.words, by=speaker, now=now)
        return Created(f"/sessions/{session_id}/notes", NoteShown.model_validate(note))

    return await create(request, caller, work)


@router.get("/sessions/{session_id}/notes")
async def read_session_notes(
    *,
    session_id: UUID,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
) -> NotesRead:
    """What was noted of a session: all of it for whoever organises, for a supporter their own. It is on the record."""
    async with database.transaction(caller) as tx:
        notes = await noting.read_notes(tx, session_id, by=speaker, now=now)
    response.headers["Cache-Control"] = "no-store"
    return NotesRead(items=tuple(NoteRead.model_validate(one, from_attributes=True) for one in notes))
