"""What people said of whether it helps, and what measures came to, in numbers: of matches that ran in a period."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.helping import Says
from kith_matching.domain.measured import Counted, Pair, count
from kith_matching.domain.measurement import Moment, reckon
from kith_matching.domain.measures_due import Asked
from kith_matching.domain.period import Period
from kith_matching.domain.publishing import fit_to_show, parts_fit_to_show, percent_fit_to_show
from kith_matching.domain.scoring import get_instrument
from kith_matching.tables import helpings, matches, measurements, own_measures, referrals
from kith_matching.views.reading import Found, get_list

_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)
_SINCE: Final = sa.bindparam("since", type_=sa.Date)
_UNTIL: Final = sa.bindparam("until", type_=sa.Date)
_RAN: Final = (
    sa.select(matches.c.id, matches.c.referral_id, matches.c.supporter_id)
    .join(referrals, referrals.c.id == matches.c.referral_id)
    .where(
        matches.c.programme_id == _PROGRAMME,
        ~referrals.c.erased,
        matches.c.made_on <= _UNTIL,
        sa.or_(matches.c.ended_on.is_(None), matches.c.ended_on >= _SINCE),
    )
    .cte("ran")
)
"""Matches that went on, or ended, in the period; without those whose person was erased: nothing is known of them."""
_LAST_SAID: Final = (
    sa.select(helpings.c.match_id, helpings.c.said)
    .ext(distinct_on(helpings.c.match_id))
    .where(helpings.c.match_id.in_(sa.select(_RAN.c.id)), helpings.c.asked_on.between(_SINCE, _UNTIL))
    .order_by(helpings.c.match_id, helpings.c.asked_on.desc(), helpings.c.id.desc())
    .subquery("last_said")
)
_EVER_HARDER: Final = sa.exists().where(
    helpings.c.match_id == _RAN.c.id,
    helpings.c.asked_on.between(_SINCE, _UNTIL),
    helpings.c.said == sa.literal_column(f"'{Says.HARDER}'"),
)


def _said(said: Says) -> sa.Label[int]:
    is_it = _LAST_SAID.c.said == sa.literal_column(f"'{said}'")
    return sa.func.count().filter(is_it).label(said.replace("-", "_"))


_NUMBERS: Final[tuple[Any, ...]] = (
    sa.func.count().label("matches"),
    sa.func.count(_LAST_SAID.c.match_id).label("asked"),
    *map(_said, Says),
    sa.func.count().filter(_EVER_HARDER).label("ever_harder"),
)
_HELPING: Final[sa.Select[Any]] = audited(
    sa.select(*_NUMBERS).select_from(_RAN.outerjoin(_LAST_SAID, _LAST_SAID.c.match_id == _RAN.c.id))
)


_ANSWERS: Final = ("instrument", "version", "taken_on", "answers", "imported")


def _pairs(table: sa.Table, whose: sa.Column[UUID], of: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> Any:
    """For each human, instrument and version the first baseline, and the last answered on that day or later."""
    keys = (whose, *(table.c[name] for name in ("of", "instrument", "version") if name in table.c))
    chosen = [whose.label("whose"), of.label("of"), *(table.c[name] for name in _ANSWERS)]
    first, last = (
        sa.select(*chosen)
        .ext(distinct_on(*keys))
        .where(is_it, table.c.taken_on <= _UNTIL, *where)
        .order_by(*keys, *order)
        .subquery(name)
        for name, is_it, order in (
            ("first", table.c.moment == _BASELINE, (table.c.taken_on, table.c.id)),
            ("last", table.c.moment != _BASELINE, (table.c.taken_on.desc(), table.c.id.desc())),
        )
    )
    again = sa.and_(
        *(last.c[name] == first.c[name] for name in ("whose", "of", "instrument", "version")),
        last.c.taken_on >= first.c.taken_on,
    )
    return sa.select(
        first.c.of,
        first.c.instrument,
        first.c.version,
        first.c.answers,
        first.c.imported,
        last.c.whose.is_not(None).label("again"),
        last.c.answers.label("later_answers"),
        last.c.imported.label("later_imported"),
    ).select_from(first.outerjoin(last, again))


_BASELINE: Final[sa.ColumnElement[str]] = sa.literal_column(f"'{Moment.BASELINE}'")
_SUPPORTER: Final[sa.ColumnElement[str]] = sa.literal_column(f"'{Asked.SUPPORTER}'", type_=sa.Text)
_EACH: Final = sa.union_all(
    _pairs(
        measurements,
        measurements.c.referral_id,
        measurements.c.of,
        measurements.c.referral_id.in_(sa.select(_RAN.c.referral_id)),
    ),
    _pairs(
        own_measures,
        own_measures.c.supporter_id,
        _SUPPORTER,
        own_measures.c.programme_id == _PROGRAMME,
        own_measures.c.supporter_id.in_(sa.select(_RAN.c.supporter_id)),
    ),
).subquery("each")
_MEASURES: Final = audited(sa.select(_EACH).order_by(_EACH.c.instrument, _EACH.c.version, _EACH.c.of))


@dataclass(frozen=True, slots=True)
class HelpingNumbers:
    """Of so many ``matches`` so many people were ``asked``; what they said last, and for whom it was ever harder.

    In what may be published a number is None where it is hidden.
    """

    matches: int | None
    asked: int | None
    helping: int | None
    no_different: int | None
    harder: int | None
    ever_harder: int | None


@dataclass(frozen=True, slots=True)
class HelpingCounted:
    """What people said, exactly and as it may be published; and of those asked, for how many it was ever harder."""

    exact: HelpingNumbers
    to_publish: HelpingNumbers
    ever_harder_percent: int | None


async def count_helping(tx: AsyncConnection, programme_id: UUID, period: Period, *, now: datetime) -> HelpingCounted:
    """What the people of a programme said of whether it helps."""
    [row] = await _get(tx, _HELPING, Entry("helping-counted", "programme", programme_id), period, now)
    said = [row[one.replace("-", "_")] for one in Says]
    (helping, no_different, harder), asked = parts_fit_to_show(said)
    ever = row["ever_harder"]
    to_publish = HelpingNumbers(fit_to_show(row["matches"]), asked, helping, no_different, harder, fit_to_show(ever))
    return HelpingCounted(HelpingNumbers(**row), to_publish, percent_fit_to_show(ever, row["asked"]))


async def count_measures(tx: AsyncConnection, programme_id: UUID, period: Period, *, now: datetime) -> list[Counted]:
    """What the measures of a programme came to: of each version of an instrument, of people, carers and supporters."""
    rows = await _get(tx, _MEASURES, Entry("measures-counted", "programme", programme_id), period, now)
    pairs: dict[tuple[str, str, Asked], list[Pair]] = defaultdict(list)
    for row in rows:
        of = row["instrument"], row["version"], Asked(row["of"])
        pairs[of].append(_pair(row))
    return [count(get_instrument(instrument), version, of, found) for (instrument, version, of), found in pairs.items()]


def _pair(row: Found) -> Pair:
    instrument, version = get_instrument(row["instrument"]), row["version"]
    before = reckon(instrument, version, row["answers"], row["imported"])
    if not row["again"]:
        return Pair(before)
    return Pair(before, reckon(instrument, version, row["later_answers"], row["later_imported"]))


async def _get(
    tx: AsyncConnection, statement: sa.Select[Any], counted: Entry, period: Period, now: datetime
) -> list[Found]:
    days: dict[str, Any] = {"since": period.since, "until": period.until}
    return await get_list(tx, statement, counted, days, now)
