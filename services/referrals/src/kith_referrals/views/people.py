"""Read-only SQL that shows people: with their referral, by themselves, and as a household."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.erasure import State
from kith_referrals.domain.person_refusals import PersonErased
from kith_referrals.tables import consents, household_members, households, merges, people, referrals
from kith_referrals.views.finding import Found, find_one
from kith_referrals.views.knowing import HEARS, as_known
from kith_referrals.views.listing import OVERDUE

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_belonging: Final = household_members.alias("belonging")
_joined: Final = merges.alias("joined")
_is_joined: Final = _joined.c.into_id == people.c.id
_agreed: Final = sa.func.coalesce(
    sa.select(sa.func.jsonb_object_agg(consents.c.purpose, consents.c.state))
    .where(consents.c.referral_id == referrals.c.id)
    .scalar_subquery(),
    sa.literal({}, JSONB),
)
_one: Final = people.alias("one")
_restricted: Final = (
    sa.exists()
    .where(sa.or_(_one.c.id == people.c.id, _one.c.id.in_(sa.select(_joined.c.person_id).where(_is_joined))))
    .where(sa.or_(_one.c.restricted, _one.c.erasure_state == State.RESTRICTED.value))
)
"""Whether the record that is shown, or one that is merged into it, is read with a reason only."""
_shown: Final = sa.func.coalesce(merges.c.into_id, referrals.c.person_id)
_MEMBERS: Final = (
    sa.select(sa.func.coalesce(sa.func.jsonb_agg(household_members.c.person_id), sa.literal([], JSONB)))
    .where(household_members.c.household_id == households.c.id)
    .scalar_subquery()
)
"""Those whom row-level security shows."""
_HOUSEHOLD: Final = sa.select(
    households.c.id,
    households.c.version,
    households.c.others,
    households.c.members.label("referred"),
    _MEMBERS.label("members"),
)
_ONE_HOUSEHOLD: Final = _HOUSEHOLD.where(households.c.id == _ID)
_household_of: Final = (
    sa.select(
        sa.func.jsonb_build_object(
            *("id", households.c.id, "others", households.c.others, "referred", households.c.members),
            *("members", _MEMBERS),
        )
    )
    .where(
        households.c.id.in_(
            sa.select(_belonging.c.household_id)
            .where(sa.or_(_belonging.c.person_id == referrals.c.person_id, _belonging.c.person_id == people.c.id))
            .correlate(referrals, people)
        )
    )
    .order_by(households.c.id)
    .limit(1)
    .correlate(referrals, people)
    .scalar_subquery()
)
"""The household of the referral's own record, or of the one that is shown for it."""
_REFERRAL: Final = audited(
    sa.select(
        *(column for column in referrals.c if column.name != "notes"),
        sa.case((people.c.id.is_not(None), referrals.c.notes)).label("notes"),
        sa.and_(referrals.c.notes_waited, referrals.c.notes_read_at.is_(None)).label("notes_unread"),
        OVERDUE.label("overdue"),
        _agreed.label("consents"),
        HEARS,
        sa.and_(people.c.id.is_not(None), people.c.erasure_state != State.ERASED.value).label("shows_person"),
        _restricted.label("restricted"),
        people.c.id.label("shown_id"),
        _household_of.label("household"),
        *(people.c[name].label(f"person_{name}") for name in people.c.keys() if name != "id"),  # noqa: SIM118 - no dict
    )
    .join_from(referrals, merges, merges.c.person_id == referrals.c.person_id, isouter=True)
    .outerjoin(people, people.c.id == _shown)
    .where(referrals.c.id == _ID)
)
"""Whoever sees no more than codes does not see the person's row, nor the notes, which may name them."""
_own: Final = people.alias("own")
_RECORD: Final = audited(
    sa.select(
        _own.c.id.label("record_id"),
        _own.c.version.label("record_version"),
        merges.c.into_id.label("merged_into"),
        _restricted.label("shown_restricted"),
        people,
    )
    .join_from(_own, merges, merges.c.person_id == _own.c.id, isouter=True)
    .join(people, people.c.id == sa.func.coalesce(merges.c.into_id, _own.c.id))
    .where(_own.c.id == _ID)
)


async def get_referral(tx: AsyncConnection, referral_id: UUID, *, asking: UUID | None, now: datetime) -> Found:
    """A referral with its person (``person_…``) and what they agree to (``consents``). Raises ``NotFound``.

    Where it stands is as ``asking`` may know it, for None whole; ``hears`` is how much its referrer may. The person is
    the record that is shown for them (``shown_id``), which may be ``restricted``; beside them is their ``household``.
    """
    read = noted(tx, Entry("person-read", "referral", referral_id), now=now)
    row = as_known(await find_one(tx, _REFERRAL, referral_id, {**read, "today": clock.today(now)}), asking)
    return {**row, "household": _household(row["household"]) if row["household"] else None}


async def get_person(tx: AsyncConnection, person_id: UUID, *, now: datetime) -> Found:
    """A person as the record that is shown for them has it, and where their own stands.

    Raises ``NotFound`` or ``PersonErased``.
    """
    row = await find_one(tx, _RECORD, person_id, noted(tx, Entry("person-read", "person", person_id), now=now))
    if row["erasure_state"] == State.ERASED:
        raise PersonErased
    return row


async def get_household(tx: AsyncConnection, household_id: UUID) -> Found:
    """A household with the members whom the asking organisation sees. Raises ``NotFound``."""
    return _household(await find_one(tx, _ONE_HOUSEHOLD, household_id))


def _household(row: Mapping[Any, Any]) -> Found:
    return {**row, "size": row["referred"] + sum(row["others"].values())}
