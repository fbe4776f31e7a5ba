"""An exchange between members: both ways first, no number before both yeses, and nothing left of who leaves."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.exchange import (
    Agreement,
    AgreementDeclined,
    AgreementState,
    AlreadyAgreed,
    AlreadyAsked,
    ExchangeOff,
    Member,
    MemberElsewhere,
    MemberNotFound,
    MemberState,
    NotBothAgreed,
    NothingToExchange,
    answer,
    ask,
    check_agreed,
    compare,
    suggest,
)
from kith_matching.domain.proposal import Answer
from kith_matching.domain.refusals import MatchingRefused
from kith_matching.tables import exchange_agreements, exchange_members
from kith_matching.usecases import exchanging
from tests.matching.builders import NOW
from tests.matching.desk import Desk
from tests.matching.stage import Stage

PROGRAMME, ORGANISATION = new_id(), new_id()
WEIGHTS = {"skill": 500, "availability": 300}
TERMS = ProgrammeTerms(definition_version=1, models=("mutual-exchange",), components=("exchange",))
NUMBER = "07700 900123"


def a_member(**different: Any) -> Member:
    """Somebody who needs lifts, can cook, and may be called in the evening."""
    usual = Member(
        id=new_pseudonym(),
        programme_id=PROGRAMME,
        organisation_id=ORGANISATION,
        needs=("lifts",),
        skills=("cooking",),
        times=("evening",),
        telephone=NUMBER,
    )
    return replace(usual, **different)


def a_cook(**different: Any) -> Member:
    """Somebody who can give lifts and needs a cook."""
    return a_member(needs=("cooking",), skills=("lifts",), **different)


def suggested(member: Member, *others: Member, asked: tuple[UUID, ...] = ()) -> list[UUID]:
    return [one.other_id for one in suggest(member, others, asked, WEIGHTS)]


def asked(first: Member, second: Member, *, before: bool = False) -> Agreement:
    return ask(first, second, asked=before, agreement_id=new_id(), now=NOW)


def test_who_can_give_and_get_comes_before_who_can_do_only_one() -> None:
    both = a_cook(times=())
    driver, hungry = a_member(needs=(), skills=("lifts",)), a_member(needs=("cooking",), skills=())

    found = suggested(a_member(), hungry, driver, both)

    assert found[0] == both.id
    assert set(found[1:]) == {hungry.id, driver.id}


def test_who_meets_more_needs_and_is_free_at_the_same_times_is_first() -> None:
    member = a_member(needs=("lifts", "gardening"), times=("evening", "morning"))
    one = a_cook(times=("night",))
    more = replace(one, id=new_pseudonym(), skills=("lifts", "gardening"))
    free = replace(one, id=new_pseudonym(), times=("morning",))

    assert suggested(member, one, free, more) == [free.id, more.id, one.id]
    assert [compare(member, other, WEIGHTS).points for other in (one, more, free)] == [333, 500, 633]


def test_who_rests_was_asked_before_or_is_elsewhere_is_not_suggested() -> None:
    resting, elsewhere, before = a_cook(state=MemberState.RESTING), a_cook(programme_id=new_id()), a_cook()
    member = a_member()

    assert suggested(alone := a_member(skills=("lifts",)), alone) == []
    assert suggested(member, resting, elsewhere, before, member, asked=(before.id,)) == []
    assert suggested(replace(member, state=MemberState.RESTING), a_cook()) == []


CODES = st.lists(st.sampled_from(["cooking", "lifts", "forms", "music"]), max_size=4).map(tuple)


@given(st.tuples(CODES, CODES, CODES, CODES, CODES, CODES))
def test_a_pair_is_worth_the_same_to_either(codes: tuple[tuple[str, ...], ...]) -> None:
    one = a_member(needs=codes[0], skills=codes[1], times=codes[2])
    other = a_member(needs=codes[3], skills=codes[4], times=codes[5])

    there, back = compare(one, other, WEIGHTS), compare(other, one, WEIGHTS)

    assert (there.points, there.gets, there.gives) == (back.points, back.gives, back.gets)
    assert there.both_ways == back.both_ways
    assert 0 <= there.points <= sum(WEIGHTS.values())


def test_two_are_asked_only_about_something_that_one_can_do_and_the_other_needs() -> None:
    with pytest.raises(NothingToExchange):
        asked(a_member(), a_member())
    with pytest.raises(NothingToExchange):
        asked(a_member(), a_cook(state=MemberState.RESTING))
    with pytest.raises(AlreadyAsked):
        asked(a_member(), a_cook(), before=True)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(Answer)), max_size=6))
def test_no_number_is_told_but_after_two_yeses_and_no_no(answers: list[tuple[bool, Answer]]) -> None:
    agreement = asked(a_member(), a_cook())
    taken: list[tuple[bool, Answer]] = []

    for first, said in answers:
        try:
            agreement = answer(agreement, agreement.first_id if first else agreement.second_id, said)
        except AgreementDeclined:
            assert Answer.NO in [heard for _, heard in taken]
        except AlreadyAgreed:
            assert (first, Answer.YES) in taken
        else:
            taken.append((first, said))

    both = {first for first, said in taken if said is Answer.YES} == {True, False}
    if both and Answer.NO not in [said for _, said in taken]:
        check_agreed(agreement)
    else:
        with pytest.raises(NotBothAgreed):
            check_agreed(agreement)


def test_only_the_two_answer() -> None:
    with pytest.raises(MemberNotFound):
        answer(asked(a_member(), a_cook()), new_pseudonym(), Answer.YES)


class Members:
    """An organiser of an informal group whose members switched the exchange on."""

    def __init__(self, stage: Stage, programme_id: UUID) -> None:
        self.stage = stage
        self.programme_id = programme_id

    async def put(self, member: Member, version: int | None = None) -> Member:
        """Record a member of this group."""
        here = replace(member, programme_id=self.programme_id, organisation_id=self.stage.organisation_id)
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return (await exchanging.put_member(tx, here, expected_version=version, now=NOW))[0]

    async def ask(self, first: Member, second: Member) -> Agreement:
        """Ask the two."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await exchanging.ask(tx, first.id, second.id, now=NOW)

    async def yes(self, agreement: Agreement, member: Member) -> Agreement:
        """Record a yes."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return await exchanging.answer(
                tx, agreement.id, member.id, Answer.YES, expected_version=agreement.version, now=NOW
            )

    async def number(self, agreement: Agreement, member: Member) -> str:
        """What the member is told."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            return (await exchanging.read_other(tx, agreement.id, member.id, now=NOW)).telephone

    async def suggested(self, member: Member) -> list[UUID]:
        """Whom the member could be asked about."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            found = await exchanging.suggest(tx, self.programme_id, self.stage.organisation_id, member.id, now=NOW)
        return [one.other_id for one in found]


@pytest.fixture
async def members(stage: Stage) -> Members:
    return Members(stage, (await stage.a_programme(terms=TERMS, weights=WEIGHTS)).programme_id)


async def test_each_is_told_the_others_number_once_both_said_yes(members: Members) -> None:
    one, other = await members.put(a_member()), await members.put(a_cook(telephone="07700 900789"))
    before = await members.suggested(one)
    agreement = await members.ask(one, other)
    half = await members.yes(agreement, one)
    with pytest.raises(NotBothAgreed):
        await members.number(half, one)

    agreed = await members.yes(half, other)

    assert (before, await members.suggested(one)) == ([other.id], [])
    assert agreed.state is AgreementState.AGREED
    assert (await members.number(agreed, one), await members.number(agreed, other)) == ("07700 900789", NUMBER)


async def test_of_who_leaves_nothing_is_left(members: Members) -> None:
    one, other = await members.put(a_member()), await members.put(a_cook())
    await members.ask(one, other)

    async with members.stage.database.transaction(members.stage.caller) as tx:
        await exchanging.leave(tx, one.id, now=NOW)

    async with members.stage.database.transaction(members.stage.caller) as tx:
        assert (await tx.scalars(sa.select(exchange_members.c.id))).all() == [other.id]
        assert (await tx.scalars(sa.select(exchange_agreements.c.id))).all() == []
        with pytest.raises(MemberNotFound):
            await exchanging.leave(tx, one.id, now=NOW)


async def test_of_many_who_ask_the_same_two_at_once_one_does(members: Members) -> None:
    one, other = await members.put(a_member()), await members.put(a_cook())
    await asyncio.gather(*(members.suggested(one) for _ in range(6)))  # so that connections are open, and none is late

    outcomes = await asyncio.gather(
        *(members.ask(*((one, other) if even else (other, one))) for even in (0, 1) * 3), return_exceptions=True
    )

    assert Counter(type(outcome) for outcome in outcomes) == {Agreement: 1, AlreadyAsked: 5}


async def test_nothing_is_told_of_an_exchange(members: Members) -> None:
    before = await members.stage.told()
    one, other = await members.put(a_member()), await members.put(a_cook())
    await members.yes(await members.ask(one, other), one)

    assert await members.stage.told_since(before) == []


async def test_a_member_is_in_one_exchange_that_members_switched_on(members: Members) -> None:
    off = Members(members.stage, (await members.stage.a_programme()).programme_id)
    second = Members(members.stage, (await members.stage.a_programme(terms=TERMS)).programme_id)
    member = await members.put(a_member())

    refused: list[type[MatchingRefused]] = []
    for elsewhere in (off, second):
        with pytest.raises(MatchingRefused) as refusal:
            await elsewhere.put(member, version=1)
        refused.append(refusal.type)

    assert refused == [ExchangeOff, MemberElsewhere]


async def test_a_number_is_shown_by_no_route_but_the_one_that_says_so(desk: Desk) -> None:
    await desk.stage.hear(desk.programme.model_copy(update={"terms": TERMS}))
    ids = [str(new_pseudonym()) for _ in range(2)]
    bodies = [({"needs": ["lifts"]}, ids[0]), ({"skills": ["lifts"], "times": ["evening"]}, ids[1])]
    shown = [
        await desk.put(
            f"/exchange/members/{member_id}",
            {"programme_id": str(desk.programme.programme_id), "telephone": NUMBER, **codes},
        )
        for codes, member_id in bodies
    ]
    asking = await desk.create("/exchange/agreements", {"member_ids": ids})
    where, version = asking.headers["Location"], asking.headers["ETag"]
    shown += [asking, await desk.get("/exchange/members"), await desk.get(f"/exchange/members/{ids[1]}")]
    shown.append(await desk.get(f"/exchange/{desk.programme.programme_id}/suggestions", params={"member": ids[0]}))
    shown.append(early := await desk.get(f"{where}/number", params={"member": ids[0]}))
    for member_id in ids:
        said = await desk.change(f"{where}/answers", {"member_id": member_id, "answer": "yes"}, version)
        version = said.headers["ETag"]
        shown.append(said)

    told = await desk.get(f"{where}/number", params={"member": ids[0]})

    assert not [one.url for one in shown if NUMBER[-6:] in one.text]
    assert (early.status_code, early.json()["code"]) == (409, "not-both-agreed")
    assert told.json() == {"telephone": NUMBER, "times": ["evening"]}
    assert told.headers["Cache-Control"] == "no-store"
