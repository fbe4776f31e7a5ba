"""A group of a formal programme and the people who come to it, with a clock that is passed in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_contracts.matching import WorkFellDue
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished
from kith_matching.domain.helping import Helping, Moment, Says
from kith_matching.domain.occasion import Group, Noted, Occasion, Outcome, Session
from kith_matching.domain.places import Place
from kith_matching.domain.plan import Plan
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Channel
from kith_matching.usecases import groups, helping, occasions, places
from kith_matching.views.helping import list_due
from kith_matching.views.worklist import list_work
from tests.matching.stage import Stage

MISSED_AFTER, REVIEW_WEEKS = 21, 12
ASKED: Final = ProgrammeTerms(
    definition_version=1,
    models=("group",),
    components=("helps-or-not",),
    missed_after_days=MISSED_AFTER,
    review_weeks=REVIEW_WEEKS,
)
"""As the file of the dementia self-help groups has it."""
FIRST: Final = date(2026, 1, 5)
FOUND: Final = sa.text("select type, payload, occurred_at from outbox where type = 'kith.work-fell-due.v1' order by id")

Told = tuple[str, UUID, date]


def on(day: date, hour: int = 12) -> datetime:
    """An hour of a day, in UTC."""
    return datetime.combine(day, time(hour), UTC)


class Gathering:
    """Somebody who organises one group, and the days that pass from ``FIRST`` on, each known by its number."""

    def __init__(self, stage: Stage, programme: ProgrammePublished, facilitator: UUID) -> None:
        self.stage = stage
        self.programme = programme
        self.facilitator = facilitator
        self.group_id = new_id()

    def day(self, number: int) -> date:
        """The day so many after the first."""
        return FIRST + timedelta(days=number)

    async def plan(self, *, meetings: int | None = None, starts_on: date = FIRST, **different: Any) -> None:
        """Plan the group."""
        usual: dict[str, Any] = {
            "group_id": self.group_id,
            "programme_id": self.programme.programme_id,
            "organisation_id": self.stage.organisation_id,
            "places": None,
            "facilitators": (self.facilitator,),
            "starts_on": starts_on,
            "meetings": meetings,
            "setting": "library",
            "channel": Channel.IN_PERSON,
            "district": "G12",
        }
        async with self.stage.database.transaction(self.stage.caller) as tx:
            await groups.put_plan(tx, Plan(**(usual | different)), expected_version=None, now=on(FIRST))

    async def somebody(self) -> UUID:
        """Somebody who was accepted."""
        return (await self.stage.an_accepted_referral(self.programme, received_on=FIRST)).referral_id

    async def joins(self, person: UUID, day: date = FIRST) -> Place:
        """They take a place."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await places.join(tx, self.group_id, person, 0, now=on(day, 11))

    async def accepts(self, place: Place, day: date) -> None:
        """They say yes to the place that was held for them."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            await places.answer(tx, place.id, Answer.YES, expected_version=2, now=on(day))

    async def leaves(self, place: Place, day: date) -> None:
        """They give it up."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            await places.leave(tx, place.id, waits_again=False, expected_version=1, now=on(day, 13))

    async def meets(
        self,
        day: date,
        *there: UUID,
        outcome: Outcome = Outcome.HAPPENED,
        explained: bool = False,
        of: UUID | None = None,
    ) -> Session:
        """The group meets, or another of the programme: logged on the day, in the evening."""
        happened = outcome is Outcome.HAPPENED
        held = Occasion(day, outcome, 90 * happened, Channel.IN_PERSON, (), limits_explained=explained)
        group = Group(of or self.group_id, self.programme.programme_id, self.stage.organisation_id)
        now = on(day, 19)
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await occasions.log_group_meeting(
                tx, group, held, Noted(now), attended=there, supporter_ids=[self.facilitator], now=now
            )

    async def says(
        self, person: UUID, day: date, said: Says = Says.HELPING, moment: Moment = Moment.SECOND_SESSION
    ) -> Helping:
        """The person, alone, says whether it helps."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await helping.ask_of_meetings(tx, person, said, moment, asked_on=day, now=on(day))

    async def looks(self, day: date, hour: int = 22) -> list[Told]:
        """What the timer tells when it looks on a day."""
        before = len(await self.told())
        await self.stage.raise_due(on(day, hour))
        return [told for told, _ in (await self.told())[before:]]

    async def told(self) -> Sequence[tuple[Told, datetime]]:
        """All that fell due, and when it was told."""
        async with self.stage.database.network_transaction() as tx:
            rows = (await tx.execute(FOUND)).all()
        facts = [(WorkFellDue.model_validate_json(row.payload), row.occurred_at) for row in rows]
        return [((fact.kind, fact.about_id, fact.due_on), moment) for fact, moment in facts]

    async def to_ask(self, day: date) -> list[tuple[str, UUID, date]]:
        """Whom to ask on a day."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            found = await list_due(tx, self.stage.organisation_id, after=None, limit=50, now=on(day, 22))
        return [(one["about"], one["id"], one["due_on"]) for one in found]

    async def worklist(self, day: date, *, of: str | None = None) -> list[tuple[str, UUID]]:
        """What coordinators, or one of them, have to see to on a day, but for whom to propose."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            found = await list_work(tx, self.stage.organisation_id, coordinator=of, limit=200, now=on(day, 22))
        return [(one.kind, one.about_id) for one in found.items if one.kind != "propose"]


async def a_gathering(stage: Stage, terms: ProgrammeTerms | None = ASKED, **changes: Any) -> Gathering:
    """A group of such a programme, not planned yet."""
    programme = await stage.a_programme(model="group", terms=terms, **changes)
    return Gathering(stage, programme, (await stage.a_supporter(programme)).id)
