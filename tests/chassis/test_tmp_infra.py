import time
import pytest
from kith_chassis.clock import new_id
from kith_chassis.identity import Caller
import sqlalchemy as sa

@pytest.mark.parametrize("n", range(6))
async def test_db(database_of, n):
    t = time.time()
    db = await database_of("chassis")
    print("copy", time.time() - t)
    async with db.network_transaction() as tx:
        assert (await tx.execute(sa.text("select count(*) from effects"))).scalar() == 0
    print("used", time.time() - t)

async def test_topics(empty_topics):
    pass

async def test_topics2(empty_topics, new_topics):
    assert len(await new_topics(2)) == 2

@pytest.mark.real_kafka
def test_real(kafka):
    pass

@pytest.mark.shared
def test_shared(shared_data):
    assert list(shared_data.iterdir())
