"""What was logged and never was so is void; a contact is put right; and what was logged twice is seen."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id, now, today
from kith_contracts.matching import ContactLogged, SessionLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.occasion import Noted, Occasion, Outcome, Session, Void
from kith_matching.domain.referral import Channel
from kith_matching.tables import sessions
from kith_matching.usecases import occasions, voiding
from kith_matching.views.corrections import list_doubles
from kith_matching.views.experience import get_experience
from kith_matching.views.holdings import list_holdings
from tests.matching.builders import NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.stage import ORGANISER, Stage
from tests.matching.test_correcting import correct, corrections, meeting, one_to_one
from tests.servers.lengths import examples

CONTACT: dict[str, Any] = {"kind": "outreach", "people": 120, "district": "G12", "topics": ["childcare"]}


async def void(desk: Desk, path: str, reason: str = "entered-twice", version: int = 1) -> Any:
    """Make something void."""
    return await desk.change(f"{path}/voiding", {"reason": reason}, f'"{version}"')


async def contact(desk: Desk, **different: Any) -> dict[str, Any]:
    """A contact, logged."""
    of = {"programme_id": str(desk.programme.programme_id), "held_on": desk.today}
    logged = await desk.create("/contacts", of | CONTACT | different)
    assert logged.status_code == 201, logged.text
    found: dict[str, Any] = logged.json()
    return found


async def put_right(desk: Desk, it: dict[str, Any], version: int = 1, **instead: Any) -> Any:
    """Say what a contact was instead."""
    body = {"held_on": it["held_on"], **CONTACT, **instead}
    return await desk.put(f"/contacts/{it['id']}", body, f'"{version}"')


def told_of(facts: list[Any], kind: type) -> list[Any]:
    return [one for one in facts if isinstance(one, kind)]


async def test_a_void_session_is_taken_back_and_what_was_said_of_it_is_kept_with_why(desk: Desk) -> None:
    session = await one_to_one(desk)
    before = await desk.stage.told()

    voided = await void(desk, f"/sessions/{session['id']}", "wrong-person")

    assert (voided.status_code, voided.headers["ETag"]) == (200, '"2"')
    shown = (await desk.get(f"/sessions/{session['id']}")).json()
    assert (shown, shown["outcome"], shown["minutes"]) == (voided.json(), "cancelled", 0)
    assert shown["voided_as"] == "wrong-person"
    assert [(one["minutes"], one["topics"]) for one in await corrections(desk, session)] == [(60, ["coping"])]
    [told] = told_of(await desk.stage.told_since(before), SessionLogged)
    assert (str(told.session_id), told.outcome, told.minutes) == (session["id"], "taken-back", 0)
    entries = await desk.stage.on_the_record(UUID(session["id"]))
    [entry] = [one for one in entries if one["action"] == "session-voided"]
    assert (entry["subject"], entry["codes"]) == ("tester", ["wrong-person"])


async def test_a_void_meeting_was_nobodys_and_who_came_to_nothing_else_waits_again(desk: Desk) -> None:
    only_there, also_elsewhere = [str((await desk.a_referral()).referral_id) for _ in range(2)]
    await meeting(desk, also_elsewhere)
    session = await meeting(desk, only_there, also_elsewhere)
    before = await desk.stage.told()
    assert await desk.stage.waiting() == []

    voided = await void(desk, f"/sessions/{session['id']}")

    assert (voided.json()["attended_referral_ids"], voided.json()["came_with"]) == ([], [])
    told = told_of(await desk.stage.told_since(before), SessionLogged)
    assert {(str(one.referral_id), one.outcome) for one in told} == {
        (only_there, "taken-back"),
        (also_elsewhere, "taken-back"),
    }
    assert [str(one["id"]) for one in await desk.stage.waiting()] == [only_there]
    [was] = await corrections(desk, session)
    assert set(was["attended_referral_ids"]) == {only_there, also_elsewhere}


async def test_nothing_is_voided_twice_or_corrected_afterwards(desk: Desk) -> None:
    session, met = await one_to_one(desk), await contact(desk)
    for path in (f"/sessions/{session['id']}", f"/contacts/{met['id']}"):
        assert (await void(desk, path)).status_code == 200

    refused = [
        await void(desk, f"/sessions/{session['id']}", version=2),
        await correct(desk, session, version=2),
        await desk.change(f"/sessions/{session['id']}/confirming", None, '"2"'),
        await void(desk, f"/contacts/{met['id']}", version=2),
        await put_right(desk, met, version=2, people=12),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "occasion-voided")] * 5


async def test_what_a_device_sends_again_does_not_bring_back_what_is_void(desk: Desk) -> None:
    client_id = str(new_id())
    session, met = await one_to_one(desk, client_id=client_id), await contact(desk, client_id=client_id)
    for path in (f"/sessions/{session['id']}", f"/contacts/{met['id']}"):
        await void(desk, path)
    before = await desk.stage.told()

    body = {"kind": "one-to-one", "match_id": session["match_id"], "held_on": desk.today, "minutes": 60}
    again = await desk.create(
        "/sessions", body | {"channel": "in-person", "topics": ["coping"], "client_id": client_id}
    )
    met_again = await contact(desk, client_id=client_id)

    assert (again.json()["id"], again.json()["voided_as"]) == (session["id"], "entered-twice")
    assert (met_again["id"], met_again["voided_as"]) == (met["id"], "entered-twice")
    assert await desk.stage.told_since(before) == []


async def test_what_is_void_counts_for_no_hours_and_asks_nothing_of_anybody(desk: Desk) -> None:
    session = await one_to_one(desk)
    [supporter_id] = session["supporter_ids"]
    asked = (await desk.get("/worklist")).json()["counts"]

    await void(desk, f"/sessions/{session['id']}")

    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        done, _ = await get_experience(tx, UUID(supporter_id), now=NOW)
    assert (done.sessions, done.session_minutes) == (0, 0)
    after = (await desk.get("/worklist")).json()["counts"]
    assert asked.pop("explain-limits") == 1
    assert "explain-limits" not in after
    assert after == asked


async def test_a_mistyped_headcount_is_put_right_told_anew_and_what_was_said_before_is_kept(desk: Desk) -> None:
    met = await contact(desk)
    before = await desk.stage.told()

    corrected = await put_right(desk, met, people=12, district=None)
    same = await put_right(desk, met, version=2, people=12, district=None)

    assert (corrected.status_code, corrected.headers["ETag"]) == (200, '"2"')
    assert corrected.json() == met | {"people": 12, "district": None, "version": 2} == same.json()
    read = await desk.get(f"/contacts/{met['id']}")
    assert (read.json(), read.headers["ETag"]) == (corrected.json(), '"2"')
    was = (await desk.get(f"/contacts/{met['id']}/corrections")).json()["items"]
    assert [(one["version"], one["people"], one["district"]) for one in was] == [(1, 120, "G12")]
    [told] = told_of(await desk.stage.told_since(before), ContactLogged)
    assert (str(told.contact_id), told.people, told.outcome) == (met["id"], 12, "happened")


async def test_a_void_contact_is_told_as_nobody(desk: Desk) -> None:
    met = await contact(desk)
    before = await desk.stage.told()

    voided = await void(desk, f"/contacts/{met['id']}", "did-not-happen")

    [told] = told_of(await desk.stage.told_since(before), ContactLogged)
    assert (told.people, told.outcome) == (0, "taken-back")
    assert voided.json() == met | {"version": 2, "voided_as": "did-not-happen"}


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ({"held_on": (today(now()) + timedelta(days=1)).isoformat()}, "in-the-future"),
        ({"site": "nowhere"}, "site-unknown"),
        ({"supporter_id": str(new_id())}, "supporter-not-found"),
    ],
)
async def test_a_contact_is_not_corrected_to_what_it_cannot_have_been(
    desk: Desk, instead: dict[str, Any], code: str
) -> None:
    refused = await put_right(desk, await contact(desk), **instead)

    assert refused.json()["code"] == code


async def test_a_correction_of_a_contact_names_the_version_that_was_read(desk: Desk) -> None:
    met = await contact(desk)

    stale, unnamed = await put_right(desk, met, version=2), await desk.put(f"/contacts/{met['id']}", CONTACT)

    assert (stale.status_code, unnamed.status_code) == (412, 428)


async def test_a_taster_is_put_right_and_stays_one_persons(desk: Desk) -> None:
    terms = ProgrammeTerms(definition_version=1, models=("group",), components=("taster",))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    referral = await desk.a_referral()
    where = f"/referrals/{referral.referral_id}/tasters"
    taster = (await desk.create(where, {"held_on": desk.today, "topics": ["cooking"]})).json()
    said: dict[str, Any] = {"kind": "taster", "people": 1, "district": None}

    refused = [await put_right(desk, taster, **said | other) for other in ({"people": 2}, {"kind": "outreach"})]
    corrected = await put_right(desk, taster, **said, topics=["music"])
    async with desk.stage.database.network_transaction() as tx:
        held = [one.kind for one in (await list_holdings(tx, [], [referral.referral_id])).holdings]
    voided = await void(desk, f"/contacts/{taster['id']}", "wrong-person", version=2)

    assert [one.json()["code"] for one in refused] == ["taster-of-one"] * 2
    assert (corrected.status_code, corrected.json()["topics"]) == (200, ["music"])
    assert {"taster", "taster-correction"} <= set(held)
    [listed] = (await desk.get(where)).json()["items"]
    assert (voided.status_code, listed["voided_as"]) == (200, "wrong-person")


async def doubles(desk: Desk) -> list[tuple[str, str]]:
    """What may have been logged twice, and as which."""
    items = (await desk.get("/sessions/doubles")).json()["items"]
    return [(one["id"], one["double_of"]) for one in items]


async def another(desk: Desk, session: dict[str, Any], **different: Any) -> dict[str, Any]:
    """The same session, logged with another device."""
    said = {name: session[name] for name in ("kind", "held_on", "minutes", "channel")} | {"client_id": str(new_id())}
    of = {"match_id": session["match_id"]}
    if session["kind"] == "group":
        of = {name: session[name] for name in ("group_id", "programme_id")}
    logged = await desk.create("/sessions", said | of | different)
    assert logged.status_code == 201, logged.text
    found: dict[str, Any] = logged.json()
    return found


@pytest.mark.parametrize("kind", ["one-to-one", "group"])
async def test_what_two_devices_logged_is_kept_and_shown_as_a_possible_double_until_one_is_void(
    desk: Desk, kind: str
) -> None:
    session = await (one_to_one(desk, client_id=str(new_id())) if kind == "one-to-one" else meeting(desk))

    twice = await another(desk, session)
    longer = await another(desk, session, minutes=15)

    assert longer["id"] not in dict(await doubles(desk))
    assert await doubles(desk) == [(twice["id"], session["id"])]
    await void(desk, f"/sessions/{session['id']}")
    assert await doubles(desk) == []


async def test_two_that_both_took_place_are_confirmed_and_listed_no_more(desk: Desk) -> None:
    session = await one_to_one(desk)
    twice = await another(desk, session)

    confirmed = await desk.change(f"/sessions/{twice['id']}/confirming", None, '"1"')

    assert (confirmed.status_code, confirmed.json()["version"]) == (200, 2)
    assert await doubles(desk) == []
    assert (await desk.get(f"/sessions/{twice['id']}")).json()["minutes"] == 60


async def test_of_two_devices_at_the_same_moment_one_is_the_double(desk: Desk) -> None:
    match_id = await desk.a_match()
    body = {"kind": "one-to-one", "match_id": match_id, "held_on": desk.today, "minutes": 60, "channel": "telephone"}

    logged = await asyncio.gather(*(desk.create("/sessions", body | {"client_id": str(new_id())}) for _ in range(2)))

    ids = {one.json()["id"] for one in logged}
    [(double, first)] = await doubles(desk)
    assert {double, first} == ids


MOVES = st.lists(
    st.tuples(st.sampled_from(["log", "void", "confirm"]), st.sampled_from([30, 60]), st.integers(0, 5)),
    min_size=2,
    max_size=8,
)


@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
async def test_whatever_is_logged_voided_and_confirmed_what_stands_is_what_was_told_last(
    moves: list[tuple[str, int, int]], stage: Stage
) -> None:
    stage = stage.of_another_organisation()
    programme = await stage.a_programme()
    match = await stage.a_match(await stage.an_accepted_referral(programme), await stage.a_supporter(programme))
    kept: list[Session] = []
    confirmed: set[UUID] = set()

    for move, minutes, which in moves:
        async with stage.database.transaction(stage.caller) as tx:
            if move == "log" or not kept:
                said, noted = Occasion(TODAY, Outcome.HAPPENED, minutes, Channel.TELEPHONE, ()), Noted(NOW)
                kept.append(await occasions.log_match_session(tx, match.id, said, noted, by=ORGANISER, now=NOW))
                continue
            place = which % len(kept)
            at: dict[str, Any] = {"expected_version": kept[place].version, "now": NOW}
            if kept[place].voided_as is not None:
                continue
            if move == "void":
                kept[place] = await voiding.void_session(tx, kept[place].id, Void.ENTERED_TWICE, **at)
            else:
                kept[place] = await voiding.confirm_session(tx, kept[place].id, **at)
                confirmed.add(kept[place].id)

    last = {fact.session_id: fact for fact in told_of(await stage.told(), SessionLogged)}
    stand = {one.id: one for one in kept if one.voided_as is None}
    assert {id_ for id_, fact in last.items() if fact.outcome == "happened"} == set(stand)
    async with stage.database.transaction(stage.caller) as tx:
        counted = await tx.scalar(sa.select(sa.func.sum(sessions.c.minutes)).where(sessions.c.match_id == match.id))
        listed = await list_doubles(tx, stage.organisation_id, after=None, limit=50, now=NOW)
    assert counted == sum(one.occasion.minutes for one in stand.values())
    alike = {
        one.id: [id_ for id_, other in stand.items() if id_ < one.id and other.occasion == one.occasion]
        for one in stand.values()
        if one.id not in confirmed
    }
    assert {one["id"]: one["double_of"] for one in listed} == {id_: min(ids) for id_, ids in alike.items() if ids}
