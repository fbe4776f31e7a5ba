"""Rows that wait as possible duplicates, decided by a human: the same person, or another one."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals import outgoing
from kith_referrals.domain import agreement, making, records
from kith_referrals.domain.intake.keeping import restored
from kith_referrals.domain.intake.refusals import MappingNotKept, RowRejected
from kith_referrals.domain.intake.rows import Reader, Rejection, Row
from kith_referrals.domain.network import check_open
from kith_referrals.domain.people import Person
from kith_referrals.domain.person_refusals import NotYourPerson
from kith_referrals.domain.records import Author, Decision, Kind, Record
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Actor
from kith_referrals.store import agreements as agreements_store
from kith_referrals.store import intake as store
from kith_referrals.store import network as network_store
from kith_referrals.store import people as people_store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.store.intake import Waiting


async def resolve_row(tx: AsyncConnection, row_id: UUID, *, same: bool, reason: str, by: Author) -> Referral:
    """Make the referral that the row asks for: for the person it is like, or for another one.

    The row is read again by its own mapping, as on the day on which it came. Raises ``RowRejected`` or
    ``ProgrammeUnknown`` when it asks for nothing that there still is, ``NotFound``, ``RowNotWaiting``,
    ``MappingNotKept``, ``OrganisationCloses``, ``NotYourPerson``, ``PersonDied`` or ``ReferenceTaken``.
    """
    waiting = await store.get_waiting_for_update(tx, row_id)
    organisation = await network_store.find_organisation(tx, by.organisation_id)
    if organisation is not None:
        check_open(organisation)
    row = await _read_again(tx, waiting, by)
    alike = await _alike(tx, waiting, row, by)
    new, made = making.submit(
        referral_id=clock.new_id(),
        person=_known(alike, by) if same else row.person,
        offer=row.offer,
        wish=row.wish,
        consents=row.consents,
        by=Actor(by.organisation_id, by.subject),
        today=clock.today(by.at),
        now=by.at,
    )
    told = outgoing.told(made, now=by.at)
    await referrals_store.add_referrals(tx, [replace(new, person_is_known=same)], told, now=by.at)
    await store.save_resolution(tx, waiting, new.referral.id, same=same)
    await people_store.add_decisions(tx, _decided(new.person, alike, same=same, reason=reason), by)
    return new.referral


async def _read_again(tx: AsyncConnection, waiting: Waiting, by: Author) -> Row:
    if waiting.mapping is None:
        raise MappingNotKept
    reader = Reader.of(restored(waiting.mapping))
    programmes = await network_store.list_programmes_by_slug(tx, reader.slugs([waiting.cells]))
    reader.check_programme(programmes)
    agreements = await agreements_store.list_agreements_of(tx, by.organisation_id)
    offers = agreement.find_offers(programmes, by.organisation_id, agreements, clock.today(by.at))
    today = clock.today(waiting.imported_at)
    found = reader.read(waiting.cells, programmes, offers, today, person_id=clock.new_pseudonym())
    if isinstance(found, Rejection):
        raise RowRejected(f"{found.column}: {found.message}")
    return found


async def _alike(tx: AsyncConnection, waiting: Waiting, row: Row, by: Author) -> Record | None:
    """The record that is shown for whom the row is like, where the organisation still sees them."""
    person_id = await store.find_person_of(tx, waiting, row, by.organisation_id)
    if person_id is None:
        return None
    joined = await people_store.list_joined_for_update(tx, person_id)
    return next((one for one in joined if one.merged_into is None), None)


def _known(alike: Record | None, by: Author) -> Person:
    """The person who is here already; what the row says of them otherwise is not taken over."""
    if alike is None:
        raise NotYourPerson
    records.check_holder(alike, by.organisation_id)
    records.check_alive(alike)
    return alike.person


def _decided(person: Person, alike: Record | None, *, same: bool, reason: str) -> list[Decision]:
    if same:
        return [Decision(Kind.RECOGNISED, person.id, reason=reason)]
    if alike is None:
        return [Decision(Kind.TOLD_APART, person.id, reason=reason)]
    return [records.keep_apart(Record(person), alike, reason=reason)]
