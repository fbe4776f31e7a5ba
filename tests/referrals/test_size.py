"""However many referrals there are, a page of a list reads few more of them than it shows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import Database
from kith_referrals import views
from kith_referrals.domain.listing import LAST, Place
from kith_referrals.views.finding import Found
from tests.bench.filling import fill, organisation, programme
from tests.conftest import SettingsOf
from tests.referrals.world import member
from tests.servers.postgres import Address, Databases

STORED = 40_000
PAGE = 50
LARGEST = organisation(1)
RARE = 40
PLANNED_ANEW = 5
"""How often PostgreSQL plans a statement for its values before it may take one plan for all (its manual, PREPARE)."""
READ = sa.text("select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'referrals'")

List = Callable[[AsyncConnection], Awaitable[Sequence[Found]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(databases: Databases) -> AsyncIterator[Address]:
    """A network in which most referrals were closed long ago; nothing changes it."""
    async with databases.copy("referrals") as address:
        await fill(address.admin_url, STORED)
        yield address


@pytest.fixture
async def database(filled: Address, settings_of: SettingsOf) -> AsyncIterator[Database]:
    database = Database.of(settings_of(filled))
    yield database
    await database.close()


def listed(
    status: str | None = None,
    programme_id: UUID | None = None,
    overdue: bool | None = None,
    after: Place | None = None,
) -> List:
    return lambda tx: views.list_referrals(
        tx,
        asking=LARGEST,
        status=status,
        programme_id=programme_id,
        overdue=overdue,
        after=after,
        limit=PAGE,
        now=clock.now(),
    )


LISTS: dict[str, List] = {
    "all": listed(),
    "what follows": listed(after=Place(LAST, UUID("01900000-0000-7000-8000-000000000000"))),
    "those that are overdue": listed(overdue=True),
    "those that were submitted": listed(status="submitted"),
    "those that are closed": listed(status="closed"),
    "those that are in support": listed(status="in-support"),
    "those to a programme that wait": listed(status="waiting", programme_id=programme(1)),
    "those to a rare programme": listed(programme_id=programme(RARE)),
    "those with notes that nobody read": lambda tx: views.list_unread_notes(
        tx, asking=LARGEST, after=None, limit=PAGE, now=clock.now()
    ),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_reads_few_more_referrals_than_it_shows(database: Database, name: str) -> None:
    for _ in range(PLANNED_ANEW + 1):
        async with database.transaction(member(LARGEST)) as tx:
            before = (await tx.execute(READ)).scalar_one()
            found = await LISTS[name](tx)
            read = (await tx.execute(READ)).scalar_one() - before

    assert len(found) == PAGE
    assert read <= 10 * PAGE
