"""Two simulated years of weekly rounds by five rules: what waiting and scarcity are worth. Writes ``docs/rounds.md``.

``python -m tests.bench.two_years`` takes some minutes. Everybody in it is invented, and the same for each rule: who
comes, in which week, who says no, how long support lasts. The rounds are the product's own; the first two rules are
what is done without it. Nothing here says how real people fare, only what a rule does with the same list.
"""

import random
import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from kith_chassis.clock import new_id
from kith_matching.domain.priority import PLACE
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.round import WaitingList
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.domain.terms import Priority, Terms
from kith_matching.solving import Problem, solve
from kith_matching.solving.pairing import Candidate
from kith_matching.solving.waiting import list_of
from tests.bench.two_years_page import Row, write

WEEKS, ARRIVALS, SUPPORTERS, DECLINED = 104, 32, 300, 0.15
LONG = 126
"""Days after which a wait is long: eighteen weeks."""
WEEK = timedelta(days=7)
BEGIN = date(2024, 1, 1)
ORGANISATION, PROGRAMME = UUID(int=1), UUID(int=2)
WEIGHTS = {"condition": 300, "experience": 300, "interest": 250, "place": 150}
OFFER = Programme(PROGRAMME, ORGANISATION, "Simulated", None, None, False, (), WEIGHTS)
TOWNS = [f"G{number}" for number in range(1, 13)]
CONDITIONS, NEEDS, INTERESTS = (
    [f"{what}-{n}" for n in range(count)] for what, count in (("c", 12), ("n", 6), ("i", 20))
)
LANGUAGES = ["pl", "ur", "ar", "uk", "zh", "bn"]
EVERYBODY = Priority(ageing_per_day=0, scarcity=0, urgent=0)

Choice = list[tuple[int, int]]
"""Pairs of a person and a supporter, by their places in the lists."""
Rule = Callable[[Sequence[Referral], Sequence[Candidate], set[tuple[UUID, UUID]], date], Choice]


@dataclass
class World:
    """All that chance decides, before any rule is tried."""

    supporters: list[Supporter]
    arrivals: list[list[Referral]]
    lasts: dict[UUID, int] = field(default_factory=dict)
    """Weeks that a person's support lasts."""
    chance: int = 0


def world(seed: int) -> World:
    """The same people for the same seed. Demand is about a twentieth above what the places can take."""
    chance = random.Random(seed)
    supporters = [_supporter(chance) for _ in range(SUPPORTERS)]
    arrivals = [[_person(chance, BEGIN + week * WEEK) for _ in range(ARRIVALS)] for week in range(WEEKS)]
    lasts = {one.id: max(4, round(chance.gauss(20, 6))) for week in arrivals for one in week}
    return World(supporters, arrivals, lasts, seed)


def _supporter(chance: random.Random) -> Supporter:
    return Supporter(
        id=UUID(int=chance.getrandbits(128)),
        organisation_id=ORGANISATION,
        name="",
        email=None,
        telephone=None,
        programme_ids=(PROGRAMME,),
        state=SupporterState.ACTIVE,
        capacity=chance.choice((1, 2, 3)),
        experience=tuple(chance.sample(NEEDS, 2)),
        conditions=tuple(chance.sample(CONDITIONS, 3)),
        interests=tuple(chance.sample(INTERESTS, 4)),
        languages=("en", chance.choice(LANGUAGES)) if chance.random() < 0.15 else ("en",),
        districts=tuple(chance.sample(TOWNS, 2)),
        channels=("in-person", "telephone") if chance.random() < 0.6 else ("in-person",),
        meets=("women-only",) if chance.random() < 0.6 else (),
        checks_valid_until=None,
    )


def _person(chance: random.Random, week: date) -> Referral:
    return Referral(
        id=UUID(int=chance.getrandbits(128)),
        person_id=new_id(),
        programme_id=PROGRAMME,
        organisation_id=ORGANISATION,
        received_on=week,
        age_band="unknown",
        district=chance.choice(TOWNS),
        language=chance.choice(LANGUAGES) if chance.random() < 0.06 else "en",
        needs=tuple(chance.sample(NEEDS, 2)),
        conditions=tuple(chance.sample(CONDITIONS, 2)),
        interests=tuple(chance.sample(INTERESTS, 3)),
        requested=("women-only",) if chance.random() < 0.12 else (),
        channels=("in-person",) if chance.random() < 0.5 else (),
        urgent=False,
    )


def _list(
    people: Sequence[Referral],
    supporters: Sequence[Candidate],
    said_no: Collection[tuple[UUID, UUID]] = (),
    priority: Priority = EVERYBODY,
) -> WaitingList:
    return WaitingList(replace(OFFER, terms=Terms(priority=priority)), people, supporters, said_no)


def by_list(priority: Priority) -> Rule:
    """The best whole list by this policy: what the product does."""

    def rule(
        people: Sequence[Referral], supporters: Sequence[Candidate], said_no: set[tuple[UUID, UUID]], today: date
    ) -> Choice:
        problem = list_of(_list(people, supporters, said_no, priority), today=today)
        chosen = solve(problem).chosen
        return list(zip(problem.person[chosen].tolist(), problem.supporter[chosen].tolist(), strict=True))

    return rule


def one_after_another(key: Callable[[Problem, Sequence[Referral], int], tuple[float, ...]]) -> Rule:
    """Pairs in the order of ``key``, each taken where both are still free: no list is looked at as a whole."""

    def rule(
        people: Sequence[Referral], supporters: Sequence[Candidate], said_no: set[tuple[UUID, UUID]], today: date
    ) -> Choice:
        problem = list_of(_list(people, supporters, said_no), today=today)
        free, placed, choice = problem.free.copy(), set[int](), Choice()
        for pair in sorted(range(problem.pairs), key=lambda pair: key(problem, people, pair)):
            person, supporter = int(problem.person[pair]), int(problem.supporter[pair])
            if person not in placed and free[supporter]:
                placed.add(person)
                free[supporter] -= 1
                choice.append((person, supporter))
        return choice

    return rule


RULES: dict[str, Rule] = {
    "first come, best left": one_after_another(
        lambda problem, people, pair: (people[problem.person[pair]].received_on.toordinal(), -problem.weight[pair])
    ),
    "best fit first": one_after_another(lambda problem, _, pair: (-problem.weight[pair],)),
    "whole list, fit alone": by_list(EVERYBODY),
    "whole list, 10 a day": by_list(Priority(ageing_per_day=10, scarcity=0, urgent=0)),
    "whole list, 10 a day and scarcity": by_list(Priority()),
}


def live(name: str, given: World) -> Row:
    """Two years by one rule. Waits are of all who came, to their match or to the last day."""
    chance = random.Random(given.chance)
    waiting: list[Referral] = []
    loads = {one.id: 0 for one in given.supporters}
    ends: dict[int, list[UUID]] = {}
    said_no: set[tuple[UUID, UUID]] = set()
    fits: list[int] = []
    waits: dict[UUID, int] = {}
    for week, came in enumerate(given.arrivals):
        today = BEGIN + week * WEEK
        for freed in ends.pop(week, ()):
            loads[freed] -= 1
        waiting += came
        candidates = [(one, Load(matches=loads[one.id])) for one in given.supporters]
        matched = set()
        for person, supporter in RULES[name](waiting, candidates, said_no, today):
            referral, chosen = waiting[person], given.supporters[supporter]
            if chance.random() < DECLINED:
                said_no.add((referral.id, chosen.id))
                continue
            matched.add(referral.id)
            loads[chosen.id] += 1
            ends.setdefault(week + given.lasts[referral.id], []).append(chosen.id)
            waits[referral.id] = (today - referral.received_on).days
            fits.append(_fit(referral, chosen))
        waiting = [one for one in waiting if one.id not in matched]
    last = BEGIN + WEEKS * WEEK
    waits |= {one.id: (last - one.received_on).days for one in waiting}
    return _row(name, [one for week in given.arrivals for one in week], waits, fits, given)


def _fit(referral: Referral, supporter: Supporter) -> int:
    problem = list_of(_list([referral], [(supporter, Load())]), today=BEGIN)
    return int(problem.weight[0]) - PLACE


def _row(name: str, people: Sequence[Referral], waits: dict[UUID, int], fits: Sequence[int], given: World) -> Row:
    everybody = [(one, Load()) for one in given.supporters]
    problem = list_of(_list(people, everybody), today=BEGIN)
    could = {people[person].id for person in problem.person.tolist()}
    some = [one for one in people if one.id in could]
    all_waits = [waits[one.id] for one in some]
    return Row(
        name,
        fit=statistics.mean(fits),
        wait=statistics.mean(all_waits),
        long=100 * sum(wait > LONG for wait in all_waits) / len(all_waits),
        rare=statistics.mean(waits[one.id] for one in some if one.language != "en"),
        most=max(all_waits),
        nobody=len(people) - len(some),
    )


def main() -> None:
    """Live through two years ten times, and write the page."""
    rows = []
    for name in RULES:
        lived = [live(name, world(seed)) for seed in (1, 2)]
        print(*lived, sep="\n", flush=True)
        rows.append(tuple(lived))
    write(rows, Path(__file__).parents[2] / "docs")


if __name__ == "__main__":
    main()
