"""Rounds, and what the last one of each programme says."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.round import Picks, Policy, Round, RoundNotFound, WaitingList
from kith_matching.domain.score import LastRound
from kith_matching.domain.terms import Priority
from kith_matching.store.matches import IS_REPLACED
from kith_matching.store.referrals import referral_of
from kith_matching.store.rows import values_of
from kith_matching.store.sharing import list_private
from kith_matching.store.supporters import list_candidates
from kith_matching.tables import acquaintances, matches, picks, prices, proposals, referrals, rounds

_THEIRS: Final = sa.bindparam("programme_id", type_=sa.Uuid)
_ONE_AT_A_TIME: Final = sa.text("select pg_advisory_xact_lock(hashtextextended('round ' || :programme_id, 0))")
_PROPOSED: Final = sa.exists(
    sa.select(proposals.c.id).where(proposals.c.referral_id == referrals.c.id, proposals.c.ended_at.is_(None))
)
OPEN: Final = sa.and_(
    referrals.c.waiting,
    referrals.c.consented,
    referrals.c.decision == sa.literal_column("'accepted'"),
    referrals.c.closed_reason.is_(None),
)
"""As the index of who waits has it."""
WAITS: Final = sa.and_(OPEN, ~referrals.c.erased, sa.not_(_PROPOSED))
"""Who waits and is not asked about anybody: whom a round looks at, and whom somebody could be found for."""
_OF_PROGRAMME: Final = sa.and_(
    referrals.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
    referrals.c.programme_id == _THEIRS,
    OPEN,
)
_WAITING: Final = sa.select(referrals).where(_OF_PROGRAMME, WAITS).order_by(referrals.c.id)
_SAID_NO: Final = (
    sa.select(proposals.c.referral_id, proposals.c.supporter_id)
    .join(referrals, referrals.c.id == proposals.c.referral_id)
    .where(_OF_PROGRAMME, proposals.c.state == sa.literal_column("'declined'"))
    .where(sa.or_(proposals.c.again_from.is_(None), proposals.c.again_from > sa.bindparam("today", type_=sa.Date)))
    .union(
        sa.select(matches.c.referral_id, matches.c.supporter_id)
        .join(referrals, referrals.c.id == matches.c.referral_id)
        .where(_OF_PROGRAMME, IS_REPLACED)
    )
)
_ACQUAINTED: Final = (
    sa.select(acquaintances.c.referral_id, acquaintances.c.supporter_id)
    .join(referrals, referrals.c.id == acquaintances.c.referral_id)
    .where(_OF_PROGRAMME)
)
_DECLINED: Final = sa.select(sa.func.count()).where(
    proposals.c.programme_id == _THEIRS,
    proposals.c.state == sa.literal_column("'declined'"),
    proposals.c.ended_at
    > sa.func.coalesce(
        sa.select(sa.func.max(rounds.c.held_at)).where(rounds.c.programme_id == _THEIRS).scalar_subquery(),
        sa.literal_column("'-infinity'::timestamptz"),
    ),
)
_FIND: Final = sa.select(rounds).where(rounds.c.id == sa.bindparam("round_id"))
_earlier = referrals.alias("earlier")
_SUPPORTED_BEFORE: Final = (
    sa.select(referrals.c.id, matches.c.supporter_id)
    .join(_earlier, _earlier.c.person_id == referrals.c.person_id)
    .join(matches, matches.c.referral_id == _earlier.c.id)
    .where(_OF_PROGRAMME, matches.c.programme_id == _THEIRS)
)
_INSERT: Final = sa.insert(rounds)
_CLEAR: Final = tuple(sa.delete(table).where(table.c.programme_id == _THEIRS) for table in (picks, prices))
_OWN: Final = "cast(:programme_id as uuid), cast(:organisation_id as uuid), cast(:round_id as uuid)"
_PICK: Final = sa.text(
    "with there as (select id from referrals where id = any(:keys) and not erased order by id for key share)"
    " insert into picks (programme_id, organisation_id, round_id, referral_id, supporter_id)"
    f" select {_OWN}, said.referral_id, said.supporter_id"
    " from unnest(cast(:keys as uuid[]), cast(:values as uuid[])) as said (referral_id, supporter_id)"
    " join there on there.id = said.referral_id"
)
"""Nobody is picked for a person who was erased while the round was held."""
_PRICE: Final = sa.text(
    "insert into prices (programme_id, organisation_id, round_id, supporter_id, points)"
    f" select {_OWN}, said.* from unnest(cast(:keys as uuid[]), cast(:values as bigint[])) as said"
)
_LAST_PICK: Final = sa.select(picks.c.supporter_id).where(picks.c.referral_id == sa.bindparam("referral_id"))
_LAST_PRICES: Final = sa.select(prices.c.supporter_id, prices.c.points).where(prices.c.programme_id == _THEIRS)


async def wait_for_turn(tx: AsyncConnection, programme: Programme) -> None:
    """Of two rounds of a programme at once, the second waits for the first. Call it before anything is loaded."""
    await tx.execute(_ONE_AT_A_TIME, {"programme_id": str(programme.id)})


async def get_waiting_list(tx: AsyncConnection, programme: Programme, today: date) -> WaitingList:
    """All that a round of this programme looks at ``today`` (Europe/London)."""
    asked = {"programme_id": programme.id, "organisation_id": programme.organisation_id}
    waiting = [referral_of(row) for row in await tx.execute(_WAITING, asked)]
    said_no, acquainted = [
        {(row.referral_id, row.supporter_id) for row in await tx.execute(between, {**asked, "today": today})}
        for between in (_SAID_NO, _ACQUAINTED)
    ]
    before = await tx.execute(_SUPPORTED_BEFORE, asked) if programme.terms.different_peers else ()
    return WaitingList(
        programme,
        waiting,
        await list_candidates(tx, programme),
        said_no,
        acquainted,
        supported_before={(row.id, row.supporter_id) for row in before},
        private=await list_private(tx, programme.organisation_id),
    )


async def count_declined(tx: AsyncConnection, programme: Programme) -> int:
    """How many of the programme's proposals got a no since its last round, or ever, where there was none."""
    return int((await tx.execute(_DECLINED, {"programme_id": programme.id})).scalar_one())


async def get_round(tx: AsyncConnection, round_id: UUID) -> Round:
    """The round. Raises ``RoundNotFound``."""
    row = (await tx.execute(_FIND, {"round_id": round_id})).one_or_none()
    if row is None:
        raise RoundNotFound
    values = values_of(row)
    policy = {**values["policy"], "priority": Priority(**values["policy"]["priority"])}
    return Round(**{**values, "policy": Policy(**policy)})


async def save_round(tx: AsyncConnection, held: Round, left: Picks) -> None:
    """Keep a round; its picks and prices take the place of those before."""
    await tx.execute(_INSERT, asdict(held))
    for clear in _CLEAR:
        await tx.execute(clear, {"programme_id": held.programme_id})
    for statement, told in ((_PICK, left.supporters), (_PRICE, left.prices)):
        if told:
            await tx.execute(statement, _said(held, told))


def _said(held: Round, told: Mapping[UUID, Any]) -> dict[str, Any]:
    own = {"programme_id": held.programme_id, "organisation_id": held.organisation_id, "round_id": held.id}
    return own | {"keys": list(told), "values": list(told.values())}


async def get_last_round(tx: AsyncConnection, referral: Referral) -> LastRound:
    """What the last round of its programme says of this referral; nothing, where there was none."""
    pick = (await tx.execute(_LAST_PICK, {"referral_id": referral.id})).scalar_one_or_none()
    rows = await tx.execute(_LAST_PRICES, {"programme_id": referral.programme_id})
    return LastRound(pick, {row.supporter_id: row.points for row in rows})
