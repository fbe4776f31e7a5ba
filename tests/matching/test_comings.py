"""To which meetings somebody came: kept with each that is logged, whenever it was, as if all were counted anew."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import sqlalchemy as sa

from kith_chassis.clock import new_id, now, today
from kith_contracts.referrals import ReferralCreated
from kith_matching.store.comings import count_meetings, stop
from tests.matching.desk import Desk

KEPT = sa.text("select first_on, second_on, last_on, limits_explained, stopped from comings where referral_id = :id")


async def come(desk: Desk, referral: ReferralCreated, group_id: str, days_ago: int, **more: Any) -> str:
    """Somebody comes to a meeting; where it stands."""
    body = {
        "kind": "group",
        "group_id": group_id,
        "programme_id": str(desk.programme.programme_id),
        "held_on": (today(now()) - timedelta(days=days_ago)).isoformat(),
        "minutes": 60,
        "channel": "in-person",
        "attended_referral_ids": [str(referral.referral_id)],
    }
    logged = await desk.create("/sessions", body | more)
    assert logged.status_code == 201, logged.text
    return logged.headers["Location"]


async def test_in_whatever_order_meetings_are_logged_the_same_is_kept_of_them(desk: Desk) -> None:
    for days_ago in permutations((9, 4, 4, 1)):
        referral, group_id = await desk.a_referral(), str(new_id())
        theirs: dict[str, Any] = {"id": referral.referral_id}
        for number, ago in enumerate(days_ago):
            await come(desk, referral, group_id, ago, limits_explained=number == 2)
            async with desk.stage.database.network_transaction() as tx:
                kept = (await tx.execute(KEPT, theirs)).one()
                await count_meetings(tx, [referral.referral_id])
                assert kept == (await tx.execute(KEPT, theirs)).one(), days_ago[: number + 1]


async def test_whoever_stopped_and_comes_again_goes_on_also_where_their_only_meeting_was_void(desk: Desk) -> None:
    referral, group_id = await desk.a_referral(), str(new_id())
    where = await come(desk, referral, group_id, 4)
    voided = await desk.change(f"{where}/voiding", {"reason": "entered-twice"}, '"1"')
    async with desk.stage.database.network_transaction() as tx:
        await stop(tx, [referral.referral_id])

    await come(desk, referral, group_id, 1)

    async with desk.stage.database.network_transaction() as tx:
        kept = (await tx.execute(KEPT, {"id": referral.referral_id})).one()
    assert (voided.status_code, kept.stopped, kept.second_on) == (200, False, None)
