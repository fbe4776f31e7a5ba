import asyncio
from dataclasses import replace
from typing import Any

import pytest

from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.http import StaleVersion
from kith_contracts.matching import ContactLogged, MatchEnded, SessionLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished
from kith_matching.domain.match import Ending
from kith_matching.domain.occasion import Contact, ContactKind, Noted, Occasion, Outcome, SiteUnknown
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import (
    CannotAttend,
    GroupNotFound,
    GroupOfAnotherProgramme,
    MatchNotFound,
    ProgrammeNotFound,
    ReferralNotFound,
    SupporterNotFound,
)
from kith_matching.usecases import occasions
from tests.matching.builders import NOW, TODAY, a_match
from tests.matching.stage import ORGANISER, Stage


def an_occasion(**different: Any) -> Occasion:
    return replace(Occasion(TODAY, Outcome.HAPPENED, 60, Channel.TELEPHONE, ("coping",)), **different)


async def test_a_session_of_a_match_is_told_under_its_referral(stage: Stage) -> None:
    programme = await stage.a_programme()
    referral, supporter = await stage.an_accepted_referral(programme), await stage.a_supporter(programme)
    match = await stage.a_match(referral, supporter)
    before = await stage.told()

    session = await stage.hold(match, an_occasion())

    assert await stage.told_since(before) == [
        SessionLogged(
            session_id=session.id,
            kind="one-to-one",
            programme_id=programme.programme_id,
            organisation_id=stage.organisation_id,
            held_on=TODAY,
            outcome="happened",
            minutes=60,
            channel="telephone",
            topics=("coping",),
            supporter_ids=(supporter.id,),
            referral_id=referral.referral_id,
            match_id=match.id,
        )
    ]


async def test_a_session_of_an_unknown_match_is_not_logged(stage: Stage) -> None:
    with pytest.raises(MatchNotFound):
        await stage.hold(a_match(), an_occasion())


async def test_who_came_to_a_group_waits_no_longer(stage: Stage) -> None:
    programme = await stage.a_programme(model="group")
    came, stayed = await stage.an_accepted_referral(programme), await stage.an_accepted_referral(programme)

    await stage.meet(programme, new_id(), an_occasion(), came)

    assert [row["id"] for row in await stage.waiting()] == [stayed.referral_id]


async def test_a_group_meets_again_and_again(stage: Stage) -> None:
    programme = await stage.a_programme(model="group")
    group_id = new_id()

    sessions = [await stage.meet(programme, group_id, an_occasion()) for _ in range(3)]

    assert len({session.id for session in sessions}) == 3


async def test_a_group_belongs_to_one_programme(stage: Stage) -> None:
    one, other = await stage.a_programme(), await stage.a_programme()
    group_id = new_id()
    await stage.meet(one, group_id, an_occasion())

    with pytest.raises(GroupOfAnotherProgramme):
        await stage.meet(other, group_id, an_occasion())


async def test_another_organisations_group_is_not_there(stage: Stage) -> None:
    other = stage.of_another_organisation()
    group_id = new_id()
    await stage.meet(await stage.a_programme(), group_id, an_occasion())

    with pytest.raises(GroupNotFound):
        await other.meet(await other.a_programme(), group_id, an_occasion())


async def test_another_organisations_programme_is_not_there(stage: Stage) -> None:
    programme = await stage.of_another_organisation().a_programme()

    with pytest.raises(ProgrammeNotFound):
        await stage.meet(programme, new_id(), an_occasion())


async def test_another_organisations_referral_cannot_be_named(stage: Stage) -> None:
    other = stage.of_another_organisation()
    referral = await other.an_accepted_referral(await other.a_programme())

    with pytest.raises(ReferralNotFound):
        await stage.meet(await stage.a_programme(), new_id(), an_occasion(), referral)


async def test_another_organisations_supporter_cannot_be_named(stage: Stage) -> None:
    other = stage.of_another_organisation()
    supporter = await other.a_supporter(await other.a_programme())

    with pytest.raises(SupporterNotFound):
        await stage.meet(await stage.a_programme(), new_id(), an_occasion(), supporter_ids=(supporter.id,))


async def test_a_refused_meeting_begins_no_group(stage: Stage) -> None:
    one, other = await stage.a_programme(), await stage.a_programme()
    group_id = new_id()
    stranger = await stage.an_accepted_referral(other)
    with pytest.raises(CannotAttend):
        await stage.meet(one, group_id, an_occasion(), stranger)

    assert await stage.meet(other, group_id, an_occasion(), stranger)


async def test_meetings_with_the_same_people_are_logged_side_by_side(stage: Stage) -> None:
    programme = await stage.a_programme(model="group")
    people = [await stage.an_accepted_referral(programme) for _ in range(6)]

    logged = await asyncio.gather(
        *(
            stage.meet(programme, new_id(), an_occasion(), *(people if even else reversed(people)))
            for even in (0, 1) * 4
        )
    )

    assert len(logged) == 8


async def log(stage: Stage, contact: Contact) -> Contact:
    async with stage.database.transaction(stage.caller) as tx:
        return await occasions.log_contact(tx, contact, by=ORGANISER, now=NOW)


def a_contact(programme: ProgrammePublished, **different: Any) -> Contact:
    told = {"held_on": TODAY, "kind": ContactKind.OUTREACH, "people": 12, "topics": (), "district": None}
    of = {"programme_id": programme.programme_id, "organisation_id": programme.organisation_id}
    return Contact(**{"id": new_id(), **of, **told, "supporter_id": None, "noted": Noted(NOW), **different})


async def test_a_contact_at_a_site_of_the_programme_is_told_with_it(stage: Stage) -> None:
    programme = await stage.a_programme(terms=ProgrammeTerms(definition_version=1, sites=("newham", "sheffield")))
    before = await stage.told()

    await log(stage, a_contact(programme, site="sheffield"))

    assert [fact.site for fact in await stage.told_since(before) if isinstance(fact, ContactLogged)] == ["sheffield"]


@pytest.mark.parametrize(("sites", "named"), [(("newham", "sheffield"), "newham, sheffield"), ((), "none")])
async def test_a_site_that_the_programme_has_not_is_refused_with_those_it_has(
    sites: tuple[str, ...], named: str, stage: Stage
) -> None:
    programme = await stage.a_programme(terms=ProgrammeTerms(definition_version=1, sites=sites))

    with pytest.raises(SiteUnknown, match=f"The sites of this programme are: {named}."):
        await log(stage, a_contact(programme, site="leeds"))


async def test_a_contact_is_told_with_a_headcount_and_no_names(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme)
    contact = Contact(
        id=new_id(),
        programme_id=programme.programme_id,
        organisation_id=stage.organisation_id,
        held_on=TODAY,
        kind=ContactKind.OUTREACH,
        people=12,
        topics=("childcare",),
        district="G12",
        supporter_id=supporter.id,
        noted=Noted(NOW),
    )
    before = await stage.told()

    await log(stage, contact)

    assert await stage.told_since(before) == [
        ContactLogged(
            contact_id=contact.id,
            programme_id=programme.programme_id,
            organisation_id=stage.organisation_id,
            held_on=TODAY,
            kind="outreach",
            people=12,
            topics=("childcare",),
            district="G12",
            supporter_id=supporter.id,
        )
    ]


async def test_a_contact_names_a_supporter_of_ones_own(stage: Stage) -> None:
    programme = await stage.a_programme()
    contact = Contact(
        new_id(),
        programme.programme_id,
        stage.organisation_id,
        TODAY,
        ContactKind.TASTER,
        1,
        (),
        None,
        new_pseudonym(),
        Noted(NOW),
    )

    with pytest.raises(SupporterNotFound):
        await log(stage, contact)


async def test_an_ending_is_told_once(stage: Stage) -> None:
    programme = await stage.a_programme()
    match = await stage.a_match(await stage.an_accepted_referral(programme), await stage.a_supporter(programme))
    before = await stage.told()

    await stage.end(match, Ending.MOVED_ON)
    with pytest.raises(StaleVersion):
        await stage.end(match, Ending.PLANNED)

    (told,) = await stage.told_since(before)
    assert isinstance(told, MatchEnded)
    assert told.ending == "moved-on"


@pytest.mark.parametrize(("ending", "waits"), [(Ending.DID_NOT_SUIT, True), (Ending.PLANNED, False)])
async def test_a_person_whose_match_came_to_nothing_waits_again(stage: Stage, ending: Ending, *, waits: bool) -> None:
    programme = await stage.a_programme()
    match = await stage.a_match(await stage.an_accepted_referral(programme), await stage.a_supporter(programme))

    await stage.end(match, ending)

    assert bool(await stage.waiting()) == waits
    (*_, told) = await stage.told()
    assert isinstance(told, MatchEnded)
    assert told.waits_again is waits


async def test_a_supporter_may_have_left_before_the_session_is_logged(stage: Stage) -> None:
    programme = await stage.a_programme()
    supporter = await stage.a_supporter(programme)
    match = await stage.a_match(await stage.an_accepted_referral(programme), supporter)
    await stage.put(stage.somebody(id=supporter.id, capacity=0), version=1)

    assert await stage.hold(match, an_occasion())
