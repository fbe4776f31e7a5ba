"""``POST /referrals`` as one would write it by hand: FastAPI and asyncpg, with the duties that ours has and no more.

The token is verified once and remembered until it expires; one transaction says who asks, claims the key, writes the
rows of the same tables, and keeps the answer. ``BARE_DATABASE_URL`` and ``BARE_ISSUER`` say where; with ``BARE_KAFKA``
and ``BARE_TOPIC`` it runs a relay beside, as our process does.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import asyncpg
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from tests.bench.bare_loops import relay

URL = os.environ.get("BARE_DATABASE_URL", "")
ISSUER = os.environ.get("BARE_ISSUER", "")
KAFKA = os.environ.get("BARE_KAFKA", "")
TOPIC = os.environ.get("BARE_TOPIC", "")
ROLES = {"referrer", "coordinator"}

CLAIM = """
insert into idempotency_keys (client, route, key, body_digest, created_at) values ($1, 'POST /referrals', $2, $3, $4)
on conflict do nothing returning true
"""
KEPT = "select * from idempotency_keys where client = $1 and route = 'POST /referrals' and key = $2"
STORE = """
update idempotency_keys set status = 201, location = $3, version = 1, body = $4
where client = $1 and route = 'POST /referrals' and key = $2
"""
ADD = """
with person as (
    insert into people (id, organisation_id, family_name, given_name, birth_date, nhs_number, chi_number, postcode,
        email, telephone, contact_by, language, likeness)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
), referral as (
    insert into referrals (id, person_id, referring_organisation_id, programme_id, programme_organisation_id,
        submitted_at, status, version, source, received_on, needs, conditions, interests, requested, channels, urgent,
        notes, source_reference, details, agreement_id, level)
    values ($14, $1, $2, $15, $16, $17, 'submitted', 1, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, '{}', $34,
        'full')
), step as (
    insert into referral_steps (referral_id, referring_organisation_id, programme_organisation_id, name, after, at,
        organisation_id, subject)
    values ($14, $2, $16, 'submitted', 'submitted', $17, $2, $35)
), consent as (
    insert into consents (referral_id, purpose, referring_organisation_id, programme_organisation_id, state,
        recorded_on, how, wording_version)
    select $14, purpose, $2, $16, 'granted', $28, $29, $30
    from unnest('{share-referral,tell-referrer,contact-person}'::text[]) as purpose
), noted as (
    insert into audit_tail (entry) values ($36)
)
insert into outbox (event_id, type, subject, occurred_at, payload)
values ($31, 'kith.referral-created.v1', $32, $17, $33)
"""

OFFER = """
select programmes.organisation_id, sharing_agreements.id from programmes
left join sharing_agreements on sharer_id = $2 and receiver_id = programmes.organisation_id and ended_at is null
    and sharer_signed_at is not null and receiver_signed_at is not null and 'referral' = any(purposes)
    and (programme_ids = '{}' or programmes.id = any(programme_ids))
    and starts_on <= $3 and (ends_on is null or $3 <= ends_on)
where programmes.id = $1 order by sharing_agreements.id limit 1
"""


class Person(BaseModel):
    family_name: str
    given_name: str | None = None
    birth_date: date | None = None
    nhs_number: str | None = None
    chi_number: str | None = None
    postcode: str | None = None
    email: str | None = None
    telephone: str | None = None
    contact_by: list[str] = []
    language: str = "en"


class Consent(BaseModel):
    given: Literal[True]
    recorded_on: date
    how: str
    wording_version: str | None = None


class Referral(BaseModel):
    person: Person
    programme_id: UUID
    source: Literal["professional", "self", "on-behalf"]
    received_on: date
    needs: list[str] = []
    conditions: list[str] = []
    interests: list[str] = []
    requested: list[str] = []
    channels: list[str] = []
    urgent: bool = False
    notes: str | None = None
    source_reference: str | None = None
    consent: Consent


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    # Nothing outlives a transaction here, so a connection that comes back needs no reset: one round trip saved.
    async with asyncpg.create_pool(URL, min_size=10, max_size=10, reset=_nothing) as pool:
        app.state.pool = pool
        app.state.keys = jwt.PyJWKClient(f"{ISSUER}/jwks")
        app.state.known = {}
        beside = asyncio.create_task(relay(URL, KAFKA, TOPIC)) if KAFKA else None
        yield
        if beside:
            beside.cancel()


async def _nothing(_: Any) -> None:
    """Leave the connection as it is."""


app = FastAPI(lifespan=lifespan, telemetry={"tracing": False, "metrics": False, "logs": False})


async def caller(request: Request, authorization: Annotated[str, Header()]) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = request.app.state.known
    claims = known.get(authorization)
    if claims is None or claims["exp"] <= time.time():
        token = authorization.removeprefix("Bearer ")
        try:
            key = await asyncio.to_thread(request.app.state.keys.get_signing_key_from_jwt, token)
            claims = jwt.decode(token, key, ["ES256"], audience="kith", issuer=ISSUER)
        except jwt.PyJWTError:
            raise HTTPException(401) from None
        if ROLES.isdisjoint(claims["kith_roles"]):
            raise HTTPException(403)
        known[authorization] = claims
    return claims


@app.post("/referrals", status_code=201)
async def make_referral(
    body: Referral,
    request: Request,
    caller: Annotated[dict[str, Any], Depends(caller)],
    idempotency_key: Annotated[str, Header()],
) -> Response:
    now, digest = datetime.now(UTC), sha256(await request.body()).digest()  # noqa: TID251 - nothing of ours in here
    organisation_id = UUID(caller["kith_organisation"])
    claim = (f"{caller['azp']} {caller['sub']} {organisation_id}", idempotency_key)
    async with request.app.state.pool.acquire() as tx, tx.transaction():
        await tx.execute("select set_config('kith.organisation', $1, true)", str(organisation_id))
        if not await tx.fetchval(CLAIM, *claim, digest, now):
            return _again(await tx.fetchrow(KEPT, *claim), digest)
        offer = await tx.fetchrow(OFFER, body.programme_id, organisation_id, now.date())
        if offer is None:
            raise HTTPException(422)
        owner, agreement_id = offer
        if agreement_id is None:
            raise HTTPException(403)
        referral_id, person_id, person = uuid7(), uuid4(), body.person
        fact = {
            "referral_id": str(referral_id),
            "person_id": str(person_id),
            "referring_organisation_id": str(organisation_id),
            "programme_id": str(body.programme_id),
            "programme_organisation_id": str(owner),
            "source": body.source,
            "received_on": body.received_on.isoformat(),
            "age_band": _age_band(person.birth_date, now.date()),
            "district": person.postcode.split(" ")[0] if person.postcode else None,
            "language": person.language,
            "needs": body.needs,
            "conditions": body.conditions,
            "interests": body.interests,
            "requested": body.requested,
            "channels": body.channels,
            "urgent": body.urgent,
        }
        entry = {
            "at": now.isoformat(),
            "subject": caller["sub"],
            "client_id": caller["azp"],
            "organisation_id": str(organisation_id),
            "action": "referral-made",
            "about_kind": "referral",
            "about_id": str(referral_id),
        }
        await tx.execute(
            ADD,
            *(person_id, organisation_id, person.family_name, person.given_name, person.birth_date),
            *(person.nhs_number, person.chi_number, person.postcode, person.email, person.telephone),
            *(person.contact_by, person.language, _likeness(person)),
            *(referral_id, body.programme_id, owner, now, body.source, body.received_on, body.needs, body.conditions),
            *(body.interests, body.requested, body.channels, body.urgent, body.notes, body.source_reference),
            *(body.consent.recorded_on, body.consent.how, body.consent.wording_version),
            *(uuid7(), f"referral/{referral_id}", json.dumps(fact).encode(), agreement_id, caller["sub"]),
            json.dumps(entry),
        )
        answer = {
            "id": str(referral_id),
            "person_id": str(person_id),
            "referring_organisation_id": str(organisation_id),
            "programme_id": str(body.programme_id),
            "programme_organisation_id": str(owner),
            "submitted_at": now.isoformat(),
            "status": "submitted",
            "version": 1,
            "decided_at": None,
            "decision_reason": None,
            "matched_at": None,
            "ended_at": None,
            "closed_at": None,
            "closing_reason": None,
            "choice_id": None,
            "acknowledged_at": None,
            "supported_at": None,
            "redirected_to": None,
            "agreement_id": str(agreement_id),
            "level": "full",
        }
        location, said = f"/referrals/{referral_id}", json.dumps(answer).encode()
        await tx.execute(STORE, *claim, location, said)
    return _response(location, said)


def _again(kept: asyncpg.Record | None, digest: bytes) -> Response:
    if kept is None:
        raise HTTPException(409)
    if kept["body_digest"] != digest:
        raise HTTPException(422)
    return _response(kept["location"], kept["body"])


def _response(location: str, body: bytes) -> Response:
    return Response(body, 201, {"Location": location, "ETag": '"1"'}, "application/json")


def _age_band(born: date | None, today: date) -> str:
    if born is None:
        return "unknown"
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    lowest = (age - 5) // 10 * 10 + 5
    return "85-plus" if age >= 85 else f"{lowest}-{lowest + 9}" if age >= 5 else "0-4"


def _likeness(person: Person) -> bytes:
    told = f"{person.given_name} {person.family_name} {person.birth_date} {person.postcode}"
    return sha256(told.casefold().encode()).digest()[:16]
