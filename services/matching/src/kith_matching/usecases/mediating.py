"""Mediation between two: who could mediate, the three answers, the ending, and what is not answered."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain import mediation as rules
from kith_matching.domain.dispute import Dispute, Side
from kith_matching.domain.mediation import Mediation, Outcome, Party, PartyKind, Voice
from kith_matching.domain.proposal import Answer
from kith_matching.domain.refusals import ReferralNotFound, SupporterNotFound
from kith_matching.store import mediations, mediators, referrals, supporters

MOST_AT_ONCE: Final = 500
"""Mediations that lapse in one transaction; the others follow at the next tick."""


async def propose(
    tx: AsyncConnection,
    programme_id: UUID,
    organisation_id: UUID,
    parties: tuple[Party, Party],
    mediator_id: UUID | None,
    *,
    now: datetime,
) -> Mediation:
    """Ask two in a dispute whether they would like a mediator: the one who is named, or else who suits them best.

    Raises ``NotFound`` for what is not the organisation's own, and what ``rules.propose`` raises.
    """
    programme = await referrals.get_programme(tx, programme_id, organisation_id)
    dispute = Dispute(await _get_sides_for_update(tx, parties), programme)
    among = (
        [await mediators.get_mediator(tx, organisation_id, parties, mediator_id)]
        if mediator_id
        else await mediators.list_mediators(tx, programme, parties)
    )
    mediation = rules.propose(
        parties,
        dispute,
        among,
        named=mediator_id is not None,
        open_between=await mediations.is_any_between(tx, parties),
        mediation_id=clock.new_id(),
        today=clock.today(now),
        now=now,
    )
    await mediations.save_mediations(tx, [mediation])
    await audit.record(tx, Entry("mediation-proposed", "mediation", mediation.id), now=now)
    return mediation


async def answer(
    tx: AsyncConnection, mediation_id: UUID, by: Voice, said: Answer, *, expected_version: int, now: datetime
) -> Mediation:
    """Take the answer of one of the three. Raises ``StaleVersion`` where the mediation has moved on."""
    seen = await mediations.get_mediation(tx, mediation_id)
    sides = await _get_sides_for_update(tx, seen.parties)
    mediation = await mediations.get_mediation_for_update(tx, mediation_id)
    check_version(mediation.version, expected_version, "mediation")
    programme = await referrals.get_programme(tx, mediation.programme_id, mediation.organisation_id)
    mediator = await mediators.get_mediator(tx, mediation.organisation_id, mediation.parties, mediation.mediator_id)
    answered = rules.answer(mediation, by, said, Dispute(sides, programme), mediator, today=clock.today(now), now=now)
    await mediations.save_mediations(tx, [answered])
    await audit.record(tx, Entry("mediation-answered", "mediation", mediation_id, (by, said)), now=now)
    return answered


async def end(
    tx: AsyncConnection, mediation_id: UUID, outcome: Outcome, *, expected_version: int, now: datetime
) -> Mediation:
    """End a mediation. Raises ``StaleVersion`` where it has moved on."""
    mediation = await mediations.get_mediation_for_update(tx, mediation_id)
    check_version(mediation.version, expected_version, "mediation")
    ended = rules.end(mediation, outcome, today=clock.today(now))
    await mediations.save_mediations(tx, [ended])
    await audit.record(tx, Entry("mediation-ended", "mediation", mediation_id, (outcome,)), now=now)
    return ended


async def stop_mediations(tx: AsyncConnection, referral_ids: Collection[UUID], *, now: datetime) -> None:
    """End the mediations of referrals, which are locked, that may not go on."""
    going_on = await mediations.list_going_on_for_update(tx, referral_ids)
    await mediations.save_mediations(tx, [rules.stop(one, today=clock.today(now)) for one in going_on])


async def lapse_mediations(tx: AsyncConnection, now: datetime) -> None:
    """End the mediations whose answer did not come in time, at most ``MOST_AT_ONCE``."""
    due = await mediations.list_due_for_update(tx, limit=MOST_AT_ONCE, now=now)
    await mediations.save_mediations(tx, [rules.lapse(one, today=clock.today(now), now=now) for one in due])


async def _get_sides_for_update(tx: AsyncConnection, parties: tuple[Party, Party]) -> tuple[Side, Side]:
    ids = {kind: [party.id for party in parties if party.kind is kind] for kind in PartyKind}
    people = {one.id: one for one in await referrals.list_referrals_for_update(tx, ids[PartyKind.REFERRAL])}
    peers = {one.id: one for one in await supporters.list_supporters_for_update(tx, ids[PartyKind.SUPPORTER])}
    if not people.keys() >= set(ids[PartyKind.REFERRAL]):
        raise ReferralNotFound
    if not peers.keys() >= set(ids[PartyKind.SUPPORTER]):
        raise SupporterNotFound
    first, second = ((people if one.kind is PartyKind.REFERRAL else peers)[one.id] for one in parties)
    return first, second
