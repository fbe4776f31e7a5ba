"""Read-only SQL for the API: what the asking organisation may see, row-level security deciding.

What shows referrals, people or their rows goes on the record in the same round trip: the audit's own part of the
statement is all that is ever written here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
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
from kith_referrals.views.finding import Found, find_one, list_rows, list_some
from kith_referrals.views.knowing import HEARS, SHOWN_STATUS, as_known, hears_of, steps_as_known
from kith_referrals.views.mappings import get_mapping as get_mapping
from kith_referrals.views.mappings import list_mappings as list_mappings
from kith_referrals.views.people import get_household as get_household
from kith_referrals.views.people import get_person as get_person
from kith_referrals.views.people import get_referral as get_referral

_BEFORE_ALL: Final = UUID(int=0)
_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_ASKING: Final = sa.bindparam("asking", type_=sa.Uuid)
_STATUS: Final = sa.bindparam("status", type_=sa.Text)
_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)

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

_SUMMARY: Final = tuple(
    referrals.c[name]
    for name in (
        "id", "person_id", "referring_organisation_id", "programme_id", "programme_organisation_id", "submitted_at",
        "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason",
        "choice_id", "acknowledged_at", "supported_at", "redirected_to", "agreement_id", "level", "received_on",
        "urgent", "source_reference",
    )
)  # fmt: skip
_PAGE: Final = sa.select(*_SUMMARY).where(referrals.c.id > _AFTER).order_by(referrals.c.id).limit(_LIMIT)
_own_status: Final = sa.case((referrals.c.programme_organisation_id == _ASKING, referrals.c.status), else_=SHOWN_STATUS)


def _narrowed(statement: sa.Select[Any], narrow: frozenset[str], stands: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Only those that stand as asked, or go to the programme asked for.

    What is not asked for is no condition: one that may be none keeps PostgreSQL from the index with the status in it.
    """
    if "status" in narrow:
        statement = statement.where(stands == _STATUS)
    if "programme_id" in narrow:
        statement = statement.where(referrals.c.programme_id == _PROGRAMME)
    return statement


def _own(narrow: frozenset[str]) -> sa.Select[Any]:
    """Each half walks an index of its own in order of id, so a page costs the same however many referrals there are."""
    made = (
        _narrowed(_PAGE.add_columns(HEARS), narrow, _own_status)
        .where(referrals.c.referring_organisation_id == _ASKING)
        .subquery("made")
    )
    received = (
        _narrowed(_PAGE.add_columns(sa.null().label("hears")), narrow, referrals.c.status)
        .where(referrals.c.programme_organisation_id == _ASKING)
        .where(referrals.c.referring_organisation_id != _ASKING)
        .subquery("received")
    )
    both = sa.union_all(sa.select(made), sa.select(received)).subquery("both")
    return audited(sa.select(both).order_by(both.c.id).limit(_LIMIT))


def _of_the_network(narrow: frozenset[str]) -> sa.Select[Any]:
    """Without the organisations' own references, which lead to somebody in another system."""
    shown = (column for column in _SUMMARY if column.name != "source_reference")
    page = _PAGE.with_only_columns(*shown, sa.null().label("source_reference"))
    return audited(_narrowed(page, narrow, referrals.c.status))


_NARROW: Final = tuple(frozenset(names) for names in ((), ("status",), ("programme_id",), ("status", "programme_id")))
_REFERRALS: Final = {narrow: _own(narrow) for narrow in _NARROW}
_NETWORK_REFERRALS: Final = {narrow: _of_the_network(narrow) for narrow in _NARROW}

_UNREAD: Final = audited(
    sa.select(*_SUMMARY)
    .where(referrals.c.programme_organisation_id == _ASKING)
    .where(referrals.c.notes_waited, referrals.c.notes_read_at.is_(None))
    .where(referrals.c.closed_at.is_(None))
    .where(referrals.c.id > _AFTER)
    .order_by(referrals.c.id)
    .limit(_LIMIT)
)

_AGREEMENT: Final = sa.select(sharing_agreements).where(sharing_agreements.c.id == _ID)
_AGREEMENTS: Final = (
    sa.select(sharing_agreements)
    .where(sharing_agreements.c.id > _AFTER)
    .order_by(sharing_agreements.c.id)
    .limit(_LIMIT)
)
_CHOICE: Final = sa.select(*_SUMMARY, HEARS).where(referrals.c.choice_id == _ID).order_by(referrals.c.id)
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


async def list_referrals(
    tx: AsyncConnection,
    *,
    asking: UUID | None,
    status: str | None,
    programme_id: UUID | None,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> Sequence[Found]:
    """Referrals without their people, in order of making: those ``asking`` made or received; all of them for None.

    Those it made are as it may know them, and are found by the status that it is shown.
    """
    asked = {"status": status, "programme_id": programme_id}
    narrow = frozenset(name for name, value in asked.items() if value is not None)
    wanted: dict[str, Any] = {"after": after or _BEFORE_ALL, "limit": limit, **asked}
    listed = Entry("referrals-listed", "programme", programme_id, (str(status),) if status else ())
    wanted |= noted(tx, listed, now=now)
    if asking is None:
        return await list_rows(tx, _NETWORK_REFERRALS[narrow], wanted)
    rows = await list_rows(tx, _REFERRALS[narrow], {**wanted, "asking": asking, "today": clock.today(now)})
    return [as_known(row, asking) for row in rows]


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


async def list_unread_notes(
    tx: AsyncConnection, *, asking: UUID, after: UUID | None, limit: int, now: datetime
) -> Sequence[Found]:
    """Open referrals to ``asking``'s programmes whose notes nobody has read, without their people."""
    listed = noted(tx, Entry("unread-notes-listed", "organisation", asking), now=now)
    return await list_rows(tx, _UNREAD, {"asking": asking, "after": after or _BEFORE_ALL, "limit": limit, **listed})


async def list_waiting_rows(
    tx: AsyncConnection, *, asking: UUID, after: UUID | None, limit: int, now: datetime
) -> Sequence[Found]:
    """Imported rows that may be a person who is already here, in the order in which they came."""
    listed = noted(tx, Entry("waiting-rows-listed", "organisation", asking), now=now)
    return await list_rows(tx, _WAITING, {"asking": asking, "after": after or _BEFORE_ALL, "limit": limit, **listed})
