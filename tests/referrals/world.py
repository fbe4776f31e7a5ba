"""A small invented network in a database of its own, and short ways to do and see things in it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from kith_chassis.audit import sealing
from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.database import Database
from kith_chassis.identity import Caller
from kith_referrals.domain import lifecycle
from kith_referrals.domain.agreement import REFERRAL, Agreement, Level
from kith_referrals.domain.consent import Answer, Consent, Purpose
from kith_referrals.domain.making import Asked
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Meeting, Referral, Source, Wish
from kith_referrals.domain.steps import Actor, Moved
from kith_referrals.store.network import find_organisation
from kith_referrals.usecases import agreeing, network, referring
from tests.builders import NOW, TODAY

OPERATOR: Final = Caller("operator", None, frozenset({"operator"}), "tests")
AGREED: Final = Answer(given=True, recorded_on=TODAY, how="spoken", wording_version="tests-1")
NHS_NUMBER: Final = "9990568855"
CHI_NUMBER: Final = "0101011237"


def member(organisation_id: UUID, role: str = "administrator") -> Caller:
    """Somebody with one role in an organisation."""
    return Caller("tester", organisation_id, frozenset({role}), "tests")


def actor(organisation_id: UUID) -> Actor:
    """The same somebody, as who takes a step."""
    return Actor(organisation_id, "tester")


def an_organisation(**changes: Any) -> Organisation:
    """A charity that can be written to."""
    made = Organisation(new_id(), "Example Trust", "charity", contact_email="trust@example.org")
    return replace(made, **changes)


def a_programme(organisation: Organisation, **changes: Any) -> Programme:
    """One-to-one support by the organisation."""
    made = Programme(
        id=new_id(),
        organisation_id=organisation.id,
        slug="long-term-conditions",
        name="Living with a long term condition",
        model="one-to-one",
        formality="formal",
        channels=("in-person", "telephone"),
        weights={"condition": 20},
    )
    return replace(made, **changes)


def an_agreement(sharer: Organisation, receiver: Organisation, **changes: Any) -> Agreement:
    """One may refer to all programmes of the other."""
    made = Agreement(new_id(), sharer.id, receiver.id, (), (REFERRAL,), Level.FULL, TODAY - timedelta(days=365))
    return replace(made, **changes)


def a_person(organisation_id: UUID, **changes: Any) -> Person:
    """Somebody of whom little is known."""
    made = Person(new_pseudonym(), organisation_id, family_name="Testwell", given_name="Renée")
    return replace(made, **changes)


def a_wish(**changes: Any) -> Wish:
    """What a professional asks for."""
    made = Wish(Source.PROFESSIONAL, TODAY, needs=("isolation",), channels=(Meeting.TELEPHONE,))
    return replace(made, **changes)


@dataclass(frozen=True, slots=True)
class World:
    """Three organisations: one refers, one owns the programme, one has nothing to do with either."""

    database: Database
    referrer: Organisation
    host: Organisation
    stranger: Organisation
    programme: Programme

    @classmethod
    async def made(cls, database: Database) -> "World":
        """The three, published."""
        referrer, host, stranger = (an_organisation(name=f"Example {name}") for name in ("Practice", "Trust", "Club"))
        programme = a_programme(host)
        async with database.transaction(OPERATOR) as tx:
            for organisation in (referrer, host, stranger):
                await network.publish_organisation(tx, organisation, now=NOW)
            await network.publish_programme(tx, programme, now=NOW)
            for sharer, receiver in ((referrer, host), (referrer, stranger), (stranger, host)):
                await agreeing.publish_agreement(tx, an_agreement(sharer, receiver), now=NOW)
        return cls(database, referrer, host, stranger, programme)

    async def refer(
        self,
        person: Person | None = None,
        *,
        wish: Wish | None = None,
        answer: Answer = AGREED,
        programme_id: UUID | None = None,
        now: datetime = NOW,
    ) -> Referral:
        """A referral by the referrer to the host's programme."""
        async with self.database.transaction(member(self.referrer.id)) as tx:
            asked = Asked(
                referral_id=new_id(),
                person=person or a_person(self.referrer.id),
                programme_id=programme_id or self.programme.id,
                wish=wish or a_wish(),
                answer=answer,
            )
            return await referring.make_referral(tx, asked, by=actor(self.referrer.id), now=now)

    async def move(self, referral: Referral, move: Callable[..., Moved], by: Organisation, *more: Any) -> Referral:
        """Somebody of ``by`` takes a step of ``lifecycle``, with what it needs beside the referral and who."""
        async with self.database.transaction(member(by.id)) as tx:
            return await referring.move_referral(
                tx,
                referral.id,
                lambda found: move(found, actor(by.id), *more, NOW),
                version=referral.version,
                now=NOW,
            )

    async def change_consent(self, by: Organisation, referral: Referral, purpose: Purpose, word: Consent) -> Referral:
        """Somebody of ``by`` records what the person now says about one purpose."""
        async with self.database.transaction(member(by.id)) as tx:
            return await referring.change_consent(
                tx, referral.id, purpose=purpose, word=word, by=actor(by.id), version=referral.version, now=NOW
            )

    async def accept(self, referral: Referral) -> Referral:
        """The host takes the referral on."""
        return await self.move(referral, lifecycle.accept, self.host)

    async def another_programme(self, owner: Organisation | None = None) -> Programme:
        """One more programme, of the host or of ``owner``."""
        programme = a_programme(owner or self.host, id=new_id(), slug=f"also-{new_id().hex}", name="Peer café")
        async with self.database.transaction(OPERATOR) as tx:
            await network.publish_programme(tx, programme, now=NOW)
        return programme

    async def seen(self, caller: Caller, table: str) -> int:
        """How many rows of a table the caller sees."""
        async with self.database.transaction(caller) as tx:
            return int((await tx.execute(sa.text(f"select count(*) from {table}"))).scalar_one())

    async def everything_told(self) -> list[tuple[str, dict[str, Any]]]:
        """The name and the value of every fact recorded, in order."""
        async with self.database.transaction(OPERATOR) as tx:
            rows = (await tx.execute(sa.text("select type, payload from outbox order by id"))).all()
        return [(row.type.removeprefix("kith.").removesuffix(".v1"), json.loads(row.payload)) for row in rows]

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The facts about referrals."""
        return [fact for fact in await self.everything_told() if not fact[0].endswith("-published")]

    async def contact_email(self, organisation_id: UUID) -> str | None:
        """Where an organisation wants its notices."""
        async with self.database.transaction(OPERATOR) as tx:
            found = await find_organisation(tx, organisation_id)
        return found.contact_email if found else None

    async def names_told(self) -> Sequence[str]:
        """The names of the facts about referrals."""
        return [name for name, _ in await self.told()]

    async def ask_who_waits(self, what: str) -> int:
        """How many connections wait for a lock; ``what`` is counted of each, which may end it.

        In a transaction of its own: within one, PostgreSQL sees nobody who connected after its first look.
        """
        waiting = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        async with self.database.transaction(OPERATOR) as tx:
            return int((await tx.execute(sa.text(f"select count({what}) {waiting}"))).scalar_one())


async def on_the_record(world: World, about: UUID | None = None) -> list[dict[str, Any]]:
    """The entries of the audit, or those about one thing, as an operator reads them once they are sealed."""
    async with world.database.transaction(OPERATOR) as tx:
        await sealing.seal(tx, NOW)
        return await sealing.list_entries(tx, about=about, subject=None, after=0, limit=1000)


def age(years: int) -> date:
    """The birth date of somebody who is that old today."""
    return TODAY.replace(year=TODAY.year - years)
