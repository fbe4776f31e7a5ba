"""An organisation closes: nobody new, nobody left waiting, and no record where consent does not reach."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.domain import agreement as agreements
from kith_referrals.domain import closing as closings
from kith_referrals.domain import lifecycle
from kith_referrals.domain.agreement import Agreement
from kith_referrals.domain.closing import AlreadyClosing, Closing, ClosingBeforeToday, SuccessorUnfit
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.erasure import Rule
from kith_referrals.domain.members import SubjectNamesSomebody
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.records import Author
from kith_referrals.domain.referral import OFFERED, Referral, Status
from kith_referrals.domain.refusals import OrganisationCloses
from kith_referrals.store.people import get_record
from kith_referrals.store.referrals import list_referrals_for_update
from kith_referrals.usecases import agreeing, erasing, network, people
from kith_referrals.usecases import closing as usecases
from kith_referrals.usecases.closing import Turn
from kith_referrals.usecases.reviewing import open_reviews
from kith_referrals.views.closing import get_closing
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import a_body, post
from tests.referrals.world import OPERATOR, World, a_programme, actor, an_agreement, an_organisation, member

LAST = TODAY + timedelta(days=30)
ON_THE_DAY = NOW + timedelta(days=30)
DAYS = st.integers(-3, 3).map(lambda days: LAST + timedelta(days=days))


def a_closing(organisation: Organisation, **changes: Any) -> Closing:
    return replace(Closing(organisation.id, LAST, "admin-1", NOW, "operator"), **changes)


async def announce(world: World, organisation: Organisation, **changes: Any) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await usecases.announce_closing(tx, a_closing(organisation, **changes))


async def hand_over(world: World, organisation: Organisation, now: datetime) -> Turn:
    async with world.database.transaction(OPERATOR) as tx:
        return await usecases.hand_over(tx, Author("operator", "tests", organisation.id, now))


async def stands(world: World, referral: Referral) -> Referral:
    async with world.database.transaction(OPERATOR) as tx:
        [found] = await list_referrals_for_update(tx, [referral.id])
    return found


async def held_by(world: World, person_id: UUID) -> tuple[UUID, bool]:
    async with world.database.transaction(OPERATOR) as tx:
        record = await get_record(tx, person_id)
    return record.person.organisation_id, record.restricted


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"closes_on": TODAY - timedelta(days=1)}, ClosingBeforeToday),
        ({"administrator": "person@example.org"}, SubjectNamesSomebody),
        ({"successor_id": uuid4()}, SuccessorUnfit),
        ({"successors": {uuid4(): uuid4()}}, SuccessorUnfit),
    ],
    ids=["a past day", "an address", "an unknown successor", "an unknown programme"],
)
async def test_a_closing_that_cannot_be_is_refused_and_nothing_closes(
    world: World, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await announce(world, world.host, **changes)

    await world.refer()


def test_a_programme_is_followed_by_one_of_another_organisation_that_takes_people() -> None:
    closing, other = an_organisation(), an_organisation()
    old = a_programme(closing)
    unfit = [
        a_programme(closing),
        a_programme(other, formality="informal"),
        a_programme(other, organisation_closes_on=LAST),
    ]
    for new in unfit:
        asked = a_closing(closing, successors={old.id: new.id})
        with pytest.raises(SuccessorUnfit):
            closings.announced(asked, closing, successor=None, programmes={old.id: old, new.id: new}, today=TODAY)
    for successor in (closing, replace(other, closes_on=LAST)):
        with pytest.raises(SuccessorUnfit):
            closings.announced(
                a_closing(closing, successor_id=successor.id), closing, successor=successor, programmes={}, today=TODAY
            )


async def test_it_is_announced_once(world: World) -> None:
    await announce(world, world.host)

    with pytest.raises(AlreadyClosing):
        await announce(world, world.host)


@pytest.mark.parametrize("closing", ["host", "referrer"])
async def test_from_the_announcement_on_nobody_is_referred_to_it_or_by_it(world: World, closing: str) -> None:
    await announce(world, getattr(world, closing))

    with pytest.raises(OrganisationCloses):
        await world.refer()
    assert await world.seen(OPERATOR, "people") == 0


async def test_the_refusal_says_why_and_the_directory_that_it_takes_nobody(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    await announce(world, world.host)

    refused = await post(client, a_body(world), referrer)
    page = await client.get(f"/refer/{world.programme.slug}")
    shown = (await client.get(f"/directory/services/{world.programme.id}")).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "organisation-closes")
    assert page.status_code == 409
    assert shown["wait_time"] == "Takes nobody new at present."


async def test_publishing_again_opens_nothing_and_is_not_told(world: World) -> None:
    await announce(world, world.host)
    told = len(await world.everything_told())

    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, world.host, now=NOW)
        await network.publish_programme(tx, world.programme, now=NOW)

    assert len(await world.everything_told()) == told
    with pytest.raises(OrganisationCloses):
        await world.refer()


async def test_it_is_told_with_its_state_and_its_agreements_end_that_day(world: World) -> None:
    told = len(await world.everything_told())

    await announce(world, world.host)

    news = (await world.everything_told())[told:]
    assert [(name, body.get("state")) for name, body in news] == [
        ("organisation-published", "closing"),
        ("sharing-agreement-published", "signed"),
        ("sharing-agreement-published", "signed"),
    ]
    assert {body["ends_on"] for name, body in news[1:]} == {LAST.isoformat()}
    with pytest.raises(OrganisationCloses):
        async with world.database.transaction(OPERATOR) as tx:
            await agreeing.publish_agreement(tx, an_agreement(world.host, world.stranger), now=NOW)


@given(starts_on=DAYS, ends_on=DAYS | st.none())
def test_no_agreement_outlasts_the_day_and_none_is_made_longer(starts_on: date, ends_on: date | None) -> None:
    sharer, receiver = an_organisation(), an_organisation()
    agreement: Agreement = an_agreement(sharer, receiver, starts_on=starts_on, ends_on=ends_on)

    after = agreements.end_on(agreement, LAST, sharer.id, NOW) or agreement

    assert after.ended_at is not None or (after.ends_on is not None and after.ends_on <= LAST)
    assert after.ends_on is None or ends_on is None or after.ends_on <= ends_on
    assert (after.ended_at is not None) <= (starts_on > LAST)


@given(status=st.sampled_from(Status), day=st.integers(-2, 2), followed=st.booleans())
def test_nobody_is_left_waiting_and_nobody_is_sent_away_before_the_day(
    status: Status, day: int, *, followed: bool
) -> None:
    host, programme_id, next_one = uuid4(), uuid4(), uuid4()
    referral = Referral(uuid4(), uuid4(), uuid4(), programme_id, host, NOW, status)
    closing = Closing(host, LAST, "a", NOW, "o", successors={programme_id: next_one} if followed else {})
    today = LAST + timedelta(days=day)

    if status not in closings.handing_back(closing, today):
        assert status in lifecycle.OVER | {Status.DRAFT} or (status in lifecycle.TAKEN_ON and day < 0)
        return
    moved = closings.hand_back(closing, referral, actor(host), NOW).referral

    assert moved.status in lifecycle.OVER
    assert moved.redirected_to == (next_one if followed else None)
    assert moved.status is not Status.DECLINED or status in OFFERED


async def test_offers_are_handed_back_at_once_and_who_was_taken_on_stays_until_the_day(world: World) -> None:
    offered, taken_on = await world.refer(), await world.accept(await world.refer())
    await announce(world, world.host)

    first = await hand_over(world, world.host, NOW)
    before = [(await stands(world, one)).status for one in (offered, taken_on)]
    second = await hand_over(world, world.host, ON_THE_DAY)

    after = await stands(world, taken_on)
    assert (first, before) == (Turn(1), [Status.DECLINED, Status.ACCEPTED])
    assert (second, after.status, after.closing_reason) == (
        Turn(1, done=True),
        Status.CLOSED,
        "organisation-closed",
    )
    told = [(name, body.get("reason")) for name, body in await world.told() if name != "referral-created"]
    assert told == [
        ("referral-decided", None),
        ("referral-decided", "organisation-closed"),
        ("referral-closed", "declined"),
        ("referral-closed", "organisation-closed"),
    ]


async def test_where_a_programme_follows_offers_are_redirected_to_it(world: World) -> None:
    follows = await world.another_programme(world.stranger)
    offered = await world.refer()
    await announce(world, world.host, successors={world.programme.id: follows.id})

    await hand_over(world, world.host, NOW)

    after = await stands(world, offered)
    assert (after.status, after.redirected_to) == (Status.REDIRECTED, follows.id)


async def test_turns_go_on_where_the_last_one_ended_and_the_close_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "MOST", 2)
    for _ in range(5):
        await world.refer()
    await announce(world, world.host)

    turns = [await hand_over(world, world.host, ON_THE_DAY) for _ in range(4)]

    assert [(turn.handed_back, turn.done) for turn in turns] == [(2, False), (2, False), (1, True), (0, True)]
    states = [body["state"] for name, body in await world.everything_told() if name == "organisation-published"]
    assert states.count("closed") == 1
    async with world.database.transaction(OPERATOR) as tx:
        left = await get_closing(tx, world.host.id)
    assert (left["referrals_offered"], left["closed_at"]) == (0, ON_THE_DAY)


async def the_referrers_close(world: World, **changes: Any) -> Turn:
    await announce(world, world.referrer, **changes)
    assert await hand_over(world, world.referrer, NOW) == Turn()
    return await hand_over(world, world.referrer, ON_THE_DAY)


async def test_a_record_goes_to_the_successor_where_the_person_agreed_to_be_seen_there(world: World) -> None:
    agreed = await world.accept(await world.refer())
    elsewhere = await world.another_programme(world.stranger)
    over = await world.refer(programme_id=elsewhere.id)
    await world.move(over, lifecycle.withdraw, world.referrer)
    took_back = await world.refer()
    word = Consent(State.WITHDRAWN, TODAY, "spoken")
    await world.change_consent(world.referrer, took_back, Purpose.SHARE_REFERRAL, word)

    turn = await the_referrers_close(world, successor_id=world.host.id)

    assert turn == Turn(0, people_handed_over=1, people_restricted=2, done=True)
    assert await held_by(world, agreed.person_id) == (world.host.id, False)
    for other in (over, took_back):
        assert await held_by(world, other.person_id) == (world.referrer.id, True)
    assert await world.seen(member(world.host.id), "people") == 1


async def test_a_record_goes_with_those_that_are_merged_into_it(world: World) -> None:
    agreed, other = await world.accept(await world.refer()), await world.refer()
    await world.move(other, lifecycle.decline, world.host, "no-capacity")
    word = Consent(State.WITHDRAWN, TODAY, "spoken")
    await world.change_consent(world.referrer, await stands(world, other), Purpose.SHARE_REFERRAL, word)
    by = Author("tester", "tests", world.referrer.id, NOW)
    async with world.database.transaction(member(world.referrer.id)) as tx:
        await people.merge_people(tx, agreed.person_id, into_id=other.person_id, reason="The same.", version=1, by=by)

    turn = await the_referrers_close(world, successor_id=world.host.id)

    assert turn == Turn(people_handed_over=2, done=True)
    assert [await held_by(world, one.person_id) for one in (agreed, other)] == [(world.host.id, False)] * 2
    async with world.database.transaction(member(world.host.id)) as tx:
        await people.unmerge_people(
            tx, agreed.person_id, reason="Two people.", version=3, by=replace(by, organisation_id=world.host.id)
        )


async def test_whom_another_organisation_supports_is_not_shut_away_until_that_is_over(world: World) -> None:
    supported = await world.accept(await world.refer())

    first = await the_referrers_close(world)
    before = await held_by(world, supported.person_id)
    await world.move(supported, lifecycle.close, world.host, "support-ended")
    second = await hand_over(world, world.referrer, ON_THE_DAY)

    assert (first, before) == (Turn(done=True), (world.referrer.id, False))
    assert second == Turn(people_restricted=1, done=True)
    assert await held_by(world, supported.person_id) == (world.referrer.id, True)


async def columns_of(world: World, person_id: UUID) -> dict[str, Any]:
    async with world.database.transaction(OPERATOR) as tx:
        asked = sa.text("select to_jsonb(p) from people p where id = :id")
        return dict((await tx.execute(asked, {"id": person_id})).scalar_one())


async def ask_to_erase(world: World, referral: Referral) -> None:
    async with world.database.transaction(member(world.referrer.id)) as tx:
        by = Author("tester", "tests", world.referrer.id, NOW)
        await erasing.ask_for_erasure(tx, referral.person_id, rule=Rule.OBJECTED, basis=None, version=1, by=by)


async def put_on_hold(world: World, referral: Referral, version: int = 1) -> None:
    async with world.database.transaction(member(world.referrer.id)) as tx:
        by = Author("tester", "tests", world.referrer.id, NOW)
        await erasing.hold(tx, referral.person_id, held=True, reason="A claim.", version=version, by=by)


async def closed_with_consent(world: World, **wish: Any) -> Referral:
    """Somebody whose referral to the host is over, and who still agrees to be seen there."""
    accepted = await world.accept(await world.refer(**wish))
    return await world.move(accepted, lifecycle.close, world.host, "support-ended")


@pytest.mark.parametrize("covered", [True, False], ids=["agreed to the successor", "agreed to nobody"])
@pytest.mark.parametrize("done", [True, False], ids=["erased", "to be erased"])
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
async def test_whoever_is_erased_or_to_be_erased_is_neither_moved_nor_restricted(
    world: World, *, covered: bool, done: bool, held: bool
) -> None:
    referral = await closed_with_consent(world)
    await ask_to_erase(world, referral)
    if done:
        async with world.database.transaction(OPERATOR) as tx:
            await erasing.erase_people(tx, NOW, wait=timedelta())
    elif held:
        await put_on_hold(world, referral, 2)
    before = await columns_of(world, referral.person_id)

    turn = await the_referrers_close(world, **({"successor_id": world.host.id} if covered else {}))

    async with world.database.transaction(OPERATOR) as tx:
        left = await get_closing(tx, world.referrer.id)
    assert (turn, await columns_of(world, referral.person_id)) == (Turn(done=True), before)
    assert before["erasure_state"] == ("erased" if done else "restricted")
    assert [left[name] for name in ("people", "people_restricted", "people_erasing")] == [0, 0, 0 if done else 1]


async def test_when_an_erasure_is_taken_back_the_next_turn_hands_the_record_over(world: World) -> None:
    referral = await closed_with_consent(world)
    await ask_to_erase(world, referral)
    await the_referrers_close(world, successor_id=world.host.id)
    async with world.database.transaction(member(world.referrer.id)) as tx:
        by = Author("tester", "tests", world.referrer.id, NOW)
        await erasing.take_erasure_back(tx, referral.person_id, version=2, by=by)

    turn = await hand_over(world, world.referrer, ON_THE_DAY)

    assert turn == Turn(people_handed_over=1, done=True)
    assert await held_by(world, referral.person_id) == (world.host.id, False)


async def test_a_legal_hold_stops_no_handover_and_goes_with_the_record(world: World) -> None:
    agreed, took_back = await closed_with_consent(world), await closed_with_consent(world)
    word = Consent(State.WITHDRAWN, TODAY, "spoken")
    await world.change_consent(world.referrer, took_back, Purpose.SHARE_REFERRAL, word)
    for one in (agreed, took_back):
        await put_on_hold(world, one)

    turn = await the_referrers_close(world, successor_id=world.host.id)

    assert turn == Turn(people_handed_over=1, people_restricted=1, done=True)
    assert await held_by(world, agreed.person_id) == (world.host.id, False)
    assert await held_by(world, took_back.person_id) == (world.referrer.id, True)
    assert {(await columns_of(world, one.person_id))["held"] for one in (agreed, took_back)} == {True}
    async with world.database.transaction(member(world.host.id)) as tx:
        by = Author("tester", "tests", world.host.id, NOW)
        await erasing.hold(tx, agreed.person_id, held=False, reason="Settled.", version=3, by=by)


async def test_a_review_that_waits_and_a_request_without_answer_go_with_the_record(
    client: httpx.AsyncClient, world: World, *, operator: httpx.Auth, as_caller: AsCaller
) -> None:
    before, after = (as_caller("administrator", organisation_id=one.id) for one in (world.referrer, world.host))
    line = {"nation": "england", "record": "ended", "years": 2, "required": False, "source": "a schedule"}
    lines = [line, {**line, "record": "enquiry"}]
    assert (await client.put("/retention-schedule", json={"rules": lines}, auth=operator)).is_success
    referral = await closed_with_consent(world)
    other = await closed_with_consent(world)
    path = f"/people/{referral.person_id}/subject-access"
    requests = [await post(client, {"asked_on": TODAY.isoformat()}, before, path=path) for _ in range(2)]
    answered = f"/subject-access-requests/{requests[0].json()['id']}/closure"
    ended = {"closed_on": TODAY.isoformat(), "outcome": "given"}
    await client.post(answered, json=ended, headers={"If-Match": '"1"'}, auth=before)
    word = Consent(State.WITHDRAWN, TODAY, "spoken")
    await world.change_consent(world.referrer, other, Purpose.SHARE_REFERRAL, word)
    async with world.database.transaction(OPERATOR) as tx:
        await open_reviews(tx, NOW + timedelta(days=3 * 366))
    await announce(world, world.referrer, successor_id=world.host.id)
    plan = (await client.get(f"/organisations/{world.referrer.id}/closing", auth=before)).json()

    await hand_over(world, world.referrer, ON_THE_DAY)

    async def waits_for(auth: httpx.Auth, path: str, name: str) -> list[str]:
        return [one[name] for one in (await client.get(path, auth=auth)).json()["items"]]

    assert plan["access_requests"] == 1
    assert await waits_for(after, "/retention-reviews", "person_id") == [str(referral.person_id)]
    assert await waits_for(before, "/retention-reviews", "person_id") == [str(other.person_id)]
    assert await waits_for(after, "/subject-access-requests", "id") == [requests[1].json()["id"]]
    assert await waits_for(before, "/subject-access-requests", "id") == [requests[0].json()["id"]]
    async with world.database.transaction(OPERATOR) as tx:
        looks = (await tx.execute(sa.text("select person_id, organisation_id from retention_looks"))).all()
    assert {look.person_id: look.organisation_id for look in looks} == {
        referral.person_id: world.host.id,
        other.person_id: world.referrer.id,
    }


async def test_the_plan_counts_what_is_left_and_the_operator_hands_it_over(
    client: httpx.AsyncClient, world: World, *, operator: httpx.Auth, as_caller: AsCaller
) -> None:
    await world.refer()
    path = f"/organisations/{world.host.id}/closing"
    body = {"closes_on": "2099-12-31", "administrator": "admin-1", "successor_id": str(world.stranger.id)}
    keyed = {"Idempotency-Key": str(new_id())}

    announced = await client.post(path, json=body, headers=keyed, auth=operator)
    own = await client.get(path, auth=as_caller("administrator", organisation_id=world.host.id))
    others = await client.get(path, auth=as_caller("administrator", organisation_id=world.stranger.id))
    turn = (await client.post(f"{path}/handover", auth=operator)).json()

    assert (announced.status_code, announced.json()["referrals_offered"]) == (201, 1)
    assert (own.json()["referrals_offered"], others.status_code) == (1, 404)
    assert (turn["handed_back"], turn["done"], turn["left"]["referrals_offered"]) == (1, False, 0)


async def test_what_is_not_closing_has_no_plan_and_nothing_to_hand_over(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    path = f"/organisations/{world.host.id}/closing"

    answers = [await client.get(path, auth=operator), await client.post(f"{path}/handover", auth=operator)]

    assert [answer.status_code for answer in answers] == [404, 404]
