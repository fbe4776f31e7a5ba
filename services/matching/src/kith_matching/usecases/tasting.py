"""A taster of somebody who is referred: logged as a contact, which names nobody, and whose it was beside it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_matching.domain.occasion import Contact
from kith_matching.domain.subjects import Speaker
from kith_matching.domain.taster import Taster, as_contact
from kith_matching.store import referrals
from kith_matching.store import tasters as store
from kith_matching.usecases import occasions


async def log_taster(tx: AsyncConnection, taster: Taster, *, by: Speaker, now: datetime) -> Contact:
    """Log a taster of the person of a referral. Who waits goes on waiting, as they stood; nobody attended anything.

    Raises ``ReferralNotFound``, and what ``as_contact`` and ``log_contact`` do.
    """
    referral = await referrals.get_referral_for_update(tx, taster.referral_id)
    programme = await referrals.get_programme(tx, referral.programme_id, referral.organisation_id)
    logged = await occasions.log_contact(tx, as_contact(taster, programme, referral, now=now), by=by, now=now)
    await store.insert_taster(tx, logged, referral.id)
    await audit.record(tx, Entry("taster-logged", "referral", referral.id), now=now)
    return logged
