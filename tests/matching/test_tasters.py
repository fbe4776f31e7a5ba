"""Tasters: before any yes, and nothing comes of them by itself."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from kith_chassis.clock import new_id
from kith_contracts.matching import ContactLogged
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.domain.components import ComponentOff
from kith_matching.domain.occasion import ContactKind
from kith_matching.domain.referral import Programme
from kith_matching.domain.refusals import ConsentWithdrawn, PersonErased, ReferralClosed
from kith_matching.domain.taster import SaidYesAlready, Taster, as_contact
from kith_matching.domain.terms import Terms
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased, a_referral_created
from tests.matching.builders import NOW, TODAY, a_programme, a_referral
from tests.matching.desk import Desk

ON = Terms(components=("taster",))


def taste(programme: Programme, **different: Any) -> ContactKind:
    referral = replace(a_referral(programme), **different)
    contact = as_contact(Taster(new_id(), referral.id, TODAY, (), None), programme, referral, now=NOW)
    assert (contact.people, contact.programme_id) == (1, programme.id)
    return contact.kind


@pytest.mark.parametrize("decision", ["accepted", "held", None])
def test_whoever_has_said_no_yes_may_taste_whether_they_were_accepted_or_not(decision: str | None) -> None:
    assert taste(a_programme(terms=ON), decision=decision) is ContactKind.TASTER


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({"waiting": False}, SaidYesAlready),
        ({"closed_reason": "withdrawn"}, ReferralClosed),
        ({"consented": False}, ConsentWithdrawn),
        ({"erased": True}, PersonErased),
    ],
)
def test_nobody_tastes_who_is_past_it_or_gone(different: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        taste(a_programme(terms=ON), **different)


def test_there_are_tasters_where_the_programme_has_them() -> None:
    with pytest.raises(ComponentOff, match="taster"):
        taste(a_programme())


@pytest.fixture
async def tasting(desk: Desk) -> Desk:
    terms = ProgrammeTerms(definition_version=1, models=("group",), components=("taster",))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    return desk


async def test_who_tastes_is_counted_without_a_name_and_waits_as_before(tasting: Desk) -> None:
    referral = await tasting.a_referral()
    before, waiting = await tasting.stage.told(), await tasting.stage.waiting()

    answer = await tasting.create(
        f"/referrals/{referral.referral_id}/tasters", {"held_on": tasting.today, "topics": ["cooking"]}
    )

    (told,) = await tasting.stage.told_since(before)
    assert isinstance(told, ContactLogged)
    assert (told.kind, told.people, told.topics, told.contact_id) == (
        "taster",
        1,
        ("cooking",),
        UUID(answer.json()["id"]),
    )
    assert str(referral.referral_id) not in told.model_dump_json() + answer.text
    assert [row["id"] for row in waiting] == [row["id"] for row in await tasting.stage.waiting()]
    assert len(waiting) == 1


async def test_it_stands_with_the_referral_also_of_somebody_who_is_not_decided_on(tasting: Desk) -> None:
    referral = a_referral_created(tasting.programme)
    await tasting.stage.hear(referral)

    logged = await tasting.create(f"/referrals/{referral.referral_id}/tasters", {"held_on": tasting.today})

    (shown,) = (await tasting.get(f"/referrals/{referral.referral_id}/tasters")).json()["items"]
    assert (logged.status_code, shown) == (201, logged.json())


async def test_a_taster_is_over_when_it_is_logged(tasting: Desk) -> None:
    referral = await tasting.a_referral()

    answer = await tasting.create(f"/referrals/{referral.referral_id}/tasters", {"held_on": "2099-01-01"})

    assert (answer.status_code, answer.json()["code"]) == (409, "in-the-future")


async def test_of_somebody_who_was_erased_only_the_count_is_left(tasting: Desk) -> None:
    referral = await tasting.a_referral()
    logged = await tasting.create(f"/referrals/{referral.referral_id}/tasters", {"held_on": tasting.today})

    async def kinds() -> list[str]:
        async with tasting.stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
        return [one.kind for one in held.holdings]

    before = await kinds()
    await tasting.stage.hear(a_person_erased(referral))

    assert (before, await kinds()) == (["referral", "taster"], ["referral"])
    assert (await tasting.get(logged.headers["Location"])).status_code == 200
