"""A supporter's record of experience, to take away."""

from uuid import UUID

from fastapi import APIRouter, Response

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_matching.channels.paper import draw
from kith_matching.domain.experience import write_record
from kith_matching.views import experience as views

router = APIRouter(tags=["development"])

_PDF = "application/pdf"


@router.get(
    "/supporters/{supporter_id}/record-of-experience.pdf",
    response_class=Response,
    responses={200: {"content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_record_of_experience(
    supporter_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> Response:
    """What a supporter did and learnt, on paper. It names nobody who was supported, and no lived experience."""
    async with database.transaction(caller) as tx:
        done, trainings = await views.get_experience(tx, supporter_id, now=now)
    paper = draw(write_record(done, trainings, today=clock.today(now)))
    name = "attachment; filename=record-of-experience.pdf"
    return Response(paper, media_type=_PDF, headers={"Content-Disposition": name, "Cache-Control": "no-store"})
