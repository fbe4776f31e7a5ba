"""The year kept as the service keeps it, many rows in a statement: so that it may be long, and of many."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_matching.domain.helping import take
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.terms import Terms
from kith_matching.store import supervision
from kith_matching.store.matches import list_running_for_update
from kith_matching.tables import helpings, matches, proposals, sessions, supervisions, visits
from kith_matching.usecases.path import move_supporter
from kith_matching.usecases.supporting import put_supporter
from tests.matching.year.days import REVIEW_WEEKS
from tests.matching.year.pair import Pair
from tests.matching.year.passing import Doing, Year

REVIEWED: Final = (
    sa.update(matches).where(matches.c.id == sa.bindparam("match_id")).values(review_on=sa.bindparam("review"))
)


class Kept(Year):
    """A year written into the tables. What a visit comes to is written when it is planned."""

    async def do(self, doing: Mapping[str, Doing], now: datetime) -> None:
        """Do all that is done at one moment, in one transaction."""
        async with self.stage.database.network_transaction() as tx:
            for what, of in doing.items():
                if what not in {"check_in", "check_out"}:
                    await getattr(self, f"_{what}")(tx, now, of)

    def _of(self, pair: Pair) -> dict[str, Any]:
        of = {"referral_id": pair.referral.referral_id, "supporter_id": pair.supporter_id}
        ids = {"programme_id": pair.referral.programme_id, "organisation_id": self.stage.organisation_id}
        return {"id": new_id(), "version": 1, **of, **ids}

    async def _match(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, _ in doing:
            supporter = self.stage.somebody(id=pair.supporter_id, programme_ids=(pair.referral.programme_id,))
            await put_supporter(tx, supporter, expected_version=None, now=now)
            agreed = {"score": 0, "parts": [], "state": "agreed", "got_to_know": True}
            proposal = self._of(pair) | agreed | dict.fromkeys(("proposed_at", "answer_by", "ended_at"), now)
            await tx.execute(sa.insert(proposals), proposal)
            match = self._of(pair) | {"id": pair.id, "proposal_id": proposal["id"], "definition_version": 1}
            days = {"made_on": pair.made_on, "review_on": pair.review_first_on}
            await tx.execute(sa.insert(matches), match | days)

    async def _visit(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        rows = [
            self._of(pair)
            | {
                "match_id": pair.id,
                "starts_at": begins,
                "ends_at": begins + timedelta(hours=1),
                "checked_in_at": begins if went in {"well", "not-back"} else None,
                "checked_out_at": begins + timedelta(hours=1) if went == "well" else None,
                "cancelled_at": now if went == "cancelled" else None,
            }
            for pair, (begins, went) in doing
        ]
        await tx.execute(sa.insert(visits), rows)

    async def _find(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, (begins, found) in doing:
            this = sa.update(visits).where(visits.c.match_id == pair.id, visits.c.starts_at == begins)
            await tx.execute(this.values({found: now}))

    async def _meet(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        usual = {"channel": "in-person", "topics": [], "attended_referral_ids": [], "limits_explained": True}
        rows = [
            self._of(pair)
            | usual
            | {"match_id": pair.id, "held_on": now.date(), "outcome": outcome, "minutes": 60 * (outcome == "happened")}
            | {"supporter_ids": [pair.supporter_id]}
            for pair, outcome in doing
        ]
        await tx.execute(
            sa.insert(sessions), [{name: row[name] for name in row if name != "supporter_id"} for row in rows]
        )

    async def _ask(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        terms, day = Terms(review_weeks=REVIEW_WEEKS), now.date()
        running = await list_running_for_update(tx, [pair.referral.referral_id for pair, _ in doing])
        asked = {pair.id: what for pair, what in doing}
        taken = [
            take(one, terms, asked[one.id][1], asked[one.id][0], asked_on=day, today=day, helping_id=new_id())
            for one in running
        ]
        await tx.execute(sa.insert(helpings), [asdict(said) for said, _ in taken])
        await tx.execute(REVIEWED, [{"match_id": after.id, "review": after.review_on} for _, after in taken])

    async def _see(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, asked_on in doing:
            this = sa.update(helpings).where(helpings.c.match_id == pair.id, helpings.c.asked_on == asked_on)
            await tx.execute(this.values(seen_at=now, seen_by="tester"))

    async def _extend(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, (until, times) in doing:
            asked = {"balance_due_on": now.date()} if times > 1 else {}
            this = sa.update(matches).where(matches.c.id == pair.id)
            await tx.execute(this.values(ends_on=until, extensions=times, **asked))

    async def _balance(self, tx: AsyncConnection, _: datetime, doing: Doing) -> None:
        these = sa.update(matches).where(matches.c.id.in_([pair.id for pair, _ in doing]))
        await tx.execute(these.values(balance="goes-on", balance_due_on=None))

    async def _supervise(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        held = {"kind": "one-to-one", "held_on": now.date(), "minutes": 60, "supervisor": "s-1", "prompts": []}
        of = {"organisation_id": self.stage.organisation_id}
        rows = [{"id": new_id(), "meeting_id": new_id(), "supporter_id": one.supporter_id} | of for one, _ in doing]
        await tx.execute(sa.insert(supervisions), [row | held for row in rows])
        await supervision.keep_rhythms(tx, now.date(), [pair.supporter_id for pair, _ in doing])

    async def _rest(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, state in doing:
            moved = SupporterState(state)
            await move_supporter(tx, pair.supporter_id, moved, on=now.date(), destination=None, now=now)
        await supervision.keep_rhythms(tx, now.date(), [pair.supporter_id for pair, _ in doing])

    async def _end(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        these = sa.update(matches).where(matches.c.id.in_([pair.id for pair, _ in doing]))
        await tx.execute(these.values(ending="planned", ended_on=now.date()))
