"""What an organisation that closes leaves unfinished: nobody waits for it, and no household tells of others."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id, new_pseudonym
from kith_referrals.domain.closing import Linked
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.households import Household, Relation
from kith_referrals.domain.intake import sifting
from kith_referrals.domain.intake.rows import Rejection
from kith_referrals.domain.intake.sifting import First, Outcome, Read
from kith_referrals.domain.records import Author
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.self_referral.links import INVITED, Invitation
from kith_referrals.store.households import get_household_for_update
from kith_referrals.usecases import closing as usecases
from kith_referrals.usecases import drafting, households, self_referring
from kith_referrals.usecases.clearing import Cleared
from kith_referrals.usecases.closing import Turn
from tests.builders import NOW, TODAY
from tests.conftest import DatabaseOf
from tests.referrals.forms import Clock, Visitor
from tests.referrals.test_api import post
from tests.referrals.test_closing import ON_THE_DAY, announce, closed_with_consent, hand_over, held_by
from tests.referrals.test_drafts import keep
from tests.referrals.test_importing import a_row, count, stored, take
from tests.referrals.test_invitations import invite
from tests.referrals.test_resolving import a_waiting_row, somebody_here
from tests.referrals.world import CHI_NUMBER, OPERATOR, World, a_person, a_wish, actor, member, on_the_record

WITHDRAWN = Consent(State.WITHDRAWN, TODAY, "spoken")
BY_DAY = {"days": 30}


@pytest.fixture
def client(clocked: httpx.AsyncClient) -> httpx.AsyncClient:
    return clocked


async def withdraw(world: World, referral: Referral) -> None:
    """The person no longer wants to be seen by the host; the referral may have changed since."""
    async with world.database.transaction(OPERATOR) as tx:
        asked = sa.text("select version from referrals where id = :id")
        stands = (await tx.execute(asked, {"id": referral.id})).scalar_one()
    word = Purpose.SHARE_REFERRAL
    await world.change_consent(world.referrer, replace(referral, version=stands), word, WITHDRAWN)


async def a_home(world: World, *referrals: Referral, **others: int) -> UUID:
    """A household of the referrer's with these people in it."""
    by, household = (
        world.referrer.id,
        Household(uuid4(), world.referrer.id, {Relation(k): n for k, n in others.items()}),
    )
    async with world.database.transaction(member(by)) as tx:
        await households.make_household(tx, household)
        for version, one in enumerate(referrals, 1):
            await households.join_household(
                tx, household.id, person_id=one.person_id, relation=Relation.FAMILY, version=version, by=by
            )
    return household.id


async def homes(world: World) -> dict[UUID, tuple[UUID, int, set[UUID]]]:
    """Every household: who holds it, how many it says are in it, and who is."""
    async with world.database.transaction(OPERATOR) as tx:
        rows = await tx.execute(sa.text("select id, organisation_id, members from households"))
        found: dict[UUID, tuple[UUID, int, set[UUID]]] = {
            row.id: (row.organisation_id, row.members, set()) for row in rows
        }
        for row in await tx.execute(sa.text("select * from household_members")):
            assert row.organisation_id == found[row.household_id][0]
            found[row.household_id][2].add(row.person_id)
    return found


async def test_the_turn_on_the_last_day_ends_everything_and_the_plan_says_so(
    client: httpx.AsyncClient, world: World, clock: Clock, *, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    await somebody_here(world)
    await a_waiting_row(world)
    await keep(world)
    await invite(client, world, referrer)
    await a_home(world, family=2)
    path = f"/organisations/{world.referrer.id}/closing"
    body = {"closes_on": (ON_THE_DAY.date()).isoformat(), "administrator": "admin-1"}
    plan = (await post(client, body, operator, path=path)).json()

    early = (await client.post(f"{path}/handover", auth=operator)).json()
    clock.wait(**BY_DAY)
    turns = [(await client.post(f"{path}/handover", auth=operator)).json() for _ in range(2)]

    names = ("drafts", "invitations", "rows_waiting", "households")
    assert [plan[name] for name in names] == [early["left"][name] for name in names] == [1] * 4
    assert (plan["referrals_made"], early["done"]) == (1, False)
    assert [[turn["left"][name] for name in names] for turn in turns] == [[0] * 4] * 2
    done = ("drafts_forgotten", "invitations_ended", "rows_closed", "households_parted", "households_handed_over")
    assert [[turn[name] for name in done] for turn in turns] == [[1, 1, 1, 1, 0], [0] * 5]
    assert [turn["done"] for turn in turns] == [True, True]
    entries = [entry["action"] for entry in await on_the_record(world)]
    for action in ("draft-forgotten", "invitations-ended", "rows-closed", "household-parted", "organisation-closed"):
        assert entries.count(action) == 1, action


async def test_drafts_go_with_their_people_and_others_keep_theirs(world: World) -> None:
    to_itself = await world.another_programme(world.referrer)
    for programme in (world.programme, to_itself):
        await keep_for(world, world.referrer.id, programme.id)
    others = await keep_for(world, world.stranger.id, world.programme.id)
    await announce(world, world.referrer)

    await hand_over(world, world.referrer, NOW)
    before = await count(world, "people")
    turn = await hand_over(world, world.referrer, ON_THE_DAY)

    assert (before, turn.cleared.drafts, turn.people_restricted, turn.done) == (3, 2, 0, True)
    assert [row["id"] for row in await stored(world, "referrals")] == [others.id]
    assert [row["id"] for row in await stored(world, "people")] == [others.person_id]


async def keep_for(world: World, by: UUID, programme_id: UUID) -> Referral:
    async with world.database.transaction(member(by)) as tx:
        return await drafting.keep_draft(
            tx,
            referral_id=new_id(),
            person=a_person(by, id=new_pseudonym()),
            programme_id=programme_id,
            wish=a_wish(),
            by=actor(by),
            now=NOW,
        )


async def test_the_person_of_a_draft_that_waits_for_its_turn_is_nobodys_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "MOST", 1)
    to_itself = await world.another_programme(world.referrer)
    for _ in range(2):
        await keep_for(world, world.referrer.id, to_itself.id)
    await announce(world, world.referrer)

    turns = [await hand_over(world, world.referrer, ON_THE_DAY) for _ in range(3)]

    assert [(turn.cleared.drafts, turn.people_restricted, turn.done) for turn in turns] == [
        (1, 0, False),
        (1, 0, False),
        (0, 0, True),
    ]
    assert await count(world, "people") == 0


async def test_an_invitation_that_was_used_and_those_of_others_stay(
    client: httpx.AsyncClient, world: World, clock: Clock, *, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    used = Visitor(client, world, clock, where=(await invite(client, world, referrer)).json()["path"])
    await used.send()
    unused = (await invite(client, world, referrer)).json()
    others = (await invite(client, world, coordinator)).json()
    await announce(world, world.referrer)

    turn = await hand_over(world, world.referrer, ON_THE_DAY)

    left = await stored(world, "invitations")
    assert turn.cleared.invitations == 1
    assert [row["used_at"] is None for row in left] == [False, True]
    assert (str(left[1]["id"]), str(unused["id"]) in {str(row["id"]) for row in left}) == (others["id"], False)
    assert (await client.get(unused["path"])).status_code == 404


async def test_of_a_row_that_waits_nothing_is_left_but_that_the_organisation_closed(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world)
    await take(world, a_row(1), by=world.host)
    await announce(world, world.referrer)

    await hand_over(world, world.referrer, ON_THE_DAY)

    [row] = [row for row in await stored(world, "imported_rows") if row["id"] == row_id]
    assert (row["outcome"], row["digest"], row["referral_id"]) == ("organisation-closed", b"", None)
    assert [row[name] for name in ("cells", "mapping", "duplicate_of", "file_name")] == [None] * 4
    assert "R/9" not in str(row)
    [others] = [row for row in await stored(world, "imported_rows") if row["organisation_id"] == world.host.id]
    assert (others["outcome"], others["source_reference"]) == ("accepted", "R/1")


def test_a_row_that_waited_when_its_organisation_closed_says_so_when_it_comes_again() -> None:
    read = Read(1, "R/9", b"what it says", {}, Rejection("Ref", "code", "message"))
    first = {"R/9": First(b"", Outcome.ORGANISATION_CLOSED)}

    [again] = sifting.sift([read], first=first, known=[], reference_column="Ref", new_id=new_id)

    assert (again.outcome, again.code, again.new) == (Outcome.ORGANISATION_CLOSED, "organisation-closed", False)


PEOPLE = st.frozensets(st.integers(0, 4).map(lambda number: UUID(int=number)))


@given(members=PEOPLE, gone=PEOPLE, agreed=PEOPLE)
def test_a_household_goes_over_only_if_all_in_it_agree(
    members: frozenset[UUID], gone: frozenset[UUID], agreed: frozenset[UUID]
) -> None:
    gone &= members
    household = Linked(uuid4(), members, gone, agreed & gone)

    assert household.goes_over == (len(members) > 0 and all(one in gone and one in agreed for one in members))


async def test_a_household_follows_if_all_in_it_do_and_else_tells_the_successor_nothing(world: World) -> None:
    kinds: dict[str, tuple[bool, ...]] = {
        "all": (True, True, True),
        "one": (True,),
        "some": (True, False, True),
        "none": (False, False),
        "nobody": (),
    }
    inside = {kind: [await closed_with_consent(world) for _ in agree] for kind, agree in kinds.items()}
    home = {kind: await a_home(world, *who, friend=1) for kind, who in inside.items()}
    for kind, agree in kinds.items():
        for one, agrees in zip(inside[kind], agree, strict=True):
            if not agrees:
                await withdraw(world, one)
    await announce(world, world.referrer, successor_id=world.host.id)

    turn = await hand_over(world, world.referrer, ON_THE_DAY)

    ids = {kind: [one.person_id for one in who] for kind, who in inside.items()}
    left = ids["some"][1]
    assert (turn.households_handed_over, turn.households_parted, turn.done) == (2, 2, True)
    assert await homes(world) == {
        home["all"]: (world.host.id, 3, set(ids["all"])),
        home["one"]: (world.host.id, 1, set(ids["one"])),
        home["some"]: (world.referrer.id, 1, {left}),
        home["none"]: (world.referrer.id, 2, set(ids["none"])),
    }
    async with world.database.transaction(member(world.host.id)) as tx:
        seen = set((await tx.execute(sa.text("select id from households"))).scalars())
    assert seen == {home["all"], home["one"]}
    again = await hand_over(world, world.referrer, ON_THE_DAY)
    assert again == Turn(done=True)


async def test_who_left_a_household_may_join_one_of_the_successors(world: World) -> None:
    agreed, other = await closed_with_consent(world), await closed_with_consent(world)
    await a_home(world, agreed, other)
    await withdraw(world, other)
    await announce(world, world.referrer, successor_id=world.host.id)
    await hand_over(world, world.referrer, ON_THE_DAY)

    by, household = world.host.id, Household(uuid4(), world.host.id)
    async with world.database.transaction(member(by)) as tx:
        await households.make_household(tx, household)
        joined = await households.join_household(
            tx, household.id, person_id=agreed.person_id, relation=None, version=1, by=by
        )

    assert joined.size == 1


@pytest.mark.parametrize("who", ["went", "waits"])
async def test_a_word_that_is_taken_back_between_two_turns_parts_the_household(
    world: World, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(usecases, "MOST", 1)
    both = [await closed_with_consent(world) for _ in range(2)]
    home = await a_home(world, *both)
    await announce(world, world.referrer, successor_id=world.host.id)
    first = await hand_over(world, world.referrer, ON_THE_DAY)
    holders = [(await held_by(world, one.person_id))[0] for one in both]
    went, waits = (both[holders.index(holder)] for holder in (world.host.id, world.referrer.id))
    between = await homes(world)

    await withdraw(world, went if who == "went" else waits)
    for _ in range(4):
        turn = await hand_over(world, world.referrer, ON_THE_DAY)

    assert (first.people_handed_over, first.done, between[home][0]) == (1, False, world.referrer.id)
    assert turn == Turn(done=True)
    left = {home: (world.referrer.id, 1, {waits.person_id})}
    assert await homes(world) == ({} if who == "went" else left)


async def test_without_a_successor_households_stay_with_the_records_of_those_in_them(world: World) -> None:
    both = [await closed_with_consent(world) for _ in range(2)]
    home = await a_home(world, *both)
    await announce(world, world.referrer)

    turn = await hand_over(world, world.referrer, ON_THE_DAY)

    assert (turn.people_restricted, turn.households_parted, turn.done) == (2, 0, True)
    assert await homes(world) == {home: (world.referrer.id, 2, {one.person_id for one in both})}


async def test_who_joins_a_household_and_a_turn_never_wait_for_one_another(world: World) -> None:
    agreed, joining = await closed_with_consent(world), await closed_with_consent(world)
    home, by = await a_home(world, agreed), world.referrer.id
    await announce(world, world.referrer, successor_id=world.host.id)

    async with world.database.transaction(member(by)) as tx:
        await get_household_for_update(tx, home, version=2)
        turn = asyncio.create_task(hand_over(world, world.referrer, ON_THE_DAY))
        while not turn.done() and not await world.ask_who_waits("*"):
            await asyncio.sleep(0.01)
        await households.join_household(tx, home, person_id=joining.person_id, relation=None, version=2, by=by)

    assert (await turn).households_handed_over == 1
    assert await homes(world) == {home: (world.host.id, 2, {agreed.person_id, joining.person_id})}


async def test_who_stayed_in_a_parted_household_takes_it_with_them_once_they_may_follow(world: World) -> None:
    agreed, erasing = await closed_with_consent(world), await closed_with_consent(world)
    home = await a_home(world, agreed, erasing)
    await announce(world, world.referrer, successor_id=world.host.id)
    async with world.database.transaction(OPERATOR) as tx:
        asked = sa.text("update people set erasure_state = 'restricted' where id = :id")
        await tx.execute(asked, {"id": erasing.person_id})
    await hand_over(world, world.referrer, ON_THE_DAY)
    parted = await homes(world)
    async with world.database.transaction(OPERATOR) as tx:
        asked = sa.text("update people set erasure_state = 'active' where id = :id")
        await tx.execute(asked, {"id": erasing.person_id})

    turn = await hand_over(world, world.referrer, ON_THE_DAY)

    assert parted == {home: (world.referrer.id, 1, {erasing.person_id})}
    assert (turn.people_handed_over, turn.households_handed_over) == (1, 1)
    assert await homes(world) == {home: (world.host.id, 1, {erasing.person_id})}


class TurnLostError(Exception):
    """Whatever ends a turn before it is kept."""


ENDS = (
    "select status, closing_reason, count(*) from referrals group by 1, 2 order by 1, 2",
    "select organisation_id, restricted, count(*) from people group by 1, 2 order by 1, 2",
    "select organisation_id, members, count(*) from households group by 1, 2 order by 1, 2",
    "select organisation_id, count(*) from household_members group by 1 order by 1",
    "select outcome, count(*) from imported_rows group by 1 order by 1",
    "select count(*) from invitations",
    "select kind, count(*) from person_decisions group by 1 order by 1",
    "select type, count(*) from outbox group by 1 order by 1",
    "select closed_at is not null from organisations order by id",
)
"""What is kept of everything that a closing moves, without ids."""


async def an_end(tx: AsyncConnection, by: Author, *, interrupted: bool) -> list[list[Any]]:
    """Turns until all is done, and once more; each one lost once before it is kept, where they are interrupted."""
    done = 0
    while done < 2:
        for lost in (True, False) if interrupted else (False,):
            with suppress(TurnLostError):
                async with tx.begin_nested():
                    turn = await usecases.hand_over(tx, by)
                    if lost:
                        raise TurnLostError
        done += turn.done
    return [[tuple(row) for row in await tx.execute(sa.text(one))] for one in ENDS]


async def everything(world: World, *, times: int = 3) -> None:
    """So many of each thing that the referrer holds, and its closing announced."""
    to_itself, by = await world.another_programme(world.referrer), world.referrer.id
    await somebody_here(world)
    for number in range(times):
        await world.refer(programme_id=to_itself.id)
        await keep(world)
        await a_home(world, friend=1)
        await take(world, a_row(20 + number, CHI=CHI_NUMBER, Name="Tetswell, Renée"))
        invitation = Invitation(new_id(), by, world.programme.id, NOW, NOW + INVITED)
        async with world.database.transaction(member(by)) as tx:
            await self_referring.invite(tx, invitation, chance=token_bytes(16), now=NOW)
        for agree in ((True, True), (True, False), (False, False)):
            inside = [await closed_with_consent(world) for _ in agree]
            await a_home(world, *inside)
            for one, agrees in zip(inside, agree, strict=True):
                if not agrees:
                    await withdraw(world, one)
    await announce(world, world.referrer, successor_id=world.host.id)


async def test_turns_that_are_small_interrupted_or_asked_for_twice_end_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await everything(world)
    by = Author("operator", "tests", world.referrer.id, ON_THE_DAY)
    ends = []
    for most, interrupted in ((500, False), (500, True), (3, True), (2, False), (1, True)):
        monkeypatch.setattr(usecases, "MOST", most)
        with suppress(TurnLostError):
            async with world.database.transaction(OPERATOR) as tx:
                ends.append(await an_end(tx, by, interrupted=interrupted))
                raise TurnLostError

    assert ends == [ends[0]] * 5
    assert sorted(ends[0][2]) == sorted([(world.referrer.id, 1, 3), (world.referrer.id, 2, 3), (world.host.id, 2, 3)])
    assert ends[0][4:6] == [[("organisation-closed", 3)], [(0,)]]


async def test_a_turn_takes_as_many_statements_for_many_as_for_one(world: World, database_of: DatabaseOf) -> None:
    async def statements(world: World, times: int) -> int:
        asked: list[str] = []

        def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        await everything(world, times=times)
        async with world.database.transaction(OPERATOR) as tx:
            sa.event.listen(tx.sync_connection, "before_cursor_execute", note)
            turn = await usecases.hand_over(tx, Author("operator", "tests", world.referrer.id, ON_THE_DAY))
        assert (turn.cleared, turn.done) == (Cleared(times, times, times), True)
        return len(asked)

    one = await statements(world, 1)

    assert await statements(await World.made(await database_of("referrals")), 3) == one
