"""Incidents: logged by whoever was there, read by few, closed when something was done, and kept."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_matching.domain.incident import (
    BeforeItHappened,
    FollowUp,
    Incident,
    IncidentClosed,
    IncidentKind,
    NothingDone,
    close,
    follow_up,
    log_incident,
)
from kith_matching.domain.refusals import InTheFuture
from kith_matching.tables import incidents
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY
from tests.matching.desk import Desk
from tests.matching.test_goals import Together, matched_where

WORDS = "The dog was loose in the hall again"


def an_incident(**different: Any) -> Incident:
    """Yesterday week, and nothing was done at once."""
    usual = Incident(new_id(), ORGANISATION, IncidentKind.AGGRESSION, TODAY - 8 * DAY, NOW, "a-supporter")
    return replace(usual, **different)


def a_follow_up(day: date = TODAY) -> FollowUp:
    return FollowUp(new_id(), new_id(), ORGANISATION, day, ("talked-with-the-family",), "s-1")


def test_what_is_still_to_come_is_no_incident() -> None:
    assert log_incident(an_incident(happened_on=TODAY), today=TODAY)
    with pytest.raises(InTheFuture):
        log_incident(an_incident(happened_on=TODAY + DAY), today=TODAY)


@given(st.integers(-10, 2), st.booleans())
def test_an_open_incident_is_followed_up_on_a_day_since_it_happened(days: int, closed: bool) -> None:
    incident = an_incident(closed_on=TODAY if closed else None)
    expected = {IncidentClosed: closed, InTheFuture: days > 0, BeforeItHappened: days < -8}
    wrong = next((refusal for refusal, applies in expected.items() if applies), None)

    if wrong is None:
        assert follow_up(incident, a_follow_up(TODAY + days * DAY), today=TODAY)
    else:
        with pytest.raises(wrong):
            follow_up(incident, a_follow_up(TODAY + days * DAY), today=TODAY)


@pytest.mark.parametrize(("done", "further"), [(("rang-the-office",), 0), ((), 1), (("rang-the-office",), 1)])
def test_it_is_closed_once_something_was_done_and_once(done: tuple[str, ...], further: int) -> None:
    incident, followed = an_incident(done=done), [a_follow_up() for _ in range(further)]

    closed = close(incident, followed, by="s-1", today=TODAY)

    assert (closed.closed_on, closed.closed_by, closed.version) == (TODAY, "s-1", 2)
    with pytest.raises(IncidentClosed):
        close(closed, followed, by="s-1", today=TODAY)
    with pytest.raises(NothingDone):
        close(an_incident(), [], by="s-1", today=TODAY)


@pytest.mark.parametrize(("seemed", "is_"), [(False, True), (True, False), (True, True)])
def test_it_may_turn_out_serious_and_is_not_less_so_than_it_seemed(seemed: bool, is_: bool) -> None:
    incident = an_incident(serious=seemed, done=("rang-the-office",))

    assert close(incident, [], by="s-1", today=TODAY, serious=is_).serious


@pytest.mark.parametrize(
    ("happened_on", "serious", "look_again_on"),
    [
        (date(2026, 11, 15), False, date(2036, 11, 15)),
        (date(2026, 11, 15), True, date(2046, 11, 15)),
        (date(2024, 2, 29), False, date(2034, 3, 1)),
    ],
)
def test_it_is_kept_ten_years_and_a_serious_one_twenty(happened_on: date, serious: bool, look_again_on: date) -> None:
    assert an_incident(happened_on=happened_on, serious=serious).look_again_on == look_again_on


class Logging(Together):
    """A supporter who was there, and the coordinator."""

    async def log(self, auth: Any, **different: Any) -> Any:
        """Logged by somebody."""
        self.desk.auth = auth
        body = {"kind": "aggression", "happened_on": self.desk.today, "words": WORDS}
        return await self.desk.create("/incidents", body | different)


@pytest.fixture
async def logging(desk: Desk, as_caller: AsCaller) -> Logging:
    return Logging(desk, as_caller, *await matched_where(desk))


async def test_a_supporter_logs_what_happened_with_somebody_whom_they_support_and_another_does_not(
    logging: Logging,
) -> None:
    match = (await logging.desk.get(f"/matches/{logging.match_id}")).json()
    about = {"referral_id": str(logging.referral.referral_id)}

    logged = await logging.log(logging.supporter, **about, supporter_id=match["supporter_id"])
    others = await logging.log(logging.another, **about)
    for_them = await logging.log(logging.another, supporter_id=match["supporter_id"])

    assert (logged.status_code, WORDS in logged.text) == (201, False)
    assert (others.status_code, others.json()["code"]) == (404, "referral-not-found")
    assert (for_them.status_code, for_them.json()["code"]) == (404, "supporter-not-found")


async def test_its_words_are_read_by_who_organises_and_whoever_logged_it_and_kept_sealed(logging: Logging) -> None:
    before = await logging.desk.stage.told()
    incident_id = (await logging.log(logging.supporter)).json()["id"]

    async def read(auth: Any) -> tuple[int, str | None]:
        logging.desk.auth = auth
        answer = await logging.desk.get(f"/incidents/{incident_id}")
        return answer.status_code, answer.json().get("words")

    assert await read(logging.supporter) == (200, WORDS)
    assert await read(logging.coordinator) == (200, WORDS)
    assert await read(logging.another) == (404, None)
    assert await logging.desk.stage.told_since(before) == []
    async with logging.desk.stage.database.transaction(logging.desk.stage.caller) as tx:
        kept = await tx.scalar(sa.select(incidents.c.sealed_words))
        everything = str((await tx.execute(sa.text("select * from idempotency_keys"))).all())
    assert kept is not None
    assert WORDS.encode() not in kept
    assert WORDS not in everything


async def test_an_incident_is_open_until_a_coordinator_closes_it_after_something_was_done(
    logging: Logging, as_caller: AsCaller
) -> None:
    incident_id = (await logging.log(logging.supporter)).json()["id"]
    desk, path = logging.desk, f"/incidents/{incident_id}"

    async def listed() -> list[str]:
        desk.auth = logging.coordinator
        return [one["id"] for one in (await desk.get("/incidents?open=true")).json()["items"]]

    before = await listed()
    early = await desk.change(f"{path}/closing", {}, '"1"')
    done = {"followed_up_on": desk.today, "done": ["two-visit-together"]}
    followed = await desk.create(f"{path}/follow-ups", done)
    desk.auth = as_caller("administrator", organisation_id=desk.stage.organisation_id)
    administrator = await desk.change(f"{path}/closing", {}, '"1"')
    desk.auth = logging.coordinator
    stale = await desk.change(f"{path}/closing", {}, '"2"')
    closed = await desk.change(f"{path}/closing", {"serious": True}, '"1"')

    assert (early.status_code, early.json()["code"]) == (409, "nothing-done")
    assert (followed.status_code, administrator.status_code, stale.status_code) == (201, 403, 412)
    assert (closed.status_code, before, await listed()) == (200, [incident_id], [])
    read = (await desk.get(path)).json()
    assert (read["serious"], int(read["look_again_on"][:4]) - int(desk.today[:4])) == (True, 20)
    assert [one["done"] for one in read["follow_ups"]] == [["two-visit-together"]]
    assert [one["id"] for one in (await desk.get("/incidents")).json()["items"]] == [incident_id]


async def test_of_somebody_who_was_erased_the_incident_stays_and_says_no_more_whom_it_was_about(
    logging: Logging,
) -> None:
    stage, referral = logging.desk.stage, logging.referral
    logged = await logging.log(logging.supporter, referral_id=str(referral.referral_id))

    async def kinds() -> list[str]:
        async with stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
        return [one.kind for one in held.holdings if one.kind == "incident"]

    before = await kinds()
    await stage.hear(a_person_erased(referral))
    logging.desk.auth = logging.coordinator
    left = (await logging.desk.get(logged.headers["Location"])).json()

    assert (before, await kinds()) == (["incident"], [])
    assert (left["referral_id"], left["kind"], left["words"]) == (None, "aggression", WORDS)
    again = await logging.log(logging.coordinator, referral_id=str(referral.referral_id))
    assert (again.status_code, again.json()["code"]) == (409, "person-erased")
