"""What was logged of a session is put right; what was said before is kept, and everybody is told what is so now."""

from datetime import timedelta
from typing import Any

import pytest

from kith_chassis.clock import new_id, now, today
from kith_contracts.matching import SessionLogged
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.matching.desk import Desk

INSTEAD: dict[str, Any] = {"minutes": 35, "channel": "video", "topics": ["sleep"]}


async def one_to_one(desk: Desk, **different: Any) -> dict[str, Any]:
    """A session of a match, logged."""
    body = {"kind": "one-to-one", "match_id": await desk.a_match(), "held_on": desk.today, "minutes": 60}
    logged = await desk.create("/sessions", body | {"channel": "in-person", "topics": ["coping"]} | different)
    assert logged.status_code == 201, logged.text
    found: dict[str, Any] = logged.json()
    return found


async def meeting(desk: Desk, *referral_ids: str, **different: Any) -> dict[str, Any]:
    """A meeting of a group, logged."""
    group = {"kind": "group", "group_id": str(new_id()), "programme_id": str(desk.programme.programme_id)}
    body = group | {"held_on": desk.today, "minutes": 90, "channel": "in-person"} | different
    logged = await desk.create("/sessions", body | {"attended_referral_ids": list(referral_ids)})
    assert logged.status_code == 201, logged.text
    found: dict[str, Any] = logged.json()
    return found


async def correct(desk: Desk, session: dict[str, Any], version: int = 1, **instead: Any) -> Any:
    """Say what it was instead."""
    body = {"held_on": session["held_on"], "minutes": session["minutes"], "channel": session["channel"]} | instead
    return await desk.put(f"/sessions/{session['id']}", body, f'"{version}"')


async def corrections(desk: Desk, session: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said before."""
    items: list[dict[str, Any]] = (await desk.get(f"/sessions/{session['id']}/corrections")).json()["items"]
    return items


async def test_a_session_is_put_right_told_anew_and_what_was_said_before_is_kept(desk: Desk) -> None:
    session = await one_to_one(desk)
    before = await desk.stage.told()

    corrected = await correct(desk, session, **INSTEAD)
    again = await correct(desk, session, version=2, minutes=40, topics=["sleep"], channel="video")

    assert (corrected.status_code, corrected.headers["ETag"]) == (200, '"2"')
    assert corrected.json() == session | INSTEAD | {"version": 2}
    assert again.json()["version"] == 3
    assert [(one["version"], one["minutes"], one["topics"]) for one in await corrections(desk, session)] == [
        (1, 60, ["coping"]),
        (2, 35, ["sleep"]),
    ]
    told = await desk.stage.told_since(before)
    assert [(str(one.session_id), one.minutes) for one in told if isinstance(one, SessionLogged)] == [
        (session["id"], 35),
        (session["id"], 40),
    ]


async def test_that_limits_were_explained_and_who_could_not_is_kept_as_it_was_and_is(desk: Desk) -> None:
    session = await one_to_one(desk, limits_explained=True)

    corrected = await correct(desk, session, minutes=0, outcome="did-not-happen", could_not="supporter")

    said = [(one["limits_explained"], one["could_not"]) for one in (session, corrected.json())]
    assert said == [(True, None), (False, "supporter")]
    assert [one["limits_explained"] for one in await corrections(desk, session)] == [True]
    assert (await desk.get(f"/sessions/{session['id']}")).json() == corrected.json()


async def test_the_same_again_corrects_nothing(desk: Desk) -> None:
    session = await one_to_one(desk)
    before = await desk.stage.told()

    corrected = await correct(desk, session, topics=["coping"])

    assert (corrected.status_code, corrected.json()["version"]) == (200, 1)
    assert await desk.stage.told_since(before) == []


async def test_a_correction_names_the_version_that_was_read(desk: Desk) -> None:
    session = await one_to_one(desk)

    stale, unnamed = await correct(desk, session, version=2), await desk.put(f"/sessions/{session['id']}", INSTEAD)

    assert (stale.status_code, unnamed.status_code) == (412, 428)


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ({"held_on": (today(now()) + timedelta(days=1)).isoformat()}, "in-the-future"),
        ({"held_on": (today(now()) - timedelta(days=1)).isoformat()}, "outside-match"),
        ({"outcome": "cancelled"}, "minutes-disagree"),
        ({"attended_referral_ids": []}, "cannot-attend"),
    ],
)
async def test_a_session_is_not_corrected_to_what_it_cannot_have_been(
    desk: Desk, instead: dict[str, Any], code: str
) -> None:
    corrected = await correct(desk, await one_to_one(desk), **instead)

    assert (corrected.status_code, corrected.json()["code"]) == (409, code)


async def test_who_was_there_is_put_right_and_waits_no_longer(desk: Desk) -> None:
    came, forgotten = [str((await desk.a_referral()).referral_id) for _ in range(2)]
    session = await meeting(desk, came)

    corrected = await correct(desk, session, attended_referral_ids=[forgotten])

    assert corrected.json()["attended_referral_ids"] == [forgotten]
    assert [one["attended_referral_ids"] for one in await corrections(desk, session)] == [[came]]
    assert await desk.stage.waiting() == []


async def test_who_was_there_stays_where_nothing_is_said_of_them_though_they_are_gone(desk: Desk) -> None:
    referral = await desk.a_referral()
    session = await meeting(desk, str(referral.referral_id))
    await desk.stage.hear(a_person_erased(referral))

    corrected = await correct(desk, session, minutes=80)

    assert (corrected.status_code, corrected.json()["attended_referral_ids"]) == (200, [str(referral.referral_id)])


async def test_a_meeting_that_did_not_happen_had_nobody_at_it(desk: Desk) -> None:
    referral = await desk.a_referral()
    session = await meeting(desk, str(referral.referral_id))

    refused = await correct(desk, session, minutes=0, outcome="cancelled")
    emptied = await correct(desk, session, minutes=0, outcome="cancelled", attended_referral_ids=[])

    assert (refused.json()["code"], emptied.status_code) == ("nobody-could-attend", 200)


async def test_nobody_who_was_not_accepted_is_added(desk: Desk) -> None:
    stranger = await desk.stage.an_accepted_referral(await desk.stage.a_programme())
    session = await meeting(desk)

    elsewhere = await correct(desk, session, attended_referral_ids=[str(stranger.referral_id)])
    unknown = await correct(desk, session, attended_referral_ids=[str(new_id())])

    assert [one.json()["code"] for one in (elsewhere, unknown)] == ["cannot-attend", "referral-not-found"]


async def test_what_a_device_sends_again_undoes_no_correction(desk: Desk) -> None:
    note = {"client_id": str(new_id())}
    session = await one_to_one(desk, **note)
    corrected = await correct(desk, session, **INSTEAD)

    again = await one_to_one_again(desk, session, note)

    assert again == corrected.json()


async def one_to_one_again(desk: Desk, session: dict[str, Any], note: dict[str, str]) -> dict[str, Any]:
    body = {"kind": "one-to-one", "match_id": session["match_id"], "held_on": desk.today, "minutes": 60}
    logged = await desk.create("/sessions", body | {"channel": "in-person", "topics": ["coping"]} | note)
    found: dict[str, Any] = logged.json()
    return found


async def test_of_a_person_who_was_erased_what_was_said_before_says_nothing(desk: Desk) -> None:
    referral = await desk.a_referral()
    session = await one_to_one(desk, match_id=await desk.a_match(referral))
    await correct(desk, session, **INSTEAD)

    await desk.stage.hear(a_person_erased(referral))

    assert [one["topics"] for one in await corrections(desk, session)] == [[]]
    async with desk.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
    assert {one.kind: one.tombstone for one in held.holdings}["session-correction"]
    refused = await correct(desk, session, version=2, minutes=50)
    assert refused.json()["code"] == "person-erased"
