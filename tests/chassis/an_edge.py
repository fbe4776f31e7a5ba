"""A small service's HTTP edge, for tests of what every edge has: notes, and ways to fail."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, ClassVar, Self
from uuid import UUID, uuid4

import sqlalchemy as sa
from fastapi import APIRouter, Body, FastAPI, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import http
from kith_chassis.database import Database, DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
    Nevertheless,
    NowDep,
    OptionalVersion,
    Page,
    PageLimit,
    StaleVersion,
    create,
    encode_cursor,
    etag,
)
from kith_chassis.identity import ANYONE, CallerDep, Verifier
from kith_contracts.fact import District
from tests.chassis.an_issuer import NAME, AnIssuer
from tests.conftest import SettingsOf

OPERATOR = frozenset({"operator"})
WRITERS = frozenset({"coordinator", "operator"})
PERMISSIONS: dict[str, frozenset[str]] = {
    "write_note": WRITERS,
    "list_notes": WRITERS,
    "change_note": WRITERS,
    "put_note": WRITERS,
    "fail": WRITERS,
    "take": OPERATOR,
    "moment": OPERATOR,
    "door": ANYONE,
}
SECRET = "Dummy Testwell, 1950-02-30"


class NoteRefused(Exception):  # noqa: N818 - as a domain names its refusals
    """A family of refusals, as a service's domain has it."""

    code: ClassVar[str] = "note-refused"


class NoteNotFound(NoteRefused):
    """There is none."""

    code = "note-not-found"


class NewNote(BaseModel):
    """What a caller sends."""

    id: UUID
    organisation_id: UUID


class NoteShown(BaseModel):
    """What a caller gets."""

    id: UUID


def _without_digits(name: str) -> str:
    if any(letter.isdigit() for letter in name):
        raise ValueError(f"a name has no digits, but this is {name}")
    if name != name.strip():
        raise ValueError("it must not begin or end with a space")
    return name


class Everything(BaseModel):
    """One field of each kind that services have."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_without_digits)] = Field(min_length=2, max_length=40)
    born_on: date | None = None
    seen_at: datetime | None = None
    number: int = Field(default=1, ge=1, le=9)
    share: float = 0.5
    district: District | None = None
    id: UUID | None = None
    tags: list[Annotated[str, Field(max_length=5)]] = Field(default=[], max_length=3)
    words: Mapping[str, int] = {}
    sure: bool = True
    inner: NewNote | None = None

    @model_validator(mode="after")
    def _districts_are_shared(self) -> Self:
        """Refuse a district that nobody shares."""
        if self.district is not None and self.share <= 0:
            raise ValueError("a district goes with a share")
        return self


router = APIRouter()
_INSERT = sa.text("insert into notes (id, organisation_id) values (:id, :organisation_id)")
_LIST = sa.text("select id from notes where :after is null or id > :after order by id limit :limit").bindparams(
    sa.bindparam("after", type_=sa.Uuid()), sa.bindparam("limit", type_=sa.Integer())
)
FAULTS: dict[str, Callable[[], Exception]] = {
    "note-not-found": lambda: NoteNotFound("There is no such note; look at the list."),
    "refused": lambda: NoteRefused("Not this note."),
    "stale": lambda: StaleVersion("It was changed; read it again."),
    "fault": lambda: ConnectionError("10.0.0.7 went away"),
    "defect": lambda: RuntimeError(SECRET),
}


def failing(how: str) -> Exception:
    """A new exception, for one that is raised again remembers where it was."""
    return FAULTS[how]()


STATEMENTS = {
    "connection-ended": "select pg_terminate_backend(pg_backend_pid())",
    "lock-not-had": "do $$ begin raise exception using errcode = '55P03'; end $$",
    "divided-by-zero": "select 1/0",
    "text-with-nul": "select cast(:text as text)",
}


@router.post("/notes", status_code=201, response_model=NoteShown)
async def write_note(
    note: NewNote,
    request: Request,
    *,
    caller: CallerDep,
    fails: str = "",
    anew: bool = False,
    even_so: bool = False,
) -> Response:
    """Write a note, once; under another id each time with ``anew``. Where it is refused write one ``even_so``."""
    id_ = uuid4() if anew else note.id

    async def write_another(tx: AsyncConnection, _now: datetime) -> None:
        await tx.execute(_INSERT, {"id": uuid4(), "organisation_id": note.organisation_id})

    nevertheless = Nevertheless(write_another, "Another was written.", NoteRefused) if even_so else None

    async def work(tx: AsyncConnection, _now: datetime) -> Created:
        await tx.execute(_INSERT, {"id": id_, "organisation_id": note.organisation_id})
        if fails == "waits":
            request.app.state.inside.set()
            await request.app.state.go_on.wait()
        elif fails:
            raise failing(fails)
        return Created(f"/notes/{id_}", NoteShown(id=id_), version=1)

    return await create(request, caller, work, nevertheless=nevertheless)


@router.get("/notes")
async def list_notes(
    database: DatabaseDep, caller: CallerDep, after: CursorDep, limit: PageLimit = 50
) -> Page[NoteShown]:
    """A page of the caller's notes."""
    async with database.transaction(caller) as tx:
        ids = (await tx.execute(_LIST, {"after": after, "limit": limit})).scalars().all()
    return Page(items=[NoteShown(id=id_) for id_ in ids], next=encode_cursor(ids[-1]) if len(ids) == limit else None)


@router.post("/notes/{note_id}/change")
async def change_note(note_id: UUID, expected: ExpectedVersion, response: Response) -> dict[str, int]:
    """Say which version was expected."""
    response.headers.update(etag(expected + 1))
    return {"expected": expected}


@router.put("/notes/{note_id}")
async def put_note(note_id: UUID, expected: OptionalVersion) -> dict[str, int | None]:
    """Say which version was expected, if any."""
    return {"expected": expected}


@router.post("/fail/{how}")
async def fail(how: str, database: DatabaseDep, caller: CallerDep) -> None:
    """Fail in one of many ways."""
    if how in FAULTS:
        raise failing(how)
    async with database.transaction(caller) as tx:
        await tx.execute(sa.text(STATEMENTS[how]), {"text": "a\0b"} if how == "text-with-nul" else {})


@router.post("/take")
async def take(sent: Annotated[Everything, Body()]) -> dict[str, str]:
    """Take a body with fields of all kinds."""
    return {"name": sent.name}


@router.get("/moment")
async def moment(now: NowDep) -> datetime:
    """The instant that the request is handled at."""
    return now


@router.get("/door")
async def door() -> dict[str, str]:
    """Open to anyone."""
    return {}


def an_edge(
    settings_of: SettingsOf, provider: AnIssuer, database: Database | None = None, body_limit: int = 4096
) -> FastAPI:
    """The edge over a database of the chassis's own tables; ``provider`` signs tokens by its own clock."""
    settings = settings_of(issuer=NAME, development_issuer=False)
    app = http.application(
        name="notes",
        routers=[router],
        permissions=PERMISSIONS,
        refusals={NoteRefused: 409, NoteNotFound: 404, StaleVersion: 412},
        verifier=Verifier(settings, transport=provider.transport(), now=provider.clock),
        body_limit=body_limit,
        now=provider.clock,
    )
    app.state.database = database
    app.state.inside, app.state.go_on = asyncio.Event(), asyncio.Event()
    return app
