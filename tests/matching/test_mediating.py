"""Mediation on a real database: who is close to whom, one at a time, and what ends it from elsewhere."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from kith_matching.domain.dispute import CloseToOne, NoMediator, NotTrainedToMediate
from kith_matching.domain.match import Ending
from kith_matching.domain.mediation import (
    AlreadyMediated,
    Mediation,
    MediationState,
    Outcome,
    Party,
    PartyKind,
    Voice,
)
from kith_matching.domain.occasion import Occasion, Void
from kith_matching.domain.occasion import Outcome as Held
from kith_matching.domain.proposal import Answer, Side
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import ReferralNotFound, SupporterNotFound
from kith_matching.domain.supporter import Supporter
from kith_matching.store import mediations
from kith_matching.timers import TIMERS
from kith_matching.usecases import mediating, voiding
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased, a_referral_closed
from tests.matching.builders import DAY, NOW, TODAY
from tests.matching.stage import Stage
from tests.matching.test_groups import Organiser

TERMS = ProgrammeTerms(definition_version=1, components=("mediation",), places=9)
MEETING = Occasion(TODAY, Held.HAPPENED, 60, Channel.IN_PERSON, ())


class Settler:
    """A coordinator of a stage whose programme offers mediation, with two people in a dispute and one mediator."""

    def __init__(
        self,
        stage: Stage,
        programme: ProgrammePublished,
        one: ReferralCreated,
        other: Supporter,
        mediator: Supporter,
    ) -> None:
        self.stage = stage
        self.programme = programme
        self.one = one
        self.other = other
        self.mediator = mediator

    @property
    def parties(self) -> tuple[Party, Party]:
        """A person and a supporter."""
        return Party(PartyKind.REFERRAL, self.one.referral_id), Party(PartyKind.SUPPORTER, self.other.id)

    async def propose(self, parties: tuple[Party, Party] | None = None, mediator_id: UUID | None = None) -> Mediation:
        """Ask the two."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await mediating.propose(
                tx,
                self.programme.programme_id,
                self.stage.organisation_id,
                parties or self.parties,
                mediator_id,
                now=NOW,
            )

    async def answer(self, mediation: Mediation, *voices: Voice, said: Answer = Answer.YES) -> Mediation:
        """Record answers, one after the other."""
        for by in voices:
            async with self.stage.database.transaction(self.stage.caller) as tx:
                mediation = await mediating.answer(
                    tx, mediation.id, by, said, expected_version=mediation.version, now=NOW
                )
        return mediation

    async def found(self, mediation: Mediation) -> Mediation:
        """The mediation as it is kept."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await mediations.get_mediation(tx, mediation.id)


@pytest.fixture
async def settler(stage: Stage) -> Settler:
    programme = await stage.a_programme(terms=TERMS)
    other, mediator = await stage.a_supporter(programme), await stage.a_supporter(programme)
    await stage.train(mediator, "conflict-resolution")
    return Settler(stage, programme, await stage.an_accepted_referral(programme), other, mediator)


async def once_matched(settler: Settler) -> None:
    """The mediator supported the person once."""
    await settler.stage.end(await settler.stage.a_match(settler.one, settler.mediator), Ending.PLANNED)


async def once_proposed(settler: Settler) -> None:
    """The person said no to the mediator once."""
    await settler.stage.answer(await settler.stage.propose(settler.one, settler.mediator), Side.PERSON, Answer.NO)


async def matched_by_an_earlier_referral(settler: Settler) -> None:
    """The mediator supports the person, who was referred twice."""
    again = await settler.stage.an_accepted_referral(settler.programme, person_id=settler.one.person_id)
    await settler.stage.a_match(again, settler.mediator)


async def met_in_a_group(settler: Settler) -> None:
    """The mediator led a meeting to which the person came."""
    await settler.stage.meet(settler.programme, new_id(), MEETING, settler.one, supporter_ids=(settler.mediator.id,))


async def led_a_group_together(settler: Settler) -> None:
    """The mediator led a group at one time, and the supporter at another."""
    group_id = new_id()
    for who in (settler.mediator, settler.other):
        await settler.stage.meet(settler.programme, group_id, MEETING, supporter_ids=(who.id,))


async def is_to_lead_a_group_together(settler: Settler) -> None:
    """The mediator and the supporter are to lead a group that has not met yet."""
    organiser = Organiser(settler.stage, settler.programme, settler.mediator.id)
    await organiser.plan(facilitators=(settler.mediator.id, settler.other.id))


async def plans_their_group(settler: Settler) -> None:
    """The mediator is to lead a group in which the person has a place."""
    organiser = Organiser(settler.stage, settler.programme, settler.mediator.id)
    await organiser.plan()
    await organiser.join(settler.one)


@pytest.mark.parametrize(
    "tie",
    [
        *(once_matched, once_proposed, matched_by_an_earlier_referral),
        *(met_in_a_group, led_a_group_together, is_to_lead_a_group_together, plans_their_group),
    ],
)
async def test_nobody_mediates_who_is_close_to_one_of_the_two(
    settler: Settler, tie: Callable[[Settler], Awaitable[None]]
) -> None:
    asked = await settler.answer(await settler.propose(), Voice.FIRST)
    assert asked.mediator_id == settler.mediator.id

    await tie(settler)

    with pytest.raises(CloseToOne):
        await settler.answer(asked, Voice.SECOND)
    await settler.answer(asked, Voice.SECOND, said=Answer.NO)
    with pytest.raises(CloseToOne):
        await settler.propose(mediator_id=settler.mediator.id)
    with pytest.raises(NoMediator, match=r"close-to-one \(2\)"):
        await settler.propose()


async def test_a_meeting_that_is_void_brought_nobody_close(settler: Settler) -> None:
    group_id = new_id()
    met = [
        await settler.stage.meet(settler.programme, group_id, MEETING, supporter_ids=(who.id,))
        for who in (settler.mediator, settler.other)
    ]
    with pytest.raises(NoMediator):
        await settler.propose()

    async with settler.stage.database.transaction(settler.stage.caller) as tx:
        await voiding.void_session(tx, met[1].id, Void.WRONG_PERSON, expected_version=1, now=NOW)

    assert (await settler.propose()).mediator_id == settler.mediator.id


async def test_all_three_agree_and_it_ends_with_a_day_and_an_outcome(settler: Settler) -> None:
    agreed = await settler.answer(await settler.propose(), Voice.SECOND, Voice.FIRST, Voice.MEDIATOR)

    async with settler.stage.database.transaction(settler.stage.caller) as tx:
        ended = await mediating.end(tx, agreed.id, Outcome.SETTLED, expected_version=agreed.version, now=NOW)

    assert (agreed.state, agreed.agreed_on) == (MediationState.AGREED, TODAY)
    assert await settler.found(agreed) == ended
    assert (ended.outcome, ended.ended_on) == (Outcome.SETTLED, TODAY)


async def test_a_mediator_who_said_no_to_these_two_is_not_found_again(settler: Settler) -> None:
    asked = await settler.answer(await settler.propose(), Voice.FIRST, Voice.SECOND)
    await settler.answer(asked, Voice.MEDIATOR, said=Answer.NO)
    one, other = settler.parties

    with pytest.raises(NoMediator, match=r"said-no \(1\)"):
        await settler.propose((other, one))

    somebody_else = await settler.stage.a_supporter(settler.programme)
    await settler.stage.train(somebody_else, "conflict-resolution")
    assert (await settler.propose()).mediator_id == somebody_else.id


async def test_of_many_coordinators_at_once_one_asks_the_two(settler: Settler) -> None:
    third = await settler.stage.a_supporter(settler.programme)
    peers = Party(PartyKind.SUPPORTER, settler.other.id), Party(PartyKind.SUPPORTER, third.id)

    for parties in (settler.parties, peers):
        outcomes = await asyncio.gather(
            *(settler.propose(parties if even else parties[::-1]) for even in (0, 1) * 3), return_exceptions=True
        )
        assert Counter(type(one) for one in outcomes) == {Mediation: 1, AlreadyMediated: 5}


async def test_a_referral_that_closes_stops_its_mediation(settler: Settler) -> None:
    agreed = await settler.answer(await settler.propose(), Voice.FIRST, Voice.SECOND, Voice.MEDIATOR)

    await settler.stage.hear(a_referral_closed(settler.one))

    assert (await settler.found(agreed)).outcome is Outcome.STOPPED


async def test_of_somebody_who_was_erased_only_that_there_was_a_mediation_is_kept(settler: Settler) -> None:
    asked = await settler.propose()

    async def tombstones() -> dict[str, bool]:
        async with settler.stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [settler.one.person_id], [settler.one.referral_id])
        return {one.kind: one.tombstone for one in held.holdings}

    before = await tombstones()
    await settler.stage.hear(a_person_erased(settler.one))

    assert before == {"referral": False, "mediation": False}
    assert await tombstones() == {"referral": True, "mediation": True}
    assert (await settler.found(asked)).state is MediationState.WITHDRAWN


async def test_what_nobody_answers_lapses(settler: Settler) -> None:
    asked = await settler.propose()
    (timer,) = [one for one in TIMERS if one.name == "lapse-mediations"]

    async with settler.stage.database.network_transaction() as tx:
        await timer.run(tx, NOW + 14 * DAY)

    assert (await settler.found(asked)).state is MediationState.LAPSED


async def test_the_two_and_their_mediator_are_ones_own(settler: Settler) -> None:
    one, other = settler.parties

    with pytest.raises(ReferralNotFound):
        await settler.propose((Party(PartyKind.REFERRAL, new_id()), other))
    with pytest.raises(SupporterNotFound):
        await settler.propose((one, Party(PartyKind.SUPPORTER, new_pseudonym())))
    with pytest.raises(SupporterNotFound):
        await settler.propose(mediator_id=new_pseudonym())


async def test_a_mediator_who_is_named_is_held_to_what_they_are_trained_in(settler: Settler) -> None:
    untrained = await settler.stage.a_supporter(settler.programme)

    with pytest.raises(NotTrainedToMediate):
        await settler.propose(mediator_id=untrained.id)
    assert (await settler.propose(mediator_id=settler.mediator.id)).mediator_id == settler.mediator.id
