"""A coordinator's worklist: all that waits for them, what matters first first, in one answer."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id, now, today
from kith_contracts.programmes.terms import MeasureAsked, ProgrammeTerms
from kith_matching.domain.worklist import Work
from tests.builders import a_referral_closed
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.matching.test_tenancy import WORRY, a_lead, a_measurement, a_shared_concern

DAY = timedelta(days=1)
ENDS = ("withdrawn", "died")
SUPERVISED = ProgrammeTerms(
    definition_version=1,
    knowing_each_other="expected",
    components=("helps-or-not",),
    supervision_weeks=4,
    places=2,
    waiting_list=True,
    missed_after_days=60,
)
LATE = sa.text("update rhythms set active_since = :on where supporter_id = :id")
AN_HOUR_AGO = sa.text(
    "update visits set starts_at = starts_at - interval '1 hour' where id = :id and cast(:on as date) is not null"
)
STALE = sa.text("update group_plans set starts_on = :on where group_id = :id")
MADE = sa.text("update matches set made_on = :on where id = :id")
REVIEW = sa.text("update matches set review_on = :on where id = :id")


async def worklist(desk: Desk, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get("/worklist", params=asked)).json()
    return found


async def listed(desk: Desk, **asked: Any) -> list[tuple[str, str]]:
    """Each kind, with what it is about."""
    return [(one["kind"], one["about_id"]) for one in (await worklist(desk, **asked))["items"]]


async def in_the_database(desk: Desk, statement: sa.TextClause, about: str, on: date) -> None:
    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        await tx.execute(statement, {"on": on, "id": about})


async def say_harder(desk: Desk, match_id: str) -> None:
    body = {"asked_on": desk.today, "moment": "in-between", "said": "harder"}
    assert (await desk.create(f"/matches/{match_id}/helping", body)).status_code == 201


async def meet(desk: Desk, match_id: str, **said: Any) -> None:
    body = {"kind": "one-to-one", "match_id": match_id, "held_on": desk.today, "minutes": 60, "channel": "telephone"}
    assert (await desk.create("/sessions", body | said)).status_code == 201


async def an_offered_place(desk: Desk) -> tuple[str, str]:
    """A group of two that never met loses one, and who waits for the place is asked; their referral, and the group."""
    group_id = str(new_id())
    group = f"/groups/{group_id}"
    lead = {"facilitators": [await desk.a_supporter()], "starts_on": desk.today, "channel": "in-person"}
    await desk.put(group, lead | {"programme_id": str(desk.programme.programme_id)})
    people = [str((await desk.a_referral()).referral_id) for _ in range(3)]
    joined = [await desk.create(f"{group}/places", {"referral_id": one}) for one in people]
    await desk.change(f"{joined[0].headers['Location']}/leaving", {}, joined[0].headers["ETag"])
    await in_the_database(desk, STALE, group_id, today(now()) - 61 * DAY)
    return people[2], group_id


async def decide(desk: Desk, as_caller: AsCaller) -> None:
    """Have the safeguarding lead decide about every concern."""
    coordinator, desk.auth = desk.auth, a_lead(desk, as_caller)
    for one in (await desk.get("/concerns")).json()["items"]:
        body = {"decision": "keep-watch", "reason": WORRY}
        assert (await desk.change(f"/concerns/{one['id']}/deciding", body, None)).is_success
    desk.auth = coordinator


async def of_eight_weeks(desk: Desk) -> list[str]:
    """Five who were matched for eight weeks: two do not meet, for two it ends, and for the last it never does."""
    terms = {"definition_version": 2, "length_weeks": 8, "review_weeks": 20}
    weeks = [SUPERVISED.model_copy(update=terms | {"missed_after_days": days}) for days in (7, 60)]
    await desk.stage.hear(desk.programme.model_copy(update={"terms": weeks[0]}))
    silent = await desk.a_match()
    await desk.stage.hear(
        desk.programme.model_copy(update={"terms": weeks[1].model_copy(update={"definition_version": 3})})
    )
    ended, near, asked, extended = [await desk.a_match() for _ in range(4)]
    for match_id, ago in ((silent, 8), (ended, 56), (near, 42)):
        await in_the_database(desk, MADE, match_id, today(now()) - ago * DAY)
    for _ in range(2):
        await meet(desk, asked, limits_explained=True)
    for weeks_on in (20, 30):
        until = (today(now()) + timedelta(weeks=weeks_on)).isoformat()
        version = (await desk.get(f"/matches/{extended}")).headers["ETag"]
        await desk.change(f"/matches/{extended}/extending", {"until": until}, version)
    return [silent, ended, near, asked, extended]


async def of_what_stops(desk: Desk) -> list[str]:
    """Four matches: somebody withdrew, somebody died, a supporter rests, and a visit had no plan."""
    gone = [await desk.a_referral() for _ in range(2)]
    withdrew, died = [await desk.a_match(one) for one in gone]
    rested, unplanned = [await desk.a_match() for _ in range(2)]
    await desk.stage.hear(*(a_referral_closed(one, reason=why) for one, why in zip(gone, ENDS, strict=True)))
    supporter_id = (await desk.get(f"/matches/{rested}")).json()["supporter_id"]
    moved = {"moment": "reached", "step": "resting", "on": desk.today}
    assert (await desk.create(f"/supporters/{supporter_id}/steps", moved)).is_success
    at_home = SUPERVISED.model_copy(update={"definition_version": 5, "at_home": True})
    await desk.stage.hear(desk.programme.model_copy(update={"terms": at_home}))
    await meet(desk, unplanned, channel="in-person", limits_explained=True)
    return [withdrew, died, rested, unplanned]


async def with_a_plan(desk: Desk) -> str:
    """Two who have met, in a programme that asks how people are before and after."""
    measures = (MeasureAsked(instrument="ons4", at=("baseline", "ending")),)
    terms = {"definition_version": 6, "review_weeks": 20, "measures": measures}
    await desk.stage.hear(desk.programme.model_copy(update={"terms": SUPERVISED.model_copy(update=terms)}))
    match_id = await desk.a_match()
    await meet(desk, match_id, limits_explained=True)
    return match_id


async def test_what_matters_first_is_first_whenever_it_came(desk: Desk, as_caller: AsCaller) -> None:
    await desk.stage.hear(desk.programme.model_copy(update={"terms": SUPERVISED}))
    offered, stale = await an_offered_place(desk)
    alone = await desk.a_referral(language="pl")
    await desk.stage.look_through(desk.programme)
    waits = await desk.a_referral()
    reviewed, harder, quiet = [await desk.a_match() for _ in range(3)]
    proposed = await desk.a_referral()
    await desk.a_proposal(proposed)
    unsupervised, met = await desk.a_supporter(), await desk.a_match()
    unheard = await desk.a_match(await desk.a_referral(language="so", interpreter="so"))
    await meet(desk, met)
    await in_the_database(desk, LATE, unsupervised, today(now()) - 40 * DAY)
    await in_the_database(desk, REVIEW, reviewed, today(now()))
    await in_the_database(desk, MADE, quiet, today(now()) - 15 * DAY)
    silent, ended, near, asked, extended = await of_eight_weeks(desk)
    await say_harder(desk, harder)
    visited = await desk.a_match()
    in_time = {"starts_at": (now() + timedelta(minutes=1)).isoformat(), "minutes": 60}
    visit = await desk.create(f"/matches/{visited}/visits", in_time)
    await in_the_database(desk, AN_HOUR_AGO, visit.json()["id"], today(now()))
    chased, _, _ = await a_shared_concern(desk, as_caller, met)
    withdrew, died, rested, unplanned = await of_what_stops(desk)
    measured = await with_a_plan(desk)

    found = await listed(desk)

    assert found == [
        ("look-for-visitor", visit.json()["supporter_id"]),
        ("tell-supporter", died),
        ("tell-supporter", withdrew),
        ("answer-concern", chased),
        ("see-to-harder", harder),
        ("arrange-cover", rested),
        ("take-answer", str(proposed.referral_id)),
        ("take-place-answer", offered),
        ("visit-without-plan", unplanned),
        ("book-interpreter", unheard),
        ("explain-limits", met),
        ("hold-session", silent),
        ("get-in-touch", ended),
        ("get-in-touch", near),
        ("get-in-touch", quiet),
        ("see-to-group", stale),
        ("supervise", unsupervised),
        ("review", reviewed),
        ("ask-whether-it-helps", asked),
        ("ask-measures", measured),
        ("check-balance", extended),
        ("see-to-ending", ended),
        ("prepare-ending", near),
        ("find-supporter", str(alone.referral_id)),
        *[one for one in found if one[0] == "propose"],
    ]
    assert ("propose", str(waits.referral_id)) in found
    assert {kind for kind, _ in found} == set(Work)


async def test_once_limits_are_explained_nobody_is_to_explain_them_again(desk: Desk) -> None:
    match_id = await desk.a_match()
    await meet(desk, match_id, outcome="cancelled", minutes=0)
    before = await listed(desk)
    await meet(desk, match_id)
    owed = await listed(desk)

    await meet(desk, match_id, limits_explained=True)

    assert (before, owed) == ([], [("explain-limits", match_id)])
    assert "explain-limits" not in (await worklist(desk))["counts"]


async def test_the_limits_are_explained_if_they_were_once_and_count_from_the_first_session(desk: Desk) -> None:
    explained, owed = await desk.a_match(), await desk.a_match()
    for said in (True, False):
        await meet(desk, explained, limits_explained=said)
        await meet(desk, owed)

    [item] = [one for one in (await worklist(desk))["items"] if one["kind"] == "explain-limits"]

    assert (item["about_id"], item["due_on"]) == (owed, desk.today)


async def test_of_those_who_wait_the_urgent_are_first_and_then_who_came_first(desk: Desk) -> None:
    day = today(now())
    last, first, urgent = [
        str((await desk.a_referral(received_on=day - ago * DAY, urgent=ago == 1)).referral_id) for ago in (3, 9, 1)
    ]

    assert [about for _, about in await listed(desk)] == [urgent, first, last]
    assert [about for _, about in await listed(desk, limit=1)] == [urgent]


async def test_what_somebody_has_seen_to_is_done_and_what_helps_needs_nobody(desk: Desk, as_caller: AsCaller) -> None:
    match_id, referral = await desk.a_match(), await desk.a_referral()
    body = {"asked_on": desk.today, "moment": "in-between"}
    await desk.create(f"/matches/{match_id}/helping", body | {"said": "helping"})
    harder = await desk.create(f"/matches/{match_id}/helping", body | {"said": "harder"})
    await desk.create(f"/referrals/{referral.referral_id}/measurements", a_measurement(desk))
    before = (await worklist(desk))["counts"]

    await desk.change(f"/helping/{harder.json()['id']}/seeing", None, harder.headers["ETag"])
    await decide(desk, as_caller)

    assert before == {"answer-concern": 1, "see-to-harder": 1, "propose": 1}
    assert (await worklist(desk))["counts"] == {"propose": 1}


async def test_what_does_not_fit_is_counted(desk: Desk) -> None:
    for _ in range(3):
        await desk.a_referral()
    await say_harder(desk, await desk.a_match())

    found = await worklist(desk, limit=2)

    assert Counter(one["kind"] for one in found["items"]) == {"see-to-harder": 1, "propose": 1}
    assert found["counts"] == {"see-to-harder": 1, "propose": 3}


async def test_who_is_proposed_or_in_nobodys_reach_is_not_to_be_proposed_too(desk: Desk) -> None:
    await desk.a_proposal()
    await desk.a_referral(language="pl")
    await desk.stage.look_through(desk.programme)

    assert sorted((await worklist(desk))["counts"]) == ["find-supporter", "take-answer"]


@pytest.mark.parametrize("whose", ["tester", "me", "somebody-else"])
async def test_a_coordinator_sees_what_they_look_after(desk: Desk, as_caller: AsCaller, whose: str) -> None:
    referral = await desk.a_referral()
    await desk.a_proposal(referral)
    await desk.a_referral()  # which nobody looks after yet

    mine = await listed(desk, looked_after_by=whose)

    assert mine == ([("take-answer", str(referral.referral_id))] if whose != "somebody-else" else [])


async def test_a_concern_is_in_everybodys_list_and_says_nothing_of_whom_it_is_about(
    desk: Desk, as_caller: AsCaller
) -> None:
    match_id = await desk.a_match()
    concern_id, _, _ = await a_shared_concern(desk, as_caller, match_id)

    (item,) = (await worklist(desk, looked_after_by="somebody-else"))["items"]

    assert (item["about"], item["about_id"], item["id"]) == ("concern", concern_id, concern_id)
    assert match_id not in str(item)


async def test_what_only_a_lead_can_chase_is_not_on_the_list_of_coordinators(desk: Desk, as_caller: AsCaller) -> None:
    concern_id, _, _ = await a_shared_concern(desk, as_caller, await desk.a_match())

    desk.auth = a_lead(desk, as_caller)
    await desk.create(f"/concerns/{concern_id}/deciding", {"decision": "shared", "reason": WORRY})

    desk.auth = as_caller("coordinator", organisation_id=desk.stage.organisation_id)
    assert [item for item in (await worklist(desk))["items"] if item["about"] == "concern"] == []


async def test_where_there_is_nothing_to_do_the_list_is_empty(desk: Desk) -> None:
    assert await worklist(desk) == {"items": [], "counts": {}}
