"""Reporting holds nothing by a person's pseudonym; that somebody was erased it hears, and keeps through a replay."""

from kith_chassis.erased import find_erased
from kith_reporting.incoming import on_facts, on_facts_again
from kith_reporting.views import list_holdings
from tests.builders import a_person_erased, a_referral_created, received
from tests.conftest import DatabaseOf


async def test_what_is_left_counts_and_describes_nobody(database_of: DatabaseOf) -> None:
    database = await database_of("reporting")
    referral = a_referral_created()
    async with database.network_transaction() as tx:
        await on_facts(tx, [received(fact) for fact in (referral, a_person_erased(referral))])

        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])

    assert held.erased == {referral.person_id}
    assert [(one.kind, one.tombstone) for one in held.holdings] == [("referral", True)]
    assert str(referral.person_id) not in str(held.holdings)
    assert {"district", "age_band", "conditions", "needs", "person_id"} & set(held.holdings[0].says) == set()


async def test_a_replay_tells_it_again_and_changes_nothing(database_of: DatabaseOf) -> None:
    database = await database_of("reporting")
    gone = received(a_person_erased(a_referral_created()))
    async with database.network_transaction() as tx:
        await on_facts(tx, [gone])
        await on_facts_again(tx, [gone])

        assert await find_erased(tx, [gone.body.model_dump()["person_id"]]) == {gone.body.model_dump()["person_id"]}
