import json
import random
from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from kith_contracts.fact import Fact
from kith_contracts.matching import MatchEnded, ProposalAnswered
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from kith_matching.domain.match import Ending
from kith_matching.domain.proposal import Side
from kith_matching.domain.refusals import ConsentWithdrawn, ReferralClosed, ReferralNotAccepted
from tests.builders import (
    a_consent_changed,
    a_programme_published,
    a_referral_closed,
    a_referral_created,
    a_referral_decided,
    a_referral_reopened,
    an_organisation_published,
)
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY, NOW, OTHER_ORGANISATION, TODAY
from tests.matching.stage import Stage

COPIES = sa.text(
    "select jsonb_agg(to_jsonb(r) order by r.id) as referrals,"
    " (select jsonb_agg(to_jsonb(p) order by p.id) from programmes p) as programmes from referrals r"
)


def waiting_ids(rows: Sequence[dict[str, object]]) -> list[object]:
    return [row["id"] for row in rows]


async def test_only_accepted_referrals_wait(stage: Stage) -> None:
    programme = await stage.a_programme()
    received, declined = a_referral_created(programme), a_referral_created(programme)
    accepted = await stage.an_accepted_referral(programme)

    await stage.hear(received, declined, a_referral_decided(declined, decision="declined", reason="not-suitable"))

    assert waiting_ids(await stage.waiting()) == [accepted.referral_id]


async def test_a_withdrawn_consent_ends_the_open_proposal_and_stops_new_ones(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    proposal = await stage.propose(referral, supporter)
    await stage.answer(proposal, Side.PERSON)
    before = await stage.told()

    await stage.hear(a_consent_changed(referral))

    (told,) = await stage.told_since(before)
    assert isinstance(told, ProposalAnswered)
    assert (told.proposal_id, told.answered_by, told.answer) == (proposal.id, "supporter", "withdrawn")
    with pytest.raises(ConsentWithdrawn):
        await stage.propose(referral, await stage.a_supporter(programme))


async def test_what_was_taken_back_holds_no_place(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme, capacity=1)
    await stage.propose(referral, supporter)

    await stage.hear(a_referral_closed(referral))

    assert await stage.propose(await stage.an_accepted_referral(programme), supporter)


async def test_a_withdrawn_consent_ends_the_match(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))
    before = await stage.told()

    await stage.hear(a_consent_changed(referral))

    (told,) = await stage.told_since(before)
    assert isinstance(told, MatchEnded)
    assert (told.match_id, told.ending) == (match.id, "unplanned")


async def test_a_person_whose_consent_came_back_waits_again(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    await stage.a_match(referral, await stage.a_supporter(programme))

    await stage.hear(a_consent_changed(referral), a_consent_changed(referral, state="granted"))

    assert waiting_ids(await stage.waiting()) == [referral.referral_id]


async def test_consent_for_other_purposes_or_towards_others_changes_nothing_here(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    proposal = await stage.propose(referral, await stage.a_supporter(programme))

    await stage.hear(
        a_consent_changed(referral, purpose="tell-referrer"),
        a_consent_changed(referral, purpose="contact-person"),
        a_consent_changed(referral, receiving_organisation_id=OTHER_ORGANISATION),
    )

    assert (await stage.proposal(proposal.id))["state"] == "awaiting-person"


@pytest.mark.parametrize(("reason", "ending"), [("died", "died"), ("support-ended", "planned")])
async def test_a_closed_referral_ends_its_match_on_the_day_it_closed(stage: Stage, reason: str, ending: str) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))

    await stage.hear(a_referral_closed(referral, reason=reason), at=NOW + 3 * DAY)

    after = await stage.match(match.id)
    assert (after.ending, after.ended_on) == (ending, TODAY + 3 * DAY)


async def test_a_match_that_has_ended_is_not_ended_again(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))
    await stage.end(match, Ending.MOVED_ON)
    before = await stage.told()

    await stage.hear(a_referral_closed(referral))

    assert await stage.told_since(before) == []
    with pytest.raises(ReferralClosed):
        await stage.propose(referral, await stage.a_supporter(programme))


async def test_a_closed_referral_waits_for_nobody(stage: Stage) -> None:
    referral = await stage.an_accepted_referral(await stage.a_programme())

    await stage.hear(a_referral_closed(referral))

    assert await stage.waiting() == []


async def test_what_is_reopened_is_matched_once_it_is_accepted_again(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    await stage.end(await stage.a_match(referral, supporter))
    await stage.hear(a_referral_closed(referral, reason="support-ended"), a_referral_reopened(referral))

    with pytest.raises(ReferralNotAccepted):
        await stage.propose(referral, supporter)
    undecided = await stage.waiting()
    await stage.hear(a_referral_decided(referral))

    assert (undecided, waiting_ids(await stage.waiting())) == ([], [referral.referral_id])
    assert await stage.propose(referral, supporter)


async def test_a_match_ends_with_a_closure_that_is_taken_back_in_the_same_batch(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral = await stage.an_accepted_referral(programme)
    match = await stage.a_match(referral, await stage.a_supporter(programme))

    await stage.hear(a_referral_closed(referral), a_referral_reopened(referral), a_referral_decided(referral))

    assert (await stage.match(match.id)).ended_on == TODAY
    assert waiting_ids(await stage.waiting()) == [referral.referral_id]


async def test_who_is_not_ready_yet_is_proposed_to_nobody(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    proposal = await stage.propose(referral, supporter)

    await stage.hear(a_referral_decided(referral, decision="not-yet"))

    assert (await stage.proposal(proposal.id))["state"] == "withdrawn"
    assert await stage.waiting() == []


async def test_a_programme_is_as_it_was_last_published(stage: Stage) -> None:
    programme = await stage.a_programme(weights={"condition": 1})
    referral = await stage.an_accepted_referral(programme, conditions=("type-2-diabetes",))
    supporter = await stage.a_supporter(programme)

    await stage.hear(programme.model_copy(update={"weights": {"condition": 70}}))

    assert (await stage.propose(referral, supporter)).score == 70


async def test_news_of_a_referral_that_was_never_told_is_passed_over(stage: Stage) -> None:
    unknown = a_referral_created()

    await stage.hear(a_referral_decided(unknown), a_consent_changed(unknown), a_referral_closed(unknown))

    assert await stage.told() == []


async def test_facts_that_do_not_concern_matching_are_passed_over(stage: Stage) -> None:
    await stage.hear(an_organisation_published())

    assert await stage.told() == []


def lives(programme: ProgrammePublished) -> list[tuple[ReferralCreated, list[Fact]]]:
    """One referral for every way that things may go, and what is told of it."""
    waits, declined, withdrawn, back, closed, died, reopened = (
        a_referral_created(programme, received_on=TODAY - number * DAY) for number in range(7)
    )
    return [
        (waits, [a_referral_decided(waits)]),
        (declined, [a_referral_decided(declined, decision="declined"), a_referral_closed(declined, reason="declined")]),
        (withdrawn, [a_referral_decided(withdrawn), a_consent_changed(withdrawn)]),
        (back, [a_referral_decided(back), a_consent_changed(back), a_consent_changed(back, state="granted")]),
        (closed, [a_referral_decided(closed), a_consent_changed(closed), a_referral_closed(closed)]),
        (died, [a_referral_decided(died), a_referral_closed(died, reason="died"), a_consent_changed(died)]),
        (reopened, [a_referral_decided(reopened), a_referral_closed(reopened), a_referral_reopened(reopened)]),
    ]


def shuffled(facts: Sequence[tuple[Fact, datetime]], chance: random.Random) -> list[list[tuple[Fact, datetime]]]:
    """Any order of keys, each key's own order kept, in batches of any size."""
    lines: dict[str, deque[tuple[Fact, datetime]]] = defaultdict(deque)
    for fact, at in facts:
        lines[str(fact.story)].append((fact, at))
    batches: list[list[tuple[Fact, datetime]]] = [[]]
    while lines:
        key = chance.choice(sorted(lines))
        batches[-1].append(lines[key].popleft())
        if not lines[key]:
            del lines[key]
        if chance.random() < 0.3:
            batches.append([])
    return [batch for batch in batches if batch]


async def test_the_order_of_keys_and_the_size_of_batches_do_not_matter(database_of: DatabaseOf) -> None:
    first = a_programme_published()
    told = [first, first.model_copy(update={"weights": {"place": 3}}), a_programme_published()]
    facts: list[Fact] = [*told, *(fact for referral, then in lives(first) for fact in (referral, *then))]
    timed = [(fact, NOW + timedelta(minutes=minute)) for minute, fact in enumerate(facts)]
    seen = set()

    for seed in range(6):
        stage = Stage(await database_of("matching"))
        for batch in shuffled(timed, random.Random(seed)):
            await stage.hear_at(batch)
        async with stage.database.network_transaction() as tx:
            copies = (await tx.execute(COPIES)).one()
            seen.add(json.dumps([copies.referrals, copies.programmes], sort_keys=True))

    assert len(seen) == 1
    assert len(json.loads(seen.pop())[0]) == 7


async def test_a_batch_does_what_its_facts_would_do_one_by_one(database_of: DatabaseOf) -> None:
    programme = a_programme_published()
    told = lives(programme)
    seen = []

    for size in (1, 3, 100):
        stage = Stage(await database_of("matching"), programme.organisation_id)
        await stage.hear(programme, *(referral for referral, _ in told))
        await stage.hear(*(then[0] for _, then in told))
        supporter = await stage.a_supporter(programme, capacity=50)
        for place, (referral, then) in enumerate(told):
            if then[0] == a_referral_decided(referral):
                await (stage.propose(referral, supporter) if place % 2 else stage.a_match(referral, supporter))
        before = await stage.told()
        rest = [fact for _, then in told for fact in then[1:]]
        timed = [(fact, NOW + timedelta(days=day)) for day, fact in enumerate(rest)]

        for start in range(0, len(timed), size):
            await stage.hear_at(timed[start : start + size])

        facts = [
            one.model_dump(exclude={"proposal_id", "match_id", "supporter_id"})
            for one in await stage.told_since(before)
        ]
        async with stage.database.network_transaction() as tx:
            ended = (await tx.execute(sa.text("select referral_id, ended_on from matches order by 1"))).all()
            answered = (await tx.execute(sa.text("select referral_id, ended_at from proposals order by 1"))).all()
        seen.append((sorted(map(str, facts)), ended, answered))

    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0][0]) == 5
