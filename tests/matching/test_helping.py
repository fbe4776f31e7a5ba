"""The person alone says whether it helps; who is to be asked is known on the day; what is harder is seen to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id, now, today
from kith_matching.domain.helping import Moment, NothingToSee, Says, see_to, take
from kith_matching.domain.match import Ending, end_match
from kith_matching.domain.refusals import InTheFuture, MatchEnded, OutsideMatch
from kith_matching.domain.terms import Terms
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.matching.builders import DAY, NOW, TODAY, a_match
from tests.matching.desk import Desk

REVIEW = sa.text("update matches set review_on = :on where id = :id")


def taken(moment: Moment, said: Says = Says.HELPING, *, match: Any = None, terms: Any = None, on: Any = TODAY) -> Any:
    return take(match or a_match(), terms or Terms(), said, moment, asked_on=on, today=TODAY, helping_id=new_id())


@given(st.integers(0, 400), st.none() | st.integers(1, 60))
def test_a_review_is_due_again_after_the_weeks_with_which_the_match_began(ago: int, weeks: int | None) -> None:
    match = replace(a_match(), made_on=TODAY - 400 * DAY, review_on=TODAY - 400 * DAY)

    helping, after = taken(Moment.REVIEW, match=match, terms=Terms(review_weeks=weeks), on=TODAY - ago * DAY)

    assert after.review_on == TODAY - ago * DAY + timedelta(weeks=weeks or 6)
    assert (helping.match_id, after.version) == (match.id, match.version + 1)


def test_a_review_that_is_told_late_brings_no_earlier_one_back() -> None:
    match = replace(a_match(), made_on=TODAY - 90 * DAY, review_on=TODAY + 30 * DAY)

    assert taken(Moment.REVIEW, match=match, on=TODAY - 80 * DAY)[1].review_on == match.review_on


@pytest.mark.parametrize("moment", [Moment.SECOND_SESSION, Moment.IN_BETWEEN])
def test_what_is_said_at_another_time_moves_no_review(moment: Moment) -> None:
    match = a_match()

    assert taken(moment, match=match)[1] == match


@given(st.integers(0, 4), st.integers(0, 30), st.none() | st.integers(1, 60))
def test_a_match_without_an_end_in_sight_is_asked_about_its_balance_as_if_each_review_extended_it(
    extensions: int, reviews: int, weeks: int | None
) -> None:
    terms = Terms(extensions=extensions, length_weeks=weeks)
    match = replace(a_match(), ends_on=None, balance_due_on=None)

    def after(moment: Moment) -> Any:
        said = Says.HELPING
        return take(match, terms, said, moment, asked_on=TODAY, today=TODAY, helping_id=new_id(), reviews=reviews)[
            1
        ].balance_due_on

    asked = weeks is None and (reviews + 1) % (extensions + 1) == 0
    assert after(Moment.REVIEW) == (TODAY if asked else None)
    assert {after(Moment.SECOND_SESSION), after(Moment.IN_BETWEEN)} == {None}


def test_a_balance_that_nobody_has_answered_is_asked_about_since_the_first_day() -> None:
    match = replace(a_match(), balance_due_on=TODAY - 90 * DAY)

    _, after = take(
        match, Terms(), Says.HELPING, Moment.REVIEW, asked_on=TODAY, today=TODAY, helping_id=new_id(), reviews=1
    )

    assert after.balance_due_on == TODAY - 90 * DAY


def test_nobody_is_asked_tomorrow_before_there_was_support_or_after_it() -> None:
    with pytest.raises(InTheFuture):
        taken(Moment.REVIEW, on=TODAY + DAY)
    with pytest.raises(OutsideMatch):
        taken(Moment.REVIEW, on=a_match().made_on - DAY)
    with pytest.raises(MatchEnded):
        taken(Moment.REVIEW, match=end_match(a_match(), Ending.PLANNED, today=TODAY).match)


@pytest.mark.parametrize("said", Says)
def test_only_what_is_harder_is_seen_to_and_once(said: Says) -> None:
    helping, _ = taken(Moment.IN_BETWEEN, said)

    if said is Says.HARDER:
        helping = see_to(helping, by="s-1", now=NOW)
    with pytest.raises(NothingToSee):
        see_to(helping, by="s-2", now=NOW)


class Asking:
    """A coordinator who asks the person of a match."""

    def __init__(self, desk: Desk, match_id: str) -> None:
        self.desk = desk
        self.match_id = match_id

    async def session(self, **different: Any) -> None:
        """The two meet today."""
        held = {"kind": "one-to-one", "match_id": self.match_id, "held_on": self.desk.today}
        body = held | {"minutes": 60, "channel": "telephone"} | different
        assert (await self.desk.create("/sessions", body)).status_code == 201

    async def said(self, said: str, moment: str = "second-session") -> Any:
        """The person says something today."""
        body = {"asked_on": self.desk.today, "moment": moment, "said": said}
        return await self.desk.create(f"/matches/{self.match_id}/helping", body)

    async def due(self) -> list[tuple[str, str]]:
        """Who is to be asked, since when."""
        return [(one["id"], one["due_on"]) for one in (await self.desk.get("/helping/due")).json()["items"]]

    async def harder(self) -> list[str]:
        """For whom it is harder."""
        return [one["id"] for one in (await self.desk.get("/helping/harder")).json()["items"]]


@pytest.fixture
async def asking(desk: Desk) -> Asking:
    return Asking(desk, await desk.a_match())


async def test_the_person_is_to_be_asked_after_the_second_session_that_happened(asking: Asking) -> None:
    await asking.session()
    await asking.session(outcome="did-not-happen", minutes=0)
    before = await asking.due()

    await asking.session()

    assert (before, await asking.due()) == ([], [(asking.match_id, asking.desk.today)])


@pytest.mark.parametrize("moment", Moment)
async def test_whoever_was_asked_is_not_to_be_asked_until_the_review(asking: Asking, moment: Moment) -> None:
    await asking.session()
    await asking.session()

    await asking.said("helping", moment)

    assert await asking.due() == []


async def test_at_a_review_everybody_is_to_be_asked_until_they_were_asked_at_it(asking: Asking) -> None:
    await asking.said("helping")
    review_on = today(now()) - timedelta(days=3)
    await review_is_due(asking, review_on)
    due = await asking.due()

    await asking.said("helping", "in-between")
    still = await asking.due()
    await asking.said("no-different", "review")

    assert due == still == [(asking.match_id, review_on.isoformat())]
    assert await asking.due() == []
    match = (await asking.desk.get(f"/matches/{asking.match_id}")).json()
    assert match["review_on"] == (today(now()) + timedelta(weeks=6)).isoformat()


async def test_at_every_second_review_of_a_match_that_goes_on_its_balance_is_asked_about_and_answered(
    asking: Asking,
) -> None:
    where = f"/matches/{asking.match_id}"
    asked = []
    for _ in range(4):
        await asking.said("helping", "review")
        await asking.said("helping", "in-between")
        match = await asking.desk.get(where)
        asked.append(match.json()["balance_due_on"])
        if asked[-1] is not None:
            body = {"balance": "goes-on"}
            answered = await asking.desk.change(f"{where}/balance", body, match.headers["ETag"])
            assert (answered.json()["balance"], answered.json()["balance_due_on"]) == ("goes-on", None)

    assert asked == [None, asking.desk.today] * 2


async def test_of_meetings_a_person_is_asked_through_their_referral(desk: Desk) -> None:
    referral = str((await desk.a_referral()).referral_id)
    meeting = {"kind": "group", "group_id": str(new_id()), "programme_id": str(desk.programme.programme_id)}
    there = {"held_on": desk.today, "minutes": 60, "channel": "in-person", "attended_referral_ids": [referral]}
    body = {"asked_on": desk.today, "moment": "in-between", "said": "harder"}
    early = await desk.create(f"/referrals/{referral}/helping", body)
    await desk.create("/sessions", meeting | there)

    answer = await desk.create(f"/referrals/{referral}/helping", body)

    assert (early.status_code, early.json()["code"]) == (409, "not-come-yet")
    assert (answer.status_code, answer.json()["match_id"], answer.json()["referral_id"]) == (201, None, referral)
    listed = (await desk.get(f"/referrals/{referral}/helping")).json()["items"]
    harder = (await desk.get("/helping/harder")).json()["items"]
    assert [one["id"] for one in listed] == [one["id"] for one in harder] == [answer.json()["id"]]
    seen = await desk.change(f"/helping/{answer.json()['id']}/seeing", None, answer.headers["ETag"])
    assert seen.json()["seen_by"] == "tester"


async def review_is_due(asking: Asking, on: Any) -> None:
    async with asking.desk.stage.database.transaction(asking.desk.stage.caller) as tx:
        await tx.execute(REVIEW, {"on": on, "id": asking.match_id})


async def test_at_a_review_somebody_is_to_be_asked_though_they_met_once(asking: Asking) -> None:
    await asking.session()

    await review_is_due(asking, today(now()))

    assert await asking.due() == [(asking.match_id, asking.desk.today)]


async def test_nobody_is_to_be_asked_about_a_match_that_has_ended(asking: Asking) -> None:
    await asking.session()
    await asking.session()
    match = await asking.desk.get(f"/matches/{asking.match_id}")

    await asking.desk.change(f"/matches/{asking.match_id}/ending", {"ending": "planned"}, match.headers["ETag"])

    assert await asking.due() == []


async def test_what_is_harder_stands_until_somebody_sees_to_it(asking: Asking) -> None:
    await asking.said("no-different")
    answer = await asking.said("harder")
    harder = await asking.harder()

    seen = await asking.desk.change(f"/helping/{answer.json()['id']}/seeing", None, answer.headers["ETag"])
    again = await asking.desk.change(f"/helping/{answer.json()['id']}/seeing", None, seen.headers["ETag"])

    stale = await asking.desk.change(f"/helping/{answer.json()['id']}/seeing", None, answer.headers["ETag"])
    assert (stale.status_code, harder) == (412, [answer.json()["id"]])
    assert (seen.json()["seen_by"], await asking.harder()) == ("tester", [])
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-see-to")
    listed = (await asking.desk.get(f"/matches/{asking.match_id}/helping")).json()["items"]
    assert [one["said"] for one in listed] == ["no-different", "harder"]


async def test_of_somebody_who_was_erased_nothing_they_said_is_left(desk: Desk) -> None:
    referral = await desk.a_referral()
    asking = Asking(desk, await desk.a_match(referral))
    await asking.said("harder")

    async def kinds() -> set[str]:
        async with desk.stage.database.network_transaction() as tx:
            return {
                one.kind for one in (await list_holdings(tx, [referral.person_id], [referral.referral_id])).holdings
            }

    before = await kinds()
    await desk.stage.hear(a_person_erased(referral))

    assert ("helping" in before, "helping" in await kinds(), await asking.harder()) == (True, False, [])
