"""Everything this service holds about one person, in the sight of the organisation that they asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.subject_access import Request, given
from kith_referrals.store.people import joined
from kith_referrals.store.subject_access import request_of
from kith_referrals.tables import (
    claims,
    consents,
    contact_attempts,
    household_members,
    households,
    imported_rows,
    people,
    person_decisions,
    referral_steps,
    referrals,
)
from kith_referrals.tables.governance import breaches, complaints
from kith_referrals.tables.rights import subject_access_requests as requests

Section = tuple[str, Sequence[Mapping[str, Any]]]

_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_THEIRS: Final = sa.select(referrals.c.id).where(joined(referrals.c.person_id))
_WITHOUT: Final = {"likeness", "version", "has_merged"}
_others: Final = household_members.alias("others")
_SECTIONS: Final[tuple[tuple[str, sa.Select[Any]], ...]] = (
    (
        "person",
        sa.select(*(column for column in people.c if column.name not in _WITHOUT), sa.null().label("by"))
        .where(joined(people.c.id))
        .order_by(people.c.id),
    ),
    (
        "referrals",
        sa.select(
            *(column for column in referrals.c if column.name not in _WITHOUT),
            referrals.c.referring_organisation_id.label("by"),
        )
        .where(joined(referrals.c.person_id))
        .order_by(referrals.c.id),
    ),
    (
        "steps",
        sa.select(
            *(column for column in referral_steps.c if column.name != "seq"),
            referral_steps.c.organisation_id.label("by"),
        )
        .where(referral_steps.c.referral_id.in_(_THEIRS))
        .order_by(referral_steps.c.seq),
    ),
    (
        "contact_attempts",
        sa.select(*contact_attempts.c, contact_attempts.c.programme_organisation_id.label("by"))
        .where(contact_attempts.c.referral_id.in_(_THEIRS))
        .order_by(contact_attempts.c.attempted_at),
    ),
    (
        "consents",
        sa.select(*consents.c, sa.null().label("by"))
        .where(consents.c.referral_id.in_(_THEIRS))
        .order_by(consents.c.referral_id, consents.c.purpose),
    ),
    (
        "household",
        sa.select(
            households.c.id,
            household_members.c.relation,
            households.c.others.label("others_by_relation"),
            sa.func.nullif(
                sa.select(sa.func.count())
                .where(_others.c.household_id == households.c.id, _others.c.person_id != household_members.c.person_id)
                .scalar_subquery(),
                0,
            ).label("other_members"),
            sa.null().label("by"),
        )
        .join_from(household_members, households, households.c.id == household_members.c.household_id)
        .where(joined(household_members.c.person_id)),
    ),
    (
        "decisions",
        sa.select(
            person_decisions.c.kind,
            person_decisions.c.decided_at,
            person_decisions.c.reason.label("reason_given"),
            person_decisions.c.other_id,
            person_decisions.c.subject,
            person_decisions.c.client_id,
            person_decisions.c.organisation_id.label("by"),
        )
        .where(sa.or_(joined(person_decisions.c.person_id), joined(person_decisions.c.other_id)))
        .order_by(person_decisions.c.decided_at),
    ),
    (
        "breaches",
        sa.select(
            *(breaches.c[name] for name in ("id", "what", "found_at", "containment", "ico_told_at", "people_told_at")),
            breaches.c.note,
            breaches.c.organisation_id.label("by"),
        )
        .where(sa.or_(joined(breaches.c.person_id), breaches.c.referral_id.in_(_THEIRS)))
        .order_by(breaches.c.found_at, breaches.c.id),
    ),
    (
        "complaints",
        sa.select(
            *(complaints.c[name] for name in ("id", "category", "received_on", "answer_by", "state", "words")),
            *(
                complaints.c[name]
                for name in ("acknowledged_on", "escalated_on", "answered_on", "closed_on", "outcome")
            ),
            complaints.c.organisation_id.label("by"),
        )
        .where(complaints.c.referral_id.in_(_THEIRS))
        .order_by(complaints.c.received_on, complaints.c.id),
    ),
    (
        "claims",
        sa.select(
            *(claims.c[name] for name in ("id", "programme_id", "result", "achieved_on", "evidence", "household_size")),
            *(claims.c[name] for name in ("claimed_on", "state", "reason", "reversed_on")),
            claims.c.organisation_id.label("by"),
        )
        .where(
            sa.or_(
                claims.c.referral_id.in_(_THEIRS),
                claims.c.household_id.in_(
                    sa.select(household_members.c.household_id).where(joined(household_members.c.person_id))
                ),
            )
        )
        .order_by(claims.c.id),
    ),
    (
        "imported_rows",
        sa.select(
            *(imported_rows.c[name] for name in ("source_reference", "file_name", "row", "outcome", "imported_at")),
            sa.null().label("by"),
        ).where(imported_rows.c.referral_id.in_(_THEIRS)),
    ),
    (
        "requests",
        sa.select(
            *(requests.c[name] for name in ("id", "asked_on")),
            sa.case((requests.c.waiting_since.is_(None), requests.c.due_on)).label("due_on"),
            *(requests.c[name] for name in ("extended_on", "extended_for", "waiting_since", "waiting_for", "waits")),
            *(requests.c[name] for name in ("closed_on", "outcome")),
            sa.null().label("by"),
        ).where(joined(requests.c.person_id)),
    ),
)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIST: Final = (
    sa.select(requests)
    .where(requests.c.organisation_id == _ORGANISATION)
    .where(sa.or_(_AFTER.is_(None), requests.c.id > _AFTER))
    .order_by(requests.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def gather(tx: AsyncConnection, person_id: UUID, organisation_id: UUID) -> list[Section]:
    """Every row about the person and whoever is joined with them, as ``domain.subject_access`` gives it: by section.

    Row-level security shows an organisation what it may see, and no more is its own to give.
    """
    return [
        (name, [_given(row, organisation_id) for row in (await tx.execute(statement, {"id": person_id})).mappings()])
        for name, statement in _SECTIONS
    ]


async def list_requests(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Request]:
    """The organisation's requests, in the order in which they were logged."""
    asked = {"organisation_id": organisation_id, "after": after, "limit": limit}
    return [request_of(row) for row in (await tx.execute(_LIST, asked)).mappings()]


def _given(row: Mapping[Any, Any], organisation_id: UUID) -> dict[str, Any]:
    told = dict(row)
    return given(told, by=told.pop("by"), to=organisation_id)
