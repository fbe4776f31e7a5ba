"""Who of a waiting list could be taken by nobody today, and why: whole lists at once, then rule by rule for the few."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np

from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.round import WaitingList
from kith_matching.domain.rules import OF_BOTH, OF_PERSON, OF_SUPPORTER, Pair, Rule
from kith_matching.domain.unplaceable import Cause, cause_of, counts
from kith_matching.solving.pairing import Candidate, pair_up

Stops = tuple[PairStopped, ...]


@dataclass(frozen=True, slots=True)
class Lonely:
    """Everybody whom nobody could take, those of them who were asked about with the cause, and the pairs asked."""

    everybody: frozenset[UUID]
    causes: Sequence[tuple[Referral, Cause]]
    asked: int


def find_lonely(given: WaitingList, looked_at: Mapping[UUID, datetime], *, today: date, most: int) -> Lonely:
    """Who has no allowed pair on ``today`` (Europe/London), and why, asking about some ``most`` pairs at least once.

    ``looked_at`` says when (UTC) each referral was asked about before. Where there are too many, those who were never
    asked about come first, who has waited longest before; then whoever was asked about longest ago.
    """
    found = pair_up(given.programme, given.people, given.supporters, given.apart, today)
    alone = np.setdiff1d(np.arange(len(given.people)), found.person)
    everybody = [given.people[at] for at in alone.tolist()]
    everybody.sort(key=lambda one: (one.id in looked_at, looked_at.get(one.id), one.received_on, one.id))
    turn = everybody[: max(1, most // max(1, len(given.supporters)))]
    # A supporter whom fewer rules stop by themselves comes first, so that most of the others need not be asked about.
    supporters = sorted(
        ((one, _stops(OF_SUPPORTER, Pair(turn[0], given.programme, *one), today)) for one in given.supporters if turn),
        key=lambda known: len(known[1]),
    )
    return Lonely(
        frozenset(one.id for one in everybody),
        [(one, cause_of(_stopped(given, one, supporters, today))) for one in turn],
        len(turn) * len(given.supporters),
    )


def _stopped(
    given: WaitingList, referral: Referral, supporters: Iterable[tuple[Candidate, Stops]], today: date
) -> Iterator[Stops]:
    """What stops each supporter for this person, as ``domain.rules.stops`` says it, of those who can count.

    Once somebody is stopped by few rules, and by none that is hidden, whoever more rules stop by themselves cannot.
    """
    of_person: Stops | None = None
    fewest = None
    for one, of_supporter in supporters:
        pair = given.pair(referral, one)
        if of_person is None:
            of_person = _stops(OF_PERSON, pair, today)
        least = len(of_supporter) + len(of_person)
        if fewest is not None and least > fewest:
            return
        stopped = of_supporter + of_person + _stops(OF_BOTH, pair, today)
        fewest = min(fewest or len(stopped), len(stopped)) if counts(stopped) else fewest
        yield stopped


def _stops(rules: Iterable[Rule], pair: Pair, today: date) -> Stops:
    return tuple(stop for rule in rules if (stop := rule(pair, today)) is not None)
