"""Somebody asks what is known of them: logged with the day by which they are answered, gathered, and closed.

In between it is extended, or waits for the person; working days are those of whoever is to answer now.
"""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import records, subject_access
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.records import Author
from kith_referrals.domain.subject_access import Awaited, Outcome, Reason, Request
from kith_referrals.store import network as network_store
from kith_referrals.store import people as people_store
from kith_referrals.store import subject_access as store


async def open_request(
    tx: AsyncConnection, request_id: UUID, person_id: UUID, *, asked_on: date, by: Author
) -> Request:
    """Log that the person asked this organisation. Raises ``NotFound``, ``PersonErased`` or ``AskedAfterToday``."""
    records.check_not_erased(await people_store.get_record(tx, person_id))
    request = subject_access.ask(
        request_id,
        person_id,
        by.organisation_id,
        asked_on=asked_on,
        nation=await _nation(tx, by),
        by=by.subject,
        today=clock.today(by.at),
    )
    await store.add_request(tx, request)
    await audit.record(tx, Entry("subject-access-asked", "person", person_id), now=by.at)
    return request


async def begin_gathering(tx: AsyncConnection, request_id: UUID, *, by: Author) -> Request:
    """The request for which all is now read; that goes on the record. Raises ``NotFound`` or ``RequestClosed``."""
    request = subject_access.check_open(await store.get_request(tx, request_id))
    await audit.record(tx, Entry("subject-access-gathered", "person", request.person_id), now=by.at)
    return request


async def extend_request(
    tx: AsyncConnection, request_id: UUID, *, reason: Reason, told_on: date, version: int, by: Author
) -> Request:
    """Record that the person was told of an extension. Raises what ``subject_access.extend`` and loading do."""
    request = await store.get_request_for_update(tx, request_id, version=version)
    extended = subject_access.extend(request, reason, told_on, await _nation(tx, by), clock.today(by.at))
    await store.save_request(tx, extended)
    await audit.record(tx, Entry("subject-access-extended", "person", request.person_id, (reason.value,)), now=by.at)
    return extended


async def await_answer(
    tx: AsyncConnection, request_id: UUID, *, awaited: Awaited, asked_on: date, version: int, by: Author
) -> Request:
    """Stop the clock for what the person was asked. Raises what ``subject_access.wait`` and loading do."""
    request = await store.get_request_for_update(tx, request_id, version=version)
    waiting = subject_access.wait(request, awaited, asked_on, clock.today(by.at))
    await store.save_request(tx, waiting)
    await audit.record(tx, Entry("subject-access-stopped", "person", request.person_id, (awaited.value,)), now=by.at)
    return waiting


async def take_answer(tx: AsyncConnection, request_id: UUID, *, answered_on: date, version: int, by: Author) -> Request:
    """Let the clock run on, now that the person answered. Raises what ``subject_access.resume`` and loading do."""
    request = await store.get_request_for_update(tx, request_id, version=version)
    resumed = subject_access.resume(request, answered_on, await _nation(tx, by), clock.today(by.at))
    await store.save_request(tx, resumed)
    codes = (resumed.waits[-1].awaited.value,)
    await audit.record(tx, Entry("subject-access-resumed", "person", request.person_id, codes), now=by.at)
    return resumed


async def close_request(
    tx: AsyncConnection, request_id: UUID, *, outcome: Outcome, closed_on: date, version: int, by: Author
) -> Request:
    """Record how the request ended. Raises what ``subject_access.close`` and loading do."""
    request = await store.get_request_for_update(tx, request_id, version=version)
    closed = subject_access.close(request, outcome, closed_on, clock.today(by.at))
    await store.save_request(tx, closed)
    await audit.record(tx, Entry("subject-access-closed", "person", request.person_id, (outcome.value,)), now=by.at)
    return closed


async def _nation(tx: AsyncConnection, by: Author) -> Nation:
    organisation = await network_store.find_organisation(tx, by.organisation_id)
    return organisation.nation if organisation else Nation.ENGLAND
