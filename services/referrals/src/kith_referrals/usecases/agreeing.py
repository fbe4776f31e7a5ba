"""Sharing agreements: proposed and signed by two organisations, ended by either; recorded whole by the operator."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain import agreement as agreements
from kith_referrals.domain.agreement import Agreement
from kith_referrals.domain.network import check_open
from kith_referrals.domain.refusals import OrganisationUnknown
from kith_referrals.domain.telling import AgreementTold
from kith_referrals.store import agreements as store
from kith_referrals.store import network as network_store


async def propose_agreement(tx: AsyncConnection, proposed: Agreement, *, by: UUID, now: datetime) -> Agreement:
    """Propose an agreement, signed by the side that proposes it.

    Raises what ``agreements.propose`` does, ``OrganisationUnknown`` or ``OrganisationCloses``.
    """
    signed = agreements.propose(proposed, by, now)
    await _check_parties(tx, signed)
    await _save(tx, signed, now)
    return signed


async def sign_agreement(
    tx: AsyncConnection, agreement_id: UUID, *, by: UUID, version: int, now: datetime
) -> Agreement:
    """Sign for the other side. Raises what ``agreements.sign`` does, ``NotFound`` or ``StaleVersion``."""
    signed = agreements.sign(await store.get_agreement_for_update(tx, agreement_id, version=version), by, now)
    await _save(tx, signed, now)
    return signed


async def end_agreement(tx: AsyncConnection, agreement_id: UUID, *, by: UUID, version: int, now: datetime) -> Agreement:
    """End it for either side. Raises what ``agreements.end`` does, ``NotFound`` or ``StaleVersion``."""
    ended = agreements.end(await store.get_agreement_for_update(tx, agreement_id, version=version), by, now)
    await _save(tx, ended, now)
    return ended


async def publish_agreement(tx: AsyncConnection, agreement: Agreement, *, now: datetime) -> Agreement:
    """Record an agreement that both sides have signed elsewhere; as it then stands. Told only when something changed.

    Raises what ``agreements.checked`` and ``agreements.recorded`` do, ``OrganisationUnknown`` or
    ``OrganisationCloses``.
    """
    before = await store.find_agreement_for_update(tx, agreement.id)
    stands = agreements.recorded(agreements.checked(agreement), before, now)
    if stands == before:
        return stands
    if before is None:
        await _check_parties(tx, stands)
    await _save(tx, stands, now)
    return stands


async def _check_parties(tx: AsyncConnection, agreement: Agreement) -> None:
    for organisation_id in (agreement.sharer_id, agreement.receiver_id):
        organisation = await network_store.find_organisation(tx, organisation_id)
        if organisation is None:
            raise OrganisationUnknown
        check_open(organisation)


async def _save(tx: AsyncConnection, agreement: Agreement, now: datetime) -> None:
    await store.save_agreement(tx, agreement)
    await audit.record(tx, Entry(f"agreement-{agreement.state.value}", "agreement", agreement.id), now=now)
    await outgoing.tell(tx, AgreementTold(agreement), now=now)
