"""Names and addresses at the moment of use: what the notifications service is told, and that it is on the record."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kith_chassis.clock import new_id
from kith_chassis.identity import Caller
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.contact import Contact
from kith_referrals.domain.refusals import NotFound
from kith_referrals.usecases import contacts
from tests.builders import NOW, TODAY
from tests.referrals.world import AGREED, World, a_person, on_the_record

NOTIFICATIONS = Caller("service-notifications", None, frozenset({"service", "service:notifications"}), "notifications")


async def contact(world: World, person_id: Any, now: datetime = NOW) -> Contact:
    async with world.database.transaction(NOTIFICATIONS) as tx:
        return await contacts.read_person_contact(tx, person_id, purpose="message", now=now)


async def test_a_person_who_allows_mail_may_be_written_to(world: World) -> None:
    person = a_person(world.referrer.id, email="person@example.org", contact_by=("email",))
    await world.refer(person)

    assert await contact(world, person.id) == Contact("Renée Testwell", "person@example.org", may_email=True)


@pytest.mark.parametrize("channels", [(), ("telephone",)])
async def test_an_address_alone_allows_nothing(world: World, channels: tuple[str, ...]) -> None:
    person = a_person(world.referrer.id, email="person@example.org", contact_by=channels)
    await world.refer(person)

    assert not (await contact(world, person.id)).may_email


async def test_who_no_longer_agrees_to_be_contacted_is_not_written_to(world: World) -> None:
    person = a_person(world.referrer.id, email="person@example.org", contact_by=("email",))
    referral = await world.refer(person)
    word = Consent(State.WITHDRAWN, TODAY, "spoken")

    await world.change_consent(world.host, referral, Purpose.CONTACT_PERSON, word)

    assert not (await contact(world, person.id)).may_email


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (1, False)])
async def test_a_person_is_written_to_until_the_last_day_of_their_word_and_no_longer(
    world: World, days: int, allowed: bool
) -> None:
    """The timer that notes the end of a consent may come later than midnight; the day itself decides."""
    person = a_person(world.referrer.id, email="person@example.org", contact_by=("email",))
    await world.refer(person, answer=replace(AGREED, expires_on=TODAY))

    assert (await contact(world, person.id, NOW + timedelta(days=days))).may_email is allowed


async def test_an_organisation_is_written_to_where_it_wants_its_notices(world: World) -> None:
    async with world.database.transaction(NOTIFICATIONS) as tx:
        found = await contacts.read_organisation_contact(tx, world.referrer.id, purpose="message", now=NOW)

    assert found == Contact("Example Practice", "trust@example.org", may_email=True)


async def test_every_read_is_on_the_record(world: World) -> None:
    person = a_person(world.referrer.id)
    await world.refer(person)

    await contact(world, person.id)

    [read] = await on_the_record(world, about=person.id)
    assert {name: value for name, value in read.items() if name != "number"} == {
        "at": "2026-11-23T10:00:00.000000+00:00",
        "subject": "service-notifications",
        "client_id": "notifications",
        "action": "person-contact-read",
        "about_kind": "person",
        "about_id": str(person.id),
        "purpose": "message",
    }


async def test_nobody_is_found_by_an_id_that_is_nobodys(world: World) -> None:
    nobody = new_id()

    with pytest.raises(NotFound):
        await contact(world, nobody)

    assert await on_the_record(world, about=nobody) == []
