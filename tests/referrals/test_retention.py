"""How long records are kept: the strictest line wins, a human decides what is over, and nothing is erased by itself."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis import clock
from kith_referrals.api.retention import ScheduleBody
from kith_referrals.domain import lifecycle, retention, reviewing
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.retention import Life, RecordClass, RetentionRule, years_after
from kith_referrals.usecases.erasing import erase_people
from kith_referrals.usecases.hearing import Kind, MatchNews, note_matches
from kith_referrals.usecases.reviewing import open_reviews
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import version
from tests.referrals.world import OPERATOR, World, a_person, on_the_record

FILE = Path(__file__).parents[2] / "deploy" / "retention.yaml"
SCHEDULE = [line.rule() for line in ScheduleBody.model_validate(yaml.safe_load(FILE.read_text())).rules]
DAYS = st.dates(date(1990, 1, 1), date(2080, 1, 1))
BIRTHS = st.dates(date(1930, 1, 1), date(1989, 12, 31))

A_LIFE = Life(Nation.ENGLAND, date(1960, 5, 1), None, date(2026, 3, 1), supported=True, refused=False)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    last_seen = draw(DAYS)
    return Life(
        nation=draw(st.none() | st.sampled_from(Nation)),
        birth_date=draw(st.none() | st.dates(last_seen - timedelta(days=36500), last_seen)),
        died_on=draw(st.none() | st.dates(last_seen, last_seen + timedelta(days=3650))),
        last_seen=last_seen,
        supported=draw(st.booleans()),
        refused=draw(st.booleans()),
    )


@given(lives())
def test_every_record_has_a_line_and_the_longest_wins(life: Life) -> None:
    lines = retention.kept(SCHEDULE, life)

    assert lines
    assert lines[0].until == max(line.until for line in lines)
    assert {line.record for line in lines} <= life.records


@given(lives(), st.integers(0, 4000))
def test_who_is_seen_later_is_never_kept_shorter(life: Life, days: int) -> None:
    later = replace(life, last_seen=life.last_seen + timedelta(days=days), died_on=None, birth_date=None)
    now = replace(later, last_seen=life.last_seen)

    assert retention.kept(SCHEDULE, now)[0].until <= retention.kept(SCHEDULE, later)[0].until


@given(lives())
def test_where_nobody_said_whose_law_it_is_the_strictest_nation_counts(life: Life) -> None:
    unknown = retention.kept(SCHEDULE, replace(life, nation=None))[0].until

    assert unknown == max(retention.kept(SCHEDULE, replace(life, nation=nation))[0].until for nation in Nation)


@given(lives(), DAYS)
def test_a_record_is_over_only_when_no_line_runs_any_more_and_is_looked_at_in_time(life: Life, today: date) -> None:
    over, again = reviewing.look(SCHEDULE, life, today)

    assert (over is not None) == all(line.until < today for line in retention.kept(SCHEDULE, life))
    assert again >= today
    if over is not None:
        assert retention.required(SCHEDULE, life, today) is None


@pytest.mark.parametrize(
    ("life", "until"),
    [
        (A_LIFE, date(2034, 3, 1)),
        (replace(A_LIFE, supported=False, refused=True), date(2028, 3, 1)),
        (replace(A_LIFE, supported=False), date(2028, 3, 1)),
        (replace(A_LIFE, birth_date=date(2015, 6, 1)), date(2040, 6, 1)),
        (replace(A_LIFE, birth_date=date(2008, 6, 1)), date(2034, 6, 1)),  # 17 when last seen: the 26th birthday
        (replace(A_LIFE, died_on=date(2027, 1, 1)), date(2035, 1, 1)),
        (replace(A_LIFE, nation=Nation.SCOTLAND, last_seen=date(2028, 2, 29)), date(2034, 3, 1)),
    ],
)
def test_a_record_is_kept_until(life: Life, until: date) -> None:
    assert retention.kept(SCHEDULE, life)[0].until == until


@given(BIRTHS, st.integers(0, 150))
def test_years_are_never_cut_short(day: date, years: int) -> None:
    after = years_after(day, years)

    assert after.year == day.year + years
    assert (after.month, after.day) == (day.month, day.day) or (day.month, day.day, after.month, after.day) == (
        2,
        29,
        3,
        1,
    )


LINES = [
    {"nation": "england", "record": "referral-not-accepted", "years": 2, "required": False, "source": "a schedule"},
    {"nation": "england", "record": "adult-record", "years": 8, "required": True, "source": "a code"},
]


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


@pytest.fixture
async def declined(client: httpx.AsyncClient, world: World, operator: httpx.Auth) -> Referral:
    """A referral that was declined, and a schedule that keeps it for two years."""
    put = await client.put("/retention-schedule", json={"rules": LINES}, auth=operator)
    assert put.status_code == 204, put.text
    return await world.move(await world.refer(), lifecycle.decline, world.host, "out-of-area")


async def come_by(world: World, now: datetime) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await open_reviews(tx, now)


async def queue(client: httpx.AsyncClient, auth: httpx.Auth) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/retention-reviews", auth=auth)).json()["items"]
    return found


AFTER_TWO_YEARS = NOW + timedelta(days=2 * 366)


async def test_a_record_whose_time_is_over_waits_for_a_human(
    client: httpx.AsyncClient, world: World, declined: Referral, administrator: httpx.Auth
) -> None:
    await come_by(world, NOW + timedelta(days=600))
    early = await queue(client, administrator)
    await come_by(world, AFTER_TWO_YEARS)
    await come_by(world, AFTER_TWO_YEARS + timedelta(days=1))

    (review,) = await queue(client, administrator)
    assert early == []
    assert (review["person_id"], review["record"]) == (str(declined.person_id), "referral-not-accepted")
    assert (review["source"], review["kept_until"]) == ("a schedule", str(years_after(TODAY, 2)))
    assert await world.seen(OPERATOR, "people where erasure_state <> 'active'") == 0


async def test_it_may_be_kept_until_a_day_and_then_comes_back(
    client: httpx.AsyncClient, world: World, declined: Referral, administrator: httpx.Auth, operator: httpx.Auth
) -> None:
    await come_by(world, AFTER_TWO_YEARS)
    (review,) = await queue(client, administrator)
    path, until = f"/retention-reviews/{review['id']}/decision", clock.today(clock.now()) + timedelta(days=1100)
    body = {"decision": "keep", "reason": "A complaint."}
    no_day = await client.post(path, json=body, headers=version(1), auth=administrator)
    kept = await client.post(path, json={**body, "keep_until": str(until)}, headers=version(1), auth=administrator)
    again = await client.post(path, json={**body, "keep_until": str(until)}, headers=version(2), auth=administrator)
    await come_by(world, NOW.replace(year=until.year, month=until.month, day=until.day) - timedelta(days=1))
    await client.put("/retention-schedule", json={"rules": LINES}, auth=operator)
    await come_by(world, NOW.replace(year=until.year, month=until.month, day=until.day) - timedelta(hours=20))
    meanwhile = await queue(client, administrator)
    await come_by(world, NOW.replace(year=until.year, month=until.month, day=until.day) + timedelta(days=1))

    assert (no_day.status_code, no_day.json()["code"]) == (422, "keep-until-missing")
    assert (kept.status_code, kept.json()["decision"]) == (200, "keep")
    assert (again.status_code, again.json()["code"]) == (409, "review-decided")
    assert meanwhile == []
    assert len(await queue(client, administrator)) == 1
    assert "person-kept" in [entry["action"] for entry in await on_the_record(world, declined.person_id)]


async def test_or_be_erased_as_everybody_is(
    client: httpx.AsyncClient, world: World, declined: Referral, administrator: httpx.Auth
) -> None:
    await come_by(world, AFTER_TWO_YEARS)
    (review,) = await queue(client, administrator)
    path = f"/retention-reviews/{review['id']}/decision"

    body = {"decision": "erase", "reason": "It is time."}
    decided = await client.post(path, json=body, headers=version(1), auth=administrator)

    assert (decided.status_code, decided.json()["decision"]) == (200, "erase")
    assert await world.seen(OPERATOR, "people where erasure_rule = 'retention-ended'") == 1
    assert await queue(client, administrator) == []


async def test_whoever_was_erased_meanwhile_waits_for_nobody(
    client: httpx.AsyncClient, world: World, declined: Referral, administrator: httpx.Auth
) -> None:
    await come_by(world, AFTER_TWO_YEARS)
    waited = await queue(client, administrator)
    path = f"/people/{declined.person_id}/erasure"
    await client.post(path, json={"rule": "objected"}, headers=version(1), auth=administrator)
    async with world.database.transaction(OPERATOR) as tx:
        await erase_people(tx, clock.now(), wait=timedelta())

    assert len(waited) == 1
    assert await queue(client, administrator) == []


async def test_a_hold_keeps_a_record_out_of_the_queue(
    client: httpx.AsyncClient, world: World, declined: Referral, administrator: httpx.Auth
) -> None:
    path = f"/people/{declined.person_id}/legal-hold"
    await client.put(path, json={"reason": "A claim."}, headers=version(1), auth=administrator)

    await come_by(world, AFTER_TWO_YEARS)

    assert await queue(client, administrator) == []


async def test_what_a_law_requires_stands_against_an_erasure_unless_a_basis_is_named(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, administrator: httpx.Auth
) -> None:
    await client.put("/retention-schedule", json={"rules": LINES}, auth=operator)
    person = a_person(world.referrer.id, birth_date=date(1960, 5, 1))
    referral = await world.accept(await world.refer(person))
    async with world.database.transaction(OPERATOR) as tx:
        await note_matches(tx, [MatchNews(referral.id, Kind.MATCHED, NOW)], now=NOW)
    matched = replace(referral, version=referral.version + 1)
    await world.move(matched, lambda found, by, now: lifecycle.close(found, by, "support-ended", now), world.host)
    path, rule = f"/people/{person.id}/erasure", {"rule": "objected"}

    refused = await client.post(path, json=rule, headers=version(1), auth=administrator)
    named = await client.post(path, json={**rule, "basis": "court-order"}, headers=version(1), auth=administrator)

    assert (refused.status_code, refused.json()["code"]) == (409, "record-required")
    assert f"until {years_after(TODAY, 8)}" in refused.json()["detail"]
    assert (named.status_code, named.json()["erasure"]) == (200, "restricted")


async def test_a_line_says_how_long(client: httpx.AsyncClient, operator: httpx.Auth) -> None:
    line = {"nation": "wales", "record": "enquiry", "source": "x", "required": True}

    refused = await client.put("/retention-schedule", json={"rules": [line]}, auth=operator)

    assert (refused.status_code, refused.json()["code"]) == (422, "retention-rule-without-time")


def test_the_shipped_schedule_has_a_line_for_every_nation_and_class() -> None:
    assert {(rule.nation, rule.record) for rule in SCHEDULE} == {
        (nation, record) for nation in Nation for record in RecordClass
    }
    assert all(isinstance(rule, RetentionRule) and rule.source for rule in SCHEDULE)
