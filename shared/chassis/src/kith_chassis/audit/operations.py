"""What an operator asks of the audit: where it stands, whether it holds, what it says, and all of it as a file."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import StreamingResponse

from kith_chassis.audit import chain, sealing
from kith_chassis.audit.chain import START, Link, LinkMalformed
from kith_chassis.audit.entries import Entry, record
from kith_chassis.database import Database
from kith_chassis.http import NowDep, PageLimit
from kith_chassis.identity import CallerDep
from kith_chassis.refusals import Refusal
from kith_chassis.running import Running

_OPERATOR: Final = frozenset({"operator"})
PERMISSIONS: Final = {
    "list_audit": _OPERATOR,
    "audit_head": _OPERATOR,
    "verify_audit": _OPERATOR,
    "export_audit": _OPERATOR,
}
"""No organisation reads who read what: it would learn who else knows somebody."""

MOST: Final = 50_000
"""Entries that one request verifies at most: a request is one transaction."""
PART: Final = 5_000
"""Entries that an export reads in one transaction."""

router = APIRouter(prefix="/operations/audit", tags=["operations"])


class NoAudit(Refusal):
    """This service keeps nothing about people, and no audit."""

    code = "no-audit"


REFUSALS: Final[dict[type[Exception], int]] = {
    NoAudit: status.HTTP_409_CONFLICT,
    sealing.HeadMissing: status.HTTP_409_CONFLICT,
    LinkMalformed: status.HTTP_400_BAD_REQUEST,
}


async def _audited(request: Request) -> Database:
    running: Running = request.app.state.running
    if not running.audits:
        raise NoAudit(f"{running.name} keeps no audit; referrals and matching do, which know who people are.")
    return running.database


AuditedDep = Annotated[Database, Depends(_audited)]
"""The database of a service that keeps an audit. Raises ``NoAudit``."""
After = Annotated[int, Query(ge=0, lt=2**63, description="The number of the entry after which to go on.")]
LinkText = Annotated[str | None, Query(max_length=90, description="An entry's number, a colon and its digest.")]


@router.get("")
async def list_audit(
    *,
    caller: CallerDep,
    database: AuditedDep,
    now: NowDep,
    after: After = 0,
    limit: PageLimit = 50,
    about: Annotated[
        UUID | None, Query(description="Only what was done to, or seen of, the thing with this id.")
    ] = None,
    subject: Annotated[str | None, Query(max_length=255, description="Only what this subject did or saw.")] = None,
) -> dict[str, Any]:
    """Sealed entries, the first sealed first. Looking is on the record too."""
    async with database.transaction(caller) as tx:
        await record(tx, Entry("audit-read", "audit", about), now=now)
        items = await sealing.list_entries(tx, about=about, subject=subject, after=after, limit=limit)
    return {"items": items, "next": items[-1]["number"] if len(items) == limit else None}


@router.get("/head")
async def audit_head(caller: CallerDep, database: AuditedDep) -> dict[str, Any]:
    """Where the chain ends now. Note it elsewhere: held against it later, a chain written anew is found."""
    async with database.transaction(caller) as tx:
        state = await sealing.state(tx)
    return {"head": str(state.head), "sealed": state.head.number, "unsealed": state.unsealed}


@router.get("/verification")
async def verify_audit(
    *,
    caller: CallerDep,
    database: AuditedDep,
    after: LinkText = None,
    noted: LinkText = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many entries at most.")] = 20_000,
) -> dict[str, Any]:
    """Hold the chain, or its next part after the link ``after``, against its digests and the head that was ``noted``.

    ``next`` is the link to go on after; null at the end, and where the chain is broken.
    """
    begun, known = Link.read(after) if after else START, Link.read(noted) if noted else None
    async with database.transaction(caller) as tx:
        walk = await sealing.walk(tx, begun, limit=limit, noted=known)
    broken = walk.broken
    return {
        "entries": walk.link.number - begun.number,
        "sealed": walk.state.head.number,
        "unsealed": walk.state.unsealed,
        "head": str(walk.state.head),
        "intact": broken is None,
        "first_broken": {"number": broken.number, "code": broken.code, "message": broken.message} if broken else None,
        "next": None if walk.ended else str(walk.link),
    }


@router.get("/export", response_class=StreamingResponse)
async def export_audit(caller: CallerDep, database: AuditedDep, now: NowDep) -> StreamingResponse:
    """All that is sealed, an entry a line, with a last line that says where it ends. Reasons stay enciphered."""
    async with database.transaction(caller) as tx:
        await record(tx, Entry("audit-exported", "audit"), now=now)
        state = await sealing.state(tx)
    return StreamingResponse(_lines(database, state.head), media_type="application/x-ndjson")


async def _lines(database: Database, head: Link) -> AsyncIterator[str]:
    after = 0
    while after < head.number:
        async with database.network_transaction() as tx:
            part = await sealing.list_sealed(tx, after=after, limit=PART)
        within = [one for one in part if one.number <= head.number]
        yield "".join(chain.line(one) for one in within)
        if len(within) < PART:
            break
        after = within[-1].number
    yield chain.last_line(head)
