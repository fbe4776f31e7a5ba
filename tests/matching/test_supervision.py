"""Supporters are supported in their programme's rhythm, and what they say there stays between two."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.matching import ProgrammeQualityCounted, SupervisionLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.attention import Holder
from kith_matching.domain.quality import FEWEST, count
from kith_matching.domain.refusals import InTheFuture
from kith_matching.domain.supervision import (
    Attendance,
    NamedTwice,
    Prompt,
    Rhythm,
    SupervisionKind,
    SupervisionNotFound,
    log_supervision,
)
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.terms import Terms
from kith_matching.store.speaking import speak_as
from kith_matching.tables import supervision_keys, supervision_own_keys
from kith_matching.usecases import supervising
from tests.conftest import AsCaller
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY, a_programme
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.stage import Stage
from tests.servers.lengths import examples
from tests.servers.services import Bearer

NOTE = "Long silences. Ask again about the brother."
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
WEEK = timedelta(weeks=1)


def logged(*attended: Attendance, held_on: date = TODAY) -> list[Any]:
    return log_supervision(
        SupervisionKind.GROUP,
        ORGANISATION,
        [(new_id(), one) for one in attended],
        held_on=held_on,
        minutes=90,
        supervisor="s-1",
        meeting_id=new_id(),
        today=TODAY,
        subjects={},
    )


def test_everybody_at_a_meeting_has_a_record_of_their_own() -> None:
    ana, ben = Attendance(new_pseudonym(), (Prompt.MOOD,), NOTE), Attendance(new_pseudonym())

    first, second = logged(ana, ben)

    assert (first.supporter_id, first.prompts, first.note) == (ana.supporter_id, (Prompt.MOOD,), NOTE)
    assert (second.supporter_id, second.prompts, second.note) == (ben.supporter_id, (), None)
    assert first.meeting_id == second.meeting_id
    assert first.id != second.id


def test_what_is_still_to_come_is_not_logged() -> None:
    with pytest.raises(InTheFuture):
        logged(Attendance(new_pseudonym()), held_on=TODAY + DAY)


def test_nobody_is_at_a_meeting_twice() -> None:
    somebody = Attendance(new_pseudonym())

    with pytest.raises(NamedTwice):
        logged(somebody, replace(somebody, note=NOTE))


def test_what_was_said_is_in_no_log_line() -> None:
    (one,) = logged(Attendance(new_pseudonym(), (Prompt.MOOD,), NOTE))

    assert NOTE not in repr(one)
    assert "my-mood" not in repr(one)


@given(since=DAYS, last=st.none() | DAYS, weeks=st.integers(1, 52), today=DAYS)
def test_a_supervision_is_owed_once_its_weeks_are_over_since_the_last_or_since_becoming_active(
    since: date, last: date | None, weeks: int, today: date
) -> None:
    rhythm = Rhythm(since, last, weeks)

    begins = [day for day in (since, last) if day is not None]
    assert rhythm.is_overdue(today) == all(today - day > weeks * WEEK for day in begins)


@given(since=st.none() | DAYS, last=st.none() | DAYS, weeks=st.none() | st.integers(1, 52), today=DAYS)
def test_nothing_is_owed_without_a_rhythm_or_to_somebody_who_rests(
    since: date | None, last: date | None, weeks: int | None, today: date
) -> None:
    if since is None or weeks is None:
        assert not Rhythm(since, last, weeks).is_overdue(today)


@given(DAYS, st.integers(1, 52), st.integers(0, 400))
def test_being_supervised_never_makes_the_next_one_due_earlier(since: date, weeks: int, later: int) -> None:
    before = Rhythm(since, None, weeks)
    after = replace(before, last_on=since + later * DAY)

    assert before.due_on is not None
    assert after.due_on is not None
    assert before.due_on <= after.due_on


@given(on_time=st.integers(0, 60), late=st.integers(0, 60))
def test_the_share_who_are_supervised_on_time_is_said_of_enough_and_beside_the_checks(on_time: int, late: int) -> None:
    programme = a_programme(terms=Terms(supervision_weeks=6), checks_required=False)
    days = [TODAY] * on_time + [TODAY - DAY] * late
    holders = [
        Holder(new_pseudonym(), ORGANISATION, (programme.id,), checks_valid_until=None, supervised_by=day)
        for day in days
    ]

    (said,) = count({programme.id: programme}, holders, TODAY)

    assert said.checks_current is None
    assert (said.supervision_on_time is None) == (on_time + late < FEWEST)
    if said.supervision_on_time is not None:
        assert (said.supervision_on_time == 100, said.supervision_on_time == 0) == (late == 0, on_time == 0)


async def every(stage: Stage, weeks: int | None, **changes: Any) -> Any:
    return await stage.a_programme(terms=ProgrammeTerms(definition_version=1, supervision_weeks=weeks), **changes)


async def test_the_shortest_rhythm_of_their_programmes_counts_and_only_while_they_are_active(desk: Desk) -> None:
    stage = desk.stage
    six, two, none = await every(stage, 6), await every(stage, 2), await every(stage, None)
    often = stage.somebody(programme_ids=(six.programme_id, two.programme_id))
    await stage.put(often)
    seldom = await stage.a_supporter(six)
    resting = await stage.a_supporter(two)
    await stage.put(replace(resting, state=SupporterState.RESTING), version=1)
    await stage.a_supporter(none)

    answer = await desk.get("/supporters/supervision")

    assert [(one["id"], one["weeks"], one["due_on"]) for one in answer.json()["items"]] == [
        (str(often.id), 2, (TODAY + 2 * WEEK).isoformat()),
        (str(seldom.id), 6, (TODAY + 6 * WEEK).isoformat()),
    ]
    page = await desk.get("/supporters/supervision", params={"limit": 1})
    rest = await desk.get("/supporters/supervision", params={"after": page.json()["next"]})
    assert [one["id"] for one in rest.json()["items"]] == [str(seldom.id)]


async def test_a_programme_that_changes_its_rhythm_changes_what_is_due_within_the_hour(desk: Desk) -> None:
    stage = desk.stage
    programme = await every(stage, 8)
    await stage.a_supporter(programme)

    await stage.hear(programme.model_copy(update={"terms": ProgrammeTerms(definition_version=2, supervision_weeks=4)}))
    await stage.count_quality(NOW + 7 * DAY)

    (due,) = (await desk.get("/supporters/supervision")).json()["items"]
    assert (due["weeks"], due["due_on"]) == (4, (TODAY + 4 * WEEK).isoformat())


async def log(desk: Desk, supporter_id: object, **different: Any) -> httpx.Response:
    body = {"held_on": desk.today, "minutes": 60, "prompts": ["my-mood"], "note": NOTE} | different
    return await desk.create(f"/supporters/{supporter_id}/supervisions", body)


async def test_a_supervision_moves_the_next_one_and_is_told_without_what_was_said(desk: Desk) -> None:
    supporter = await desk.stage.a_supporter(await every(desk.stage, 6))

    answer = await log(desk, supporter.id)

    (due,) = (await desk.get("/supporters/supervision")).json()["items"]
    assert (answer.status_code, due["last_on"], due["overdue"]) == (201, desk.today, False)
    told = [fact for fact in await desk.stage.told() if isinstance(fact, SupervisionLogged)]
    assert [fact.model_dump() for fact in told] == [
        {
            "supervision_id": told[0].supervision_id,
            "supporter_id": supporter.id,
            "organisation_id": desk.stage.organisation_id,
            "kind": "one-to-one",
            "held_on": date.fromisoformat(desk.today),
            "minutes": 60,
        }
    ]


async def test_only_who_gave_it_and_who_received_it_read_what_was_said(desk: Desk, as_caller: AsCaller) -> None:
    supporter_id = await desk.a_supporter()
    where = (await log(desk, supporter_id)).headers["Location"]
    colleague = as_caller("administrator", organisation_id=desk.stage.organisation_id, subject="a-colleague")

    own = await desk.get(where)
    others = await desk.client.get(where, auth=colleague)
    listed = await desk.client.get(f"/supporters/{supporter_id}/supervisions", auth=colleague)

    received = await desk.client.get(where, auth=as_supporter(desk, as_caller, "a-supporter"))
    other = await desk.client.get(where, auth=as_supporter(desk, as_caller, "another"))

    for read in (own, received):
        assert (read.json()["note"], read.json()["prompts"], read.json()["closed"]) == (NOTE, ["my-mood"], False)
        assert read.headers["Cache-Control"] == "no-store"
    assert (other.status_code, other.json()["code"]) == (404, "supervision-not-found")
    assert (others.status_code, others.json()["code"]) == (404, "supervision-not-found")
    assert [one["minutes"] for one in listed.json()["items"]] == [60]
    assert "my-mood" not in listed.text


def as_supporter(desk: Desk, as_caller: AsCaller, subject: str) -> Bearer:
    return as_caller("supporter", organisation_id=desk.stage.organisation_id, subject=subject)


async def test_of_a_meeting_each_supporter_reads_what_was_noted_of_them_and_nothing_of_the_others(
    desk: Desk, as_caller: AsCaller
) -> None:
    who = {name: await desk.a_supporter(subject=name) for name in ("ana", "ben")}
    talked = [{"supporter_id": id_, "note": f"{NOTE} {name}", "prompts": ["endings"]} for name, id_ in who.items()]
    logged = await desk.create("/supervisions", {"held_on": desk.today, "minutes": 90, "supporters": talked})
    ids = {one["supporter_id"]: one["id"] for one in logged.json()["supervisions"]}

    for name, other in (("ana", "ben"), ("ben", "ana")):
        desk.auth = as_supporter(desk, as_caller, name)
        [listed] = (await desk.get(f"/supporters/{who[name]}/supervisions")).json()["items"]
        read, others = [await desk.get(f"/supervisions/{ids[who[one]]}") for one in (name, other)]
        assert (listed["id"], read.json()["note"]) == (ids[who[name]], f"{NOTE} {name}")
        assert others.status_code == 404
        assert (await desk.get(f"/supporters/{who[other]}/supervisions")).status_code == 404


async def test_whoever_is_given_a_supporters_place_later_reads_nothing_that_was_noted_before(
    desk: Desk, as_caller: AsCaller
) -> None:
    without, with_access = await desk.a_supporter(subject=None), await desk.a_supporter(subject="a-supporter")
    wheres = [(await log(desk, supporter_id)).headers["Location"] for supporter_id in (without, with_access)]
    for supporter_id in (without, with_access):
        body = a_supporter_body(desk.programme.programme_id, subject="newcomer")
        assert (await desk.put(f"/supporters/{supporter_id}", body, '"1"')).status_code == 200

    newcomer = as_supporter(desk, as_caller, "newcomer")
    reads = [(await desk.client.get(where, auth=newcomer)).json() for where in wheres]
    before = await desk.client.get(wheres[1], auth=as_supporter(desk, as_caller, "a-supporter"))

    assert [(one["note"], one["prompts"], one["closed"]) for one in reads] == [(None, [], True)] * 2
    assert before.json()["note"] == NOTE


async def test_a_supporter_who_reads_what_was_noted_is_on_the_record(desk: Desk, as_caller: AsCaller) -> None:
    where = (await log(desk, await desk.a_supporter())).headers["Location"]

    await desk.client.get(where, auth=as_supporter(desk, as_caller, "a-supporter"))

    entries = await desk.stage.on_the_record(UUID(where.rpartition("/")[2]))
    assert [(one["action"], one["subject"]) for one in entries] == [
        ("supervision-logged", "tester"),
        ("supervision-read", "a-supporter"),
    ]


SAID = st.lists(st.tuples(st.sampled_from(["ana", "ben", None]), st.booleans()), min_size=1, max_size=4)


@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(meetings=st.lists(SAID, min_size=1, max_size=3), reader=st.sampled_from(["ana", "ben", "s-1", "nobody"]))
async def test_whoever_was_supervised_with_whom_a_note_opens_for_two_and_nobody_else(
    meetings: list[list[tuple[str | None, bool]]], reader: str, stage: Stage
) -> None:
    stage = stage.of_another_organisation()
    programme = await stage.a_programme()
    kept: list[tuple[UUID, str | None, str | None]] = []
    for meeting in meetings:
        who = [(await stage.a_supporter(programme, subject=subject), subject, noted) for subject, noted in meeting]
        attended = [Attendance(one.id, (Prompt.MOOD,), f"of {one.id}" if noted else None) for one, _, noted in who]
        async with stage.database.transaction(stage.caller) as tx:
            log: dict[str, Any] = {
                "organisation_id": stage.organisation_id,
                "held_on": TODAY,
                "minutes": 60,
                "supervisor": "s-1",
            }
            logged = await supervising.log_supervision(tx, SupervisionKind.GROUP, attended, **log, now=NOW)
        kept += [(one.id, subject, one.note) for one, (_, subject, _) in zip(logged, who, strict=True)]

    for id_, subject, note in kept:
        async with stage.database.transaction(stage.caller) as tx:
            try:
                read = await supervising.read_supervision(tx, id_, reader, now=NOW)
            except SupervisionNotFound:
                assert reader not in {"s-1", subject}
            else:
                assert reader in {"s-1", subject}
                assert (read.note, read.prompts) == (note, (Prompt.MOOD,))


@pytest.mark.parametrize(("reader", "keys"), [(None, 0), ("tester", 0), ("another", 0), ("a-supporter", 1)])
async def test_a_query_finds_no_supporters_key_unless_it_names_the_supporter(
    desk: Desk, reader: str | None, keys: int
) -> None:
    await log(desk, await desk.a_supporter())

    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        if reader is not None:
            await speak_as(tx, reader)
        found = (await tx.execute(sa.select(sa.func.count()).select_from(supervision_own_keys))).scalar_one()

    assert found == keys


async def test_a_supervisor_logs_and_reads_supervision_without_organising_anything(
    desk: Desk, as_caller: AsCaller
) -> None:
    supporter_id = await desk.a_supporter()
    desk.auth = as_caller("supervisor", organisation_id=desk.stage.organisation_id, subject="a-supervisor")

    logged = await log(desk, supporter_id)

    assert (logged.status_code, (await desk.get(logged.headers["Location"])).json()["note"]) == (201, NOTE)
    assert (await desk.get("/supporters/supervision")).status_code == 200
    assert (await desk.get(f"/supporters/{supporter_id}")).status_code == 403


async def test_a_note_is_nowhere_in_the_database_as_it_was_written_and_needs_its_key(desk: Desk) -> None:
    where = (await log(desk, await desk.a_supporter())).headers["Location"]
    dump = sa.text("select supervisions::text from supervisions union all select encode(body, 'escape') from"
                   " idempotency_keys union all select entry from audit_tail")  # fmt: skip
    async with desk.stage.database.network_transaction() as tx:
        everything = "\n".join(str(text) for text in await tx.scalars(dump))
        await tx.execute(sa.text("delete from supervision_keys where id = :id"), {"id": where.rpartition("/")[2]})

    assert "silences" not in everything
    assert NOTE.encode().hex() not in everything
    assert (await desk.get(where)).json()["note"] is None


@pytest.mark.parametrize(("reader", "keys"), [(None, 0), ("a-colleague", 0), ("tester", 1)])
async def test_a_query_finds_no_key_unless_it_names_the_author(desk: Desk, reader: str | None, keys: int) -> None:
    await log(desk, await desk.a_supporter())

    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        if reader is not None:
            await speak_as(tx, reader)
        found = (await tx.execute(sa.select(sa.func.count()).select_from(supervision_keys))).scalar_one()

    assert found == keys


async def test_of_a_meeting_with_somebody_who_is_not_ours_nothing_is_kept(desk: Desk) -> None:
    ours, body = await desk.a_supporter(), {"held_on": desk.today, "minutes": 90}

    answer = await desk.create(
        "/supervisions", {**body, "supporters": [{"supporter_id": ours}, {"supporter_id": str(new_pseudonym())}]}
    )
    received = await desk.get(f"/supporters/{ours}/supervisions")

    assert (answer.status_code, answer.json()["code"]) == (404, "supporter-not-found")
    assert received.json()["items"] == []


async def test_a_programme_says_how_many_are_supervised_on_time(stage: Stage) -> None:
    programme = await every(stage, 6, checks_required=False)
    for _ in range(FEWEST):
        await stage.a_supporter(programme)

    for now in (NOW + 6 * 7 * DAY, NOW + (6 * 7 + 1) * DAY):
        await stage.count_quality(now)

    told = [fact for fact in await stage.told() if isinstance(fact, ProgrammeQualityCounted)]
    assert [(fact.checks_current, fact.supervision_on_time) for fact in told] == [(None, 100), (None, 0)]
