"""What the API shows, read and never changed, with the audit's entry of it in the same round trip.

Each list names its organisation, so that it is found by index.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.disclosure import Viewer, as_seen
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.proposal import ProposalState
from kith_matching.domain.refusals import MatchNotFound, OccasionNotFound, ProposalNotFound
from kith_matching.domain.round import RoundNotFound
from kith_matching.domain.supporter import Supporter
from kith_matching.store.attendances import CAME_WITH
from kith_matching.store.due import PLANNED_UNTIL, TERMS_OF
from kith_matching.store.rounds import OPEN
from kith_matching.store.rows import values_of
from kith_matching.store.sharing import DISCLOSED, take_disclosures
from kith_matching.store.supporters import supporter_of
from kith_matching.tables import (
    contacts,
    looked_after,
    matches,
    programme_versions,
    programmes,
    proposals,
    referrals,
    rounds,
    sessions,
    supporters,
    unplaceable,
)
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list, get_one, paged

_COORDINATOR: Final = sa.bindparam("coordinator", type_=sa.Text)


def _is_theirs(kind: Kind, table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether the coordinator to whom the list is narrowed looks after it; everything where it is not narrowed."""
    theirs = sa.select(looked_after.c.about_id).where(
        looked_after.c.kind == sa.literal_column(f"'{kind}'"),
        looked_after.c.about_id == table.c.id,
        looked_after.c.coordinator == _COORDINATOR,
    )
    return sa.or_(_COORDINATOR.is_(None), sa.exists(theirs))


_before = matches.alias("before")
_MATCH_ALONE: Final[sa.Select[Any]] = sa.select(
    *matches.c,
    sa.select(_before.c.id)
    .where(_before.c.referral_id == matches.c.referral_id, _before.c.id < matches.c.id)
    .order_by(_before.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("replaces"),
    PLANNED_UNTIL.label("planned_until"),
).outerjoin(programme_versions, TERMS_OF)
"""With the match of the same referral before it, and the day until which it was planned by the version of its
programme's definition with which it began."""
_MATCHES: Final = paged(matches, _MATCH_ALONE.where(_is_theirs(Kind.MATCH, matches)))
_OF_REFERRAL: Final = audited(
    _MATCH_ALONE.where(
        matches.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), matches.c.id > AFTER),
    )
    .order_by(matches.c.id)
    .limit(LIMIT)
)
_SUPPORTERS: Final = paged(
    supporters, sa.select(*supporters.c, *DISCLOSED).where(_is_theirs(Kind.SUPPORTER, supporters))
)
_SESSION_ALONE: Final[sa.Select[Any]] = sa.select(*sessions.c, CAME_WITH)
_SESSIONS: Final = paged(sessions, _SESSION_ALONE)
_CONTACTS: Final = paged(contacts)
_ROUNDS: Final = paged(rounds)
_ROUND: Final = audited(sa.select(rounds).where(rounds.c.id == sa.bindparam("id")))
_ONE_MATCH: Final = _MATCH_ALONE.where(matches.c.id == sa.bindparam("id"))
_MATCH: Final = audited(_ONE_MATCH)
_SESSION: Final = audited(_SESSION_ALONE.where(sessions.c.id == sa.bindparam("id")))
_CONTACT: Final = audited(sa.select(contacts).where(contacts.c.id == sa.bindparam("id")))

_earlier = referrals.alias("earlier")
_WAITING: Final = audited(
    sa.select(
        *referrals.c,
        programmes.c.name.label("programme_name"),
        sa.select(proposals.c.id)
        .where(proposals.c.referral_id == referrals.c.id, proposals.c.ended_at.is_(None))
        .scalar_subquery()
        .label("proposal_id"),
        unplaceable.c.since.label("nobody_since"),
        sa.func.coalesce(unplaceable.c.rules, sa.literal_column("'{}'::text[]")).label("blocking"),
    )
    .outerjoin(programmes, programmes.c.id == referrals.c.programme_id)
    .outerjoin(unplaceable, unplaceable.c.referral_id == referrals.c.id)
    .where(
        referrals.c.organisation_id == ORGANISATION,
        OPEN,
        _is_theirs(Kind.REFERRAL, referrals),
        sa.or_(
            AFTER.is_(None),
            sa.tuple_(referrals.c.received_on, referrals.c.id)
            > sa.tuple_(
                sa.select(_earlier.c.received_on).where(_earlier.c.id == AFTER).scalar_subquery(),
                AFTER,
            ),
        ),
    )
    .order_by(referrals.c.received_on, referrals.c.id)
    .limit(LIMIT)
)
_SHOWN: Final = sa.and_(
    proposals.c.state.in_([ProposalState.AWAITING_PERSON, ProposalState.AWAITING_SUPPORTER, ProposalState.AGREED]),
    referrals.c.consented,
    referrals.c.closed_reason.is_(None),
)
_PROPOSAL_ALONE: Final[sa.Select[Any]] = (
    sa.select(
        *proposals.c,
        matches.c.id.label("match_id"),
        programmes.c.name.label("programme_name"),
        _SHOWN.label("card_shown"),
        referrals.c.age_band,
        referrals.c.district,
        referrals.c.language,
        referrals.c.needs,
        referrals.c.interests,
        referrals.c.channels,
    )
    .join(referrals, referrals.c.id == proposals.c.referral_id)
    .outerjoin(programmes, programmes.c.id == proposals.c.programme_id)
    .outerjoin(matches, matches.c.proposal_id == proposals.c.id)
    .where(proposals.c.id == sa.bindparam("id"))
)
_PROPOSAL: Final = audited(_PROPOSAL_ALONE)


async def list_supporters(
    tx: AsyncConnection,
    organisation_id: UUID,
    *,
    after: UUID | None,
    limit: int,
    coordinator: str | None = None,
    now: datetime,
) -> list[Supporter]:
    """The organisation's supporters in order of id, each with no items but those that a coordinator may see."""
    listed = Entry("supporters-listed", "organisation", organisation_id)
    found = await get_list(tx, _SUPPORTERS, listed, {"after": after, "limit": limit, "coordinator": coordinator}, now)
    disclosed = [take_disclosures(one) for one in found]
    return [
        as_seen(supporter_of(one), disclosures, Viewer.COORDINATOR)
        for one, disclosures in zip(found, disclosed, strict=True)
    ]


async def list_matches(
    tx: AsyncConnection,
    organisation_id: UUID,
    *,
    after: UUID | None,
    limit: int,
    coordinator: str | None = None,
    now: datetime,
) -> list[Found]:
    """The organisation's matches, the first made first."""
    return await get_list(
        tx,
        _MATCHES,
        Entry("matches-listed", "organisation", organisation_id),
        {"after": after, "limit": limit, "coordinator": coordinator},
        now,
    )


async def list_matches_of(
    tx: AsyncConnection, referral_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The matches of a referral, who came first first; none where it is another organisation's."""
    listed = Entry("referral-matches-listed", "referral", referral_id)
    return await get_list(tx, _OF_REFERRAL, listed, {"after": after, "limit": limit}, now)


async def list_sessions(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's sessions, one-to-one and of groups, the first logged first."""
    return await get_list(
        tx, _SESSIONS, Entry("sessions-listed", "organisation", organisation_id), {"after": after, "limit": limit}, now
    )


async def list_contacts(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's contacts, the first logged first."""
    return await get_list(
        tx, _CONTACTS, Entry("contacts-listed", "organisation", organisation_id), {"after": after, "limit": limit}, now
    )


async def list_rounds(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's rounds, the first held first."""
    return await get_list(
        tx, _ROUNDS, Entry("rounds-listed", "organisation", organisation_id), {"after": after, "limit": limit}, now
    )


async def list_waiting(
    tx: AsyncConnection,
    organisation_id: UUID,
    *,
    after: UUID | None,
    limit: int,
    coordinator: str | None = None,
    now: datetime,
) -> list[Found]:
    """Accepted and consented referrals without a match, who has waited longest first, with any open proposal."""
    return await get_list(
        tx,
        _WAITING,
        Entry("waiting-listed", "organisation", organisation_id),
        {"after": after, "limit": limit, "coordinator": coordinator},
        now,
    )


async def get_match(tx: AsyncConnection, match_id: UUID, *, now: datetime) -> Found:
    """One match. Raises ``MatchNotFound``."""
    return await get_one(tx, _MATCH, Entry("match-read", "match", match_id), MatchNotFound, now)


async def show_match(tx: AsyncConnection, match_id: UUID) -> Found:
    """One match, for whoever has just done something to it: that is on the record already. Else as above."""
    return values_of((await tx.execute(_ONE_MATCH, {"id": match_id})).one())


async def get_proposal(tx: AsyncConnection, proposal_id: UUID, *, now: datetime) -> Found:
    """One proposal, with what its card says and whether that may still be shown. Raises ``ProposalNotFound``."""
    return await get_one(tx, _PROPOSAL, Entry("proposal-read", "proposal", proposal_id), ProposalNotFound, now)


async def show_proposal(tx: AsyncConnection, proposal_id: UUID) -> Found:
    """One proposal, for whoever has just done something to it: that is on the record already. Else as above."""
    row = (await tx.execute(_PROPOSAL_ALONE, {"id": proposal_id})).one_or_none()
    if row is None:
        raise ProposalNotFound
    return values_of(row)


async def get_round(tx: AsyncConnection, round_id: UUID, *, now: datetime) -> Found:
    """One round. Raises ``RoundNotFound``."""
    return await get_one(tx, _ROUND, Entry("round-read", "round", round_id), RoundNotFound, now)


async def get_session(tx: AsyncConnection, session_id: UUID, *, now: datetime) -> Found:
    """One session. Raises ``OccasionNotFound``."""
    return await get_one(tx, _SESSION, Entry("session-read", "session", session_id), OccasionNotFound, now)


async def get_contact(tx: AsyncConnection, contact_id: UUID, *, now: datetime) -> Found:
    """One contact. Raises ``OccasionNotFound``."""
    return await get_one(tx, _CONTACT, Entry("contact-read", "contact", contact_id), OccasionNotFound, now)
