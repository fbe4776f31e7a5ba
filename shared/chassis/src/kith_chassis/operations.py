"""What an operator asks of a running service: is it well, how far behind, what is set aside; redrive, replay."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis import audit, dead_letters, telemetry
from kith_chassis.http import NowDep
from kith_chassis.identity import ANYONE, CallerDep
from kith_chassis.refusals import Refusal
from kith_chassis.replay import ReplayUnderWay
from kith_chassis.running import Running

OPERATOR: Final = frozenset({"operator"})
PERMISSIONS: Final = {
    "live": ANYONE,
    "ready": ANYONE,
    "metrics": OPERATOR,
    "health": OPERATOR,
    "lag": OPERATOR,
    "list_dead_letters": OPERATOR,
    "resume": OPERATOR,
    "show_dead_letter": OPERATOR,
    "redrive": OPERATOR,
    "discard": OPERATOR,
    "start_replay": OPERATOR,
    "replay_state": OPERATOR,
    "read_holdings": OPERATOR,
}
"""Which role may do what. Only an orchestrator's two questions need no token."""

router = APIRouter(tags=["operations"])


class NothingHeard(Refusal):
    """This service or this process has no inbox."""

    code = "nothing-heard"


class NoReplay(Refusal):
    """This service has nothing to rebuild from the log."""

    code = "no-replay"


class HoldsNothing(Refusal):
    """This service has no rows about people."""

    code = "holds-nothing"


REFUSALS: Final[dict[type[Exception], int]] = {
    NothingHeard: status.HTTP_409_CONFLICT,
    NoReplay: status.HTTP_409_CONFLICT,
    HoldsNothing: status.HTTP_409_CONFLICT,
    ReplayUnderWay: status.HTTP_409_CONFLICT,
    dead_letters.NoSuchDeadLetter: status.HTTP_404_NOT_FOUND,
}


async def _running(request: Request) -> Running:
    running: Running = request.app.state.running
    return running


RunningDep = Annotated[Running, Depends(_running)]


class Reason(BaseModel):
    """Why a letter is given up; kept with it."""

    reason: str = Field(min_length=3, max_length=500)


MOST_ASKED: Final = 500
"""People, and referrals, of one question about holdings."""


class HoldingsAsked(BaseModel):
    """Whom it is about: in a body, because a URL is written into logs."""

    model_config = ConfigDict(extra="forbid")

    people: list[UUID] = Field(min_length=1, max_length=MOST_ASKED)
    referrals: list[UUID] = Field(default=[], max_length=MOST_ASKED)


class HoldingShown(BaseModel):
    """One row. ``tombstone`` says that nothing in it is about the person any more."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    id: UUID
    tombstone: bool
    organisation_id: UUID | None
    says: dict[str, Any]


class Holdings(BaseModel):
    """What the service holds. ``erased``: those of the people of whom it knows that they were erased."""

    service: str
    holdings: list[HoldingShown]
    erased: list[UUID]


@router.get("/health/live")
async def live(running: RunningDep, response: Response) -> dict[str, Any]:
    """Whether the process's loops turn. 503 means: restart it."""
    wrong = running.health.live()
    if wrong:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "wrong" if wrong else "ok", "wrong": wrong}


@router.get("/health/ready")
async def ready(running: RunningDep, response: Response) -> dict[str, Any]:
    """Whether the process can do its work now. 503 means: send it nothing, and wait."""
    wrong = await running.health.ready()
    if wrong:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "wrong" if wrong else "ok", "wrong": wrong}


@router.get("/operations/metrics")
async def metrics() -> Response:
    """The process's metrics in Prometheus' text format. ``docs/operations.md`` says what to watch."""
    return Response(telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/operations/health")
async def health(running: RunningDep) -> dict[str, Any]:
    """All that is known of this process: its parts, its loops, what is wrong, what lies in outbox and dead letters."""
    wrong = await running.health.ready()
    async with running.database.network_transaction() as tx:
        set_aside, waiting = await dead_letters.counts(tx)
        outbox = await running.outbox_depth(tx)
    return {
        "service": running.name,
        "replica": running.replica,
        "parts": sorted(running.parts),
        "wrong": wrong,
        "loops": {beat.name: round(beat.age, 1) for beat in running.health.heartbeats},
        "outbox": outbox,
        "dead_letters": {"set_aside": set_aside, "waiting": waiting},
        "line_stopped": bool(running.inbox and running.inbox.line.stopped),
    }


@router.get("/operations/lag")
async def lag(running: RunningDep) -> dict[str, Any]:
    """End offsets less committed offsets, for the partitions of this process, from its own consumer."""
    rows = await running.inbox.lag() if running.inbox else []
    return {"topics": rows, "total": sum(row["lag"] for row in rows)}


@router.get("/operations/dead-letters")
async def list_dead_letters(
    running: RunningDep, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """What is set aside, oldest first."""
    async with running.database.network_transaction() as tx:
        items = await dead_letters.list_set_aside(tx, after=after, limit=limit)
    return {"items": items, "next": items[-1]["id"] if len(items) == limit else None}


@router.post("/operations/dead-letters/resume")
async def resume(running: RunningDep) -> dict[str, Any]:
    """Let a stopped line go on. The batch that stopped it is let through."""
    if running.inbox is None:
        raise NothingHeard("This process has no inbox; ask the one that runs it.")
    was_stopped = running.inbox.line.stopped
    running.inbox.line.resume()
    return {"was_stopped": was_stopped}


@router.get("/operations/dead-letters/{letter_id}")
async def show_dead_letter(letter_id: UUID, running: RunningDep) -> dict[str, Any]:
    """One dead letter, whole; headers and value in base64. It holds whatever a faulty producer sent."""
    async with running.database.network_transaction() as tx:
        return await dead_letters.get(tx, letter_id)


@router.post("/operations/dead-letters/{letter_id}/redrive")
async def redrive(letter_id: UUID, running: RunningDep, caller: CallerDep, now: NowDep) -> dict[str, Any]:
    """Give the letter's key to the service again: its head, then what waits behind it."""
    return await running.redriver().redrive(letter_id, by=caller.subject, now=now)


@router.post("/operations/dead-letters/{letter_id}/discard")
async def discard(
    letter_id: UUID, reason: Reason, running: RunningDep, caller: CallerDep, now: NowDep
) -> dict[str, Any]:
    """Give the letter up, on the record, and run what waited behind it."""
    return await running.redriver().discard(letter_id, reason.reason, by=caller.subject, now=now)


@router.post("/operations/replay", status_code=status.HTTP_202_ACCEPTED)
async def start_replay(running: RunningDep) -> dict[str, Any]:
    """Begin to rebuild this service's projections from the log. Reads go on; ask again for the state."""
    if running.replay is None:
        raise NoReplay("This service keeps nothing that is rebuilt from the log; `kith replay reporting` does.")
    await running.replay.start()
    return running.replay.state()


@router.get("/operations/replay")
async def replay_state(running: RunningDep) -> dict[str, Any]:
    """How far the replay is, or how the last one ended."""
    if running.replay is None:
        raise NoReplay("This service keeps nothing that is rebuilt from the log; `kith replay reporting` does.")
    return running.replay.state()


@router.post("/operations/holdings")
async def read_holdings(asked: HoldingsAsked, running: RunningDep, caller: CallerDep, now: NowDep) -> Holdings:
    """Every row about these people and referrals, as codes. Looking is on the record, where the service keeps one.

    One person's rows lie with several organisations, so an operator alone may ask for all of them.
    """
    if running.holds is None:
        raise HoldsNothing(f"{running.name} has no rows about people.")
    async with running.database.transaction(caller) as tx:
        if running.audits:
            looked = [audit.Entry("holdings-read", "person", person_id) for person_id in asked.people]
            await audit.record(tx, *looked, now=now)
        held = await running.holds(tx, asked.people, asked.referrals)
    shown = [HoldingShown.model_validate(one) for one in held.holdings]
    return Holdings(service=running.name, holdings=shown, erased=sorted(held.erased))
