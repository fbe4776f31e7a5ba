"""What the network's operator publishes, organisations and programmes; and who confirms what is said of them."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain import network
from kith_referrals.domain.definitions import Asked, applied
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.domain.refusals import NotFound, OrganisationUnknown, ProgrammeStays
from kith_referrals.domain.telling import OrganisationTold, ProgrammeTold
from kith_referrals.store import definitions
from kith_referrals.store import network as store


async def publish_organisation(tx: AsyncConnection, organisation: Organisation, *, now: datetime) -> None:
    """Make or change an organisation. Told only when something changed that others may know.

    Raises ``CharityNumberInvalid``.
    """
    organisation = organisation.checked()
    before = await store.find_organisation_for_update(tx, organisation.id)
    organisation = organisation.published_after(before)
    if before == organisation:
        return
    await store.save_organisation(tx, organisation)
    await audit.record(tx, Entry("organisation-published", "organisation", organisation.id), now=now)
    if before is not None and not organisation.is_shown_alike(before):
        await store.show_organisation(tx, organisation, now=now)
    if before is None or not organisation.is_known_alike(before):
        await outgoing.tell(tx, OrganisationTold(organisation), now=now)


async def publish_programme(
    tx: AsyncConnection, programme: Programme, asked: Asked | None = None, *, taken_off: bool = False, now: datetime
) -> None:
    """Make or change a programme, on a definition or without. Told only when something changed that others may know.

    Raises ``OrganisationUnknown``, ``ProgrammeStays``, ``AssuredAfterToday``, ``SlugTaken``, ``DefinitionMissing`` or
    ``DefinitionNotApproved``.
    """
    organisation = await store.find_organisation_for_update(tx, programme.organisation_id)
    before = await store.find_programme_for_update(tx, programme.id)
    if organisation is None:
        raise OrganisationUnknown
    if before is not None and before.organisation_id != programme.organisation_id:
        raise ProgrammeStays
    programme = replace(programme, nation=organisation.nation, organisation_closes_on=organisation.closes_on)
    programme = network.published(programme, before, clock.today(now))
    latest = await definitions.find_latest(tx, programme.id)
    in_force = before is not None and before.definition_version > 0
    defined = applied(asked, latest, in_force=in_force, taken_off=taken_off)
    programme = replace(programme, definition_version=defined.version if defined else 0)
    if before == programme:
        return
    await store.save_programme(tx, programme, organisation.name, now=now)
    if defined is not None and defined is not latest:
        await definitions.keep(tx, programme.id, defined, now=now)
    await audit.record(tx, Entry("programme-published", "programme", programme.id), now=now)
    if before is None or not programme.is_known_alike(before):
        await outgoing.tell(tx, ProgrammeTold(programme, defined), now=now)


async def confirm_programme(tx: AsyncConnection, programme_id: UUID, *, by: UUID, now: datetime) -> None:
    """Record that its organisation looked at the entry today. A second time on one day changes nothing.

    Raises ``NotFound`` or ``NotYourProgramme``.
    """
    before = await store.find_programme_for_update(tx, programme_id)
    if before is None:
        raise NotFound
    programme = network.confirmed(before, by, clock.today(now))
    if programme != before:
        await store.save_confirmation(tx, programme, now=now)
        await audit.record(tx, Entry("programme-confirmed", "programme", programme_id), now=now)
