"""``POST /sessions`` of a meeting as one would write it by hand, with the duties that ours has and no more.

As ``bare_api`` has it: the token, who asks, the key, the answer kept. What is named is locked and looked at; then all
rows of the same tables are written in one statement, a record and a fact of each who was there.
"""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from tests.bench import bare_api
from tests.bench.bare_api import caller, lifespan

CLAIM, KEPT, STORE = (
    statement.replace("POST /referrals", "POST /sessions")
    for statement in (bare_api.CLAIM, bare_api.KEPT, bare_api.STORE)
)
KNOWN = """
select (select organisation_id from programmes where id = $1) as owner,
    (select count(*) from supporters where id = any($2)) as supporters
"""
PEOPLE = """
select id, programme_id, consented, erased, decision, closed_on, waiting from referrals where id = any($1)
order by id for update
"""
BEGIN = "insert into groups (id, programme_id, organisation_id) values ($1, $2, $3) on conflict do nothing"
GROUP = "select programme_id from groups where id = $1 for update"
ADD = """
with session as (
    insert into sessions (id, programme_id, organisation_id, held_on, outcome, minutes, channel, topics, supporter_ids,
        group_id, attended_referral_ids, version, logged_at, limits_explained)
    values ($1, $2, $3, $4, 'happened', $5, $6, $7, $8, $9, $10, 1, $11, false)
), attendance as (
    insert into attendances (id, referral_id, session_id, organisation_id, companions)
    select id, referral_id, $1, $3, 0 from unnest($12::uuid[], $10::uuid[]) as given (id, referral_id)
), moved as (
    update referrals set waiting = false where id = any($13)
), noted as (
    insert into audit_tail (entry) values ($14)
)
insert into outbox (event_id, type, subject, occurred_at, payload)
select id, 'kith.session-logged.v1', 'referral/' || referral_id, $11, payload
from unnest($15::uuid[], $10::uuid[], $16::bytea[]) as given (id, referral_id, payload)
"""


class Meeting(BaseModel):
    kind: Literal["group"]
    group_id: UUID
    programme_id: UUID
    held_on: date
    minutes: int
    channel: str
    topics: list[str] = []
    supporter_ids: list[UUID] = []
    attended_referral_ids: list[UUID] = []


app = FastAPI(lifespan=lifespan, telemetry={"tracing": False, "metrics": False, "logs": False})


@app.post("/sessions", status_code=201)
async def log_meeting(
    body: Meeting,
    request: Request,
    caller: Annotated[dict[str, Any], Depends(caller)],
    idempotency_key: Annotated[str, Header()],
) -> Response:
    now, digest = datetime.now(UTC), sha256(await request.body()).digest()  # noqa: TID251 - nothing of ours in here
    organisation_id = UUID(caller["kith_organisation"])
    claim = (f"{caller['azp']} {caller['sub']} {organisation_id}", idempotency_key)
    there = sorted(set(body.attended_referral_ids))
    async with request.app.state.pool.acquire() as tx, tx.transaction():
        await tx.execute("select set_config('kith.organisation', $1, true)", str(organisation_id))
        if not await tx.fetchval(CLAIM, *claim, digest, now):
            return bare_api._again(await tx.fetchrow(KEPT, *claim), digest)
        owner, supporters = await tx.fetchrow(KNOWN, body.programme_id, body.supporter_ids)
        people = await tx.fetch(PEOPLE, there)
        if owner != organisation_id or supporters != len(body.supporter_ids) or len(people) != len(there):
            raise HTTPException(422)
        if not all(_may_attend(one, body) for one in people):
            raise HTTPException(409)
        await tx.execute(BEGIN, body.group_id, body.programme_id, organisation_id)
        if await tx.fetchval(GROUP, body.group_id) != body.programme_id:
            raise HTTPException(409)
        session_id = uuid7()
        records = [uuid7() for _ in there]
        of_all = {
            "kind": "group",
            "programme_id": str(body.programme_id),
            "organisation_id": str(organisation_id),
            "held_on": body.held_on.isoformat(),
            "outcome": "happened",
            "minutes": body.minutes,
            "channel": body.channel,
            "topics": body.topics,
            "supporter_ids": [str(one) for one in body.supporter_ids],
            "match_id": None,
            "group_id": str(body.group_id),
            "attended_referral_ids": [],
            "meeting_id": str(session_id),
            "came_as": None,
            "companions": 0,
        }
        facts = [
            json.dumps({"session_id": str(record), "referral_id": str(one), **of_all}).encode()
            for record, one in zip(records, there, strict=True)
        ]
        entry = {
            "at": now.isoformat(),
            "subject": caller["sub"],
            "client_id": caller["azp"],
            "organisation_id": str(organisation_id),
            "action": "session-logged",
            "about_kind": "session",
            "about_id": str(session_id),
            "codes": ["happened"],
        }
        await tx.execute(
            ADD,
            *(session_id, body.programme_id, organisation_id, body.held_on, body.minutes, body.channel, body.topics),
            *(body.supporter_ids, body.group_id, there, now, records, [one["id"] for one in people if one["waiting"]]),
            *(json.dumps(entry), [uuid7() for _ in there], facts),
        )
        answer = {
            "id": str(session_id),
            **of_all,
            "could_not": None,
            "limits_explained": False,
            "referral_id": None,
            "attended_referral_ids": [str(one) for one in there],
            "came_with": [],
            "client_id": None,
            "noted_at": None,
            "logged_at": now.isoformat(),
            "version": 1,
        }
        location, said = f"/sessions/{session_id}", json.dumps(answer).encode()
        await tx.execute(STORE, *claim, location, said)
    return bare_api._response(location, said)


def _may_attend(referral: Any, body: Meeting) -> bool:
    return bool(
        referral["programme_id"] == body.programme_id
        and referral["consented"]
        and not referral["erased"]
        and referral["decision"] == "accepted"
        and (referral["closed_on"] is None or body.held_on <= referral["closed_on"])
    )
