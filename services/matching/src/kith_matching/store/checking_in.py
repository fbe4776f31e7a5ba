"""Check-ins, which are their supporter's own, and calls."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.checking_in import BEFORE, RECENT, Burden, Call, CheckIn, Feeling
from kith_matching.domain.supervision import Rhythm
from kith_matching.store.rows import values_of
from kith_matching.store.speaking import speak_as
from kith_matching.store.supporters import get_own_organisation
from kith_matching.tables import calls, check_ins

_INSERT: Final = sa.insert(check_ins)
_INSERT_CALL: Final = sa.insert(calls)
_BURDEN: Final = sa.text("""
    select capacity, active_since, last_on, weeks,
        array(select made_on from matches where supporter_id = :id and ended_on is null) as made_on,
        given.recent_sessions, given.earlier_sessions,
        (select count(*) from check_ins where supporter_id = :id and subject = :subject and said_at > :since
            and :too_much = any(feelings)) as too_much
    from supporters left join rhythms on supporter_id = id cross join (
        select count(*) filter (where held_on > :recent) as recent_sessions,
            count(*) filter (where held_on <= :recent) as earlier_sessions
        from sessions where supporter_ids @> array[cast(:id as uuid)] and outcome = 'happened'
        and held_on > :earliest and held_on <= :today
    ) as given
    where id = :id
""").bindparams(
    sa.bindparam("id", type_=sa.Uuid),
    *(sa.bindparam(name, type_=sa.Date) for name in ("recent", "earliest", "today")),
    *(sa.bindparam(name, type_=sa.Text) for name in ("subject", "too_much")),
    sa.bindparam("since", type_=sa.DateTime(timezone=True)),
)


async def speak_as_supporter(tx: AsyncConnection, supporter_id: UUID, subject: str) -> UUID:
    """The organisation of the supporter whose subject this is, and from now on what they said is seen.

    Raises ``SupporterNotFound`` for everybody else.
    """
    organisation_id = await get_own_organisation(tx, supporter_id, subject)
    await speak_as(tx, subject)
    return organisation_id


async def insert_check_in(tx: AsyncConnection, said: CheckIn) -> None:
    """Keep what a supporter said, who was asked for as above."""
    await tx.execute(_INSERT, asdict(said))


async def get_burden(tx: AsyncConnection, supporter_id: UUID, subject: str, *, today: date, now: datetime) -> Burden:
    """What the supporter's signs are read from; who was asked for as above."""
    asked: dict[str, Any] = {
        "id": supporter_id,
        "subject": subject,
        "too_much": Feeling.TOO_MUCH,
        "since": now - RECENT,
        "recent": today - RECENT,
        "earliest": today - (BEFORE + 1) * RECENT,
        "today": today,
    }
    values = values_of((await tx.execute(_BURDEN, asked)).one())
    rhythm = Rhythm(values.pop("active_since"), values.pop("last_on"), values.pop("weeks"))
    return Burden(**values, rhythm=rhythm)


async def insert_call(tx: AsyncConnection, call: Call) -> None:
    """Keep a call."""
    await tx.execute(_INSERT_CALL, asdict(call))
