"""Referrals that are kept before they are submitted: for who refers alone, with nothing checked but their shape."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain import lifecycle, making
from kith_referrals.domain.consent import Answer
from kith_referrals.domain.making import Asked
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Referral, Wish
from kith_referrals.domain.steps import Actor
from kith_referrals.store import drafts as store
from kith_referrals.store import network as network_store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.usecases.referring import make_referral

MOST: Final = 500
"""Drafts that are forgotten at one turn; the next turn goes on."""


async def keep_draft(
    tx: AsyncConnection,
    *,
    referral_id: UUID,
    person: Person,
    programme_id: UUID,
    wish: Wish,
    by: Actor,
    now: datetime,
    before: Referral | None = None,
) -> Referral:
    """Keep the draft of a referral, which is told to nobody; in the place of ``before``, which was removed.

    Raises ``ProgrammeUnknown``, ``NoOrganisation`` or ``ReferenceTaken``.
    """
    programme, _ = await network_store.get_programme_for_referral(tx, programme_id, person.organisation_id)
    draft = making.draft(
        referral_id=referral_id, person=person, programme=programme, wish=wish, by=by, now=now, before=before
    )
    await referrals_store.add_referrals(tx, [draft], outgoing.told(now=now), now=now)
    return draft.referral


async def change_draft(
    tx: AsyncConnection,
    referral_id: UUID,
    *,
    person: Person,
    programme_id: UUID,
    wish: Wish,
    by: Actor,
    version: int,
    now: datetime,
) -> Referral:
    """Keep the draft as it is now, whole. Raises what ``keep_draft`` does, or what loading it does."""
    before = await store.get_draft_for_update(tx, referral_id, lifecycle.CHANGED, by, version=version)
    await store.remove_drafts(tx, [referral_id])
    return await keep_draft(
        tx,
        referral_id=referral_id,
        person=person,
        programme_id=programme_id,
        wish=wish,
        by=by,
        now=now,
        before=before.referral,
    )


async def submit_draft(
    tx: AsyncConnection, referral_id: UUID, *, answer: Answer, by: Actor, version: int, now: datetime
) -> Referral:
    """Make the referral that was kept as a draft, as if it were made now.

    Raises what ``make_referral`` does, or what loading it does; then the draft stays.
    """
    draft = await store.get_draft_for_update(tx, referral_id, lifecycle.SUBMITTED, by, version=version)
    await store.remove_drafts(tx, [referral_id])
    asked = Asked(referral_id, draft.person, draft.referral.programme_id, draft.wish, answer, draft=draft.referral)
    return await make_referral(tx, asked, by=by, now=now)


async def throw_draft_away(tx: AsyncConnection, referral_id: UUID, *, by: Actor, version: int, now: datetime) -> None:
    """Delete the draft and all that was written in it. Raises ``NotFound``, ``StaleVersion`` or ``MoveRefused``."""
    await store.get_draft_for_update(tx, referral_id, lifecycle.THROWN_AWAY, by, version=version)
    await store.remove_drafts(tx, [referral_id])
    await audit.record(tx, Entry("draft-thrown-away", "referral", referral_id), now=now)


async def forget_drafts(tx: AsyncConnection, now: datetime, *, kept_for: timedelta) -> None:
    """Delete drafts that nobody kept again for so long: they hold people who never agreed to anything."""
    await _forget(tx, await store.list_forgotten_for_update(tx, now - kept_for, limit=MOST), now)


async def forget_drafts_of(tx: AsyncConnection, organisation_id: UUID, *, limit: int, now: datetime) -> int:
    """Delete drafts of an organisation that has closed, in whose name nobody can submit them; how many."""
    forgotten = await store.list_drafts_of_for_update(tx, organisation_id, limit=limit)
    await _forget(tx, forgotten, now)
    return len(forgotten)


async def _forget(tx: AsyncConnection, ids: Sequence[UUID], now: datetime) -> None:
    if ids:
        await store.remove_drafts(tx, ids)
        await audit.record(tx, *(Entry("draft-forgotten", "referral", one) for one in ids), now=now)
