"""A year of a programme of home visits, and of a quiet one: all that falls due is told once, on its day.

The days on which it should be are reckoned here by themselves, by counting civil days: no rule of the service is asked.
"""

import random
from collections import Counter
from datetime import date
from typing import Final

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_contracts.fact import Fact
from kith_matching.domain.helping import Says
from tests.builders import a_programme_published, a_referral_created, a_referral_decided
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.matching.builders import DAY
from tests.matching.stage import Stage
from tests.matching.year.asked import Asked
from tests.matching.year.days import BANK_HOLIDAYS, QUIET, SELDOM, VISITING
from tests.matching.year.kept import Kept
from tests.matching.year.pair import NOON, Pair

SEED: Final = 2027
MATCHES: Final = 200
ASKED_FOR: Final = 8
"""Matches whose year is asked for by requests: some two hundred each."""
KINDS: Final = {
    *("look-for-visitor", "look-at-match", "hold-session", "get-in-touch", "supervise", "review"),
    *("ask-whether-it-helps", "see-to-ending", "prepare-ending", "arrange-cover"),
}


def drawn(many: int) -> tuple[list[Fact], list[Pair]]:
    """So many pairs, of whom each fourth is in a quiet programme, and some in one whose people meet seldom.

    And what is heard before the year begins.
    """
    chance, organisation_id = random.Random(SEED), new_id()
    programmes = [a_programme_published(organisation_id=organisation_id, terms=of) for of in (VISITING, QUIET, SELDOM)]
    visiting, quiet, seldom = programmes
    people = [a_referral_created((quiet, visiting, seldom, visiting)[number % 4]) for number in range(many)]
    missed_after = {one.programme_id: one.terms.missed_after_days for one in programmes if one.terms}
    pairs = [Pair(one, chance, missed_after[one.programme_id]).draw() for one in people]
    return [*programmes, *people, *(a_referral_decided(one) for one in people)], pairs


async def heard(database: Database, facts: list[Fact], pairs: list[Pair]) -> Stage:
    """Where a year is to pass by, of the organisation whose programmes they are."""
    stage = Stage(database, pairs[0].referral.programme_organisation_id)
    await stage.hear(*facts)
    return stage


def is_harder(pair: Pair) -> bool:
    """Whether it was ever said that it is harder."""
    return Says.HARDER in {said for _, _, said in pair.asked}


async def test_in_a_year_of_200_matches_all_that_falls_due_is_told_once_on_the_right_day(
    database_of: DatabaseOf,
) -> None:
    facts, pairs = drawn(MATCHES)
    year = Kept(await heard(await database_of("matching"), facts, pairs), pairs)

    await year.pass_by()

    told, expected = Counter(await year.told()), Counter(one for pair in pairs for one in pair.expected())
    assert (told - expected, expected - told) == (Counter(), Counter())
    kinds = Counter(kind for kind, *_ in told)
    assert kinds.keys() == KINDS
    assert min(kinds.values()) > 50, kinds
    assert max(told.values()) == 1
    balances, harder = sum(bool(pair.extended) for pair in pairs), sum(map(is_harder, pairs))
    assert min(balances, harder) > 50, (balances, harder)
    missed_on = {day for kind, _, day, _ in told if kind == "hold-session"}
    for nation, holidays in BANK_HOLIDAYS.items():
        assert {date(2026, *day) for day in holidays} <= missed_on, nation
    for change in (date(2026, 3, 29), date(2026, 10, 25)):
        assert {change - DAY, change, change + DAY} <= missed_on


async def test_a_year_that_is_asked_for_comes_to_the_same_as_one_that_is_written_into_the_tables(
    database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> None:
    facts, pairs = drawn(ASKED_FOR)
    written, stage = [await heard(await database_of("matching"), facts, pairs) for _ in range(2)]
    kept, year = Kept(written, pairs), Asked(stage, pairs, await http_of("matching", stage.database), as_caller)

    await kept.pass_by()
    await year.pass_by()

    told = Counter(await year.told())
    expected = Counter(one for pair in pairs for one in pair.expected(harder_at=NOON))
    assert (told - expected, expected - told) == (Counter(), Counter())
    assert Counter(one[:3] for one in await kept.told()) == Counter(one[:3] for one in told)
    assert {kind for kind, *_ in told} == KINDS
    acknowledged = await year.acknowledged()
    assert acknowledged == [True] * sum(kind == "look-for-visitor" for kind, *_ in told)
