"""A share of supporters is told where nobody stands out, once while it stays the same, and true to the day."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.matching import ProgrammeQualityCounted
from kith_contracts.programmes.terms import ProgrammeTerms, TrainingAsked
from kith_contracts.referrals import ProgrammePublished
from kith_matching.domain.quality import FEWEST, Quality, list_news, share
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.store.supporters import columns_of
from kith_matching.tables import supporters
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.stage import Stage
from tests.servers.lengths import examples
from tests.servers.postgres import Databases, upgrade

YESTERDAY = TODAY - DAY


async def there_are(stage: Stage, *those: Supporter) -> None:
    """These supporters, as they were recorded some time ago."""
    async with stage.database.network_transaction() as tx:
        await tx.execute(sa.insert(supporters), [columns_of(one) for one in those])


def many(stage: Stage, programme: ProgrammePublished, count: int, **different: Any) -> list[Supporter]:
    return [stage.somebody(programme_ids=(programme.programme_id,), **different) for _ in range(count)]


async def counted(stage: Stage, now: datetime = NOW) -> list[int | None]:
    """The timer runs; every share that was told of this organisation's programmes so far."""
    await stage.count_quality(now)
    return [fact.checks_current for fact in await stage.told() if isinstance(fact, ProgrammeQualityCounted)]


@given(st.integers(0, 3000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
@example((FEWEST, FEWEST))
@example((FEWEST - 1, FEWEST - 1))
def test_a_share_is_nearest_and_says_all_or_none_only_of_all_or_none(counts: tuple[int, int]) -> None:
    some, of = counts

    said = share(some, of)

    assert (said is None) == (of < 25)
    if said is not None:
        assert (said == 100, said == 0) == (some == of, some == 0)
        exact = 100 * some / of
        assert abs(said - exact) <= 0.5 or said in {1, 99}
        assert abs(said - exact) < 1


@pytest.mark.parametrize(("some", "of", "said"), [(199, 200, 99), (1, 300, 1), (299, 300, 99), (25, 200, 13)])
def test_halves_go_upwards_and_the_ends_are_kept(some: int, of: int, said: int) -> None:
    assert share(some, of) == said


SHARES = st.tuples(*[st.none() | st.integers(0, 100)] * 3)


@given(now=SHARES, told=SHARES)
@example((92, 84, 97), (92, 84, 96))
@example((92, 84, 97), (92, 84, 97))
@example((None, None, 97), (None, None, None))
def test_only_what_is_not_what_was_told_last_is_told(now: tuple[int | None, ...], told: tuple[int | None, ...]) -> None:
    one, other = (new_id(), new_id()), (new_id(), new_id())
    true, before = Quality(*one, *now), Quality(*one, *told)
    foreign = Quality(*other, *now)

    assert list_news([true], {one[0]: before, other[0]: foreign}) == ([] if now == told else [true])


@given(now=SHARES)
def test_of_a_programme_of_which_nothing_was_told_nothing_is_no_news(now: tuple[int | None, ...]) -> None:
    one = Quality(new_id(), new_id(), *now)

    assert list_news([one], {}) == ([] if now == (None, None, None) else [one])


async def test_of_twenty_four_nothing_is_told_and_of_twenty_five_a_share(stage: Stage) -> None:
    programme = await stage.a_programme()
    await there_are(stage, *many(stage, programme, 23), *many(stage, programme, 1, checks_valid_until=YESTERDAY))
    too_few = await counted(stage)
    await there_are(stage, *many(stage, programme, 1, checks_valid_until=None))

    enough = await counted(stage)

    assert (too_few, enough) == ([], [92])
    (*_, last) = await stage.told()
    assert last.model_dump() == {
        "programme_id": programme.programme_id,
        "organisation_id": stage.organisation_id,
        "checks_current": 92,
        "supervision_on_time": None,
        "training_held": None,
    }


@pytest.mark.parametrize(
    ("last_day", "still", "over"),
    [
        (TODAY, datetime(2026, 11, 23, 23, 59, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        (date(2027, 6, 30), datetime(2027, 6, 30, 22, 59, tzinfo=UTC), datetime(2027, 6, 30, 23, 0, tzinfo=UTC)),
    ],
    ids=["in winter", "in summer"],
)
async def test_checks_hold_to_the_end_of_their_last_day_in_london(
    stage: Stage, last_day: date, still: datetime, over: datetime
) -> None:
    programme = await stage.a_programme()
    lasting = many(stage, programme, 24, checks_valid_until=last_day + 400 * DAY)
    await there_are(stage, *lasting, *many(stage, programme, 1, checks_valid_until=last_day))

    assert await counted(stage, still) == [100]
    assert await counted(stage, over) == [100, 96]


async def test_what_stays_the_same_is_told_once(stage: Stage) -> None:
    programme = await stage.a_programme()
    await there_are(stage, *many(stage, programme, 25))
    for hours in range(3):
        await counted(stage, NOW + timedelta(hours=hours))

    await there_are(stage, *many(stage, programme, 10))

    assert await counted(stage, NOW + timedelta(hours=3)) == [100]


async def test_that_there_are_too_few_again_is_told_once_and_says_nothing_else(stage: Stage) -> None:
    programme = await stage.a_programme()
    one, *others = many(stage, programme, 25)
    await there_are(stage, *others)
    await stage.put(one)
    await counted(stage)

    await leave(stage, one)

    assert await counted(stage) == [100, None]
    assert await counted(stage) == [100, None]


async def leave(stage: Stage, supporter: Supporter) -> None:
    async with stage.database.network_transaction() as tx:
        await tx.execute(sa.update(supporters).where(supporters.c.id == supporter.id).values(state="left"))


async def test_a_programme_that_asks_for_no_checks_is_told_of_only_to_take_back_what_was_said(stage: Stage) -> None:
    never, no_longer = await stage.a_programme(checks_required=False), await stage.a_programme()
    await there_are(stage, *many(stage, never, 30), *many(stage, no_longer, 30))
    before = await counted(stage)

    await stage.hear(no_longer.model_copy(update={"checks_required": False}))

    assert (before, await counted(stage), await counted(stage)) == ([100], [100, None], [100, None])


async def test_who_paused_or_left_or_is_another_organisations_does_not_count(stage: Stage) -> None:
    programme, other = await stage.a_programme(), stage.of_another_organisation()
    gone = [*many(stage, programme, 5, state="paused"), *many(stage, programme, 5, state="left")]
    foreign = many(other, programme, 30, checks_valid_until=None)
    await there_are(stage, *many(stage, programme, 24), *gone, *foreign)
    too_few = await counted(stage)

    await there_are(stage, *many(stage, programme, 1))

    assert (too_few, await counted(stage)) == ([], [100])


IN_A_PROGRAMME = st.lists(
    st.tuples(
        st.sampled_from([*[SupporterState.ACTIVE] * 4, SupporterState.RESTING, SupporterState.LEFT]),
        st.none() | st.integers(-2, 2).map(lambda days: TODAY + days * DAY),
        st.sampled_from([(0,), (1,), (0, 1), (1, 1, 0)]),
    ),
    min_size=40,
    max_size=80,
)


@given(people=IN_A_PROGRAMME, days=st.integers(-3, 3))
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_programme_is_counted_as_somebody_would_who_knows_them_all(
    stage: Stage, people: Sequence[tuple[SupporterState, date | None, tuple[int, ...]]], days: int
) -> None:
    stage = stage.of_another_organisation()
    programmes = [await stage.a_programme(), await stage.a_programme()]
    ids = [programme.programme_id for programme in programmes]
    await there_are(
        stage,
        *(
            stage.somebody(programme_ids=tuple(ids[one] for one in joined), state=state, checks_valid_until=until)
            for state, until, joined in people
        ),
    )

    await counted(stage, NOW + days * DAY)

    told = {fact.programme_id: fact.checks_current for fact in await stage.told()}  # type: ignore[attr-defined]
    for place, id_ in enumerate(ids):
        active = [until for state, until, joined in people if place in joined and state == "active"]
        valid = [until for until in active if until is not None and until >= TODAY + days * DAY]
        assert told.get(id_) == share(len(valid), len(active))


async def trained(stage: Stage, now: datetime = NOW) -> list[int | None]:
    """The timer runs; every share that was told of who is trained so far."""
    await stage.count_quality(now)
    return [fact.training_held for fact in await stage.told() if isinstance(fact, ProgrammeQualityCounted)]


async def that_asks_for(stage: Stage, *asked: TrainingAsked) -> ProgrammePublished:
    """A programme that asks for these trainings, and for no checks."""
    return await stage.a_programme(checks_required=False, terms=ProgrammeTerms(definition_version=1, training=asked))


async def test_a_programme_says_how_many_hold_all_its_trainings_for_as_long_as_they_count(stage: Stage) -> None:
    programme = await that_asks_for(
        stage, TrainingAsked(code="listening"), TrainingAsked(code="first-aid", valid_months=1)
    )
    *all_of_it, half = many(stage, programme, FEWEST)
    await there_are(stage, *all_of_it, half)
    for one in all_of_it:
        await stage.train(one, "listening")
        await stage.train(one, "first-aid")
    await stage.train(half, "listening")

    assert await trained(stage) == [96]
    assert await trained(stage, NOW + 30 * DAY) == [96]
    assert await trained(stage, NOW + 31 * DAY) == [96, 0]


async def test_of_too_few_nothing_is_told_of_their_trainings_nor_of_those_that_nobody_asks_for(stage: Stage) -> None:
    asking = await that_asks_for(stage, TrainingAsked(code="listening"))
    never = await that_asks_for(stage)
    few = many(stage, asking, FEWEST - 1)
    await there_are(stage, *few, *many(stage, never, FEWEST))
    too_few = await trained(stage)

    await there_are(stage, *many(stage, asking, 1))

    assert (too_few, await trained(stage)) == ([], [0])


async def test_a_programme_that_asks_for_no_training_any_more_takes_back_what_was_said(stage: Stage) -> None:
    programme = await that_asks_for(stage, TrainingAsked(code="listening"))
    await there_are(stage, *many(stage, programme, FEWEST))
    before = await trained(stage)

    await stage.hear(programme.model_copy(update={"terms": ProgrammeTerms(definition_version=2)}))

    assert (before, await trained(stage), await trained(stage)) == ([0], [0, None], [0, None])


OLD_TOLD = (
    "insert into qualities (programme_id, organisation_id, checks_current, supervision_on_time) values ($1, $1, 92, 84)"
)


async def test_what_was_told_of_supervision_before_the_directory_showed_it_is_told_once_more(
    databases: Databases,
) -> None:
    before, meanwhile = new_id(), new_id()
    async with databases.at_revision("matching", "0013") as address:
        owner = await asyncpg.connect(address.owner_url)
        await owner.execute(OLD_TOLD, before)
        await asyncio.to_thread(upgrade, "matching", address.owner_url, "0014")
        await owner.execute(OLD_TOLD, meanwhile)
        columns = "checks_current, supervision_on_time, training_held"
        kept = await owner.fetch(f"select {columns} from qualities order by programme_id")
        await owner.close()

    told = [Quality(id_, id_, *row) for id_, row in zip((before, meanwhile), kept, strict=True)]
    now = [Quality(id_, id_, 92, 84) for id_ in (before, meanwhile)]
    assert list_news(now, {one.programme_id: one for one in told}) == now[:1]
