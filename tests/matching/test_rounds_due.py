"""Rounds hold themselves, the longest overdue first; one that cannot be held stops no others."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished
from kith_matching.timers import TIMERS
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY, NOW
from tests.matching.stage import Stage

HELD = sa.text("select programme_id from rounds order by id")
MIDNIGHT = datetime(2026, 6, 8, 23, tzinfo=UTC)
"""The ninth of June begins in London, where it is summer."""


@pytest.fixture
async def alone(database_of: DatabaseOf) -> Stage:
    """On a database of its own: the timer looks at the whole network."""
    return Stage(await database_of("matching"))


async def tick(stage: Stage, now: datetime = NOW) -> list[Any]:
    """What the timer does; the programmes of all rounds so far."""
    (timer,) = [timer for timer in TIMERS if timer.name == "hold-due-round"]
    async with stage.database.network_transaction() as tx:
        await timer.run(tx, now)
    async with stage.database.network_transaction() as tx:
        return list((await tx.execute(HELD)).scalars())


async def a_programme(stage: Stage, days: int | None = 7, **changes: Any) -> ProgrammePublished:
    """A programme whose terms ask for a round every so many days."""
    return await stage.a_programme(terms=ProgrammeTerms(definition_version=1, round_every_days=days), **changes)


async def test_a_round_is_held_when_the_last_is_as_old_as_the_programme_says(alone: Stage) -> None:
    weekly, never = await a_programme(alone), await a_programme(alone, None)
    nobody_waits = await a_programme(alone)
    for programme in (weekly, never):
        await alone.an_accepted_referral(programme)
    id_ = weekly.programme_id

    assert await tick(alone) == [id_]
    assert await tick(alone, NOW + 6 * DAY) == [id_]
    assert await tick(alone, NOW + 7 * DAY) == [id_, id_]

    await alone.an_accepted_referral(nobody_waits)
    assert await tick(alone, NOW + 7 * DAY) == [id_, id_, nobody_waits.programme_id]


async def test_days_are_londons_and_the_longest_overdue_is_first(alone: Stage) -> None:
    often, weekly = await a_programme(alone, 2), await a_programme(alone, 7)
    await alone.an_accepted_referral(often)
    just_before = MIDNIGHT - DAY / 24
    await tick(alone, just_before)
    await alone.an_accepted_referral(weekly)
    before = await tick(alone, MIDNIGHT - 7 * DAY)

    assert before == [often.programme_id, weekly.programme_id]
    assert await tick(alone, just_before) == before
    assert await tick(alone, MIDNIGHT) == [*before, weekly.programme_id]
    assert await tick(alone, MIDNIGHT) == [*before, weekly.programme_id]
    assert (await tick(alone, MIDNIGHT + 7 * DAY))[3:] == [often.programme_id]
    assert (await tick(alone, MIDNIGHT + 7 * DAY))[4:] == [weekly.programme_id]


async def test_a_round_that_cannot_be_held_stops_no_others_and_is_tried_again_in_a_day(
    alone: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    too_large = await a_programme(alone, weights={"experience": 2_147_483_647})
    for programme in (too_large, fine := await a_programme(alone)):
        await alone.an_accepted_referral(programme)
        await alone.a_supporter(programme)

    with caplog.at_level(logging.WARNING, "kith_matching"):
        held = [await tick(alone) for _ in range(3)][-1]
    entries = await alone.on_the_record(too_large.programme_id)

    assert held == [fine.programme_id]
    assert [(entry["action"], entry["codes"]) for entry in entries] == [("round-refused", ["policy-out-of-range"])]
    assert [vars(record)["code"] for record in caplog.records] == ["policy-out-of-range"]

    await alone.hear(too_large.model_copy(update={"weights": {"experience": 30}}))
    assert await tick(alone, NOW + DAY) == [fine.programme_id, too_large.programme_id]
