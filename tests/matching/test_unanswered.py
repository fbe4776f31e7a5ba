"""What was shared and not answered stays in sight of leads, and its desk is told once, on the day it is due."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_contracts.matching import SharingFellDue
from kith_matching.domain.concern import Item, SharedWith, Sharing, answer_sharing, is_to_be_told
from kith_matching.domain.working_time import Hours, Nation
from kith_matching.usecases.chasing import tell_unanswered
from tests.conftest import AsCaller
from tests.matching.test_concerns import Watch, a_desk, watch
from tests.matching.test_tenancy import A_DUTY_DESK, A_SHARING, WORRY

__all__ = ["watch"]  # a fixture

MONDAY = date(2026, 11, 16)
NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_sharing(**different: Any) -> Sharing:
    usual: dict[str, Any] = {"id": new_id(), "concern_id": new_id(), "organisation_id": new_id()}
    usual |= {"shared_with": SharedWith.POLICE, "items": (Item.NAME,), "shared_at": NINE - timedelta(days=3)}
    return Sharing(**{**usual, "shared_by": "lead-1", "answer_by": MONDAY, **different})


def test_a_desk_is_told_when_it_opens_on_the_day_and_where_there_is_none_at_nine() -> None:
    early = a_desk(hours=Hours(Nation.SCOTLAND, opens_at=time(7, 30)))
    looks = (-24 * 60, -91, -90, -1, 0, 24 * 60)

    told = [
        [minutes for minutes in looks if is_to_be_told(a_sharing(), desk, now=NINE + minutes * MINUTE)]
        for desk in (None, early)
    ]

    assert told == [[0, 24 * 60], [-90, -1, 0, 24 * 60]]


def test_summers_clock_is_the_one_on_the_wall() -> None:
    sharing = a_sharing(answer_by=date(2026, 6, 15))

    assert is_to_be_told(sharing, None, now=datetime(2026, 6, 15, 8, tzinfo=UTC))


@given(answered=st.booleans(), told=st.booleans(), minutes=st.integers(-3000, 3000))
def test_who_has_answered_and_who_was_told_are_let_alone(minutes: int, *, answered: bool, told: bool) -> None:
    sharing = a_sharing(told_at=NINE if told else None)
    if answered:
        sharing = answer_sharing(sharing, today=MONDAY)

    due = is_to_be_told(sharing, None, now=NINE + minutes * MINUTE)

    assert due is (minutes >= 0 and not answered and not told)


class Chase:
    """A concern that was shared with a crisis team, and decided; its lead; and days that pass."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.concern_id = ""
        self.sharing: dict[str, Any] = {}

    async def begin(self) -> "Chase":
        async with self.watch.speaks(self.watch.lead) as desk:
            await desk.put(f"/duty-desks/{new_id()}", A_DUTY_DESK)
        self.concern_id = (await self.watch.raise_())["id"]
        self.sharing = (await self.watch.act(self.concern_id, "sharings", A_SHARING)).json()
        await self.watch.act(self.concern_id, "deciding", {"decision": "shared", "reason": WORRY})
        return self

    async def answer(self) -> None:
        await self.watch.act(self.concern_id, f"sharings/{self.sharing['id']}/answering")

    async def lead_reads(self, path: str) -> list[dict[str, Any]]:
        async with self.watch.speaks(self.watch.lead) as desk:
            found: list[dict[str, Any]] = (await desk.get(path)).json()["items"]
        return found

    async def told(self, *days: float) -> list[SharingFellDue]:
        """What is told by ticks so many days after ten in the morning of the day by which an answer was to come."""
        stage = self.watch.desk.stage
        before = await stage.told()
        due = datetime.combine(date.fromisoformat(self.sharing["answer_by"]), time(10), UTC)
        for later in days:
            async with stage.database.network_transaction() as tx:
                await tell_unanswered(tx, due + timedelta(days=later))
        return [fact for fact in await stage.told_since(before) if isinstance(fact, SharingFellDue)]


@pytest.fixture
async def chase(watch: Watch) -> Chase:
    return await Chase(watch).begin()


async def test_what_is_decided_stays_in_sight_until_whoever_was_told_has_answered(chase: Chase) -> None:
    open_, shared = await chase.lead_reads("/concerns"), await chase.lead_reads("/concerns/sharings")

    await chase.answer()

    assert [(one["id"], one["decision"], one["unanswered_sharings"]) for one in open_] == [
        (chase.concern_id, "shared", 1)
    ]
    assert [(one["id"], one["concern_id"], one["overdue"]) for one in shared] == [
        (chase.sharing["id"], chase.concern_id, False)
    ]
    assert (await chase.lead_reads("/concerns"), await chase.lead_reads("/concerns/sharings")) == ([], [])
    [every] = await chase.lead_reads("/concerns?state=all")
    assert every["unanswered_sharings"] == 0


async def test_the_list_of_what_was_shared_holds_no_word_of_why(chase: Chase, as_caller: AsCaller) -> None:
    [shared] = await chase.lead_reads("/concerns/sharings")
    async with chase.watch.speaks(chase.watch.coordinator) as desk:
        refused = (await desk.get("/concerns/sharings")).status_code
    async with chase.watch.speaks(as_caller("safeguarding-lead", organisation_id=new_id())) as desk:
        another = (await desk.get("/concerns/sharings")).json()["items"]

    assert (WORRY in str(shared), refused, another) == (False, 403, [])


async def test_its_desk_is_told_once_on_the_day_however_often_somebody_looks(chase: Chase) -> None:
    before = await chase.told(-2, -1)

    facts = await chase.told(0, 0.01, 1, 30)

    desk_id = (await chase.watch.read(chase.concern_id))["desk_id"]
    assert before == []
    assert [(str(one.sharing_id), str(one.concern_id), str(one.desk_id)) for one in facts] == [
        (chase.sharing["id"], chase.concern_id, desk_id)
    ]
    assert facts[0].due_on.isoformat() == chase.sharing["answer_by"]


async def test_an_answer_before_the_day_leaves_nothing_to_tell(chase: Chase) -> None:
    await chase.answer()

    assert await chase.told(0, 1) == []


async def test_what_nobody_looked_for_on_its_day_is_told_later(chase: Chase) -> None:
    assert len(await chase.told(5)) == 1
