"""Read-only SQL that shows whom a concern is about, to the two organisations of the referral alone."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.concerned import Purpose
from kith_referrals.domain.erasure import State
from kith_referrals.domain.households import Relation
from kith_referrals.domain.person_refusals import PersonErased
from kith_referrals.tables import household_members, merges, organisations, people, referrals
from kith_referrals.views.finding import Found, find_one, list_rows

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_OPEN: Final = sa.select(
    sa.func.set_config("kith.concerned", sa.cast(sa.bindparam("referral_id", type_=sa.Uuid), sa.Text), True)  # noqa: FBT003 - for this transaction
)
"""Says which referral this transaction looks at for a concern: row-level security then shows it whatever was agreed."""
SHOWN: Final = (
    *("given_name", "family_name", "birth_date", "died_on", "address", "postcode", "telephone", "email"),
    *("contact_by", "do_not_contact", "safe_times", "language", "interpreter", "accessible_information"),
    *("agrees", "power_act", "power_expires_on", "risk_to_visitor"),
)
"""What of a person's record serves to reach or to help them: no word about why they were referred, and no number."""
CARER: Final = (
    "given_name",
    "family_name",
    "telephone",
    "email",
    "contact_by",
    "do_not_contact",
    "safe_times",
    "language",
)
_CONCERNED: Final = audited(
    sa.select(
        referrals.c.id.label("referral_id"),
        *(people.c[name] for name in SHOWN),
        referrals.c.person_id,
        people.c.id.label("shown_id"),
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
_own: Final = household_members.alias("own")
_CARERS: Final = (
    sa.select(*(people.c[name] for name in ("id", *CARER)))
    .where(
        people.c.id.in_(
            sa.select(household_members.c.person_id)
            .join(_own, _own.c.household_id == household_members.c.household_id)
            .where(
                _own.c.person_id.in_([sa.bindparam("person_id"), sa.bindparam("shown_id")]),
                household_members.c.person_id != _own.c.person_id,
                household_members.c.relation == Relation.CARER.value,
            )
        ),
        people.c.erasure_state == State.ACTIVE.value,
        people.c.died_on.is_(None),
    )
    .order_by(people.c.id)
)
"""Carers of the same household who are referred themselves, as far as the asking organisation sees them anyhow."""


async def get_concerned_person(
    tx: AsyncConnection, referral_id: UUID, *, concern_id: UUID, purpose: Purpose, now: datetime
) -> Found:
    """Who was referred, and how they are reached, as the record that is shown for them has it; and their ``carers``.

    It opens the referral to the whole transaction, which is for this read alone. That concern and purpose were named is
    on the record. Raises ``NotFound``, and then nothing is recorded, or ``PersonErased``.
    """
    await tx.execute(_OPEN, {"referral_id": referral_id})
    how: Any = {"codes": (f"concern-{concern_id}",), "purpose": purpose.value}
    read = Entry("concerned-person-read", "referral", referral_id, **how)
    row = await find_one(tx, _CONCERNED, referral_id, noted(tx, read, now=now))
    if row["erasure_state"] == State.ERASED:
        raise PersonErased
    carers = await list_rows(tx, _CARERS, {"person_id": row["person_id"], "shown_id": row["shown_id"]})
    await audit.record(tx, *(Entry("concerned-carer-read", "person", one["id"], **how) for one in carers), now=now)
    return {**row, "carers": carers}
