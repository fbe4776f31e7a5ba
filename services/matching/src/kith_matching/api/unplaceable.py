"""People for whom there is nobody, and what would change that."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.views import alone

router = APIRouter(tags=["rounds"])


class UnplaceableShown(BaseModel):
    """A referral that waits and that no supporter could take when it was last looked at, some minutes ago at most.

    ``blocking``: the rules that stop the supporters for whom the fewest stand in the way; ``no-suitable-supporter``
    where no rule may be named. ``would_change``: the one rule that alone stops the most ``supporters``; null where each
    is stopped by more than one.
    """

    id: UUID
    programme_id: UUID
    programme_name: str | None
    received_on: date
    nobody_since: datetime
    blocking: tuple[str, ...]
    would_change: str | None
    supporters: int


@router.get("/unplaceable")
async def list_unplaceable(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[UnplaceableShown]:
    """Referrals that wait and that nobody could take, the oldest first."""
    async with database.transaction(caller) as tx:
        found = await alone.list_unplaceable(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([UnplaceableShown.model_validate(one) for one in found], limit)
