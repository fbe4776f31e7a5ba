"""Read-only SQL that shows whom a concern is about, to the two organisations of the referral alone."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.concerned import Purpose
from kith_referrals.domain.erasure import State
from kith_referrals.domain.person_refusals import PersonErased
from kith_referrals.tables import merges, organisations, people, referrals
from kith_referrals.views.finding import Found, find_one

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_OPEN: Final = sa.select(
    sa.func.set_config("kith.concerned", sa.cast(sa.bindparam("referral_id", type_=sa.Uuid), sa.Text), True)  # noqa: FBT003 - for this transaction
)
"""Says which referral this transaction looks at for a concern: row-level security then shows it whatever was agreed."""
SHOWN: Final = (
    *("given_name", "family_name", "birth_date", "died_on", "postcode", "telephone", "email"),
    *("contact_by", "do_not_contact", "safe_times", "language", "interpreter", "accessible_information"),
    *("agrees", "power_act", "power_expires_on", "risk_to_visitor"),
)
"""What of a person's record serves to reach or to help them: no word about why they were referred, and no number."""
_CONCERNED: Final = audited(
    sa.select(
        referrals.c.id.label("referral_id"),
        *(people.c[name] for name in SHOWN),
        people.c.erasure_state,
        organisations.c.id.label("referrer_id"),
        organisations.c.name.label("referrer_name"),
        organisations.c.contact_email.label("referrer_email"),
    )
    .join_from(referrals, merges, merges.c.person_id == referrals.c.person_id, isouter=True)
    .join(people, people.c.id == sa.func.coalesce(merges.c.into_id, referrals.c.person_id))
    .join(organisations, organisations.c.id == referrals.c.referring_organisation_id)
    .where(referrals.c.id == _ID)
)


async def get_concerned_person(
    tx: AsyncConnection, referral_id: UUID, *, concern_id: UUID, purpose: Purpose, now: datetime
) -> Found:
    """Who was referred, and how they are reached, as the record that is shown for them has it.

    It opens the referral to the whole transaction, which is for this read alone. That concern and purpose were named is
    on the record. Raises ``NotFound``, and then nothing is recorded, or ``PersonErased``.
    """
    await tx.execute(_OPEN, {"referral_id": referral_id})
    codes = (f"concern-{concern_id}",)
    read = Entry("concerned-person-read", "referral", referral_id, codes, purpose=purpose.value)
    row = await find_one(tx, _CONCERNED, referral_id, noted(tx, read, now=now))
    if row["erasure_state"] == State.ERASED:
        raise PersonErased
    return row
