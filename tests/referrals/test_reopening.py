"""What was over is open again, with its history, under the rules by which it would be made today."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_referrals.domain import lifecycle
from kith_referrals.domain.agreement import Level, NoAgreement
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.network import Capacity, Organisation, ProgrammeEntry
from kith_referrals.domain.person_refusals import AgeOutsideProgramme, PersonDied
from kith_referrals.domain.records import Author
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.refusals import ConsentExpired, ConsentMissing, MoveRefused, NotFound, ProgrammeClosed
from kith_referrals.usecases import agreeing, network, people, reopening
from kith_referrals.usecases.referring import put_off_referral
from tests.builders import NOW, TODAY
from tests.referrals.test_api import version
from tests.referrals.world import AGREED, OPERATOR, World, a_person, actor, age, an_agreement, member


async def reopen(
    world: World, referral: Referral, by: Organisation, *, days: int = 0, reason: str = "person-came-back"
) -> Referral:
    async with world.database.transaction(member(by.id)) as tx:
        return await reopening.reopen_referral(
            tx,
            referral.id,
            reason=reason,
            by=actor(by.id),
            version=referral.version,
            now=NOW + timedelta(days=days),
        )


async def over(world: World, **changes: Any) -> Referral:
    """Declined by the host."""
    return await world.move(await world.refer(**changes), lifecycle.decline, world.host, "no-capacity")


@pytest.mark.parametrize("who", ["referrer", "host"])
async def test_either_organisation_reopens_it_and_it_is_told(world: World, who: str) -> None:
    referral = await over(world)

    reopened = await reopen(world, referral, getattr(world, who))

    assert (reopened.status, reopened.version) == (Status.RECEIVED, referral.version + 1)
    name, fact = (await world.told())[-1]
    assert (name, fact["reason"], fact["referral_id"]) == ("referral-reopened", "person-came-back", str(referral.id))
    async with world.database.transaction(member(world.host.id)) as tx:
        steps = (await tx.execute(sa.text("select name from referral_steps order by seq"))).scalars().all()
        kept = (await tx.execute(sa.text("select closed_at, closing_reason, decision_reason from referrals"))).one()
    assert steps == ["submitted", "declined", "reopened"]
    assert tuple(kept) == (None, None, None)
    assert (await world.accept(reopened)).status is Status.ACCEPTED


async def test_who_no_longer_agrees_is_not_reopened_until_they_say_so(world: World) -> None:
    withdrawn = Consent(State.WITHDRAWN, TODAY, "spoken")
    referral = await world.change_consent(world.referrer, await world.refer(), Purpose.SHARE_REFERRAL, withdrawn)

    with pytest.raises(NotFound):
        await reopen(world, referral, world.host)
    with pytest.raises(ConsentMissing):
        await reopen(world, referral, world.referrer)
    granted = Consent(State.GRANTED, TODAY, "spoken")
    again = await world.change_consent(world.referrer, referral, Purpose.SHARE_REFERRAL, granted)
    assert (await reopen(world, again, world.referrer)).status is Status.RECEIVED


async def test_a_word_whose_last_day_has_passed_reopens_nothing(world: World) -> None:
    made = await world.refer(answer=replace(AGREED, expires_on=TODAY + timedelta(days=1)))
    referral = await world.move(made, lifecycle.withdraw, world.referrer)

    with pytest.raises(ConsentExpired):
        await reopen(world, referral, world.referrer, days=2)


async def test_without_an_agreement_in_force_it_is_not_shared_again(world: World) -> None:
    referral = await over(world)
    assert referral.agreement_id is not None
    async with world.database.transaction(member(world.host.id)) as tx:
        await agreeing.end_agreement(tx, referral.agreement_id, by=world.host.id, version=1, now=NOW)

    with pytest.raises(NoAgreement):
        await reopen(world, referral, world.referrer)

    anew = an_agreement(world.referrer, world.host, level=Level.CODES_UNTIL_ACCEPTED)
    async with world.database.transaction(OPERATOR) as tx:
        await agreeing.publish_agreement(tx, anew, now=NOW)
    reopened = await reopen(world, referral, world.referrer)
    assert (reopened.agreement_id, reopened.level) == (anew.id, anew.level)
    assert [await world.seen(member(world.host.id), table) for table in ("referrals", "people")] == [1, 0]


async def test_who_was_taken_on_is_not_put_off_once_nothing_lets_the_programme_see_an_offer(world: World) -> None:
    referral = await world.accept(await world.refer())
    assert referral.agreement_id is not None
    async with world.database.transaction(member(world.referrer.id)) as tx:
        await agreeing.end_agreement(tx, referral.agreement_id, by=world.referrer.id, version=1, now=NOW)

    with pytest.raises(NoAgreement):
        async with world.database.transaction(member(world.host.id)) as tx:
            await put_off_referral(
                tx, referral.id, TODAY + timedelta(days=7), by=actor(world.host.id), version=2, now=NOW
            )


async def test_a_programme_that_takes_nobody_takes_nobody_back(world: World) -> None:
    referral = await over(world)
    await publish(world, entry=ProgrammeEntry(capacity=Capacity.CLOSED))

    with pytest.raises(ProgrammeClosed):
        await reopen(world, referral, world.host)


async def test_who_has_grown_out_of_a_programme_is_not_taken_back(world: World) -> None:
    referral = await over(world, person=a_person(world.referrer.id, birth_date=age(26)))
    await publish(world, maximum_age=25)

    with pytest.raises(AgeOutsideProgramme):
        await reopen(world, referral, world.host)


async def publish(world: World, **changes: Any) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, replace(world.programme, **changes), now=NOW)


async def die(world: World, person_id: UUID) -> None:
    by = Author("tester", "tests", world.referrer.id, NOW)
    async with world.database.transaction(member(world.referrer.id)) as tx:
        await people.record_death(tx, person_id, died_on=date(2026, 11, 20), version=1, by=by)


async def test_what_a_death_closed_stays_closed(world: World) -> None:
    referral = await world.refer()
    await die(world, referral.person_id)

    with pytest.raises(MoveRefused, match="nothing more can happen"):
        await reopen(world, replace(referral, version=2), world.referrer)


async def test_what_was_over_before_the_person_died_stays_over_too(world: World) -> None:
    referral = await over(world)
    await die(world, referral.person_id)

    with pytest.raises(PersonDied):
        await reopen(world, referral, world.referrer)


async def test_what_is_open_is_not_reopened(world: World) -> None:
    with pytest.raises(MoveRefused, match="it can be withdrawn or closed"):
        await reopen(world, await world.refer(), world.referrer)


async def test_reopening_over_http_says_where_it_stands_and_by_when_it_is_decided(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    referral = await over(world)
    where, why = f"/referrals/{referral.id}/reopening", {"reason": "closed-in-error"}

    unheard_of = await client.post(where, json={"reason": "because"}, headers=version(2), auth=coordinator)
    done = await client.post(where, json=why, headers=version(2), auth=coordinator)
    twice = await client.post(where, json=why, headers=version(3), auth=coordinator)

    assert (unheard_of.status_code, unheard_of.json()["code"]) == (422, "reason-unknown")
    assert (done.status_code, done.json()["status"], done.headers["ETag"]) == (200, "received", '"3"')
    assert done.json()["due_on"] is not None
    assert (twice.status_code, twice.json()["code"]) == (409, "referral-move-refused")
