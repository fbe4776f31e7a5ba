"""What was over is open again, under the rules by which it would be made today."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals.domain import agreeing, agreement, consent, lifecycle, people, records
from kith_referrals.domain.network import check_takes_referrals
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Actor
from kith_referrals.store import network as network_store
from kith_referrals.store import people as people_store
from kith_referrals.store import referrals as store
from kith_referrals.usecases.moving import save_moves


async def reopen_referral(
    tx: AsyncConnection, referral_id: UUID, *, reason: str, by: Actor, version: int, now: datetime
) -> Referral:
    """Open the referral again, with its history, to be decided anew.

    The person agrees to share it today and is alive, the programme takes them, and an agreement covers it. Raises
    ``NotFound``, ``StaleVersion``, ``PersonDied``, or the refusals of ``lifecycle.reopen``, ``consent.check_shares``,
    ``check_takes_referrals``, ``agreeing`` and ``agreement.offer``.
    """
    today = clock.today(now)
    referral = await store.get_referral_for_update(tx, referral_id, version=version)
    lifecycle.check_begins(referral, lifecycle.REOPENED, by)
    consent.check_shares(await store.list_consents(tx, referral_id), today)
    record = await people_store.get_record(tx, referral.person_id)
    records.check_alive(record)
    sharer_id = referral.referring_organisation_id
    programme, agreements = await network_store.get_programme_for_referral(tx, referral.programme_id, sharer_id)
    check_takes_referrals(programme)
    age = people.age(record.person.birth_date, today)
    agreeing.check_age(age, programme)
    agreeing.check_may_agree(record.person.agreement, age, programme, today)
    offer = agreement.offer(programme, sharer_id, agreements, today)
    moved = lifecycle.reopen(referral, by, reason, offer, now)
    await save_moves(tx, [moved], now=now)
    return moved.referral
