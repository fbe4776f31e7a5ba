"""Referrals that were heard of before there were levels of feedback, and the code of before, which still writes."""

import asyncio

import asyncpg

from kith_chassis.clock import new_id, new_pseudonym
from kith_notifications.domain.referral import LEVELS, Feedback
from tests.builders import NOW
from tests.servers.postgres import Databases, upgrade

OLD_REFERRAL = "insert into referrals (id, person_id, self_referred, died) values ($1, $2, false, false)"


async def test_the_referrer_of_a_referral_of_before_hears_all_there_is(databases: Databases) -> None:
    async with databases.at_revision("notifications", "0001") as address:
        owner = await asyncpg.connect(address.owner_url)
        await owner.execute(OLD_REFERRAL, new_id(), new_pseudonym())

        await asyncio.to_thread(upgrade, "notifications", address.owner_url, "0003")
        await owner.execute(OLD_REFERRAL, new_id(), new_pseudonym())

        rows = await owner.fetch("select hears_decision_from, hears_progress_from, hears_outcome_from from referrals")
        await owner.close()
    assert len(rows) == 2
    assert not any(Feedback(*row.values()).stops(level, NOW) for row in rows for level in LEVELS)
