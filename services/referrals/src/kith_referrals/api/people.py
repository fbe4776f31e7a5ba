"""People's records: read, compared, joined and taken apart, restricted; and a death, which ends everything."""

from dataclasses import fields
from datetime import date, datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create, etag
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import ADMINISTRATOR, DECIDERS, MEMBERS, Change, ChangeDep, author, in_organisation
from kith_referrals.api.shapes import PersonRecord, PersonView, ReferralState
from kith_referrals.api.words import Body, ReadingReason, Reason
from kith_referrals.domain.likeness import Likeness
from kith_referrals.domain.records import Record
from kith_referrals.usecases import people as usecases

PERMISSIONS: Final = {
    "get_person": MEMBERS,
    "list_likenesses": DECIDERS,
    "merge_person": DECIDERS,
    "unmerge_person": DECIDERS,
    "keep_apart": DECIDERS,
    "restrict_person": ADMINISTRATOR,
    "record_death": MEMBERS,
}

router = APIRouter(prefix="/people", tags=["people"])


class MergeBody(Body):
    """The record to show from now on, and why both are of one person."""

    into: UUID
    reason: Reason


class UnmergeBody(Body):
    """Why the two are taken apart again."""

    reason: Reason


class KeptApartBody(Body):
    """The other record, and why they are two people."""

    other: UUID
    reason: Reason


class KeptApart(BaseModel):
    """Two records that are not shown to one another any more."""

    person_id: UUID
    other_id: UUID


class RestrictionBody(Body):
    """Whether the record is read with a reason only, and why."""

    restricted: bool
    reason: Reason


class DeathBody(Body):
    """The day of the death (Europe/London)."""

    died_on: date


class Death(PersonRecord):
    """A person who died, and the referrals that were closed by it."""

    closed: list[ReferralState]


class PersonRecordView(PersonRecord):
    """A record with the person, as the record that is shown for it has them."""

    person: PersonView


class LikePerson(PersonRecordView):
    """A record that may be of the same person. ``likeness`` is ``number``, ``details`` or ``slip``, the surest first.

    ``organisation_id`` holds the record: only records that one organisation holds can be merged.
    """

    organisation_id: UUID
    likeness: Likeness


class Likenesses(PersonRecordView):
    """A record beside those of people who may be the same."""

    likenesses: list[LikePerson]


@router.get("/{person_id}")
async def get_person(
    *,
    person_id: UUID,
    caller: CallerDep,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
    reason: ReadingReason = None,
) -> PersonRecordView:
    """A person's record: for the organisation that referred them, and for a programme's while they agree."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        row = await views.get_person(tx, person_id, now=now)
        by = author(member, organisation_id, now)
        await usecases.note_read(tx, row["id"], restricted=row["shown_restricted"], reason=reason, by=by)
    response.headers.update(etag(row["record_version"]))
    stands = {"id": row["record_id"], "version": row["record_version"], "restricted": row["shown_restricted"]}
    stands["erasure"] = row["erasure_state"]
    return PersonRecordView.model_validate({**row, **stands, "person": row})


@router.get("/{person_id}/likenesses")
async def list_likenesses(
    person_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, reason: ReadingReason = None
) -> Likenesses:
    """The record that is shown for a person, beside those of people who may be the same one."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        by = author(member, organisation_id, now)
        record, found = await usecases.read_likenesses(tx, person_id, reason=reason, by=by)
    alike = [
        {**_with_person(one), "organisation_id": one.person.organisation_id, "likeness": how} for one, how in found
    ]
    return Likenesses.model_validate({**_with_person(record), "likenesses": alike})


@router.post("/{person_id}/merge")
async def merge_person(person_id: UUID, body: MergeBody, change: ChangeDep) -> PersonRecord:
    """Join two records of one person: for the organisation that holds both. Both are kept; reads show the other."""
    async with change.begin() as (tx, by):
        record = await usecases.merge_people(
            tx, person_id, into_id=body.into, reason=body.reason, version=change.version, by=by
        )
    return answer(record, change)


@router.post("/{person_id}/unmerge")
async def unmerge_person(person_id: UUID, body: UnmergeBody, change: ChangeDep) -> PersonRecord:
    """Take two records apart again, exactly as they were."""
    async with change.begin() as (tx, by):
        record = await usecases.unmerge_people(tx, person_id, reason=body.reason, version=change.version, by=by)
    return answer(record, change)


@router.post("/{person_id}/kept-apart", status_code=201, response_model=KeptApart)
async def keep_apart(request: Request, person_id: UUID, body: KeptApartBody, caller: CallerDep) -> Response:
    """Record that two records are of two people: the organisation is not shown the pair again."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        by = author(member, organisation_id, now)
        await usecases.keep_apart(tx, person_id, other_id=body.other, reason=body.reason, by=by)
        return Created(f"/people/{person_id}/likenesses", KeptApart(person_id=person_id, other_id=body.other))

    return await create(request, member, work)


@router.post("/{person_id}/restriction")
async def restrict_person(person_id: UUID, body: RestrictionBody, change: ChangeDep) -> PersonRecord:
    """Let a record be read with a reason only, because it is a colleague's or a relative's; or freely again."""
    async with change.begin() as (tx, by):
        record = await usecases.restrict_person(
            tx, person_id, restricted=body.restricted, reason=body.reason, version=change.version, by=by
        )
    return answer(record, change)


@router.post("/{person_id}/death")
async def record_death(person_id: UUID, body: DeathBody, change: ChangeDep) -> Death:
    """Record that the person died: their open referrals are closed, and nobody contacts them any more."""
    async with change.begin() as (tx, by):
        record, closed = await usecases.record_death(tx, person_id, died_on=body.died_on, version=change.version, by=by)
    states = [ReferralState.model_validate(referral, from_attributes=True) for referral in closed]
    return Death(**vars(answer(record, change)), closed=states)


def answer(record: Record, change: Change) -> PersonRecord:
    """Where the record now stands, with its version for the next change."""
    change.show(record.version)
    return PersonRecord.model_validate(_state(record))


def _state(record: Record) -> dict[str, object]:
    return {
        "id": record.person.id,
        "version": record.version,
        "merged_into": record.merged_into,
        "restricted": record.restricted,
        "died_on": record.died_on,
        "held": record.held,
        "erasure": record.erasure.state,
    }


def _with_person(record: Record) -> dict[str, object]:
    parts = (record.person, record.person.about, record.person.agreement)
    person = {one.name: getattr(part, one.name) for part in parts for one in fields(part)}
    return {**_state(record), "person": {**person, "died_on": record.died_on}}
