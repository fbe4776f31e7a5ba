"""Of a person who was erased matching keeps that there were referrals, proposals, matches and sessions, and no more."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.erased import find_erased, remember
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.looking_after import Kind, NotLookedAfter, Thing
from kith_matching.domain.match import Match
from kith_matching.domain.occasion import Occasion, Outcome
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import CannotAttend, PersonErased
from kith_matching.solving.holding import hold
from kith_matching.store.kept import keep
from kith_matching.store.referrals import get_programme
from kith_matching.store.rounds import get_waiting_list, save_round
from kith_matching.usecases.handing_over import hand_over
from kith_matching.usecases.rounds import hold_round
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased, a_referral_closed, a_referral_created, received
from tests.conftest import DatabaseOf
from tests.matching.builders import NOW, TODAY
from tests.matching.stage import Stage

KNOWN = {
    "looked-after": [False, False],
    "loose-end": [False],
    "match": [False],
    "proposal": [False],
    "referral": [False],
    "session": [False],
}
ABOUT_GRIEF = Occasion(TODAY, Outcome.HAPPENED, 60, Channel.IN_PERSON, ("grief",))


async def left(stage: Stage, referral: ReferralCreated) -> dict[str, list[bool]]:
    """The kinds of rows about the referral, and for each whether it is a tombstone."""
    async with stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
    found: dict[str, list[bool]] = {}
    for one in held.holdings:
        found.setdefault(one.kind, []).append(one.tombstone)
    return found


async def supported(stage: Stage) -> tuple[ReferralCreated, Match]:
    """Somebody who was proposed, matched, met, and whose referral is closed."""
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))
    await stage.hold(match, ABOUT_GRIEF)
    await stage.hear(a_referral_closed(referral, reason="support-ended"))
    return referral, match


async def test_an_erasure_leaves_tombstones_of_every_kind_of_row(stage: Stage) -> None:
    referral, _ = await supported(stage)
    before = await left(stage, referral)

    await stage.hear(a_person_erased(referral))

    assert before == KNOWN
    assert await left(stage, referral) == {"referral": [True], "proposal": [True], "match": [True], "session": [True]}


async def test_others_keep_what_is_known_of_them(stage: Stage) -> None:
    referral, _ = await supported(stage)
    other, _ = await supported(stage)

    await stage.hear(a_person_erased(referral))

    assert await left(stage, other) == KNOWN


async def test_a_rounds_pick_goes_with_the_person(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    await stage.a_supporter(programme)
    async with stage.database.transaction(stage.caller) as tx:
        await hold_round(tx, programme.programme_id, stage.organisation_id, now=NOW)
    before = await left(stage, referral)

    await stage.hear(a_person_erased(referral))

    assert before == {"referral": [False], "pick": [False], "round-input": [False]}
    assert await left(stage, referral) == {"referral": [True]}


async def test_that_nobody_could_take_them_goes_with_the_person(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    await stage.look_through(programme)
    before = await left(stage, referral)

    await stage.hear(a_person_erased(referral))

    assert before == {"referral": [False], "unplaceable": [False]}
    assert await left(stage, referral) == {"referral": [True]}


async def test_nobody_is_picked_for_a_person_who_was_erased_during_the_round(stage: Stage) -> None:
    told = await stage.a_programme()
    referral = await stage.an_accepted_referral(told)
    await stage.a_supporter(told)

    async with stage.database.transaction(stage.caller) as tx:
        programme = await get_programme(tx, told.programme_id, stage.organisation_id)
        given = await get_waiting_list(tx, programme, TODAY)
        await stage.hear(a_person_erased(referral))
        held, picks, input_, report = hold(given, round_id=new_id(), now=NOW, today=TODAY)
        await save_round(tx, held, picks)
        await keep(tx, held, input_, report)

    assert len(given.people) == 1
    assert await left(stage, referral) == {"referral": [True]}


async def test_a_referral_that_is_heard_of_after_its_person_was_erased_brings_no_codes_back(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = a_referral_created(programme)

    await stage.hear(a_person_erased(referral))
    await stage.hear(referral)

    assert await left(stage, referral) == {"referral": [True]}


async def test_nobody_takes_on_what_was_with_somebody_who_was_erased(stage: Stage) -> None:
    referral, match = await supported(stage)
    await stage.hear(a_person_erased(referral))

    for thing in (Thing(Kind.REFERRAL, referral.referral_id), Thing(Kind.MATCH, match.id)):
        with pytest.raises(NotLookedAfter):
            async with stage.database.transaction(stage.caller) as tx:
                await hand_over(
                    tx,
                    stage.organisation_id,
                    {thing},
                    from_coordinator=None,
                    to_coordinator="s-2",
                    arranged_by="s-2",
                    now=NOW,
                )


async def test_what_they_spoke_about_is_not_kept_when_it_is_told_late(stage: Stage) -> None:
    referral, match = await supported(stage)
    await stage.hear(a_person_erased(referral))

    with pytest.raises(PersonErased):
        await stage.hold(match, ABOUT_GRIEF)


async def test_nobody_attends_a_group_who_was_erased(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    await stage.hear(a_person_erased(referral))

    with pytest.raises(CannotAttend):
        await stage.meet(programme, referral.referral_id, ABOUT_GRIEF, referral)


async def test_that_they_came_to_a_meeting_is_kept_of_a_person_who_was_erased_as_a_tombstone(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    await stage.meet(programme, new_id(), ABOUT_GRIEF, referral)
    before = await left(stage, referral)

    await stage.hear(a_person_erased(referral))

    assert before == {"referral": [False], "meeting": [False], "attendance": [False], "coming": [False]}
    assert await left(stage, referral) == {"referral": [True], "meeting": [True], "attendance": [True]}


async def test_a_referral_and_the_erasure_of_its_person_never_miss_each_other(database_of: DatabaseOf) -> None:
    """Two transactions at once: the one that keeps the referral has looked, and so the erasure waits for it."""
    database: Database = await database_of("matching")
    person_id = a_referral_created().person_id
    async with database.network_transaction() as keeping:
        assert await find_erased(keeping, [person_id]) == set()
        with pytest.raises(DBAPIError, match="lock timeout"):
            async with database.network_transaction() as erasing:
                await erasing.execute(sa.text("set local lock_timeout = '50ms'"))
                await remember(erasing, {person_id: NOW})

    async with database.network_transaction() as erasing:
        await remember(erasing, {person_id: NOW})
        with pytest.raises(DBAPIError, match="lock timeout"):
            async with database.network_transaction() as keeping:
                await keeping.execute(sa.text("set local lock_timeout = '50ms'"))
                await find_erased(keeping, [person_id])

    async with database.network_transaction() as keeping:
        assert await find_erased(keeping, [person_id]) == {person_id}


async def test_it_may_be_told_twice(stage: Stage) -> None:
    referral, _ = await supported(stage)
    gone = received(a_person_erased(referral), at=NOW)

    for _ in range(2):
        await stage.hear(gone.body)

    assert await left(stage, referral) == {"referral": [True], "proposal": [True], "match": [True], "session": [True]}
