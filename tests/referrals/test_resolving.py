"""Rows that wait as possible duplicates: the same person or another one, decided once and by a human."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_referrals.domain.consent import Consent, Feedback, Purpose, State
from kith_referrals.domain.intake.keeping import kept, restored
from kith_referrals.domain.intake.refusals import MappingNotKept, RowNotWaiting, RowRejected
from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.person_refusals import NotYourPerson, PersonDied
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.refusals import NotFound, ProgrammeUnknown
from kith_referrals.usecases import network, resolving
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller, HttpOf
from tests.referrals.exports import read_mapping
from tests.referrals.test_importing import a_row, count, stored, take
from tests.referrals.test_mapping import FILES
from tests.referrals.test_records import WHY, alike, author, die, merge
from tests.referrals.world import CHI_NUMBER, OPERATOR, World, a_person, a_wish, member


async def a_waiting_row(world: World, by: Organisation | None = None) -> UUID:
    """The id of a row that is like a person who is here."""
    done = await take(world, a_row(9, CHI=CHI_NUMBER, Name="Tetswell, Renée"), by=by)
    assert done[-1].outcome is Outcome.POSSIBLE_DUPLICATE
    [row] = [row for row in await stored(world, "imported_rows") if row["outcome"] == "possible-duplicate"]
    return UUID(str(row["id"]))


async def resolve(world: World, row_id: UUID, *, same: bool, by: Organisation | None = None) -> Referral:
    organisation = by or world.referrer
    async with world.database.transaction(member(organisation.id, "coordinator")) as tx:
        return await resolving.resolve_row(tx, row_id, same=same, reason=WHY, by=author(organisation))


async def somebody_here(world: World, **changes: Any) -> Referral:
    person = a_person(world.referrer.id, chi_number=CHI_NUMBER, **changes)
    return await world.refer(person, wish=a_wish(source_reference="P/7"))


async def test_the_same_person_has_a_further_referral_and_no_further_record(world: World) -> None:
    first = await somebody_here(world)

    referral = await resolve(world, await a_waiting_row(world), same=True)

    assert (referral.person_id, referral.status) == (first.person_id, Status.SUBMITTED)
    assert [await count(world, table) for table in ("people", "referrals")] == [1, 2]
    assert await world.names_told() == ["referral-created"] * 2


async def test_what_the_row_says_of_a_known_person_is_not_taken_over(world: World) -> None:
    await somebody_here(world)

    await resolve(world, await a_waiting_row(world), same=True)

    assert [person["family_name"] for person in await stored(world, "people")] == ["Testwell"]


async def test_a_different_person_has_a_record_of_their_own_and_the_pair_is_kept_apart(world: World) -> None:
    first = await somebody_here(world)

    referral = await resolve(world, await a_waiting_row(world), same=False)

    assert referral.person_id != first.person_id
    assert await alike(world, first.person_id) == []
    [made] = [row for row in await stored(world, "people") if row["id"] == referral.person_id]
    assert (made["family_name"], made["contact_by"]) == ("Tetswell", ["email"])


async def test_a_resolved_row_is_an_accepted_one_and_importing_it_again_says_so(world: World) -> None:
    await somebody_here(world)
    referral = await resolve(world, await a_waiting_row(world), same=True)

    [again] = await take(world, a_row(9, CHI=CHI_NUMBER, Name="Tetswell, Renée"))

    assert (again.outcome, again.referral_id) == (Outcome.ACCEPTED, referral.id)
    [row] = await stored(world, "imported_rows")
    assert (row["cells"], row["mapping"], row["resolution"]) == (None, None, "same")


async def test_a_row_is_decided_once(world: World) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world)
    await resolve(world, row_id, same=True)

    with pytest.raises(RowNotWaiting):
        await resolve(world, row_id, same=False)


@pytest.mark.parametrize("same", [True, False])
async def test_who_decided_and_why_is_kept(world: World, same: bool) -> None:
    await somebody_here(world)

    await resolve(world, await a_waiting_row(world), same=same)

    [decision] = await stored(world, "person_decisions")
    expected = "recognised" if same else "kept-apart"
    assert (decision["kind"], decision["subject"], decision["reason"]) == (expected, "tester", WHY)


async def test_the_same_as_a_merged_person_is_the_one_that_is_shown(world: World) -> None:
    merged = await somebody_here(world)
    shown = await world.refer(a_person(world.referrer.id))
    row_id = await a_waiting_row(world)
    await merge(world, merged.person_id, shown.person_id)

    assert (await resolve(world, row_id, same=True)).person_id == shown.person_id


async def test_nothing_is_made_for_somebody_who_died(world: World) -> None:
    first = await somebody_here(world)
    row_id = await a_waiting_row(world)
    await die(world, first.person_id)

    with pytest.raises(PersonDied):
        await resolve(world, row_id, same=True)


async def test_a_record_that_another_organisation_holds_is_not_taken(world: World) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world, by=world.host)

    with pytest.raises(NotYourPerson):
        await resolve(world, row_id, same=True, by=world.host)
    assert (await resolve(world, row_id, same=False, by=world.host)).referring_organisation_id == world.host.id


async def test_somebody_without_a_reference_is_found_by_the_id_of_their_referral(world: World) -> None:
    first = await world.refer(a_person(world.referrer.id, chi_number=CHI_NUMBER))

    assert (await resolve(world, await a_waiting_row(world), same=True)).person_id == first.person_id


async def test_whom_the_organisation_sees_no_more_is_not_recognised_and_nobody_is_shown(world: World) -> None:
    first = await somebody_here(world)
    row_id = await a_waiting_row(world, by=world.host)
    word = Consent(State.WITHDRAWN, TODAY, "spoken")
    await world.change_consent(world.referrer, first, Purpose.SHARE_REFERRAL, word)

    with pytest.raises(NotYourPerson):
        await resolve(world, row_id, same=True, by=world.host)
    await resolve(world, row_id, same=False, by=world.host)

    assert [row["kind"] for row in await stored(world, "person_decisions")] == ["told-apart"]


async def test_a_row_of_another_organisation_is_not_found(world: World) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world)

    with pytest.raises(NotFound):
        await resolve(world, row_id, same=False, by=world.host)


async def test_a_row_whose_programme_is_gone_is_not_made(world: World) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, replace(world.programme, slug="renamed"), now=NOW)

    with pytest.raises(ProgrammeUnknown):
        await resolve(world, row_id, same=False)


async def test_a_row_that_cannot_be_read_any_more_is_refused_by_its_first_fault(world: World) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world)
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("""update imported_rows set cells = cells || '{"Born": "31/02/1970"}'"""))

    with pytest.raises(RowRejected, match="Born"):
        await resolve(world, row_id, same=False)


async def test_a_row_that_came_before_mappings_were_kept_says_what_to_do(world: World) -> None:
    await somebody_here(world)
    row_id = await a_waiting_row(world)
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update imported_rows set mapping = null"))

    with pytest.raises(MappingNotKept):
        await resolve(world, row_id, same=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mapping_that_was_kept_is_the_same_mapping(path: Any) -> None:
    mapping = read_mapping(path)[1].mapping()

    assert restored(kept(mapping)) == mapping


def test_a_mapping_that_was_kept_before_there_were_levels_of_feedback_allows_all() -> None:
    told = kept(read_mapping(FILES[0])[1].mapping())
    del told["constants"]["feedback"]

    assert restored(told).constants.feedback is Feedback.OUTCOME


async def test_over_http_it_is_a_create_that_may_be_sent_again(
    world: World, http_of: HttpOf, as_caller: AsCaller
) -> None:
    client: httpx.AsyncClient = await http_of("referrals", world.database)
    await somebody_here(world)
    row_id = await a_waiting_row(world)
    auth = as_caller("coordinator", organisation_id=world.referrer.id)
    body, key = {"resolution": "same", "reason": WHY}, {"Idempotency-Key": str(new_id())}

    answers = [
        await client.post(f"/imports/waiting/{row_id}/resolution", json=body, auth=auth, headers=key) for _ in range(2)
    ]
    late = await client.post(
        f"/imports/waiting/{row_id}/resolution", json=body, auth=auth, headers={"Idempotency-Key": str(new_id())}
    )

    assert [answer.status_code for answer in (*answers, late)] == [201, 201, 409]
    assert answers[0].headers["Location"] == f"/referrals/{answers[1].json()['id']}"
    assert late.json()["code"] == "row-not-waiting"
    assert (await client.get("/imports/waiting", auth=auth)).json()["items"] == []
