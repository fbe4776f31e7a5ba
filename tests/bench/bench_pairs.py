"""Allowed pairs of 10,000 people and 5,000 supporters, from stored profiles, against asking numpy about every pair.

Ours begins at the database; the pass by hand has its arrays in memory. Both say which pairs are allowed, and how well
each fits.
"""

import random
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.identity import Caller
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.solving.pairing import pair_up
from kith_matching.store.referrals import get_programme, keep_programmes, keep_referrals
from kith_matching.store.rounds import get_waiting_list
from kith_matching.store.supporters import insert_supporter
from tests.bench.measure import Figure, compare
from tests.bench.stage import Stage
from tests.bench.two_years import BEGIN

PEOPLE, SUPPORTERS, BLOCK = 10_000, 5_000, 500
TOWNS = [f"G{number}" for number in range(1, 25)]
LANGUAGES = ["en", "pl", "ur", "ar", "uk", "zh", "bn", "so", "ro"]
REQUESTS = ["women-only", "same-faith", "wheelchair-access"]
CODES = [f"code-{number}" for number in range(15)]
ORGANISATION, PROGRAMME = new_id(), new_id()
OFFER = Programme(
    id=PROGRAMME,
    organisation_id=ORGANISATION,
    name="Example programme",
    minimum_age=None,
    maximum_age=None,
    checks_required=False,
    channels=(),
    weights={"condition": 300, "experience": 300, "interest": 200, "language": 100, "place": 100},
)


async def bench(stage: Stage) -> Figure:
    """Milliseconds. Raises ``RuntimeError`` where the two allow different pairs, or score them differently."""
    address = await stage.database("matching")
    database = Database.of(stage.settings(address))
    people, supporters = _profiles(random.Random(7))
    caller = Caller("bench", ORGANISATION, frozenset({"coordinator"}), "bench")
    async with database.transaction(caller) as tx:
        await keep_programmes(tx, [OFFER])
        await keep_referrals(tx, people)
        for supporter in supporters:
            await insert_supporter(tx, supporter)
    by_hand = ByHand(sorted(people, key=lambda one: one.id), sorted(supporters, key=lambda one: one.id))

    async def ours() -> float:
        begun = time.perf_counter()
        async with database.transaction(caller) as tx:
            given = await get_waiting_list(tx, await get_programme(tx, PROGRAMME, ORGANISATION), BEGIN)
        found = pair_up(given.programme, given.people, given.supporters, given.said_no, BEGIN)
        taken = time.perf_counter() - begun
        if (seen := (len(found.person), int(found.score.sum()))) != by_hand.seen:
            raise RuntimeError(f"pairs and points are {seen}, and by hand {by_hand.seen}")
        return taken * 1000

    async def against() -> float:
        begun = time.perf_counter()
        by_hand.look()
        return (time.perf_counter() - begun) * 1000

    by_hand.look()
    try:
        return await compare(
            f"pairs of {PEOPLE:,} by {SUPPORTERS:,} from profiles, ms",
            ours,
            against,
            goal=1.5,
            better="lower",
            rounds=5,
        )
    finally:
        await database.close()


class ByHand:
    """Yes and no for each code and supporter, and a pass over all 50 million pairs in blocks of people."""

    def __init__(self, people: Sequence[Referral], supporters: Sequence[Supporter]) -> None:
        self.seen = (0, 0)
        self._language = np.array([LANGUAGES.index(one.language) for one in people])
        self._speaks = _table(LANGUAGES, [one.languages for one in supporters])
        self._town = np.array([TOWNS.index(one.district or "") for one in people])
        self._serves = _table(TOWNS, [one.districts for one in supporters])
        self._calls = np.array(["telephone" in one.channels for one in people])
        self._called = np.array(["telephone" in one.channels for one in supporters])
        self._asks = _table(REQUESTS, [one.requested for one in people]).T
        self._meets = _table(REQUESTS, [one.meets for one in supporters])
        self._first = self._speaks & (np.arange(len(LANGUAGES)) == _firsts(supporters)[:, None]).T
        self._shared = [
            (OFFER.weights[connection], _numbers(people, asked), _numbers(supporters, has).T)
            for connection, asked, has in (
                ("condition", "conditions", "conditions"),
                ("experience", "needs", "experience"),
                ("interest", "interests", "interests"),
            )
        ]

    def look(self) -> None:
        """Which pairs are allowed: language, requests, and a way to meet. And what each fits."""
        rows, columns, scores = [], [], []
        for begin in range(0, PEOPLE, BLOCK):
            some = slice(begin, begin + BLOCK)
            near = self._serves[self._town[some]]
            allowed = near | (self._calls[some, None] & self._called)
            allowed &= self._speaks[self._language[some]]
            for request in range(len(REQUESTS)):
                allowed &= ~self._asks[some, request, None] | self._meets[request]
            fit = OFFER.weights["place"] * near + OFFER.weights["language"] * self._first[self._language[some]]
            for weight, asked, has in self._shared:
                both = (asked[some] @ has).astype(np.int64)
                fit = fit + weight * both // asked[some].sum(1, dtype=np.int64)[:, None]
            person, supporter = np.nonzero(allowed)
            scores.append(fit[person, supporter])
            rows.append((person + begin).astype(np.int32))
            columns.append(supporter.astype(np.int32))
        np.concatenate(columns)
        self.seen = (len(np.concatenate(rows)), int(np.concatenate(scores).sum()))


def _table(codes: Sequence[str], held: Sequence[Sequence[str]]) -> Any:
    return np.array([[code in has for has in held] for code in codes])


def _firsts(supporters: Sequence[Supporter]) -> Any:
    return np.array([LANGUAGES.index(one.languages[0]) for one in supporters])


def _numbers(of: Sequence[Any], field: str) -> Any:
    """For each of them, 1 for each code in the field: as small real numbers, which numpy multiplies fastest."""
    return _table(CODES, [getattr(one, field) for one in of]).T.astype(np.float32)


def _profiles(chance: random.Random) -> tuple[list[Referral], list[Supporter]]:
    people = [
        Referral(
            id=new_id(),
            person_id=UUID(int=chance.getrandbits(128)),
            programme_id=PROGRAMME,
            organisation_id=ORGANISATION,
            received_on=BEGIN,
            age_band="unknown",
            district=chance.choice(TOWNS),
            language=_language(chance, 0.06),
            needs=tuple(chance.sample(CODES, 2)),
            conditions=tuple(chance.sample(CODES, 2)),
            interests=tuple(chance.sample(CODES, 3)),
            requested=tuple(one for one in REQUESTS if chance.random() < 0.1),
            channels=("in-person", "telephone") if chance.random() < 0.1 else ("in-person",),
            urgent=False,
            decision="accepted",
        )
        for _ in range(PEOPLE)
    ]
    supporters = [
        Supporter(
            id=UUID(int=chance.getrandbits(128)),
            organisation_id=ORGANISATION,
            name="Testwell",
            email=None,
            telephone=None,
            programme_ids=(PROGRAMME,),
            state=SupporterState.ACTIVE,
            capacity=chance.choice((1, 2, 3)),
            experience=tuple(chance.sample(CODES, 3)),
            conditions=tuple(chance.sample(CODES, 3)),
            interests=tuple(chance.sample(CODES, 4)),
            languages=tuple(dict.fromkeys(("en", _language(chance, 0.15)))),
            districts=tuple(chance.sample(TOWNS, 1)),
            channels=("in-person", "telephone") if chance.random() < 0.4 else ("in-person",),
            meets=tuple(one for one in REQUESTS if chance.random() < 0.5),
            checks_valid_until=None,
        )
        for _ in range(SUPPORTERS)
    ]
    return people, supporters


def _language(chance: random.Random, other: float) -> str:
    return chance.choice(LANGUAGES[1:]) if chance.random() < other else "en"
