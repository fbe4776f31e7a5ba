"""A lead who reads a concern learns who supports there and how they are reached, and nobody else's lead does."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from kith_chassis.clock import new_pseudonym
from tests.matching.desk import Desk
from tests.matching.test_concerns import Watch, watch

__all__ = ["watch"]  # a fixture

SOME_DAY = datetime(2099, 6, 1, 18, tzinfo=UTC)
SAM = ("Sam Testwell", "07700 900456", "sam.testwell@example.org")


async def read(watch: Watch, about: str | None, about_id: Any) -> dict[str, Any]:
    """What the lead reads of a concern about it."""
    named = {"about": about, "about_id": str(about_id)} if about else {}
    return await watch.read((await watch.raise_(**named))["id"])


def who(concern: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["name"], one["telephone"], one["email"]) for one in concern["supporters"]]


@pytest.mark.parametrize("about", ["supporter", "match", "referral", "visit", "session"])
async def test_the_supporter_of_what_it_is_about_can_be_reached(watch: Watch, about: str) -> None:
    desk = watch.desk
    match_id = await desk.a_match()
    match = (await desk.get(f"/matches/{match_id}")).json()
    visit = await desk.create(f"/matches/{match_id}/visits", {"starts_at": SOME_DAY.isoformat(), "minutes": 60})
    held = {"held_on": desk.today, "minutes": 60, "channel": "in-person", "limits_explained": True}
    session = await desk.create("/sessions", {"kind": "one-to-one", "match_id": match_id, **held})
    ids = {"match": match_id, "visit": visit.json()["id"], "session": session.json()["id"]}
    ids |= {"supporter": match["supporter_id"], "referral": match["referral_id"]}

    concern = await read(watch, about, ids[about])

    assert who(concern) == [SAM]
    assert (concern["visit"] is None) is (about != "visit")


async def test_of_a_visit_the_lead_sees_when_it_was_to_be_and_what_was_said_since(watch: Watch) -> None:
    path = f"/matches/{await watch.desk.a_match()}/visits"
    visit = (await watch.desk.create(path, {"starts_at": SOME_DAY.isoformat(), "minutes": 60})).json()

    shown = (await read(watch, "visit", visit["id"]))["visit"]

    assert {name: shown[name] for name in shown} == {name: visit[name] for name in shown}
    assert (shown["starts_at"], shown["checked_in_at"]) == ("2099-06-01T18:00:00Z", None)


@pytest.mark.parametrize("about", [None, "supporter", "visit"])
async def test_where_nothing_is_found_nobody_is_named_and_nothing_is_refused(watch: Watch, about: str | None) -> None:
    await watch.desk.a_match()

    concern = await read(watch, about, new_pseudonym())

    assert (concern["supporters"], concern["visit"]) == ([], None)


async def test_of_another_organisations_supporter_nothing_is_learnt(watch: Watch) -> None:
    other = Desk(watch.desk.client, watch.desk.stage.of_another_organisation(), lambda *_, **__: watch.desk.auth)
    supporter = await other.stage.a_supporter((await other.open()).programme)

    concern = await read(watch, "supporter", supporter.id)

    assert concern["supporters"] == []


async def test_that_somebodys_number_was_read_for_a_concern_is_on_the_record(watch: Watch) -> None:
    supporter_id = await watch.desk.a_supporter()
    raised = await watch.raise_(about="supporter", about_id=supporter_id)
    async with watch.speaks(watch.coordinator) as desk:
        refused = await desk.get(f"/concerns/{raised['id']}")

    await watch.read(raised["id"])

    entries = await watch.desk.stage.on_the_record(UUID(supporter_id))
    assert refused.status_code == 403
    assert [(one["action"], one["purpose"]) for one in entries if "purpose" in one] == [
        ("supporter-contact-read", "concern")
    ]
