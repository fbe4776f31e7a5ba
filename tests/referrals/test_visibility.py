"""Who sees a referral: the database holds the same line as the domain, whatever has happened before."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.identity import Caller
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.referral import Referral, Status, may_see
from kith_referrals.domain.refusals import NotFound
from kith_referrals.store import referrals as store
from tests.builders import TODAY
from tests.conftest import AddressOf, DatabaseOf
from tests.referrals.world import OPERATOR, World, member
from tests.servers.lengths import examples

NOBODY = Caller("tester", None, frozenset({"coordinator"}), "tests")
FREELY = settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TABLES = (
    *(
        "people",
        "referrals",
        "consents",
        "imported_rows",
        "referral_steps",
        "audit_tail",
        "audit_chain",
        "merges",
        "person_decisions",
        "households",
    ),
    *("household_members", "contact_attempts", "members", "machine_clients", "closings", "breaches", "complaints"),
)
ORGANISATIONS = ("referrer", "host", "stranger")

changes = st.lists(
    st.tuples(
        st.sampled_from(ORGANISATIONS), st.sampled_from(Purpose), st.sampled_from([State.GRANTED, State.WITHDRAWN])
    ),
    max_size=5,
)


async def sees(world: World, caller: Caller, referral: Referral) -> set[str]:
    """The tables in which the caller sees anything of the referral."""
    async with world.database.transaction(caller) as tx:
        found = await tx.execute(
            sa.text(
                "select 'referrals' from referrals where id = :referral union all"
                " select 'people' from people where id = :person"
            ),
            {"referral": referral.id, "person": referral.person_id},
        )
        return set(found.scalars())


@given(said=changes)
@FREELY
async def test_the_database_shows_a_referral_to_exactly_those_who_may_see_it(
    world: World, said: list[tuple[str, Purpose, State]]
) -> None:
    referral = await world.refer()
    for who, purpose, state in said:
        word = Consent(state, TODAY, "spoken")
        try:
            referral = await world.change_consent(getattr(world, who), referral, purpose, word)
        except NotFound:
            continue
    async with world.database.transaction(OPERATOR) as tx:
        consents = await store.list_consents(tx, referral.id)

    for who in ORGANISATIONS:
        organisation_id = getattr(world, who).id
        seen = await sees(world, member(organisation_id), referral)
        assert seen == (
            {"referrals", "people"} if may_see(referral, consents, organisation_id, agreed=True, today=TODAY) else set()
        )


async def test_a_draft_is_shown_to_nobody_else_whatever_the_person_may_have_said(world: World) -> None:
    referral = await world.refer()
    draft = replace(referral, status=Status.DRAFT)
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update referrals set status = 'draft'"))
        consents = await store.list_consents(tx, referral.id)

    for who in ORGANISATIONS:
        organisation_id = getattr(world, who).id
        may = may_see(draft, consents, organisation_id, agreed=True, today=TODAY)
        assert may == (who == "referrer") == bool(await sees(world, member(organisation_id), draft))


@given(said=changes)
@FREELY
async def test_who_may_not_see_a_referral_cannot_change_it(
    world: World, said: list[tuple[str, Purpose, State]]
) -> None:
    referral = await world.refer()

    for _, purpose, state in said:
        with pytest.raises(NotFound):
            await world.change_consent(world.stranger, referral, purpose, Consent(state, TODAY, "spoken"))


@pytest.mark.parametrize("table", TABLES)
async def test_a_connection_that_asked_for_an_organisation_before_shows_nothing_without_one(
    database_of: DatabaseOf, address_of: AddressOf, table: str
) -> None:
    world = await World.made(await database_of("referrals"))
    await world.refer()
    assert await world.seen(member(world.referrer.id), "people") == 1

    assert await world.seen(NOBODY, table) == 0


async def test_an_organisation_cannot_make_a_referral_in_anothers_name(world: World) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        async with world.database.transaction(member(world.stranger.id)) as tx:
            await tx.execute(
                sa.text(
                    "insert into people (id, organisation_id, family_name, contact_by, language)"
                    " values (gen_random_uuid(), :organisation_id, 'Testwell', '{}', 'en')"
                ),
                {"organisation_id": world.referrer.id},
            )
