"""What falls due is told on the day, once; what was seen to is due no longer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id, now, today
from kith_contracts.matching import WorkFellDue
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.due import AT_ONCE, NOTICE_DAYS, QUIET_DAYS, Due, latest
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.visit import LATE_IN, LATE_OUT
from kith_matching.domain.worklist import Work
from kith_matching.store import due as store
from kith_matching.usecases import falling_due
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.matching.builders import DAY, ORGANISATION, TODAY
from tests.matching.desk import Desk
from tests.matching.stage import Stage

SHORT = ProgrammeTerms(
    definition_version=1,
    knowing_each_other="expected",
    missed_after_days=7,
    review_weeks=None,
    length_weeks=8,
    supervision_weeks=None,
)
SLOW = ProgrammeTerms(
    definition_version=1,
    knowing_each_other="expected",
    components=("helps-or-not",),
    missed_after_days=28,
    review_weeks=52,
)
SHIFT = sa.text("update visits set starts_at = :at, ends_at = :at + interval '1 hour'").bindparams(
    sa.bindparam("at", type_=sa.DateTime(timezone=True))
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))

Told = tuple[str, str, date]


def a_due(due_on: date, every: int | None) -> Due:
    return Due(Work.HOLD_SESSION, new_id(), Kind.MATCH, new_id(), ORGANISATION, new_id(), new_id(), due_on, every)


@given(DAYS, st.none() | st.integers(1, 60), st.integers(0, 300))
def test_what_is_due_is_raised_once_for_each_of_its_days_and_never_before_it(
    due_on: date, every: int | None, days: int
) -> None:
    due = a_due(due_on, every)

    raised = [latest(due, day).due_on for day in (due_on + n * DAY for n in range(days + 1))]

    once = sorted(set(raised))
    assert once == [due_on + n * DAY for n in range(0, days + 1, every or days + 1)]
    assert all(raised.index(day) == (day - due_on).days for day in once)


@given(DAYS, st.integers(1, 60), st.integers(0, 300), st.integers(0, 60))
def test_whoever_looks_late_finds_the_day_on_which_it_was_due_last(
    due_on: date, every: int, later: int, more: int
) -> None:
    first, second = (latest(a_due(due_on, every), due_on + days * DAY).due_on for days in (later, later + more))

    assert due_on <= first <= due_on + later * DAY < first + every * DAY
    assert (first == second) == ((later + more) // every == later // every)


def test_nothing_is_told_of_what_a_person_said_but_that_somebody_looks() -> None:
    kinds = {
        (kind, about): Due(kind, new_id(), about, new_id(), ORGANISATION, None, None, TODAY)
        for kind in Work
        for about in (Kind.MATCH, Kind.REFERRAL)
    }

    told_as = {due.told_as for due in kinds.values()}
    assert told_as - set(Work) == {"look-at-match", "look-at-support"}
    assert "harder" not in {word for one in told_as for word in one.split("-")}
    assert {kind for (kind, _), due in kinds.items() if due.at_once} == AT_ONCE


class Days:
    """A coordinator, and days that pass: each instant is the moment of now, so many days on."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stage = desk.stage
        self.start = now()
        self.today = today(self.start)

    async def at(self, days: int) -> list[Told]:
        """What is told on that day that was not told before."""
        before = await self.stage.told()
        await self.stage.raise_due(self.start + timedelta(days=days))
        return told(await self.stage.told_since(before))

    async def meet(self, match_id: str, held_on: date, **said: Any) -> None:
        """The two meet; logged at once, whenever that is."""
        body = {"kind": "one-to-one", "match_id": match_id, "held_on": self.desk.today, "minutes": 60}
        logged = await self.desk.create("/sessions", body | {"channel": "telephone"} | said)
        assert logged.status_code == 201, logged.text
        await self.change("update sessions set held_on = :on where id = :id", logged.json()["id"], held_on)

    async def change(self, statement: str, about: str, on: date) -> None:
        async with self.stage.database.transaction(self.stage.caller) as tx:
            await tx.execute(sa.text(statement), {"id": about, "on": on})

    async def supporter_of(self, match_id: str) -> str:
        found: str = (await self.desk.get(f"/matches/{match_id}")).json()["supporter_id"]
        return found


def told(facts: Any) -> list[Told]:
    return [(fact.kind, str(fact.about_id), fact.due_on) for fact in facts if isinstance(fact, WorkFellDue)]


@pytest.fixture
async def desk(database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller) -> Desk:
    """Alone in the network: a timer sees all of it."""
    stage = Stage(await database_of("matching"))
    return await Desk(await http_of("matching", stage.database), stage, as_caller).open()


@pytest.fixture
async def days(desk: Desk) -> Days:
    return Days(desk)


@pytest.fixture
async def short(days: Days) -> Days:
    """In a programme of weekly sessions for eight weeks, without reviews or supervision."""
    await days.stage.hear(days.desk.programme.model_copy(update={"terms": SHORT}))
    return days


async def test_a_week_without_a_session_is_told_the_day_after_and_again_each_week(short: Days) -> None:
    match_id = await short.desk.a_match()

    found = {n: await short.at(n) for n in (7, 8, 9, 14, 15, 16)}

    assert found == {
        **{n: [] for n in (7, 9, 14, 16)},
        8: [("hold-session", match_id, short.today + 8 * DAY)],
        15: [("hold-session", match_id, short.today + 15 * DAY)],
    }


@pytest.mark.parametrize(
    ("said", "noticed"),
    [({}, []), ({"outcome": "cancelled", "minutes": 0}, [8]), ({"outcome": "did-not-happen", "minutes": 0}, [8])],
)
async def test_only_a_session_that_happened_ends_a_silence(
    short: Days, said: dict[str, Any], noticed: list[int]
) -> None:
    match_id = await short.desk.a_match()
    await short.meet(match_id, short.today + 4 * DAY, **said)

    assert await short.at(8) == [("hold-session", match_id, short.today + n * DAY) for n in noticed]


async def test_after_days_on_which_nobody_looked_only_the_last_week_is_told_with_its_own_day(short: Days) -> None:
    match_id = await short.desk.a_match()

    assert await short.at(24) == [("hold-session", match_id, short.today + 22 * DAY)]
    assert await short.at(28) == []


async def test_once_they_have_met_it_is_on_the_worklist_no_more_and_is_due_again_a_week_later(short: Days) -> None:
    match_id = await short.desk.a_match()
    await short.change("update matches set made_on = :on where id = :id", match_id, short.today - 10 * DAY)
    listed = (await short.desk.get("/worklist")).json()["items"]
    first = await short.at(0)

    await short.meet(match_id, short.today, limits_explained=True)

    assert [(one["kind"], one["due_on"]) for one in listed] == [("hold-session", (short.today - 2 * DAY).isoformat())]
    assert (await short.desk.get("/worklist")).json()["items"] == []
    assert first == [("hold-session", match_id, short.today - 2 * DAY)]
    assert [await short.at(n) for n in (7, 8)] == [[], [("hold-session", match_id, short.today + 8 * DAY)]]


async def test_two_who_are_matched_without_a_word_for_two_weeks_are_told_of_where_the_programme_says_nothing(
    days: Days,
) -> None:
    match_id = await days.desk.a_match()

    assert await days.at(QUIET_DAYS) == []
    assert await days.at(QUIET_DAYS + 1) == [("get-in-touch", match_id, days.today + 15 * DAY)]
    assert await days.at(QUIET_DAYS * 2) == []
    assert await days.at(QUIET_DAYS * 2 + 1) == [("get-in-touch", match_id, days.today + 29 * DAY)]


async def a_session(days: Days, match_id: str) -> None:
    await days.meet(match_id, days.today)


async def a_call(days: Days, match_id: str) -> None:
    body = {"held_on": days.desk.today, "channel": "telephone"}
    await days.desk.create(f"/supporters/{await days.supporter_of(match_id)}/calls", body)


async def a_supervision(days: Days, match_id: str) -> None:
    body = {"held_on": days.desk.today, "minutes": 60}
    await days.desk.create(f"/supporters/{await days.supporter_of(match_id)}/supervisions", body)


async def an_answer(days: Days, match_id: str) -> None:
    body = {"asked_on": days.desk.today, "moment": "in-between", "said": "helping"}
    await days.desk.create(f"/matches/{match_id}/helping", body)


async def a_meeting(days: Days, match_id: str) -> None:
    match = (await days.desk.get(f"/matches/{match_id}")).json()
    body = {"kind": "group", "group_id": str(new_id()), "programme_id": match["programme_id"], "minutes": 60}
    there = {"attended_referral_ids": [match["referral_id"]], "held_on": days.desk.today, "channel": "in-person"}
    assert (await days.desk.create("/sessions", body | there)).status_code == 201


@pytest.mark.parametrize("terms", [None, SLOW])
@pytest.mark.parametrize("heard", [a_session, a_meeting, an_answer])
async def test_there_is_contact_with_a_person_who_met_somebody_or_said_something(
    days: Days, heard: Callable[[Days, str], Awaitable[None]], terms: ProgrammeTerms | None
) -> None:
    await days.stage.hear(days.desk.programme.model_copy(update={"terms": terms}))
    match_id, other = await days.desk.a_match(), await days.desk.a_match()
    for one in (match_id, other):
        await days.change("update matches set made_on = :on where id = :id", one, days.today - 14 * DAY)

    await heard(days, match_id)

    assert await days.at(1) == [("get-in-touch", other, days.today + DAY)]


@pytest.mark.parametrize("terms", [None, SLOW])
@pytest.mark.parametrize("spoken", [a_call, a_supervision])
async def test_that_somebody_spoke_with_the_supporter_is_no_contact_with_the_person(
    days: Days, spoken: Callable[[Days, str], Awaitable[None]], terms: ProgrammeTerms | None
) -> None:
    await days.stage.hear(days.desk.programme.model_copy(update={"terms": terms}))
    match_id = await days.desk.a_match()
    await days.change("update matches set made_on = :on where id = :id", match_id, days.today - 14 * DAY)

    await spoken(days, match_id)

    assert await days.at(1) == [("get-in-touch", match_id, days.today + DAY)]


async def test_of_a_missed_session_and_no_contact_the_earlier_stands_and_not_both(days: Days) -> None:
    await days.stage.hear(days.desk.programme.model_copy(update={"terms": SLOW}))
    silent, heard = await days.desk.a_match(), await days.desk.a_match()
    for one in (silent, heard):
        await days.change("update matches set made_on = :on where id = :id", one, days.today - 20 * DAY)
    await an_answer(days, heard)

    found = {n: told for n in range(12) if (told := await days.at(n))}

    assert found == {
        0: [("get-in-touch", silent, days.today - 5 * DAY)],
        9: [("get-in-touch", silent, days.today + 9 * DAY), ("hold-session", heard, days.today + 9 * DAY)],
    }
    listed = (await days.desk.get("/worklist")).json()["counts"]
    assert listed == {"get-in-touch": 1}


@pytest.mark.parametrize("days_between", [7, 14])
async def test_where_a_session_is_missed_as_soon_no_contact_is_told_of_beside_it(days: Days, days_between: int) -> None:
    terms = SLOW.model_copy(update={"missed_after_days": days_between})
    await days.stage.hear(days.desk.programme.model_copy(update={"terms": terms}))
    await days.desk.a_match()

    assert {one[0] for n in range(60) for one in await days.at(n)} == {"hold-session"}


async def test_in_a_programme_that_is_not_formal_only_its_own_days_count(days: Days) -> None:
    changes = {"terms": SLOW, "formality": "organised"}
    await days.stage.hear(days.desk.programme.model_copy(update=changes))
    match_id = await days.desk.a_match()

    assert [one for n in range(30) for one in await days.at(n)] == [("hold-session", match_id, days.today + 29 * DAY)]


async def test_where_the_programme_does_not_ask_whether_it_helps_nobody_is_to_be_asked(days: Days) -> None:
    met = {}
    for components in ((), ("helps-or-not",)):
        version = 1 + len(components)
        terms = SLOW.model_copy(update={"definition_version": version, "components": components})
        await days.stage.hear(days.desk.programme.model_copy(update={"terms": terms}))
        met[version] = await days.desk.a_match()
        for _ in range(2):
            await days.meet(met[version], days.today)

    assert await days.at(0) == [("ask-whether-it-helps", met[2], days.today)]
    assert [one["id"] for one in (await days.desk.get("/helping/due")).json()["items"]] == [met[2]]


async def test_a_review_is_told_on_its_day_and_whom_to_ask_after_the_second_session(days: Days) -> None:
    reviewed, met = await days.desk.a_match(), await days.desk.a_match()
    await days.change("update matches set review_on = :on where id = :id", reviewed, days.today + 3 * DAY)
    for _ in range(2):
        await days.meet(met, days.today)

    assert await days.at(0) == [("ask-whether-it-helps", met, days.today)]
    assert await days.at(2) == []
    assert await days.at(3) == [("review", reviewed, days.today + 3 * DAY)]


async def test_once_a_review_is_due_it_is_one_thing_with_what_was_to_be_asked_before(days: Days) -> None:
    match_id = await days.desk.a_match()
    await days.change("update matches set review_on = :on where id = :id", match_id, days.today)
    for _ in range(2):
        await days.meet(match_id, days.today)

    assert await days.at(0) == [("review", match_id, days.today)]


async def test_an_ending_is_told_two_weeks_before_and_on_its_day(short: Days) -> None:
    match_id = await short.desk.a_match()
    until = 8 * 7

    found = [(n, one) for n in range(until + 1) for one in await short.at(n) if one[0].endswith("ending")]

    assert found == [
        (until - NOTICE_DAYS, ("prepare-ending", match_id, short.today + (until - NOTICE_DAYS) * DAY)),
        (until, ("see-to-ending", match_id, short.today + until * DAY)),
    ]


async def test_an_overdue_supervision_is_told_the_day_after_the_last_that_is_on_time(days: Days) -> None:
    await days.stage.hear(
        days.desk.programme.model_copy(update={"terms": ProgrammeTerms(definition_version=1, supervision_weeks=4)})
    )
    supporter_id, resting = await days.desk.a_supporter(), await days.desk.a_supporter()
    await days.desk.create(
        f"/supporters/{resting}/steps", {"moment": "reached", "step": "resting", "on": days.desk.today}
    )

    assert await days.at(28) == []
    assert await days.at(29) == [("supervise", supporter_id, days.today + 29 * DAY)]
    assert await days.at(60) == []


async def test_a_visitor_is_looked_for_at_once_each_time_they_are_missed(days: Days) -> None:
    match_id, starts_at = await days.desk.a_match(), days.start + timedelta(minutes=20)
    supporter_id = await days.supporter_of(match_id)
    body = {"starts_at": starts_at.isoformat(), "minutes": 60}
    visit_id = (await days.desk.create(f"/matches/{match_id}/visits", body)).json()["id"]

    async def looked_for(at: datetime) -> list[tuple[str, str, bool]]:
        before = await days.stage.told()
        await days.stage.raise_due(at)
        found = [one for one in await days.stage.told_since(before) if isinstance(one, WorkFellDue)]
        return [(one.kind, str(one.about_id), one.at_once) for one in found if one.referral_id is None]

    early = await looked_for(starts_at + LATE_IN - timedelta(seconds=1))
    not_there = await looked_for(starts_at + LATE_IN)
    await days.desk.change(f"/visits/{visit_id}/checking-in", None, None)
    there = await looked_for(starts_at + timedelta(hours=1))
    not_back = [await looked_for(starts_at + timedelta(hours=1) + LATE_OUT) for _ in range(2)]

    assert (early, there) == ([], [])
    assert not_there == [("look-for-visitor", supporter_id, True)]
    assert not_back == [[("look-for-visitor", supporter_id, True)], []]


async def test_that_it_is_harder_is_told_at_once_and_not_what_was_said(days: Days) -> None:
    match_id = await days.desk.a_match()
    before = await days.stage.told()
    body = {"asked_on": days.desk.today, "moment": "in-between"}

    for said in ("helping", "harder"):
        await days.desk.create(f"/matches/{match_id}/helping", body | {"said": said})

    [fact] = await days.stage.told_since(before)
    assert isinstance(fact, WorkFellDue)
    assert (fact.kind, str(fact.about_id), fact.at_once) == ("look-at-match", match_id, True)
    assert "harder" not in fact.model_dump_json()
    assert await days.at(0) == []


async def test_nothing_is_due_of_support_that_has_ended_or_of_somebody_who_was_erased(short: Days) -> None:
    referral = await short.desk.a_referral()
    ended, erased = await short.desk.a_match(), await short.desk.a_match(referral)
    match = await short.desk.get(f"/matches/{ended}")
    await short.desk.change(f"/matches/{ended}/ending", {"ending": "planned"}, match.headers["ETag"])

    await short.stage.hear(a_person_erased(referral))

    assert await short.at(60) == []
    assert erased not in str((await short.desk.get("/worklist")).json())


async def test_that_something_fell_due_goes_with_the_person(short: Days) -> None:
    referral = await short.desk.a_referral()
    await short.desk.a_match(referral)
    await short.at(8)

    async def kinds() -> set[str]:
        async with short.stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
            return {one.kind for one in held.holdings}

    before = await kinds()
    await short.stage.hear(a_person_erased(referral))

    assert ("due" in before, "due" in await kinds()) == (True, False)
    assert await short.at(15) == []


async def test_a_silence_is_the_persons_whoever_rests_or_leaves(short: Days) -> None:
    match_id = await short.desk.a_match()
    supporter_id = await short.supporter_of(match_id)
    await short.desk.create(f"/supporters/{supporter_id}/suspension", {"reason": "allegation"})

    assert await short.at(0) == [("arrange-cover", match_id, short.today)]
    assert await short.at(8) == [("hold-session", match_id, short.today + 8 * DAY)]


async def test_who_is_killed_before_the_end_has_told_nothing_and_tells_it_the_next_time(short: Days) -> None:
    match_id, at = await short.desk.a_match(), short.start + 8 * DAY
    before = await short.stage.told()

    with pytest.raises(ConnectionResetError):
        async with short.stage.database.network_transaction() as tx:
            await falling_due.raise_due(tx, at)
            raise ConnectionResetError

    assert await short.stage.told_since(before) == []
    assert await short.at(8) == [("hold-session", match_id, short.today + 8 * DAY)]


async def test_two_at_once_tell_nothing_twice(short: Days) -> None:
    pairs = {await short.desk.a_match() for _ in range(4)}
    before = await short.stage.told()

    await asyncio.gather(*(short.stage.raise_due(short.start + 8 * DAY) for _ in range(3)))
    await short.stage.raise_due(short.start + 8 * DAY)

    found = told(await short.stage.told_since(before))
    assert sorted(found) == sorted(("hold-session", one, short.today + 8 * DAY) for one in pairs)


async def test_who_comes_second_with_the_same_tells_nothing(short: Days) -> None:
    match_id, at = await short.desk.a_match(), short.start + 8 * DAY
    async with short.stage.database.network_transaction() as tx:
        found = await store.list_new(tx, limit=10, today=today(at), now=at)
    before = await short.stage.told()

    for _ in range(2):
        async with short.stage.database.network_transaction() as tx:
            await falling_due.tell(tx, found, now=at)

    assert told(await short.stage.told_since(before)) == [("hold-session", match_id, short.today + 8 * DAY)]


async def test_what_does_not_fit_in_one_turn_follows_at_the_next_and_visitors_come_first(
    short: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [await short.desk.a_match() for _ in range(3)]
    body = {"starts_at": (short.start + 9 * DAY - timedelta(hours=1)).isoformat(), "minutes": 60}
    await short.desk.create(f"/matches/{pairs[0]}/visits", body)
    monkeypatch.setattr(falling_due, "MOST_AT_ONCE", 2)

    turns = [[kind for kind, _, _ in await short.at(9)] for _ in range(3)]

    assert turns == [["look-for-visitor", "hold-session"], ["hold-session"] * 2, []]


async def test_what_was_seen_to_while_it_was_found_is_not_told(short: Days) -> None:
    match_id = await short.desk.a_match()
    at = short.start + 8 * DAY

    async with short.stage.database.network_transaction() as tx:
        found = await store.list_new(tx, limit=10, today=today(at), now=at)
        await short.meet(match_id, short.today + 3 * DAY)
        still = await store.list_new_for_update(tx, found, today=today(at), now=at)

    assert ([str(one.about_id) for one in found], still) == ([match_id], [])


async def test_what_somebody_holds_now_is_told_the_next_time(short: Days) -> None:
    match_id = await short.desk.a_match()
    hold = sa.text("select id from referrals for update")

    async with short.stage.database.network_transaction() as tx:
        await tx.execute(hold)
        held = await short.at(8)

    assert (held, await short.at(8)) == ([], [("hold-session", match_id, short.today + 8 * DAY)])


async def test_another_organisation_learns_nothing_of_it(short: Days) -> None:
    await short.desk.a_match()
    await short.at(8)

    async with short.stage.database.transaction(short.stage.of_another_organisation().caller) as tx:
        assert (await tx.execute(sa.text("select * from dues"))).all() == []
