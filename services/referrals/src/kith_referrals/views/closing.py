"""Read-only SQL about a closing: what is announced, and what the organisation still has."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.erasure import State
from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.domain.lifecycle import TAKEN_ON
from kith_referrals.domain.referral import OFFERED, Status
from kith_referrals.store.closing import ACTIVE, IN_CARE
from kith_referrals.tables import (
    households,
    imported_rows,
    invitations,
    organisations,
    people,
    referrals,
    sharing_agreements,
)
from kith_referrals.tables.governance import closings
from kith_referrals.tables.rights import subject_access_requests as requests
from kith_referrals.views.finding import Found, find_one

_ID: Final = sa.bindparam("id", type_=sa.Uuid)


def _count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()


_to_it: Final = referrals.c.programme_organisation_id == _ID
_its_people: Final = people.c.organisation_id == _ID
_CLOSING: Final = (
    sa.select(
        closings,
        organisations.c.closed_at,
        _count(referrals, _to_it, referrals.c.status.in_(sorted(OFFERED))).label("referrals_offered"),
        _count(referrals, _to_it, referrals.c.status.in_(sorted(TAKEN_ON))).label("referrals_taken_on"),
        _count(
            referrals,
            referrals.c.referring_organisation_id == _ID,
            referrals.c.programme_organisation_id != _ID,
            referrals.c.closed_at.is_(None),
            referrals.c.status != Status.DRAFT.value,
        ).label("referrals_made"),
        _count(referrals, referrals.c.referring_organisation_id == _ID, referrals.c.status == Status.DRAFT.value).label(
            "drafts"
        ),
        _count(people, _its_people, ACTIVE, ~people.c.restricted).label("people"),
        _count(people, _its_people, ACTIVE, ~people.c.restricted, IN_CARE).label("people_in_others_care"),
        _count(people, _its_people, ACTIVE, people.c.restricted).label("people_restricted"),
        _count(people, _its_people, people.c.erasure_state == State.RESTRICTED.value).label("people_erasing"),
        _count(requests, requests.c.organisation_id == _ID, requests.c.closed_on.is_(None)).label("access_requests"),
        _count(households, households.c.organisation_id == _ID).label("households"),
        _count(
            imported_rows,
            imported_rows.c.organisation_id == _ID,
            imported_rows.c.outcome == Outcome.POSSIBLE_DUPLICATE.value,
        ).label("rows_waiting"),
        _count(invitations, invitations.c.organisation_id == _ID, invitations.c.used_at.is_(None)).label("invitations"),
        _count(
            sharing_agreements,
            _ID.in_((sharing_agreements.c.sharer_id, sharing_agreements.c.receiver_id)),
            sharing_agreements.c.ended_at.is_(None),
        ).label("agreements"),
    )
    .join_from(closings, organisations, organisations.c.id == closings.c.organisation_id)
    .where(closings.c.organisation_id == _ID)
)


async def get_closing(tx: AsyncConnection, organisation_id: UUID) -> Found:
    """A closing with what the organisation still has, in the asking organisation's sight. Raises ``NotFound``."""
    return await find_one(tx, _CLOSING, organisation_id)
