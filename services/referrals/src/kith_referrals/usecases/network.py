"""What the network's operator publishes: organisations and programmes."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals import outgoing
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.domain.referral import OrganisationTold, ProgrammeTold
from kith_referrals.domain.refusals import OrganisationUnknown, ProgrammeStays
from kith_referrals.store import network as store


async def publish_organisation(tx: AsyncConnection, organisation: Organisation, *, now: datetime) -> None:
    """Make or change an organisation. Told only when something changed that others may know."""
    before = await store.find_organisation_for_update(tx, organisation.id)
    if before == organisation:
        return
    await store.save_organisation(tx, organisation)
    if before is None or replace(before, contact_email=organisation.contact_email) != organisation:
        await outgoing.tell(tx, OrganisationTold(organisation), now=now)


async def publish_programme(tx: AsyncConnection, programme: Programme, *, now: datetime) -> None:
    """Make or change a programme. Told only when something changed that others may know.

    Raises ``OrganisationUnknown``, ``ProgrammeStays`` or ``SlugTaken``.
    """
    before = await store.find_programme_for_update(tx, programme.id)
    if before == programme:
        return
    if before is None and await store.find_organisation(tx, programme.organisation_id) is None:
        raise OrganisationUnknown
    if before is not None and before.organisation_id != programme.organisation_id:
        raise ProgrammeStays
    await store.save_programme(tx, programme)
    if before is None or _told_of(before) != _told_of(programme):
        await outgoing.tell(tx, ProgrammeTold(programme), now=now)


def _told_of(programme: Programme) -> Programme:
    """The programme without what only its own pages show."""
    return replace(programme, needs=(), telephone=None, crisis_lines=())
