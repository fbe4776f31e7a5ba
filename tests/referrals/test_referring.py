"""What organisations do with a referral, on PostgreSQL: made, decided, withdrawn, closed, consented to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kith_chassis.clock import new_id
from kith_chassis.http import StaleVersion
from kith_contracts.referrals import ReferralCreated
from kith_referrals.domain import lifecycle
from kith_referrals.domain.consent import Answer, Consent, Purpose, State
from kith_referrals.domain.referral import Meeting, Status
from kith_referrals.domain.refusals import (
    ConsentMissing,
    MoveRefused,
    NoOrganisation,
    NotFound,
    NotYourProgramme,
    ProgrammeUnknown,
    ReferenceTaken,
    ReferralRefused,
)
from kith_referrals.store.referrals import list_consents
from tests.builders import NOW, TODAY
from tests.referrals.world import AGREED, CHI_NUMBER, NHS_NUMBER, World, a_person, a_wish, age, member

WITHDRAWN = Consent(State.WITHDRAWN, TODAY, "spoken")
GRANTED = Consent(State.GRANTED, TODAY, "spoken")


async def test_a_referral_is_told_by_pseudonym_codes_band_and_district(world: World) -> None:
    person = a_person(
        world.referrer.id,
        nhs_number=NHS_NUMBER,
        birth_date=age(40),
        postcode="eh165xx",
        email="person@example.org",
        telephone="07700 900123",
    )
    wish = a_wish(
        conditions=("copd",), channels=(Meeting.VIDEO,), urgent=True, notes="Private.", source_reference="P/1"
    )

    referral = await world.refer(person, wish=wish)

    [(name, body)] = await world.told()
    assert name == "referral-created"
    assert ReferralCreated.model_validate(body) == ReferralCreated(
        referral_id=referral.id,
        person_id=person.id,
        referring_organisation_id=world.referrer.id,
        programme_id=world.programme.id,
        programme_organisation_id=world.host.id,
        source="professional",
        received_on=TODAY,
        age_band="35-44",
        district="EH16",
        language="en",
        needs=("isolation",),
        conditions=("copd",),
        channels=("video",),
        feedback="outcome",
        before_visiting=False,
        urgent=True,
    )


async def test_without_consent_nothing_is_kept_and_nothing_told(world: World) -> None:
    with pytest.raises(ConsentMissing):
        await world.refer(answer=Answer(given=False, recorded_on=TODAY, how="spoken"))

    assert await world.seen(member(world.referrer.id), "people") == 0
    assert await world.told() == []


async def test_consent_counts_from_its_day_in_london(world: World) -> None:
    late = NOW.replace(month=6, day=30, hour=23, minute=30)
    tomorrow_in_utc = Answer(given=True, recorded_on=late.date() + timedelta(days=1), how="spoken")

    referral = await world.refer(answer=tomorrow_in_utc, wish=a_wish(received_on=late.date()), now=late)

    assert referral.status is Status.SUBMITTED


@pytest.mark.parametrize(
    "wrong",
    [{"nhs_number": "9990568856"}, {"chi_number": CHI_NUMBER, "birth_date": age(40)}, {"postcode": "nowhere"}],
)
async def test_a_person_with_something_that_cannot_be_right_is_not_kept(world: World, wrong: dict[str, object]) -> None:
    with pytest.raises(ReferralRefused):
        await world.refer(a_person(world.referrer.id, **wrong))

    assert await world.seen(member(world.referrer.id), "people") == 0


async def test_a_referral_to_no_programme_is_refused(world: World) -> None:
    with pytest.raises(ProgrammeUnknown):
        await world.refer(programme_id=new_id())


async def test_an_organisation_that_is_not_in_the_network_cannot_refer(world: World) -> None:
    unknown = replace(world.referrer, id=new_id())

    with pytest.raises(NoOrganisation):
        await replace(world, referrer=unknown).refer()


async def test_a_reference_names_one_referral_of_one_organisation(world: World) -> None:
    await world.refer(wish=a_wish(source_reference="P/1"))
    await replace(world, referrer=world.stranger).refer(wish=a_wish(source_reference="P/1"))

    with pytest.raises(ReferenceTaken):
        await world.refer(wish=a_wish(source_reference="P/1"))


async def test_a_referral_without_reference_is_never_another_one(world: World) -> None:
    await world.refer()

    assert await world.refer()


async def test_a_decision_is_kept_and_told(world: World) -> None:
    accepted = await world.accept(await world.refer())

    assert (accepted.status, accepted.version) == (Status.ACCEPTED, 2)
    assert (await world.told())[-1][1]["decision"] == "accepted"


async def test_a_refusal_of_the_programme_is_told_decided_and_closed(world: World) -> None:
    referral = await world.refer()

    await world.move(referral, lifecycle.decline, world.host, "out-of-area")

    decided, closed = (await world.told())[-2:]
    assert (decided[0], decided[1]["decision"], decided[1]["reason"]) == (
        "referral-decided",
        "declined",
        "out-of-area",
    )
    assert (closed[0], closed[1]["reason"]) == ("referral-closed", "declined")


async def test_who_referred_cannot_decide(world: World) -> None:
    referral = await world.refer()

    with pytest.raises(NotYourProgramme):
        await world.move(referral, lifecycle.accept, world.referrer)


@pytest.mark.parametrize("who", ["referrer", "host"])
async def test_either_organisation_can_record_that_the_person_no_longer_wants_it(world: World, who: str) -> None:
    referral = await world.refer()

    await world.move(referral, lifecycle.withdraw, getattr(world, who))

    assert (await world.told())[-1] == (
        "referral-closed",
        {
            "referral_id": str(referral.id),
            "programme_id": str(world.programme.id),
            "programme_organisation_id": str(world.host.id),
            "referring_organisation_id": str(world.referrer.id),
            "reason": "withdrawn",
        },
    )


async def test_a_referral_is_closed_once(world: World) -> None:
    referral = await world.refer()
    closed = await world.move(referral, lifecycle.close, world.referrer, "moved-away")

    with pytest.raises(MoveRefused):
        await world.move(closed, lifecycle.close, world.referrer, "moved-away")

    assert await world.names_told() == ["referral-created", "referral-closed"]


@pytest.mark.parametrize("version", [1, 3])
async def test_a_change_to_another_version_than_the_one_that_stands_is_stale(world: World, version: int) -> None:
    referral = await world.accept(await world.refer())

    with pytest.raises(StaleVersion):
        await world.move(replace(referral, version=version), lifecycle.withdraw, world.host)


async def test_a_withdrawn_consent_is_told_with_who_no_longer_receives(world: World) -> None:
    referral = await world.refer()

    changed = await world.change_consent(world.referrer, referral, Purpose.TELL_REFERRER, WITHDRAWN)

    assert changed.version == 2
    assert (await world.told())[-1] == (
        "consent-changed",
        {
            "referral_id": str(referral.id),
            "person_id": str(referral.person_id),
            "receiving_organisation_id": str(world.referrer.id),
            "purpose": "tell-referrer",
            "state": "withdrawn",
            "feedback": None,
        },
    )


async def test_saying_the_same_again_is_not_told(world: World) -> None:
    referral = await world.refer()

    same = await world.change_consent(world.referrer, referral, Purpose.TELL_REFERRER, GRANTED)

    assert (same, await world.names_told()) == (referral, ["referral-created"])


@pytest.mark.parametrize("who", ["referrer", "host"])
async def test_when_sharing_ends_the_programmes_organisation_sees_nothing_more(world: World, who: str) -> None:
    referral = await world.refer(a_person(world.referrer.id, nhs_number=NHS_NUMBER))
    host = member(world.host.id)
    seen_before = [await world.seen(host, table) for table in ("referrals", "people")]

    await world.change_consent(getattr(world, who), referral, Purpose.SHARE_REFERRAL, WITHDRAWN)

    assert seen_before == [1, 1]
    assert [await world.seen(host, table) for table in ("referrals", "people")] == [0, 0]
    with pytest.raises(NotFound):
        await world.accept(replace(referral, version=2))


async def test_when_sharing_is_agreed_again_the_programmes_organisation_sees_it_again(world: World) -> None:
    referral = await world.refer()
    withdrawn = await world.change_consent(world.referrer, referral, Purpose.SHARE_REFERRAL, WITHDRAWN)

    await world.change_consent(world.referrer, withdrawn, Purpose.SHARE_REFERRAL, GRANTED)

    assert await world.seen(member(world.host.id), "referrals") == 1


async def test_what_was_agreed_is_what_the_person_heard(world: World) -> None:
    assert AGREED.wording_version == "tests-1"
    referral = await world.refer()

    async with world.database.transaction(member(world.host.id)) as tx:
        consents = await list_consents(tx, referral.id)

    assert {word.wording_version for word in consents.values()} == {"tests-1"}
