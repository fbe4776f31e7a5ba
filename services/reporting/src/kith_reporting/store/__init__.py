"""Writes a batch's changes, one statement a table, and takes from the rows themselves what they change in the counts.

Every statement inserts or merges its rows and sees, for each, what was there before and what is there now (PostgreSQL
18: ``returning old, new``). What the row counted for before is taken off, what it counts for now is added: so a count
is always that of the rows, whatever came first and whatever came twice. Rows are written in the order of their keys,
the totals after them and at once with the referrals, and areas last, so that two processes wait for one another but
never in a circle.

Arrays are cast in the statement and bound without a type, and go to asyncpg as they are: nobody looks at every element.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled, as_json
from kith_reporting.domain.batch import (
    AreaChange,
    ContactChange,
    MeetingChange,
    MessageChange,
    ReferralChange,
    SessionChange,
    SupporterChange,
)
from kith_reporting.domain.totals import COUNTS, MISSED, OF_REFERRALS, Side
from kith_reporting.tables import (
    AREAS,
    CLAIMS,
    CONTACTS,
    MEETINGS,
    MESSAGES,
    ORGANISATIONS,
    PROGRAMMES,
    REFERRALS,
    SESSIONS,
    SUPPORTERS,
    TOTALS,
    Projection,
    Slot,
)


class Counted(NamedTuple):
    """What changed rows of sessions, contacts or supporters add to the counts of the programme's owner."""

    organisation_id: UUID
    programme_id: UUID
    sessions: int = 0
    contacts: int = 0
    people_reached: int = 0
    supporters: int = 0
    companions: int = 0


class Tallied(NamedTuple):
    """What changed rows of sessions or messages add to the row of the referral they are about."""

    referral_id: UUID
    counts: dict[str, int]


class _Statement:
    """Inserts or merges rows of one projection; ``effect`` selects from ``signed`` what that changes elsewhere.

    ``signed`` holds each row as it was before with ``sign`` -1, and as it is now with 1.
    """

    def __init__(self, projection: Projection, effect: str = "") -> None:
        self._names = [column.name for column in projection.columns]
        self._nothing: dict[str, Any] = {name: [] for name in self._names}
        self._lists = [column.name for column in projection.columns if column.type.endswith("[]")]
        self._sql = {slot: Compiled(sa.text(_sql(projection, slot, effect.format(slot=slot)))) for slot in Slot}

    async def save(
        self, tx: AsyncConnection, slot: Slot, rows: Iterable[tuple[Any, ...]], **more: Any
    ) -> Sequence[Any]:
        """Write these rows, values in the order of the columns, and answer what the effect selects.

        Each key stands once. ``more`` is what the effect wants besides.
        """
        columns: dict[str, Any] = dict(zip(self._names, map(list, zip(*rows, strict=True)), strict=False))
        for name in self._lists:
            columns[name] = ['{"' + '","'.join(map(str, each)) + '"}' if each else "{}" for each in columns[name]]
        return await self._sql[slot].rows(tx, self._nothing | columns | more)


def _sql(projection: Projection, slot: Slot, effect: str) -> str:
    names = [column.name for column in projection.columns]
    arrays, values = [], []
    for column in projection.columns:
        is_list = column.type.endswith("[]")  # a list inside an array cannot be unnested, so it travels as text
        arrays.append(f"cast(:{column.name} as {'text' if is_list else column.type}[])")
        values.append(f"cast({column.name} as {column.type})" if is_list else column.name)
    given = f"select {', '.join(values)} from unnest({', '.join(arrays)}) as given ({', '.join(names)})"
    upsert = _upsert(projection, slot, given)
    if not effect:
        return upsert
    before, now = [f"old_{name}" for name in names], [f"new_{name}" for name in names]
    both = ", ".join([f"old.{name}" for name in names] + [f"new.{name}" for name in names])
    return (
        f"with changed ({', '.join(before + now)}) as ({upsert} returning {both}),"
        f" signed (sign, {', '.join(names)}) as (select 1, {', '.join(now)} from changed"
        f" union all select -1, {', '.join(before)} from changed where old_{projection.key[0]} is not null) {effect}"
    )


def _upsert(projection: Projection, slot: Slot | str, given: str) -> str:
    names, key = [column.name for column in projection.columns], ", ".join(projection.key)
    merges = [
        f"{column.name} = {column.merge.format(column.name)}"
        for column in projection.columns
        if column.name not in projection.key
    ]
    return (
        f"insert into {projection.name}_{slot} as stored ({', '.join(names)}) {given} order by {key}"
        f" on conflict ({key}) do update set {', '.join(merges)}"
    )


def _sum(what: str, where: str = "true") -> str:
    return f"coalesce(sum({what}) filter (where {where}), 0)"


_NOT_CLOSED: Final = "coalesce(closed, '') = ''"
_UNDECIDED: Final = "coalesce(decision, '') in ('', 'not-yet')"
_OPEN: Final = f"{_NOT_CLOSED} and matched_on is null"
_TAKEN_ON: Final = f"decision = 'accepted' and {_OPEN}"
_WAITING: Final = f"{_TAKEN_ON} and sessions = 0"  # without a match there are only a group's sessions
_RULES: Final = {
    "received": _sum("sign", "received_on is not null"),
    "undecided": _sum("sign", f"received_on is not null and {_UNDECIDED} and {_OPEN}"),
    "accepted": _sum("sign", "decision = 'accepted'"),
    "declined": _sum("sign", "decision = 'declined'"),
    "proposed": _sum("sign", "proposal is not null"),
    "waiting": _sum("sign", _WAITING),
    "waiting_since": _sum("sign * (received_on - date '0001-01-01' + 1)", _WAITING),
    "attending": _sum("sign", f"{_TAKEN_ON} and sessions > 0"),
    "matched": _sum("sign", "matched_on is not null"),
    "waited": _sum("sign", "received_on is not null and matched_on is not null"),
    "days_waited": _sum("sign * greatest(matched_on - received_on, 0)"),
    "supported": _sum("sign", "support = 'under-way'"),
    "waiting_again": _sum(
        "sign",
        f"waits_again and {_NOT_CLOSED} and decision is distinct from '' and sharing is distinct from 'withdrawn'",
    ),
    "closed": _sum("sign", "closed <> ''"),
    "sharing_withdrawn": _sum("sign", "sharing = 'withdrawn'"),
    **{name: _sum("sign", name) for name in MISSED.values()},
    "sessions": _sum("sign * sessions"),
    "messages_delivered": _sum("sign * messages_delivered"),
    "messages_failed": _sum("sign * messages_failed"),
}
"""What each count of referrals is. A decision and a closure that were taken back are empty.

``greatest`` passes over nulls: where a day is not known, no days were waited."""

_COUNTED: Final = Counted._fields[2:]
_NOT_OF_REFERRALS: Final = ", ".join("0" for _ in COUNTS[len(OF_REFERRALS) :])
_FOR_OWNER: Final = [name if name not in _COUNTED else "0" for name in OF_REFERRALS]
_ADDED: Final = (
    f", referred (referrer, owner, programme_id, {', '.join(OF_REFERRALS)}) as ("
    "  select referring_organisation_id, programme_organisation_id, programme_id,"
    f" {', '.join(_RULES[name] for name in OF_REFERRALS)} from signed where programme_id is not null group by 1, 2, 3),"
    f" added ({', '.join(column.name for column in TOTALS.columns)}) as ("
    f"  select owner, programme_id, '{Side.OWNER}', {', '.join(_FOR_OWNER)}, {_NOT_OF_REFERRALS} from referred"
    f"  union all select referrer, programme_id, '{Side.REFERRER}', {', '.join(OF_REFERRALS)},"
    f" {_NOT_OF_REFERRALS} from referred"
    f"  union all select organisation_id, programme_id, '{Side.OWNER}',"
    f" {', '.join(name if name in _COUNTED else '0' for name in COUNTS)}"
    "   from json_to_recordset(cast(:counted as json)) as counted"
    f" (organisation_id uuid, programme_id uuid, {', '.join(f'{name} bigint' for name in _COUNTED)})) "
)
"""What is added to the totals: referrals count for both sides.

Sessions are the exception. Whoever runs the programme counts each session it held, once, and does so from the sessions'
own rows; whoever referred counts each of its people who was there.
"""
_SUMS: Final = [f"sum({name})" for name in COUNTS]
_SAVE_REFERRALS: Final = _Statement(
    REFERRALS,
    _ADDED
    + ", summed as ("
    + _upsert(
        TOTALS,
        "{slot}",
        f"select {', '.join(TOTALS.key)}, {', '.join(_SUMS)} from added group by {', '.join(TOTALS.key)}"
        f" having ({', '.join(_SUMS)}) <> ({', '.join('0' for _ in _SUMS)})",
    )
    + ") select new_referral_id, new_programme_organisation_id, new_programme_id from changed"
    " where old_received_on is null and new_received_on is not null",
)
"""Answers with the referrals of which it is known only now that they were received: their areas count them once."""
_REFERRAL_ROW: Final = attrgetter(*(column.name for column in REFERRALS.columns))
_SAVE_SESSIONS: Final = _Statement(
    SESSIONS,
    f"select cast(null as uuid), meeting_id, organisation_id, programme_id, {_sum('sign', 'happened')},"
    f" {_sum('sign * companions', 'happened')} from signed group by 2, 3, 4"
    " union all select person, null, null, null, sum(sign), 0"
    " from signed, unnest(attended_referral_ids || referral_id) as person"
    " where happened and person is not null group by 1",
)
_SAVE_MEETINGS: Final = _Statement(
    MEETINGS, "select organisation_id, programme_id, sum(sign) from signed where happened > 0 group by 1, 2"
)
_SAVE_CONTACTS: Final = _Statement(
    CONTACTS,
    "select organisation_id, programme_id, sum(sign), sum(sign * people) from signed where happened group by 1, 2",
)
_SAVE_MESSAGES: Final = _Statement(
    MESSAGES,
    f"select story_id, {_sum('sign', 'delivered')}, {_sum('sign', 'not delivered')}"
    " from signed where story_kind = 'referral' group by 1",
)
_SAVE_SUPPORTERS: Final = _Statement(
    SUPPORTERS,
    "select organisation_id, programme_id, sum(sign) from signed, unnest(programme_ids) as programme_id"
    " where state = 'active' group by 1, 2",
)
_SAVE_AREAS: Final = _Statement(AREAS)
_SAVE_WHOLE: Final = {one: _Statement(one) for one in (ORGANISATIONS, PROGRAMMES, CLAIMS)}


async def save_whole(tx: AsyncConnection, slot: Slot, projection: Projection, changes: Collection[Any]) -> None:
    """Keep each of what was told whole and counts for nothing in the totals: organisations, programmes, claims."""
    await _SAVE_WHOLE[projection].save(tx, slot, changes)


async def save_sessions(
    tx: AsyncConnection, slot: Slot, changes: Collection[SessionChange]
) -> tuple[list[Counted], list[Tallied]]:
    """Keep each session. Counts for whoever held them, a meeting once, and for the referral of each who was there."""
    rows = await _SAVE_SESSIONS.save(tx, slot, changes)
    of_meetings = [row for row in rows if row[1] is not None]
    held = [Counted(row[2], row[3], sessions=row[4]) for row in rows if row[0] is None and row[1] is None]
    held += [Counted(row[2], row[3], companions=row[5]) for row in of_meetings if row[5]]
    if of_meetings:
        records = [MeetingChange(*row[1:5]) for row in of_meetings]
        held += [Counted(row[0], row[1], sessions=row[2]) for row in await _SAVE_MEETINGS.save(tx, slot, records)]
    attended = [Tallied(row[0], {"sessions": row[4]}) for row in rows if row[0] is not None]
    return held, attended


async def save_contacts(tx: AsyncConnection, slot: Slot, changes: Collection[ContactChange]) -> list[Counted]:
    """Keep each contact."""
    rows = await _SAVE_CONTACTS.save(tx, slot, changes)
    return [Counted(row[0], row[1], contacts=row[2], people_reached=row[3]) for row in rows]


async def save_supporters(tx: AsyncConnection, slot: Slot, changes: Collection[SupporterChange]) -> list[Counted]:
    """Keep each supporter. The active ones count in each of their programmes."""
    rows = await _SAVE_SUPPORTERS.save(tx, slot, changes)
    return [Counted(row[0], row[1], supporters=row[2]) for row in rows]


async def save_messages(tx: AsyncConnection, slot: Slot, changes: Collection[MessageChange]) -> list[Tallied]:
    """Keep what became of each message. Those that tell of a referral count for it."""
    rows = await _SAVE_MESSAGES.save(tx, slot, changes)
    return [Tallied(row[0], {"messages_delivered": row[1], "messages_failed": row[2]}) for row in rows]


async def save_referrals(
    tx: AsyncConnection, slot: Slot, changes: Mapping[UUID, ReferralChange], counted: Sequence[Counted]
) -> None:
    """Merge what is said of each referral, and add to the totals what that changed, and what was ``counted`` elsewhere.

    A referral whose ends are not known yet counts nowhere until they are. Where its person lives is added to the areas
    of its programme, the first time it is said, and not kept with it.
    """
    rows = map(_REFERRAL_ROW, changes.values())
    told = as_json([line._asdict() for line in counted])
    received = await _SAVE_REFERRALS.save(tx, slot, rows, counted=told)
    areas = Counter((row[1], row[2], changes[row[0]].district) for row in received)
    more = [AreaChange(owner, programme, at, count) for (owner, programme, at), count in areas.items() if at]
    if more:
        await _SAVE_AREAS.save(tx, slot, more)
