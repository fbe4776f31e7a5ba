"""Read-only SQL for the API: what the asking organisation may see, row-level security deciding.

What shows referrals, people or their rows goes on the record in the same round trip: the audit's own part of the
statement is all that is ever written here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.agreement import Agreement
from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.domain.network import Standing
from kith_referrals.store.agreements import agreement_of
from kith_referrals.tables import (
    imported_rows,
    organisations,
    programmes,
    referral_steps,
    referrals,
    sharing_agreements,
)
from kith_referrals.views.definitions import get_definition as get_definition
from kith_referrals.views.finding import Found, find_one, list_rows, list_some
from kith_referrals.views.knowing import HEARS, as_known, hears_of, steps_as_known
from kith_referrals.views.listing import STATE
from kith_referrals.views.listing import list_referrals as list_referrals
from kith_referrals.views.listing import list_unread_notes as list_unread_notes
from kith_referrals.views.mappings import get_mapping as get_mapping
from kith_referrals.views.mappings import list_mappings as list_mappings
from kith_referrals.views.people import get_household as get_household
from kith_referrals.views.people import get_person as get_person
from kith_referrals.views.people import get_referral as get_referral
from kith_referrals.views.trying import get_attempts as get_attempts

_BEFORE_ALL: Final = UUID(int=0)
_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_ASKING: Final = sa.bindparam("asking", type_=sa.Uuid)

_PUBLIC: Final = tuple(column for column in organisations.c if column.name != "contact_email")
_ORGANISATION: Final = sa.select(*_PUBLIC).where(organisations.c.id == _ID)
_ORGANISATIONS: Final = (
    sa.select(*_PUBLIC).where(organisations.c.id > _AFTER).order_by(organisations.c.id).limit(_LIMIT)
)
_OFFER: Final = tuple(column for column in programmes.c if column.name != "words")
_ONE_PROGRAMME: Final = sa.select(*_OFFER).where(programmes.c.id == _ID)
_PROGRAMMES: Final = sa.select(*_OFFER).where(programmes.c.id > _AFTER).order_by(programmes.c.id).limit(_LIMIT)
_STALE: Final = (
    _PROGRAMMES.where(programmes.c.status != Standing.DEFUNCT.value)
    .where(sa.or_(_ASKING.is_(None), programmes.c.organisation_id == _ASKING))
    .where(
        sa.func.coalesce(
            programmes.c.assured_on, sa.cast(sa.func.timezone("Europe/London", programmes.c.published_at), sa.Date)
        )
        < sa.bindparam("before", type_=sa.Date)
    )
)
"""As ``domain.directory.alert`` has it: a day is one of Europe/London."""

_AGREEMENT: Final = sa.select(sharing_agreements).where(sharing_agreements.c.id == _ID)
_AGREEMENTS: Final = (
    sa.select(sharing_agreements)
    .where(sharing_agreements.c.id > _AFTER)
    .order_by(sharing_agreements.c.id)
    .limit(_LIMIT)
)
_CHOICE: Final = sa.select(*STATE, HEARS).where(referrals.c.choice_id == _ID).order_by(referrals.c.id)
_STEPS: Final = audited(
    sa.select(
        *(column for column in referral_steps.c if column.name != "seq"),
        hears_of(referral_steps.c.referral_id).label("hears"),
    )
    .where(referral_steps.c.referral_id == _ID)
    .order_by(referral_steps.c.seq)
)
_WAITING: Final = audited(
    sa.select(
        imported_rows.c.id,
        imported_rows.c.source_reference,
        imported_rows.c.duplicate_of,
        imported_rows.c.row,
        imported_rows.c.file_name,
        imported_rows.c.cells,
        imported_rows.c.imported_at,
    )
    .where(imported_rows.c.organisation_id == _ASKING)
    .where(imported_rows.c.outcome == Outcome.POSSIBLE_DUPLICATE.value)
    .where(imported_rows.c.id > _AFTER)
    .order_by(imported_rows.c.id)
    .limit(_LIMIT)
)


async def get_organisation(tx: AsyncConnection, organisation_id: UUID) -> Found:
    """An organisation's public face. Raises ``NotFound``."""
    return await find_one(tx, _ORGANISATION, organisation_id)


async def list_organisations(tx: AsyncConnection, *, after: UUID | None, limit: int) -> Sequence[Found]:
    """Organisations' public faces, in order of id."""
    return await list_rows(tx, _ORGANISATIONS, {"after": after or _BEFORE_ALL, "limit": limit})


async def get_programme(tx: AsyncConnection, programme_id: UUID) -> Found:
    """A programme. Raises ``NotFound``."""
    return await find_one(tx, _ONE_PROGRAMME, programme_id)


async def list_programmes(tx: AsyncConnection, *, after: UUID | None, limit: int) -> Sequence[Found]:
    """Programmes, in order of id."""
    return await list_rows(tx, _PROGRAMMES, {"after": after or _BEFORE_ALL, "limit": limit})


async def list_stale_programmes(
    tx: AsyncConnection, *, asking: UUID | None, before: date, after: UUID | None, limit: int
) -> Sequence[Found]:
    """Programmes of ``asking`` (of all for None) whose entry nobody confirmed since the day ``before``."""
    wanted = {"asking": asking, "before": before, "after": after or _BEFORE_ALL, "limit": limit}
    return await list_rows(tx, _STALE, wanted)


async def get_agreement(tx: AsyncConnection, agreement_id: UUID) -> Agreement:
    """A sharing agreement. Raises ``NotFound``."""
    return agreement_of(await find_one(tx, _AGREEMENT, agreement_id))


async def list_agreements(tx: AsyncConnection, *, after: UUID | None, limit: int) -> list[Agreement]:
    """Sharing agreements, in order of id."""
    rows = await list_rows(tx, _AGREEMENTS, {"after": after or _BEFORE_ALL, "limit": limit})
    return [agreement_of(row) for row in rows]


async def list_choice(tx: AsyncConnection, choice_id: UUID, *, asking: UUID | None, now: datetime) -> Sequence[Found]:
    """The referrals of a choice that ``asking`` may see, as it may know them. Bounded by the choice.

    Raises ``NotFound`` where there are none.
    """
    rows = await list_some(tx, _CHOICE, {"id": choice_id, "today": clock.today(now)})
    return [as_known(row, asking) for row in rows]


async def list_steps(tx: AsyncConnection, referral_id: UUID, *, asking: UUID, now: datetime) -> Sequence[Found]:
    """What happened to a referral, in order, as ``asking`` may know it: bounded by its life.

    Raises ``NotFound`` where nothing is to be seen.
    """
    listed = noted(tx, Entry("steps-listed", "referral", referral_id), now=now)
    rows = await list_some(tx, _STEPS, {"id": referral_id, "today": clock.today(now), **listed})
    return steps_as_known(rows, asking)


async def list_waiting_rows(
    tx: AsyncConnection, *, asking: UUID, after: UUID | None, limit: int, now: datetime
) -> Sequence[Found]:
    """Imported rows that may be a person who is already here, in the order in which they came."""
    listed = noted(tx, Entry("waiting-rows-listed", "organisation", asking), now=now)
    return await list_rows(tx, _WAITING, {"asking": asking, "after": after or _BEFORE_ALL, "limit": limit, **listed})
