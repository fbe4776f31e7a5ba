"""The claim ledger: a result claimed, a claim taken back, a sample of claims drawn."""

from dataclasses import replace
from datetime import datetime
from random import Random
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain import claim_samples, claims
from kith_referrals.domain.claim_samples import Sample
from kith_referrals.domain.claims import Claim, Reason, Wanted
from kith_referrals.domain.refusals import OrganisationUnknown
from kith_referrals.domain.telling import ClaimTakenBack, ClaimTold
from kith_referrals.store import claims as store
from kith_referrals.store import network as network_store


async def claim_result(tx: AsyncConnection, wanted: Wanted, *, now: datetime) -> Claim:
    """Claim a result of a household.

    Raises what ``claims.claimed`` does, ``ProgrammeUnknown`` or ``AlreadyClaimed``.
    """
    owner_id, rule = await store.get_rule(tx, wanted.programme_id)
    household = await store.find_household(tx, wanted.household_id, wanted.programme_id)
    claim = claims.claimed(wanted, owner_id, rule, household, clock.today(now))
    await store.add_claim(tx, claim)
    await audit.record(tx, Entry("result-claimed", "claim", claim.id), now=now)
    await outgoing.tell(tx, ClaimTold(claim), now=now)
    return claim


async def reverse_claim(tx: AsyncConnection, claim_id: UUID, reason: Reason, *, version: int, now: datetime) -> Claim:
    """Take a claim back. Raises what ``claims.reverse`` does, ``NotFound`` or ``StaleVersion``."""
    before = await store.get_claim_for_update(tx, claim_id, version=version)
    today = clock.today(now)
    claim = claims.reverse(before, reason, today)
    await store.save_reversed(tx, claim)
    await audit.record(tx, Entry("claim-reversed", "claim", claim.id, (reason.value,)), now=now)
    await outgoing.tell(tx, ClaimTakenBack(claim, reason, today), now=now)
    return claim


async def draw_sample(tx: AsyncConnection, sample: Sample, wanted: int, *, chance: Random, now: datetime) -> Sample:
    """Draw so many claims that stand, and keep which they are.

    Raises what ``check_sample`` and ``drawn`` do, ``ProgrammeUnknown`` or ``OrganisationUnknown``.
    """
    owner_id, _ = await store.get_rule(tx, sample.programme_id)
    claim_samples.check_sample(sample, owner_id)
    if await network_store.find_organisation(tx, sample.auditor_id) is None:
        raise OrganisationUnknown("There is no such organisation in this network that could audit. Check auditor_id.")
    places = claim_samples.drawn(await store.count_standing(tx, sample), wanted, chance)
    full = replace(sample, claim_ids=await store.list_at(tx, sample, places))
    await store.add_sample(tx, full)
    await audit.record(tx, Entry("claim-sample-drawn", "claim-sample", full.id), now=now)
    return full
