"""What is answered to a create is kept for a day: of somebody who was erased it goes with the rest."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_matching.tables import referrals
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.breaking_in import select_everything
from tests.matching.desk import Desk
from tests.matching.test_tenancy import ASIDE, Ours, a_lead, attempt, kept, ours
from tests.servers.postgres import Address, Databases, for_many_tests

__all__ = ["kept", "ours"]  # fixtures

LEFT = {
    "POST /concerns": "of the one that nobody has decided: its words are needed still",
    "POST /concerns/{concern_id}/sharings": "the same",
    "POST /contacts": "of people whom nobody named",
    "POST /exchange/agreements": "of members, who are nobody's referral",
    "POST /handovers": "how many went from whom to whom",
    "POST /matches/{match_id}/visits": "times, which stay with the match",
    "POST /materials/{material_id}/givings": "to a group",
    "POST /programmes/{programme_id}/materials": "of a programme",
    "POST /programmes/{programme_id}/rounds": "numbers",
    "POST /referrals/{referral_id}/tasters": "as the contact has it, which stays and names nobody",
    "POST /sessions": "of a group's meeting, which stays",
    "POST /sessions/{session_id}/notes": "of a group's meeting, which stays",
    "POST /signposts": "at a contact, where nobody is named",
    "POST /staff/{subject}/trainings": "of staff",
    "POST /supervisions": "of supporters",
}
"""Creates whose answers an erasure of everybody leaves, and why. Those about a supporter are not looked at here."""
MEDIATIONS = "POST /mediations"
"""Where nobody is left to mediate none is made; its answer is as the mediation, which stays and has stopped."""
ROUTES = sa.text("select distinct route from idempotency_keys")


@pytest.fixture(scope="module")
def one_address(databases: Databases) -> Iterator[Address]:
    """A database with nothing in it but what these tests keep."""
    with for_many_tests(databases.copy("matching")) as address:
        yield address


async def routes(desk: Desk) -> set[str]:
    async with desk.stage.database.network_transaction() as tx:
        return {one for one in await tx.scalars(ROUTES) if is_counted(one)}


def is_counted(route: str) -> bool:
    return not route.startswith("POST /supporters/{supporter_id}/")


def creates_of(desk: Desk) -> dict[str, str]:
    """The name of every create that is not of a supporter, by its route."""
    transport: Any = desk.client._transport
    described = transport.app.openapi()["paths"]
    posts = {f"POST {path}": told["post"] for path, told in described.items() if "post" in told}
    return {
        route: post["operationId"] for route, post in posts.items() if "201" in post["responses"] and is_counted(route)
    }


async def erase_everybody(desk: Desk) -> None:
    async with desk.stage.database.network_transaction() as tx:
        people = (await tx.scalars(sa.select(referrals.c.person_id))).all()
    referral = await desk.a_referral()
    await desk.stage.hear(
        *(a_person_erased(referral.model_copy(update={"person_id": one})) for one in people), a_person_erased(referral)
    )


async def test_what_a_person_said_of_their_support_is_in_no_row_of_any_table_after_it(
    desk: Desk, one_address: Address
) -> None:
    referral = await desk.a_referral()
    match_id = await desk.a_match(referral)
    body = {"asked_on": desk.today, "moment": "in-between", "said": "harder"}
    ways = ("harder", b"harder".hex())  # as a word, and in bytes as PostgreSQL writes them
    assert (await desk.create(f"/matches/{match_id}/helping", body)).status_code == 201
    before = await select_everything(one_address.admin_url, ("", "", ""))

    await desk.stage.hear(a_person_erased(referral))

    after = await select_everything(one_address.admin_url, ("", "", ""))
    assert [said in before for said in ways] == [True, True]
    assert [said in after for said in ways] == [False, False]
    assert match_id in after


async def test_that_a_supporter_was_supported_is_in_no_answer_after_it(desk: Desk, as_caller: AsCaller) -> None:
    supporter_id, referral = await desk.a_supporter(), await desk.a_referral()
    desk.auth = as_caller("coordinator", "administrator", organisation_id=desk.stage.organisation_id)
    linked = await desk.create(f"/supporters/{supporter_id}/person", {"person_id": str(referral.person_id)})
    assert linked.status_code == 201, linked.text

    await desk.stage.hear(a_person_erased(referral))

    async with desk.stage.database.network_transaction() as tx:
        answers = await tx.scalars(sa.text("select location from idempotency_keys"))
        assert f"/supporters/{supporter_id}/progression" not in set(answers)


async def test_the_answers_to_whoever_wrote_of_a_concern_go_with_its_words(desk: Desk, as_caller: AsCaller) -> None:
    referral = await desk.a_referral()
    desk.auth = a_lead(desk, as_caller)
    about = {"about": "referral", "about_id": str(referral.referral_id)}
    raised = await desk.create("/concerns", {"grounds": "self-harm", "words": ASIDE, **about}, key=str(new_id()))
    await desk.stage.hear(a_person_erased(referral))
    kept = "POST /concerns" in await routes(desk)

    await desk.change(f"{raised.headers['Location']}/deciding", {"decision": "keep-watch", "reason": ASIDE}, None)

    assert kept
    assert "POST /concerns" not in await routes(desk)


async def test_every_create_leaves_no_answer_about_a_person_or_is_known_to_be_about_none(
    ours: Ours, as_caller: AsCaller
) -> None:
    """So whoever adds a create says which of the two it is."""
    roles = ("coordinator", "administrator", "safeguarding-lead", "supporter")
    everybody = as_caller(*roles, organisation_id=ours.desk.stage.organisation_id)
    creates = creates_of(ours.desk)
    for name in creates.values():
        await attempt(ours, name, everybody)
    another = {"referral_id": str((await ours.desk.a_referral()).referral_id)}
    await ours.desk.create(f"/groups/{ours.group_id}/places", another)
    before = await routes(ours.desk)

    await erase_everybody(ours.desk)

    assert before == creates.keys() - {MEDIATIONS}
    assert await routes(ours.desk) == LEFT.keys()
