"""Nothing is shared with another organisation that both have not agreed to share."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith_referrals.domain import agreement as agreements
from kith_referrals.domain import consent, lifecycle
from kith_referrals.domain.agreement import (
    Agreement,
    AgreementEnded,
    AgreementSigned,
    AgreementWithOneself,
    Level,
    NoAgreement,
    NotYourAgreement,
    PeriodBackwards,
    State,
    find_offer,
    is_in_force,
)
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.referral import OFFERED, Referral, Status, may_see, may_see_person
from kith_referrals.domain.refusals import OrganisationUnknown
from kith_referrals.usecases import agreeing
from kith_referrals.views import get_agreement, get_referral, list_agreements
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller, HttpOf
from tests.referrals.test_api import a_body, post
from tests.referrals.test_visibility import sees
from tests.referrals.world import (
    AGREED,
    OPERATOR,
    World,
    a_person,
    a_programme,
    a_wish,
    an_agreement,
    an_organisation,
    member,
)
from tests.servers.lengths import examples

SHARER, RECEIVER = an_organisation(), an_organisation()
PROGRAMME = a_programme(RECEIVER)
DAYS = st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))


def signed(**changes: Any) -> Agreement:
    both = {"sharer_signed_at": NOW, "receiver_signed_at": NOW}
    return replace(an_agreement(SHARER, RECEIVER), **both | changes)


def covers(*found: Agreement) -> bool:
    return find_offer(PROGRAMME, SHARER.id, found, TODAY) is not None


def test_an_agreement_that_both_signed_lets_one_refer_to_the_other() -> None:
    assert covers(signed())


def test_it_lets_nobody_refer_the_other_way() -> None:
    assert find_offer(a_programme(SHARER), RECEIVER.id, [signed()], TODAY) is None


def test_ones_own_programme_needs_none() -> None:
    assert find_offer(PROGRAMME, RECEIVER.id, [], TODAY) == agreements.Offer(PROGRAMME)


@pytest.mark.parametrize(
    "changes",
    [
        {"sharer_signed_at": None},
        {"receiver_signed_at": None},
        {"ended_at": NOW},
        {"starts_on": TODAY + timedelta(days=1)},
        {"ends_on": TODAY - timedelta(days=1), "starts_on": TODAY - timedelta(days=9)},
        {"programme_ids": (uuid4(),)},
        {"purposes": ("outcomes",)},
        {"receiver_id": uuid4()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_agreement_that_lacks_anything_covers_nothing(changes: dict[str, Any]) -> None:
    assert not covers(signed(**changes))


@given(starts_on=DAYS, ends_on=DAYS | st.none())
def test_its_first_and_last_day_count(starts_on: Any, ends_on: Any) -> None:
    agreement = signed(starts_on=starts_on, ends_on=ends_on)

    assert is_in_force(agreement, TODAY) == (starts_on <= TODAY and (ends_on is None or ends_on >= TODAY))


def test_of_several_the_one_that_shares_most_counts() -> None:
    little, much = signed(id=uuid4(), level=Level.CODES_UNTIL_ACCEPTED), signed(id=uuid4())

    found = find_offer(PROGRAMME, SHARER.id, [little, much], TODAY)

    assert found is not None
    assert (found.agreement_id, found.level) == (much.id, Level.FULL)


def test_it_holds_once_both_have_signed_and_each_signs_once() -> None:
    proposed = agreements.propose(an_agreement(SHARER, RECEIVER), SHARER.id, NOW)
    with pytest.raises(AgreementSigned):
        agreements.sign(proposed, SHARER.id, NOW)

    both = agreements.sign(proposed, RECEIVER.id, NOW)

    assert (proposed.state, proposed.version, both.state, both.version) == (State.PROPOSED, 1, State.SIGNED, 2)


@pytest.mark.parametrize("by", [SHARER, RECEIVER], ids=["sharer", "receiver"])
def test_either_ends_it_and_it_stays_ended(by: Organisation) -> None:
    ended = agreements.end(signed(), by.id, NOW)

    assert (ended.state, ended.ended_by) == (State.ENDED, by.id)
    for move in (agreements.end, agreements.sign):
        with pytest.raises(AgreementEnded):
            move(ended, by.id, NOW)


def test_nobody_else_signs_or_ends_it() -> None:
    for move in (agreements.end, agreements.sign):
        with pytest.raises(NotYourAgreement):
            move(an_agreement(SHARER, RECEIVER), uuid4(), NOW)


def test_an_agreement_is_between_two_and_ends_after_it_begins() -> None:
    with pytest.raises(AgreementWithOneself):
        agreements.checked(an_agreement(SHARER, SHARER))
    with pytest.raises(PeriodBackwards):
        agreements.checked(an_agreement(SHARER, RECEIVER, ends_on=TODAY - timedelta(days=366)))


async def the_agreement(world: World) -> Agreement:
    async with world.database.transaction(member(world.host.id)) as tx:
        found = await list_agreements(tx, after=None, limit=9)
    return next(agreement for agreement in found if agreement.sharer_id == world.referrer.id)


async def end(world: World, by: Organisation) -> None:
    agreement = await the_agreement(world)
    async with world.database.transaction(member(by.id)) as tx:
        await agreeing.end_agreement(tx, agreement.id, by=by.id, version=agreement.version, now=NOW)


async def test_what_nobody_has_taken_on_is_seen_no_more_when_the_agreement_ends_and_who_was_stays(world: World) -> None:
    offered, taken_on = await world.refer(), await world.accept(await world.refer())

    await end(world, world.referrer)

    assert await sees(world, member(world.host.id), offered) == set()
    assert await sees(world, member(world.host.id), taken_on) == {"referrals", "people"}
    assert await sees(world, member(world.referrer.id), offered) == {"referrals", "people"}


async def test_after_its_end_nothing_new_is_shared(world: World) -> None:
    await end(world, world.host)

    with pytest.raises(NoAgreement):
        await world.refer()

    assert await world.seen(OPERATOR, "people") == 0


async def test_at_the_level_of_codes_the_person_is_seen_from_the_acceptance_on(world: World) -> None:
    agreement = replace(await the_agreement(world), level=Level.CODES_UNTIL_ACCEPTED)
    async with world.database.transaction(OPERATOR) as tx:
        await agreeing.publish_agreement(tx, agreement, now=NOW)
    referral = await world.refer(a_person(world.referrer.id), wish=a_wish(notes="Private."))
    async with world.database.transaction(member(world.host.id)) as tx:
        before = await get_referral(tx, referral.id, asking=None, now=NOW)

    await world.accept(referral)

    async with world.database.transaction(member(world.host.id)) as tx:
        after = await get_referral(tx, referral.id, asking=None, now=NOW)
    assert (before["shows_person"], before["person_family_name"], before["notes"]) == (False, None, None)
    assert (after["shows_person"], after["person_family_name"], after["notes"]) == (True, "Testwell", "Private.")


STATUSES = st.sampled_from(sorted(Status))


@given(status=STATUSES, level=st.sampled_from(Level), agreed=st.booleans())
@settings(max_examples=examples(200))
def test_whoever_sees_the_person_sees_the_referral(status: Status, level: Level, *, agreed: bool) -> None:
    consents = consent.agreed(AGREED, TODAY)
    referral = Referral(
        uuid4(), uuid4(), SHARER.id, PROGRAMME.id, RECEIVER.id, NOW, status, agreement_id=uuid4(), level=level
    )

    person = may_see_person(referral, consents, RECEIVER.id, agreed=agreed, today=TODAY)
    seen = may_see(referral, consents, RECEIVER.id, agreed=agreed, today=TODAY)

    assert person <= seen
    assert seen == (status is not Status.DRAFT and (agreed or status not in OFFERED))
    assert person == (seen and (level is Level.FULL or status not in OFFERED))
    assert may_see_person(referral, {}, SHARER.id, agreed=False, today=TODAY)


async def test_recording_it_again_changes_nothing_and_is_told_once(world: World) -> None:
    agreement = await the_agreement(world)
    told = len(await world.everything_told())

    async with world.database.transaction(OPERATOR) as tx:
        await agreeing.publish_agreement(tx, agreement, now=NOW + timedelta(days=1))
        again = await get_agreement(tx, agreement.id)

    assert again == agreement
    assert len(await world.everything_told()) == told


async def test_an_agreement_with_nobody_of_the_network_is_refused(world: World) -> None:
    with pytest.raises(OrganisationUnknown):
        async with world.database.transaction(OPERATOR) as tx:
            await agreeing.publish_agreement(tx, an_agreement(world.referrer, an_organisation()), now=NOW)


async def test_two_organisations_agree_and_one_refers(world: World, http_of: HttpOf, as_caller: AsCaller) -> None:
    client: httpx.AsyncClient = await http_of("referrals", world.database)
    mine = as_caller("administrator", organisation_id=world.host.id)
    theirs = as_caller("administrator", organisation_id=world.stranger.id)
    body = {"sharer_id": str(world.host.id), "receiver_id": str(world.stranger.id), "starts_on": TODAY.isoformat()}
    referral = a_body(world, programme_id=str((await world.another_programme(world.stranger)).id))
    refused = await post(client, referral, mine)

    proposed = await post(client, body, mine, path="/agreements")
    one_sided = await post(client, referral, mine)
    signed_too = await client.post(
        f"{proposed.headers['Location']}/signature", auth=theirs, headers={"If-Match": proposed.headers["ETag"]}
    )
    made = await post(client, referral, mine)
    ended = await client.post(
        f"{proposed.headers['Location']}/ending", auth=theirs, headers={"If-Match": signed_too.headers["ETag"]}
    )

    assert [answer.json()["code"] for answer in (refused, one_sided)] == ["no-agreement"] * 2
    assert (signed_too.json()["state"], made.status_code, ended.json()["state"]) == ("signed", 201, "ended")
    assert (await post(client, referral, mine)).status_code == 403


async def test_an_agreement_is_seen_by_its_two_organisations_alone(world: World) -> None:
    seen = [
        await world.seen(member(one.id), "sharing_agreements") for one in (world.referrer, world.host, world.stranger)
    ]

    assert seen == [2, 2, 2]


async def test_declining_is_possible_to_who_still_sees_it(world: World) -> None:
    declined = await world.move(await world.refer(), lifecycle.decline, world.host, "no-capacity")

    assert declined.agreement_id == (await the_agreement(world)).id
