"""A referrer reads as much of what became of a referral as the person agreed to, wherever they look."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.api.consenting import ConsentChangeBody
from kith_referrals.domain import feedback, lifecycle
from kith_referrals.domain.consent import Consent, Feedback, Purpose, State, agreed, changed, hears
from kith_referrals.domain.lifecycle.ways import DECLINING
from kith_referrals.domain.promises import Promise
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.usecases import hearing, referring
from tests.builders import NOW, TODAY
from tests.referrals.feedback import SAYS, beyond, beyond_in_step, told_at
from tests.referrals.test_api import a_body, post, version
from tests.referrals.world import AGREED, OPERATOR, World, a_person, a_wish, actor, member

LEVELS = st.sampled_from(Feedback)
REASONS = (
    *("withdrawn", "declined", "redirected", "released", "consent-withdrawn", "consent-expired", "support-ended"),
    *("could-not-contact", "moved-away", "died", "entered-in-error", "a-reason-not-known-here"),
)
referrals = st.builds(
    Referral,
    *(st.just(UUID(int=number)) for number in range(1, 6)),
    st.just(NOW),
    status=st.sampled_from(Status),
    decided_at=st.none() | st.just(NOW),
    decision_reason=st.none() | st.sampled_from(DECLINING),
    matched_at=st.none() | st.just(NOW),
    supported_at=st.none() | st.just(NOW),
    ended_at=st.none() | st.just(NOW),
    closing_reason=st.none() | st.sampled_from(REASONS),
    redirected_to=st.none() | st.just(UUID(int=9)),
    promises=st.dictionaries(st.sampled_from(Promise), st.just(TODAY)),
)


def state_of(referral: Referral) -> dict[str, Any]:
    return {name: getattr(referral, name) for name in (*Referral.__dataclass_fields__, "due_on")}


@given(referrals, LEVELS)
def test_nothing_beyond_the_level_is_shown(referral: Referral, level: Feedback) -> None:
    assert list(beyond(level, state_of(feedback.as_known(referral, level)))) == []


@given(referrals, LEVELS)
def test_nothing_within_the_level_is_kept_back(referral: Referral, level: Feedback) -> None:
    shown, true = state_of(feedback.as_known(referral, level)), state_of(referral)

    assert list(beyond(level, true)) or shown == true


@given(referrals)
def test_whoever_may_know_the_outcome_is_shown_all_of_it(referral: Referral) -> None:
    assert feedback.as_known(referral, Feedback.OUTCOME) == referral


@pytest.mark.parametrize("status", [Status.NEEDS_INFORMATION, Status.HELD])
@pytest.mark.parametrize("level", Feedback)
def test_what_the_referrer_must_act_on_is_always_shown(status: Status, level: Feedback) -> None:
    assert feedback.shown_status(status, level, supported=False) is status


@given(st.sampled_from(Status), LEVELS, st.booleans())
def test_that_a_referral_is_over_is_always_shown(status: Status, level: Feedback, supported: bool) -> None:
    shown = feedback.shown_status(status, level, supported=supported)

    assert (shown in lifecycle.OVER) == (status in lifecycle.OVER)


@pytest.mark.parametrize(
    ("status", "level", "supported", "shown"),
    [
        ("waiting", "receipt", False, "received"),
        ("in-support", "decision", True, "accepted"),
        ("ended", "progress", True, "in-support"),
        ("ended", "progress", False, "matched"),
        ("declined", "receipt", False, "closed"),
        ("withdrawn", "progress", True, "closed"),
    ],
)
def test_the_last_status_they_may_know_is_shown(status: str, level: str, *, supported: bool, shown: str) -> None:
    assert feedback.shown_status(Status(status), Feedback(level), supported=supported) == shown


def test_whoever_refers_to_a_programme_of_their_own_sees_all_of_it() -> None:
    assert not feedback.is_held_to(UUID(int=1), UUID(int=1), UUID(int=1))


# --- What the person says ---------------------------------------------------------------------------------------------

words = st.builds(
    Consent,
    state=st.sampled_from([State.GRANTED, State.WITHDRAWN]),
    recorded_on=st.just(TODAY),
    how=st.just("spoken"),
    expires_on=st.none() | st.just(TODAY),
    feedback=st.none() | LEVELS,
)


@given(LEVELS, st.lists(words, max_size=6))
def test_the_last_level_that_was_said_holds_while_they_agree_that_the_referrer_is_told(
    first: Feedback, said: list[Consent]
) -> None:
    consents = agreed(replace(AGREED, feedback=first), TODAY)
    level, state = first, State.GRANTED
    for word in said:
        consents = changed(consents, Purpose.TELL_REFERRER, word, TODAY) or consents
        level, state = word.feedback or level, word.state

    assert hears(consents, TODAY) is (level if state is State.GRANTED else Feedback.RECEIPT)


def test_from_the_day_after_the_last_the_referrer_knows_no_more_than_that_it_was_received() -> None:
    consents = agreed(replace(AGREED, expires_on=TODAY), TODAY)

    assert hears(consents, TODAY) is Feedback.OUTCOME
    assert hears(consents, TODAY + timedelta(days=1)) is Feedback.RECEIPT


def test_a_word_from_before_there_were_levels_allows_all_of_it() -> None:
    assert hears({Purpose.TELL_REFERRER: Consent(State.GRANTED, TODAY, "spoken")}, TODAY) is Feedback.OUTCOME


def test_without_any_word_nothing_but_the_receipt_is_known() -> None:
    assert hears({}, TODAY) is Feedback.RECEIPT


@pytest.mark.parametrize(("purpose", "state"), [("share-referral", "granted"), ("tell-referrer", "withdrawn")])
def test_a_level_where_nobody_hears_anything_by_it_is_refused(purpose: str, state: str) -> None:
    with pytest.raises(ValueError, match="feedback belongs to tell-referrer"):
        ConsentChangeBody(purpose=purpose, state=state, recorded_on=TODAY, how="spoken", feedback="receipt")


async def test_the_level_is_told_with_the_referral_and_with_its_change(world: World) -> None:
    referral = await world.refer(answer=replace(AGREED, feedback=Feedback.DECISION))
    less = Consent(State.GRANTED, TODAY, "spoken", feedback=Feedback.RECEIPT)
    referral = await world.change_consent(world.host, referral, Purpose.TELL_REFERRER, less)
    await world.change_consent(world.host, referral, Purpose.SHARE_REFERRAL, replace(less, feedback=None))

    assert [(name, body.get("feedback")) for name, body in await world.told()] == [
        ("referral-created", "decision"),
        ("consent-changed", "receipt"),
    ]


async def test_the_level_that_was_said_stands_in_the_steps(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    referral = await world.refer()
    said = {"purpose": "tell-referrer", "state": "granted", "recorded_on": str(TODAY), "how": "spoken"}
    await client.post(
        f"/referrals/{referral.id}/consent",
        json={**said, "feedback": "progress"},
        headers=version(1),
        auth=coordinator,
    )

    steps = (await read(client, coordinator, f"/referrals/{referral.id}/steps"))["items"]

    assert (steps[-1]["name"], steps[-1]["reason"]) == ("consent-changed", "tell-referrer-granted-progress")


async def test_saying_the_same_level_again_is_not_told(world: World) -> None:
    referral = await world.refer(answer=replace(AGREED, feedback=Feedback.DECISION))
    same = Consent(State.GRANTED, TODAY, "spoken", feedback=Feedback.DECISION)

    await world.change_consent(world.host, referral, Purpose.TELL_REFERRER, same)

    assert await world.names_told() == ["referral-created"]


# --- What the referrer reads ------------------------------------------------------------------------------------------

Steps = tuple[Callable[..., Any] | hearing.Kind | tuple[Callable[..., Any], str], ...]
MET = (lifecycle.accept, hearing.Kind.MATCHED, hearing.Kind.SESSION)
WAYS: dict[str, Steps] = {
    "submitted": (),
    "received": (lifecycle.acknowledge,),
    "needs-information": ((lifecycle.ask, "Which days?"),),
    "waiting": (lifecycle.put_on_waiting_list,),
    "accepted": (lifecycle.accept,),
    "declined": ((lifecycle.decline, "no-capacity"),),
    "matched": MET[:2],
    "in-support": MET,
    "ended": (*MET, hearing.Kind.ENDED),
    "withdrawn": (*MET, lifecycle.withdraw),
    "closed": (*MET, hearing.Kind.ENDED, (lifecycle.close, "support-ended")),
    "entered-in-error": (lifecycle.accept, (lifecycle.close, "entered-in-error")),
}
"""How a referral comes to each status, by the programme's organisation and by what matching tells."""


async def walk(world: World, referral: Referral, steps: Steps) -> Referral:
    for step in steps:
        if isinstance(step, hearing.Kind):
            async with world.database.transaction(OPERATOR) as tx:
                await hearing.note_matches(tx, [hearing.MatchNews(referral.id, step, NOW, "planned")], now=NOW)
            referral = replace(referral, version=referral.version + 1)
        else:
            move, *more = step if isinstance(step, tuple) else (step,)
            referral = await world.move(referral, move, world.host, *more)
    return referral


async def a_referral_everywhere(world: World, level: Feedback) -> dict[str, UUID]:
    """One referral at each status; and of a choice one that holds a place, and one that was not chosen."""
    answer = replace(AGREED, feedback=level)
    found = {name: (await walk(world, await world.refer(answer=answer), steps)).id for name, steps in WAYS.items()}
    other = await world.another_programme()
    redirected = await world.refer(answer=answer)
    found["redirected"] = (await world.move(redirected, lifecycle.redirect, world.host, other.id, None)).id
    for chosen in (False, True):
        async with world.database.transaction(member(world.referrer.id)) as tx:
            first, second = await referring.offer_choice(
                tx,
                choice_id=new_id(),
                offers=[(new_id(), world.programme.id), (new_id(), other.id)],
                person=a_person(world.referrer.id),
                wish=a_wish(),
                answer=answer,
                by=actor(world.referrer.id),
                now=NOW,
            )
        await world.accept(first)
        found["not chosen" if chosen else "held"] = second.id if chosen else first.id
        if chosen and first.choice_id:
            async with world.database.transaction(member(world.referrer.id)) as tx:
                await referring.choose(tx, first.choice_id, first.id, by=actor(world.referrer.id), now=NOW)
            found["chosen"] = first.id
    return found


async def read(client: httpx.AsyncClient, auth: httpx.Auth, path: str) -> Any:
    answer = await client.get(path, auth=auth)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("level", Feedback)
async def test_no_view_of_the_referrers_says_more_than_the_person_agreed_to(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, level: Feedback
) -> None:
    there_are = await a_referral_everywhere(world, level)
    listed = {one["id"]: one for one in (await read(client, referrer, "/referrals?limit=100"))["items"]}

    for name, referral_id in there_are.items():
        one = await read(client, referrer, f"/referrals/{referral_id}")
        states = [listed[str(referral_id)], one]
        if one["choice_id"]:
            states += (await read(client, referrer, f"/choices/{one['choice_id']}"))["referrals"]
        steps = (await read(client, referrer, f"/referrals/{referral_id}/steps"))["items"]

        assert one["feedback"] == level
        assert [fault for state in states for fault in beyond(level, state)] == [], name
        assert [fault for step in steps for fault in beyond_in_step(level, step)] == [], name
        assert steps[-1]["after"] == one["status"], name


@pytest.mark.parametrize("level", [Feedback.RECEIPT, Feedback.PROGRESS])
async def test_a_list_finds_referrals_by_the_status_that_it_shows(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, level: Feedback
) -> None:
    await a_referral_everywhere(world, level)
    every = (await read(client, referrer, "/referrals?limit=100"))["items"]

    for status in Status:
        found = (await read(client, referrer, f"/referrals?limit=100&status={status}"))["items"]
        assert found == [one for one in every if one["status"] == status]
        assert not found or status in told_at(level, SAYS)


async def test_the_programmes_organisation_sees_all_of_it(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    referral = await walk(world, await world.refer(answer=replace(AGREED, feedback=Feedback.RECEIPT)), WAYS["ended"])

    one = await read(client, coordinator, f"/referrals/{referral.id}")
    (line,) = (await read(client, coordinator, "/referrals?status=ended"))["items"]
    steps = (await read(client, coordinator, f"/referrals/{referral.id}/steps"))["items"]
    assert (one["status"], line["status"], steps[-1]["name"]) == ("ended", "ended", "match-ended")


async def test_whoever_no_longer_is_to_be_told_reads_no_more_than_the_receipt(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    referral = await walk(world, await world.refer(), WAYS["in-support"])
    withdrawn = Consent(State.WITHDRAWN, TODAY, "spoken")
    await world.change_consent(world.host, referral, Purpose.TELL_REFERRER, withdrawn)

    assert list(beyond("receipt", await read(client, referrer, f"/referrals/{referral.id}"))) == []


async def test_a_word_that_was_kept_before_there_were_levels_shows_all_of_it(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    referral = await walk(world, await world.refer(answer=replace(AGREED, feedback=Feedback.RECEIPT)), WAYS["ended"])
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update consents set feedback = null"))

    one = await read(client, referrer, f"/referrals/{referral.id}")

    assert (one["feedback"], one["status"]) == ("outcome", "ended")


@pytest.mark.parametrize("way", ["waiting", "matched"])
async def test_what_answers_a_referrers_step_says_no_more_either(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, way: str
) -> None:
    referral = await walk(world, await world.refer(answer=replace(AGREED, feedback=Feedback.RECEIPT)), WAYS[way])
    word = {"purpose": "contact-person", "state": "withdrawn", "recorded_on": str(TODAY), "how": "spoken"}
    stands = version(referral.version)

    refused = await client.post(
        f"/referrals/{referral.id}/answer", json={"note": "Mondays."}, headers=stands, auth=referrer
    )
    said = await client.post(f"/referrals/{referral.id}/consent", json=word, headers=stands, auth=referrer)

    assert refused.json()["detail"] == "That cannot be done to the referral now: it can be withdrawn or closed."
    assert (said.status_code, said.json()["status"], said.json()["matched_at"]) == (200, "received", None)


async def test_a_referrer_still_answers_withdraws_and_chooses(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    there_are = await a_referral_everywhere(world, Feedback.RECEIPT)
    held = await read(client, referrer, f"/referrals/{there_are['held']}")
    asked, matched = there_are["needs-information"], there_are["matched"]

    answered = await client.post(
        f"/referrals/{asked}/answer", json={"note": "Mondays."}, headers=version(2), auth=referrer
    )
    withdrawn = await client.post(f"/referrals/{matched}/withdrawal", headers=version(3), auth=referrer)
    chosen = await client.post(f"/choices/{held['choice_id']}/choice", json={"referral_id": held["id"]}, auth=referrer)

    assert (answered.status_code, withdrawn.status_code, chosen.status_code) == (200, 200, 200)
    assert (answered.json()["status"], withdrawn.json()["status"]) == ("received", "closed")
    assert {one["status"] for one in chosen.json()["referrals"]} == {"received", "closed"}


async def test_the_level_is_said_when_a_referral_is_made(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    body = a_body(world)
    made = await post(client, {**body, "consent": {**body["consent"], "feedback": "progress"}}, referrer)

    assert (await read(client, referrer, f"/referrals/{made.json()['id']}"))["feedback"] == "progress"


def test_the_levels_stand_in_the_order_in_which_each_tells_more() -> None:
    assert [[one.tells(other) for other in Feedback] for one in Feedback] == [
        [place >= other for other in range(4)] for place in range(4)
    ]
