"""The list of what a coordinator sees to before supporters drop out of matching."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.attention import What
from kith_matching.views import attention as views

router = APIRouter(tags=["supporters"])


class NeedShown(BaseModel):
    """What a programme asks for: ``checks``, or a ``training`` of that code, good up to and including ``until``.

    The day is in Europe/London. One that has been is why they are not asked now; null was never recorded.
    """

    model_config = ConfigDict(from_attributes=True)

    programme_id: UUID
    what: What
    code: str | None
    until: date | None


class AttentionShown(BaseModel):
    """An active supporter (``id``), and what of theirs is not good for longer than 60 days."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    needs: tuple[NeedShown, ...]


@router.get("/supporters/attention")
async def list_attention(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[AttentionShown]:
    """Active supporters whose checks or trainings run out within 60 days, have run out, or were never recorded."""
    async with database.transaction(caller) as tx:
        found = await views.list_attention(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([AttentionShown.model_validate(one) for one in found], limit)
