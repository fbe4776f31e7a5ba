"""What an organisation that closes leaves unfinished, a turn at a time: nobody waits for it or can begin it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_referrals.domain.closing import Closing
from kith_referrals.domain.records import Author
from kith_referrals.store import clearing as store
from kith_referrals.store import households as households_store
from kith_referrals.usecases.drafting import forget_drafts_of


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many of each were ended at one turn."""

    drafts: int = 0
    invitations: int = 0
    rows: int = 0

    def is_all(self, limit: int) -> bool:
        """Whether nothing is left of any."""
        return max(self.drafts, self.invitations, self.rows) < limit


async def clear(tx: AsyncConnection, by: Author, *, limit: int) -> Cleared:
    """End up to ``limit`` of each: drafts, invitations that nobody has used, and rows that wait for a human."""
    drafts = await forget_drafts_of(tx, by.organisation_id, limit=limit, now=by.at)
    invitations = await store.end_invitations(tx, by.organisation_id, limit=limit)
    rows = await store.close_rows(tx, by.organisation_id, limit=limit)
    done = {"invitations-ended": invitations, "rows-closed": rows}
    entries = [Entry(action, "organisation", by.organisation_id) for action, number in done.items() if number]
    await audit.record(tx, *entries, now=by.at)
    return Cleared(drafts, invitations, rows)


async def settle_households(
    tx: AsyncConnection, closing: Closing, ids: Sequence[UUID], today: date, by: Author
) -> tuple[int, int]:
    """Hand over the households that all go over; of others, whoever went leaves them, and empty ones are deleted.

    ``ids`` are locked, and their people are handed over. How many went over, and how many are parted or gone.
    """
    linked = await store.list_linked(tx, closing, ids, today)
    over = [one.id for one in linked if one.goes_over]
    parted = [one for one in linked if not one.goes_over]
    if over and closing.successor_id is not None:
        await store.save_handed_over(tx, over, closing.successor_id)
    if parted:
        await households_store.leave_households(tx, [person_id for one in parted for person_id in one.gone])
        await households_store.drop_households(tx, [one.id for one in parted if not one.members])
    entries = [Entry("household-handed-over", "household", one) for one in over]
    entries += [Entry("household-parted", "household", one.id) for one in parted]
    await audit.record(tx, *entries, now=by.at)
    return len(over), len(parted)
