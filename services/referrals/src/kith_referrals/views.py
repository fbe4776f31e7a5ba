"""Read-only SQL for the API: what the asking organisation may see, row-level security deciding."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import (
    consents,
    household_members,
    households,
    imported_rows,
    merges,
    organisations,
    people,
    programmes,
    referrals,
)

Found = dict[str, Any]
"""A row for the API to show."""

_BEFORE_ALL: Final = UUID(int=0)
_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_ASKING: Final = sa.bindparam("asking", type_=sa.Uuid)
_STATUS: Final = sa.bindparam("status", type_=sa.Text)
_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)

_PUBLIC: Final = (organisations.c.id, organisations.c.name, organisations.c.kind, organisations.c.ods_code)
_ORGANISATION: Final = sa.select(*_PUBLIC).where(organisations.c.id == _ID)
_ORGANISATIONS: Final = (
    sa.select(*_PUBLIC).where(organisations.c.id > _AFTER).order_by(organisations.c.id).limit(_LIMIT)
)
_ONE_PROGRAMME: Final = sa.select(programmes).where(programmes.c.id == _ID)
_PROGRAMMES: Final = sa.select(programmes).where(programmes.c.id > _AFTER).order_by(programmes.c.id).limit(_LIMIT)

_SUMMARY: Final = tuple(
    referrals.c[name]
    for name in (
        "id", "person_id", "referring_organisation_id", "programme_id", "programme_organisation_id", "submitted_at",
        "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason",
        "received_on", "urgent", "source_reference",
    )
)  # fmt: skip
_SELECTED: Final = (
    sa.select(*_SUMMARY)
    .where(referrals.c.id > _AFTER)
    .where(sa.or_(_STATUS.is_(None), referrals.c.status == _STATUS))
    .where(sa.or_(_PROGRAMME.is_(None), referrals.c.programme_id == _PROGRAMME))
    .order_by(referrals.c.id)
    .limit(_LIMIT)
)
_NETWORK_REFERRALS: Final = _SELECTED.with_only_columns(
    *(column for column in _SUMMARY if column.name != "source_reference"),
    sa.null().label("source_reference"),
)
"""Without the organisations' own references, which lead to somebody in another system."""

_made: Final = _SELECTED.where(referrals.c.referring_organisation_id == _ASKING).subquery("made")
_received: Final = (
    _SELECTED.where(referrals.c.programme_organisation_id == _ASKING)
    .where(referrals.c.referring_organisation_id != _ASKING)
    .subquery("received")
)
_both: Final = sa.union_all(sa.select(_made), sa.select(_received)).subquery("both")
_REFERRALS: Final = sa.select(_both).order_by(_both.c.id).limit(_LIMIT)
"""Each half walks an index of its own in order of id, so a page costs the same however many referrals there are."""

_belonging: Final = household_members.alias("belonging")
_joined: Final = merges.alias("joined")
_is_joined: Final = _joined.c.into_id == people.c.id
_agreed: Final = (
    sa.select(sa.func.jsonb_object_agg(consents.c.purpose, consents.c.state))
    .where(consents.c.referral_id == referrals.c.id)
    .scalar_subquery()
)
_one: Final = people.alias("one")
_restricted: Final = (
    sa.exists()
    .where(sa.or_(_one.c.id == people.c.id, _one.c.id.in_(sa.select(_joined.c.person_id).where(_is_joined))))
    .where(_one.c.restricted)
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
_REFERRAL: Final = (
    sa.select(
        referrals,
        _agreed.label("consents"),
        _restricted.label("restricted"),
        people.c.id.label("shown_id"),
        _household_of.label("household"),
        *(people.c[name].label(f"person_{name}") for name in people.c.keys() if name != "id"),  # noqa: SIM118 - no dict
    )
    .join_from(referrals, merges, merges.c.person_id == referrals.c.person_id, isouter=True)
    .join(people, people.c.id == _shown)
    .where(referrals.c.id == _ID)
)
_own: Final = people.alias("own")
_RECORD: Final = (
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
_WAITING: Final = (
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
    return await _find(tx, _ORGANISATION, organisation_id)


async def list_organisations(tx: AsyncConnection, *, after: UUID | None, limit: int) -> Sequence[Found]:
    """Organisations' public faces, in order of id."""
    return await _many(tx, _ORGANISATIONS, {"after": after or _BEFORE_ALL, "limit": limit})


async def get_programme(tx: AsyncConnection, programme_id: UUID) -> Found:
    """A programme. Raises ``NotFound``."""
    return await _find(tx, _ONE_PROGRAMME, programme_id)


async def list_programmes(tx: AsyncConnection, *, after: UUID | None, limit: int) -> Sequence[Found]:
    """Programmes, in order of id."""
    return await _many(tx, _PROGRAMMES, {"after": after or _BEFORE_ALL, "limit": limit})


async def get_referral(tx: AsyncConnection, referral_id: UUID) -> Found:
    """A referral with its person (``person_…``) and what they agree to (``consents``). Raises ``NotFound``.

    The person is the record that is shown for them (``shown_id``), which may be ``restricted``. Beside them stands
    their ``household``.
    """
    row = await _find(tx, _REFERRAL, referral_id)
    return {**row, "household": _household(row["household"]) if row["household"] else None}


async def get_person(tx: AsyncConnection, person_id: UUID) -> Found:
    """A person as the record that is shown for them has it, and where their own stands. Raises ``NotFound``."""
    return await _find(tx, _RECORD, person_id)


async def get_household(tx: AsyncConnection, household_id: UUID) -> Found:
    """A household with the members whom the asking organisation sees. Raises ``NotFound``."""
    return _household(await _find(tx, _ONE_HOUSEHOLD, household_id))


async def list_referrals(
    tx: AsyncConnection,
    *,
    asking: UUID | None,
    status: str | None,
    programme_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Found]:
    """Referrals without their people, in order of making: those ``asking`` made or received; all of them for None."""
    wanted = {"after": after or _BEFORE_ALL, "limit": limit, "status": status, "programme_id": programme_id}
    if asking is None:
        return await _many(tx, _NETWORK_REFERRALS, wanted)
    return await _many(tx, _REFERRALS, {**wanted, "asking": asking})


async def list_waiting_rows(tx: AsyncConnection, *, asking: UUID, after: UUID | None, limit: int) -> Sequence[Found]:
    """Imported rows that may be a person who is already here, in the order in which they came."""
    return await _many(tx, _WAITING, {"asking": asking, "after": after or _BEFORE_ALL, "limit": limit})


def _household(row: Mapping[Any, Any]) -> Found:
    return {**row, "size": row["referred"] + sum(row["others"].values())}


async def _find(tx: AsyncConnection, statement: sa.Select[Any], id_: UUID) -> Found:
    row = (await tx.execute(statement, {"id": id_})).mappings().one_or_none()
    if row is None:
        raise NotFound
    return dict(row)


async def _many(tx: AsyncConnection, statement: sa.Select[Any], wanted: Mapping[str, Any]) -> Sequence[Found]:
    return [dict(row) for row in (await tx.execute(statement, dict(wanted))).mappings()]
