"""Whom a programme reaches, counted exactly, and shown so that nothing of it gives back what is hidden."""

from dataclasses import dataclass, fields
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.database import Database
from kith_contracts.fact import Fact
from kith_reporting.domain.offer import Offer
from kith_reporting.domain.reach import Area, Reach, ShownReach, Site, Topic, shown
from kith_reporting.domain.suppression import FEW, fit_to_show
from kith_reporting.views.reach import count_reach, get_reach
from tests import builders as a
from tests.conftest import DatabaseOf
from tests.reporting.hearing import expected_reach, hear

PROGRAMME = a.a_programme_published()
POPULATION = {"L8": 400, "L20": 20, "E6": 5}
Line = Topic | Area | Site


@dataclass(frozen=True)
class Met:
    """A contact, or with no people a referral, which may be matched; or a group's meeting with its topics."""

    people: int = 0
    topics: frozenset[str] = frozenset()
    district: str | None = None
    site: str | None = None
    matched: bool = False
    meeting: bool = False


WORLDS = st.lists(
    st.builds(
        Met,
        people=st.integers(0, 12),
        topics=st.frozensets(st.sampled_from(["childcare", "work"])),
        district=st.sampled_from([None, "L8", "L20"]),
        site=st.sampled_from([None, "newham", "sheffield"]),
        matched=st.booleans(),
    ),
    max_size=40,
)
MEETINGS = st.lists(st.builds(Met, topics=st.frozensets(st.sampled_from(["childcare", "work"])), meeting=st.just(True)))


def reach_of(world: list[Met]) -> Reach:
    """The facts of such a world, counted."""
    facts: list[Fact] = []
    for one in world:
        where = {"district": one.district, "site": one.site}
        if one.meeting:
            facts += a.a_meeting_logged(PROGRAMME, topics=tuple(one.topics))
        elif one.people:
            facts.append(a.a_contact_logged(PROGRAMME, people=one.people, topics=tuple(one.topics), **where))
        else:
            referral = a.a_referral_created(PROGRAMME, **where)
            facts.append(referral)
            if one.matched:
                facts.append(a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed(PROGRAMME))))
    return expected_reach(map(a.received, facts), PROGRAMME.programme_id)


def world_of(reach: Reach) -> list[Met]:
    """A world that counts so, in which each says of itself only what puts it in one line."""
    world = []
    for one in reach.topics:
        world += _contacts(one.contacts, one.people_reached, topics=frozenset({one.topic}))
        world += [Met(topics=frozenset({one.topic}), meeting=True)] * one.sessions
    for area in reach.areas:
        world += _contacts(area.contacts, area.people_reached, district=area.district)
        world += [Met(district=area.district)] * area.received
    for site in reach.sites:
        world += _contacts(site.contacts, site.people_reached, site=site.site)
        world += [Met(site=site.site, matched=number < site.matched) for number in range(site.received)]
    return world


def _contacts(contacts: int, people: int, **about: Any) -> list[Met]:
    return [Met(1 if number else people - contacts + 1, **about) for number in range(contacts)]


TOGETHER = (("contacts", "people_reached"), ("received", "matched"), ("sessions",))
"""Counts of one line that bound one another: nobody is reached without a contact, nor matched without a referral."""


def others(line: Line) -> list[Line]:
    """For each count of the line that is hidden, the same line with another count there, which is shown alike."""
    found = []
    for group in TOGETHER:
        names = [name for name in group if name in line._fields]
        hidden = [name for name in names if fit_to_show(getattr(line, name)) is None]
        alike = _alike(line, names) if hidden else []
        found += [next(one for one in alike if getattr(one, name) != getattr(line, name)) for name in hidden]
    return found


def _alike(line: Line, names: list[str]) -> list[Line]:
    ranges = [range(max(0, getattr(line, name) - FEW), getattr(line, name) + FEW + 1) for name in names]
    changes: list[dict[str, Any]] = [dict(zip(names, values, strict=True)) for values in product(*ranges)]
    lines = [line._replace(**change) for change in changes]
    return [one for one in lines if _can_be(one) and [*map(fit_to_show, one[1:])] == [*map(fit_to_show, line[1:])]]


def _can_be(line: Line) -> bool:
    contacts, people = line.contacts, line.people_reached
    met = people >= contacts if contacts else people == 0
    return met and (not isinstance(line, Site) or line.matched <= line.received)


def as_shown(world: list[Met]) -> ShownReach:
    return shown(reach_of(world), sites=("newham", "sheffield"), population=POPULATION)


@given(world=WORLDS, meetings=MEETINGS)
def test_what_is_hidden_could_have_been_another_number_and_the_answer_the_same(
    world: list[Met], meetings: list[Met]
) -> None:
    counted = reach_of(world + meetings)
    answer = as_shown(world + meetings)

    for part in fields(Reach):
        lines: list[Line] = list(getattr(counted, part.name))
        for number, line in enumerate(lines):
            for other in others(line):
                changed = [*lines[:number], other, *lines[number + 1 :]]
                reach = Reach(**{**{one.name: getattr(counted, one.name) for one in fields(Reach)}, part.name: changed})

                assert as_shown(world_of(reach)) == answer


@given(world=WORLDS, meetings=MEETINGS)
def test_no_count_is_shown_that_is_few_or_exact(world: list[Met], meetings: list[Met]) -> None:
    answer = as_shown(world + meetings)

    lines = [*answer.topics, *answer.areas, *answer.sites]
    counts = [(name, count) for line in lines for name, count in line.items() if isinstance(count, int)]
    assert [(name, count) for name, count in counts if count % 5 and name != "percent_reached"] == []


def test_an_area_is_shown_against_how_many_there_are() -> None:
    world = [Met(people=40, district="L8"), Met(people=9, district="L20"), Met(people=3, district="E6")]

    areas = {line["district"]: line for line in as_shown(world).areas}

    assert [areas["L8"][name] for name in ("people_reached", "population", "percent_reached")] == [40, 400, 10]
    assert [areas["L20"][name] for name in ("people_reached", "population", "percent_reached")] == [10, 20, None]
    assert [areas["E6"][name] for name in ("people_reached", "population", "percent_reached")] == [None, None, None]


def test_an_area_and_a_site_where_nobody_was_reached_are_shown_with_nought() -> None:
    answer = as_shown([])

    assert [(line["district"], line["people_reached"]) for line in answer.areas] == [("E6", 0), ("L20", 0), ("L8", 0)]
    assert [(line["site"], line["received"]) for line in answer.sites] == [("newham", 0), ("sheffield", 0)]


def test_who_said_neither_district_nor_site_stands_in_no_list() -> None:
    answer = as_shown([Met(people=30), Met()])

    assert [line["people_reached"] for line in (*answer.areas, *answer.sites)] == [0] * 5


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


async def reach(database: Database) -> Reach:
    async with database.network_transaction() as tx:
        return await count_reach(tx, Offer(PROGRAMME.programme_id, PROGRAMME.organisation_id, "Any"))


async def test_a_meeting_of_many_counts_once_for_its_topic_and_for_each_site_of_who_came(database: Database) -> None:
    people = [a.a_referral_created(PROGRAMME, site=site) for site in ("newham", "newham", "sheffield")]
    await hear(database, *people, *a.a_meeting_logged(PROGRAMME, *people, topics=("cooking",)))

    counted = await reach(database)

    assert counted.topics == [Topic("cooking", sessions=1)]
    assert [(line.site, line.received, line.sessions) for line in counted.sites] == [
        ("newham", 2, 1),
        ("sheffield", 1, 1),
    ]


async def test_what_one_person_spoke_of_with_their_supporter_is_neither_counted_nor_kept(database: Database) -> None:
    match = a.a_match_made(a.a_match_proposed(a.a_referral_created(PROGRAMME), a.a_supporter_changed(PROGRAMME)))
    await hear(database, a.a_session_logged(match, topics=("bereavement",)))

    async with database.network_transaction() as tx:
        kept = (await tx.exec_driver_sql("select topics from sessions")).scalars().all()
    assert (await reach(database)).topics == []
    assert kept == [[]]


async def test_a_contact_told_again_is_about_what_was_said_last(database: Database) -> None:
    contact = a.a_contact_logged(PROGRAMME, topics=("cooking", "cooking"), district="L8", site="newham")
    later = contact.model_copy(update={"topics": ("childcare",), "district": "L20", "people": 8})
    await hear(database, contact)

    await hear(database, later)

    counted = await reach(database)
    assert counted.topics == [Topic("childcare", contacts=1, people_reached=8)]
    assert counted.areas == [Area("L20", contacts=1, people_reached=8)]


async def test_a_void_contact_reached_nobody_anywhere(database: Database) -> None:
    contact = a.a_contact_logged(PROGRAMME, topics=("cooking",), district="L8", site="newham")
    await hear(database, contact)

    await hear(database, contact.model_copy(update={"outcome": "taken-back", "people": 0}))

    counted = await reach(database)
    assert (counted.topics, counted.areas, counted.sites) == ([], [], [])


async def test_where_somebody_lives_is_counted_once_and_stands_in_no_row_of_theirs(database: Database) -> None:
    referral = a.a_referral_created(PROGRAMME, district="ZE2")
    await hear(database, a.a_referral_decided(referral))
    await hear(database, referral, a.a_person_erased(referral))
    await hear(database, referral)

    counted = await reach(database)

    assert counted.areas == [Area("ZE2", received=1)]
    async with database.network_transaction() as tx:
        rows = (await tx.exec_driver_sql("select cast(row(it.*) as text) from referrals it")).scalars().all()
    assert len(rows) == 1
    assert "ZE2" not in rows[0]


async def test_what_was_heard_before_reach_was_counted_is_in_no_list(database: Database) -> None:
    met = {"topics": ("cooking",), "district": "L8", "site": "newham"}
    referral = a.a_referral_created(PROGRAMME, site="newham")
    meeting = a.a_meeting_logged(PROGRAMME, referral, topics=("cooking",))
    await hear(database, PROGRAMME, referral, *meeting, a.a_contact_logged(PROGRAMME, **met))
    async with database.network_transaction() as tx:
        for before in ("contacts_a set topics = null, district = null, site = null", "sessions_a set topics = null"):
            await tx.exec_driver_sql(f"update {before}")
        await tx.exec_driver_sql("update referrals_a set site = null")
        await tx.exec_driver_sql("update programmes_a set sites = null")
        await tx.exec_driver_sql("delete from areas_a")

    assert await reach(database) == Reach([], [], [])
    async with database.network_transaction() as tx:
        assert (await get_reach(tx, PROGRAMME.programme_id, None))[0].sites == ()
