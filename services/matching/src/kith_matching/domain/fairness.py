"""Whom a round served and whom it did not, group by group; and how evenly it asked of supporters.

A list that is the best in points can still use up its few supporters with a second language on people who could have
had anyone: measured, ``docs/rounds.md``. So each round says what it did, in numbers that identify nobody. Of ethnicity
and disability matching knows nothing, and so it says nothing about them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from kith_matching.domain.referral import Referral

FEW: Final = 20
"""With fewer supporters who could, somebody has few."""
SMALLEST: Final = 5
"""A smaller group is counted among the others: the report may be passed on."""
OTHERS: Final = "others"
ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Stood:
    """How somebody stood in a round: whole days they had waited, how many supporters could take them, and their fit.

    ``fit`` is that of their pair in the best list; None where they are not in it. ``groups`` says for each way of
    looking at people to which group they belong.
    """

    days: int
    candidates: int
    fit: int | None
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a supporter stood in a round: places that were taken before, that they have, and that the list would take."""

    taken: int
    capacity: int
    picks: int


@dataclass(frozen=True, slots=True)
class Group:
    """Some people of a round. ``matched_percent`` is whole; waits are in whole days, as of the day of the round.

    ``waited_p50``, ``p90`` and ``p99`` count those who still wait with what they have waited (Kaplan and Meier, 1958):
    None where so many still wait that nobody can say. ``candidates`` is the median of the supporters who could.
    """

    name: str
    people: int
    matched: int
    matched_percent: int
    waited_p50: int | None
    waited_p90: int | None
    waited_p99: int | None
    waited_longest: int
    candidates: int


@dataclass(frozen=True, slots=True)
class Shares:
    """How evenly the list asks of the ``supporters`` with a free place: how many it ``picked``, and the largest share.

    ``gini_percent`` is 0 where all would be asked as often, and near 100 where one would be asked of everything.
    ``load_percent`` is what would be taken of all places of all active supporters.
    """

    supporters: int
    picked: int
    largest_percent: int
    gini_percent: int
    load_percent: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a round did. ``groups`` for each way of looking at people; ``declined`` proposals since the round before.

    ``fit_p10``: nine of ten pairs in the list fit at least so well, in points; None where the list is empty.
    """

    everybody: Group | None
    groups: Mapping[str, Sequence[Group]]
    shares: Shares
    fit_p10: int | None
    declined: int


def stood(referral: Referral, *, candidates: int, fit: int | None, today: date) -> Stood:
    """How somebody stood in the round of ``today`` (Europe/London)."""
    groups = {
        "language": "english" if referral.language == ENGLISH else "another-language",
        "district": "district-known" if referral.district else "no-district",
        "age": referral.age_band,
        "requested": "asked-for-something" if referral.requested else "asked-for-nothing",
        "urgency": "urgent" if referral.urgent else "not-urgent",
        "candidates": "few-could" if candidates < FEW else "many-could",
    }
    return Stood(max(0, (today - referral.received_on).days), candidates, fit, groups)


def report(people: Sequence[Stood], supporters: Sequence[Asked], *, declined: int) -> Report:
    """The report of a round."""
    ways = people[0].groups if people else {}
    return Report(
        everybody=_group("everybody", people) if people else None,
        groups={way: _groups(people, way) for way in ways},
        shares=_shares(supporters),
        fit_p10=_nearest([one.fit for one in people if one.fit is not None], Fraction(1, 10)),
        declined=declined,
    )


def folded(sizes: Mapping[str, int]) -> dict[str, str]:
    """The name under which each group is reported: its own, or ``others`` where it is smaller than ``SMALLEST``.

    Where the others together are too few, the smallest of the groups joins them, so that nobody is found by taking
    away: the groups add up to everybody.
    """
    small = {name for name, size in sizes.items() if size < SMALLEST}
    left = sorted(set(sizes) - small, key=lambda name: (sizes[name], name))
    while small and left and sum(sizes[name] for name in small) < SMALLEST:
        small.add(left.pop(0))
    return {name: OTHERS if name in small else name for name in sizes}


def waits(people: Iterable[Stood], *shares: Fraction) -> list[int | None]:
    """After how many days each of these shares of people has found somebody, those who still wait counted.

    Kaplan and Meier's product: of those who had waited so long, how many found nobody that day. In fractions, because
    what is exactly a half must not depend on how a machine rounds. None where the share is not reached.
    """
    matched: Counter[int] = Counter()
    there: Counter[int] = Counter()
    for one in people:
        there[one.days] += 1
        matched[one.days] += one.fit is not None
    at_risk, left = there.total(), Fraction(1)
    reached: dict[Fraction, int] = {}
    for day in sorted(there):
        left *= 1 - Fraction(matched[day], at_risk)
        at_risk -= there[day]
        for share in shares:
            if 1 - left >= share:
                reached.setdefault(share, day)
    return [reached.get(share) for share in shares]


def gini(counts: Sequence[int]) -> Fraction:
    """How unevenly something is shared out: 0 where all have as much, near 1 where one has everything (Gini, 1912)."""
    total, ordered = sum(counts), sorted(counts)
    if not total:
        return Fraction(0)
    weighted = sum(place * count for place, count in enumerate(ordered, start=1))
    return Fraction(2 * weighted, len(ordered) * total) - Fraction(len(ordered) + 1, len(ordered))


def _groups(people: Sequence[Stood], way: str) -> tuple[Group, ...]:
    names = folded(Counter(one.groups[way] for one in people))
    members: dict[str, list[Stood]] = {}
    for one in people:
        members.setdefault(names[one.groups[way]], []).append(one)
    return tuple(_group(name, members[name]) for name in sorted(members, key=lambda name: (name == OTHERS, name)))


def _group(name: str, people: Sequence[Stood]) -> Group:
    matched = sum(one.fit is not None for one in people)
    p50, p90, p99 = waits(people, Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
    return Group(
        name=name,
        people=len(people),
        matched=matched,
        matched_percent=_percent(Fraction(matched, len(people))),
        waited_p50=p50,
        waited_p90=p90,
        waited_p99=p99,
        waited_longest=max(one.days for one in people),
        candidates=_nearest([one.candidates for one in people], Fraction(1, 2)) or 0,
    )


def _shares(supporters: Sequence[Asked]) -> Shares:
    picks = [one.picks for one in supporters if one.taken < one.capacity]
    places, taken = sum(one.capacity for one in supporters), sum(one.taken + one.picks for one in supporters)
    return Shares(
        supporters=len(picks),
        picked=sum(count > 0 for count in picks),
        largest_percent=_percent(Fraction(max(picks), sum(picks))) if sum(picks) else 0,
        gini_percent=_percent(gini(picks)),
        load_percent=_percent(Fraction(taken, places)) if places else 0,
    )


def _nearest(values: Sequence[int], share: Fraction) -> int | None:
    """The least of the values that so large a share of them does not exceed; None of none."""
    return sorted(values)[max(0, -(-len(values) * share.numerator // share.denominator) - 1)] if values else None


def _percent(share: Fraction) -> int:
    """In whole per cent, halves upwards."""
    return (200 * share.numerator + share.denominator) // (2 * share.denominator)
