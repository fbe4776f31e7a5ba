"""To which meetings somebody came: kept with each that is logged, whenever it was, as if all were counted anew."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import sqlalchemy as sa

from kith_chassis.clock import new_id, now, today
from kith_matching.store.comings import count_meetings
from tests.matching.desk import Desk

KEPT = sa.text("select first_on, second_on, last_on, limits_explained, stopped from comings where referral_id = :id")


async def test_in_whatever_order_meetings_are_logged_the_same_is_kept_of_them(desk: Desk) -> None:
    for days_ago in permutations((9, 4, 4, 1)):
        referral, group_id = await desk.a_referral(), str(new_id())
        theirs: dict[str, Any] = {"id": referral.referral_id}
        for number, ago in enumerate(days_ago):
            body = {
                "kind": "group",
                "group_id": group_id,
                "programme_id": str(desk.programme.programme_id),
                "held_on": (today(now()) - timedelta(days=ago)).isoformat(),
                "minutes": 60,
                "channel": "in-person",
                "attended_referral_ids": [str(referral.referral_id)],
                "limits_explained": number == 2,
            }
            assert (await desk.create("/sessions", body)).status_code == 201
            async with desk.stage.database.network_transaction() as tx:
                kept = (await tx.execute(KEPT, theirs)).one()
                await count_meetings(tx, [referral.referral_id])
                assert kept == (await tx.execute(KEPT, theirs)).one(), days_ago[: number + 1]
