"""Somebody asks what is known of them: logged with the day by which they are answered, gathered, and closed."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import records, subject_access
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.records import Author
from kith_referrals.domain.subject_access import Outcome, Request
from kith_referrals.store import network as network_store
from kith_referrals.store import people as people_store
from kith_referrals.store import subject_access as store


async def open_request(
    tx: AsyncConnection, request_id: UUID, person_id: UUID, *, asked_on: date, by: Author
) -> Request:
    """Log that the person asked this organisation. Raises ``NotFound``, ``PersonErased`` or ``AskedAfterToday``."""
    records.check_not_erased(await people_store.get_record(tx, person_id))
    organisation = await network_store.find_organisation(tx, by.organisation_id)
    request = subject_access.ask(
        request_id,
        person_id,
        by.organisation_id,
        asked_on=asked_on,
        nation=organisation.nation if organisation else Nation.ENGLAND,
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


async def close_request(
    tx: AsyncConnection, request_id: UUID, *, outcome: Outcome, closed_on: date, version: int, by: Author
) -> Request:
    """Record how the request ended. Raises what ``subject_access.close`` and loading do."""
    request = await store.get_request_for_update(tx, request_id, version=version)
    closed = subject_access.close(request, outcome, closed_on, clock.today(by.at))
    await store.save_request(tx, closed)
    await audit.record(tx, Entry("subject-access-closed", "person", request.person_id, (outcome.value,)), now=by.at)
    return closed
