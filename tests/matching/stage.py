"""A matching service with a real database on which a test plays, and what it told at the end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from kith_chassis.audit import sealing
from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.identity import Caller
from kith_contracts.fact import Fact
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from kith_contracts.registry import BY_TYPE
from kith_matching import views
from kith_matching.domain.introducing import Said
from kith_matching.domain.match import Ending, Match
from kith_matching.domain.moving import NOTHING_SAID, Afterwards
from kith_matching.domain.occasion import Group, Noted, Occasion, Session
from kith_matching.domain.proposal import Answer, Answered, Proposal, Side
from kith_matching.domain.subjects import Speaker
from kith_matching.domain.supporter import Supporter
from kith_matching.incoming import on_facts
from kith_matching.store import matches, proposals, supporters
from kith_matching.store.referrals import get_programme
from kith_matching.timers import TIMERS
from kith_matching.usecases import introducing, looking, occasions, proposing, qualifying, rounds, supporting
from tests.builders import a_programme_published, a_referral_created, a_referral_decided, received
from tests.matching.builders import NOW, a_supporter, a_training

OUTBOX: Final = sa.text("select type, payload from outbox order by id")

FINE: Final = Said(knowing_is_fine=True)
"""What people say in these stories when they are asked whether it may be somebody they know."""

ORGANISER: Final = Speaker("tester", organises=True)

Row = dict[str, Any]


class Stage:
    """One organisation's coordinator at work. Each method is one transaction, as the edge would open it."""

    def __init__(self, database: Database, organisation_id: UUID | None = None) -> None:
        self.database = database
        self.organisation_id = organisation_id or new_id()
        self.caller = Caller("tester", self.organisation_id, frozenset({"coordinator"}), "tests")

    def of_another_organisation(self) -> "Stage":
        """The same service, seen by another organisation."""
        return Stage(self.database)

    async def hear(self, *facts: Fact, at: datetime = NOW) -> None:
        """What the referrals service told, in one batch."""
        async with self.database.network_transaction() as tx:
            await on_facts(tx, [received(fact, at=at) for fact in facts])

    async def hear_at(self, facts: Sequence[tuple[Fact, datetime]]) -> None:
        """What the referrals service told, in one batch, each at its own instant."""
        async with self.database.network_transaction() as tx:
            await on_facts(tx, [received(fact, at=at) for fact, at in facts])

    async def told(self) -> list[Fact]:
        """Every fact recorded so far about this organisation."""
        async with self.database.network_transaction() as tx:
            rows = (await tx.execute(OUTBOX)).all()
        facts = [BY_TYPE[row.type].fact.model_validate_json(row.payload) for row in rows]
        return [fact for fact in facts if fact.model_dump()["organisation_id"] == self.organisation_id]

    async def told_since(self, before: Sequence[Fact]) -> list[Fact]:
        """The facts recorded after those."""
        return (await self.told())[len(before) :]

    async def a_programme(self, **changes: Any) -> ProgrammePublished:
        """A programme of this organisation that has been heard of."""
        programme = a_programme_published(organisation_id=self.organisation_id, **changes)
        await self.hear(programme)
        return programme

    async def an_accepted_referral(self, programme: ProgrammePublished, **changes: Any) -> ReferralCreated:
        """A referral to the programme that was accepted."""
        referral = a_referral_created(programme, **changes)
        await self.hear(referral, a_referral_decided(referral))
        return referral

    async def on_the_record(self, about: UUID) -> list[dict[str, Any]]:
        """The audit's entries about one thing, as an operator reads them once they are sealed."""
        async with self.database.network_transaction() as tx:
            await sealing.seal(tx, NOW)
            return await sealing.list_entries(tx, about=about, subject=None, after=0, limit=200)

    async def a_supporter(self, programme: ProgrammePublished, **different: Any) -> Supporter:
        """A supporter in the programme, recorded."""
        supporter = self.somebody(programme_ids=(programme.programme_id,), **different)
        await self.put(supporter)
        return supporter

    async def train(self, supporter: Supporter, code: str) -> None:
        """Record a training that the supporter finished today."""
        training = a_training(code, organisation_id=self.organisation_id, supporter_id=supporter.id)
        async with self.database.transaction(self.caller) as tx:
            await qualifying.record_training(tx, training, now=NOW)

    def somebody(self, **different: Any) -> Supporter:
        """A supporter of this organisation who is not recorded yet."""
        return a_supporter(organisation_id=self.organisation_id, **different)

    async def put(self, supporter: Supporter, version: int | None = None) -> tuple[Supporter, bool]:
        """Record a supporter."""
        async with self.database.transaction(self.caller) as tx:
            return await supporting.put_supporter(tx, supporter, expected_version=version, now=NOW)

    async def propose(
        self, referral: ReferralCreated, supporter: Supporter, now: datetime = NOW, *, got_to_know: bool = True
    ) -> Proposal:
        """Propose the pair, having got to know both."""
        async with self.database.transaction(self.caller) as tx:
            return await proposing.propose_pair(
                tx, referral.referral_id, supporter.id, got_to_know=got_to_know, now=now
            )

    async def note(self, referral: ReferralCreated, supporter: Supporter, *, known: bool = True) -> None:
        """Note whether the two may know each other."""
        async with self.database.transaction(self.caller) as tx:
            await introducing.note_acquaintance(tx, referral.referral_id, supporter.id, known=known, now=NOW)

    async def answer(
        self,
        proposal: Proposal,
        by: Side,
        said: Answer = Answer.YES,
        more: Said = FINE,
        *,
        version: int | None = None,
        now: datetime = NOW,
    ) -> Answered:
        """Record an answer, at the version that stands unless another is named."""
        async with self.database.transaction(self.caller) as tx:
            version = version or (await proposals.get_proposal(tx, proposal.id)).version
            return await proposing.answer_proposal(
                tx, proposal.id, by, said, more=more, expected_version=version, now=now
            )

    async def lapse(self, now: datetime) -> None:
        """What the timer does that lets proposals lapse."""
        async with self.database.network_transaction() as tx:
            await proposing.lapse_proposals(tx, now)

    async def hold_round(self, programme: ProgrammePublished, now: datetime = NOW) -> UUID:
        """Hold a round of the programme; its id."""
        async with self.database.transaction(self.caller) as tx:
            return (await rounds.hold_round(tx, programme.programme_id, self.organisation_id, now=now)).id

    async def look_through(self, programme: ProgrammePublished, now: datetime = NOW) -> None:
        """What the timer does that finds whom nobody could take, for this programme alone."""
        async with self.database.network_transaction() as tx:
            own = await get_programme(tx, programme.programme_id, self.organisation_id)
            await looking.look_at_programmes(tx, [own], now=now)

    async def count_quality(self, now: datetime) -> None:
        """What the timer does that counts."""
        (timer,) = [timer for timer in TIMERS if timer.name == "count-quality"]
        async with self.database.network_transaction() as tx:
            await timer.run(tx, now)

    async def raise_due(self, now: datetime = NOW) -> None:
        """What the timer does that tells what is due."""
        (timer,) = [timer for timer in TIMERS if timer.name == "raise-due"]
        async with self.database.network_transaction() as tx:
            await timer.run(tx, now)

    async def a_match(self, referral: ReferralCreated, supporter: Supporter) -> Match:
        """The pair, matched."""
        proposal = await self.propose(referral, supporter)
        await self.answer(proposal, Side.PERSON)
        await self.answer(proposal, Side.SUPPORTER)
        found = (await self.proposal(proposal.id))["match_id"]
        return await self.match(found)

    async def end(
        self, match: Match, ending: Ending = Ending.PLANNED, then: Afterwards = NOTHING_SAID, version: int = 1
    ) -> Match:
        """End the match."""
        async with self.database.transaction(self.caller) as tx:
            return await occasions.end(tx, match.id, ending, then, expected_version=version, now=NOW)

    async def hold(self, match: Match, occasion: Occasion) -> Session:
        """Log a session of the match."""
        async with self.database.transaction(self.caller) as tx:
            return await occasions.log_match_session(tx, match.id, occasion, Noted(NOW), by=ORGANISER, now=NOW)

    async def meet(
        self,
        programme: ProgrammePublished,
        group_id: UUID,
        occasion: Occasion,
        *attended: ReferralCreated,
        supporter_ids: tuple[UUID, ...] = (),
    ) -> Session:
        """Log a meeting of a group."""
        async with self.database.transaction(self.caller) as tx:
            return await occasions.log_group_meeting(
                tx,
                Group(group_id, programme.programme_id, self.organisation_id),
                occasion,
                Noted(NOW),
                attended=[referral.referral_id for referral in attended],
                supporter_ids=supporter_ids,
                now=NOW,
            )

    async def proposal(self, proposal_id: UUID) -> Row:
        """The proposal as it is shown."""
        async with self.database.transaction(self.caller) as tx:
            return await views.show_proposal(tx, proposal_id)

    async def match(self, match_id: UUID) -> Match:
        """The match as it stands."""
        async with self.database.transaction(self.caller) as tx:
            return await matches.get_match(tx, match_id)

    async def supporter(self, supporter_id: UUID) -> Supporter:
        """The supporter as they are recorded."""
        async with self.database.transaction(self.caller) as tx:
            return await supporters.get_supporter(tx, supporter_id)

    async def waiting(self, after: UUID | None = None, limit: int = 50) -> list[Row]:
        """Who waits."""
        async with self.database.transaction(self.caller) as tx:
            return await views.list_waiting(tx, self.organisation_id, after=after, limit=limit, now=NOW)

    async def candidates(self, referral: ReferralCreated) -> tuple[list[UUID], dict[UUID, list[str]]]:
        """Who may be proposed, best first; and who may not, with the rules in the way."""
        async with self.database.transaction(self.caller) as tx:
            _, ranking = await proposing.rank_candidates(tx, referral.referral_id, now=NOW)
        return (
            [one.pair.supporter.id for one in ranking.candidates],
            {one.pair.supporter.id: [stop.code for stop in one.stops] for one in ranking.blocked},
        )
