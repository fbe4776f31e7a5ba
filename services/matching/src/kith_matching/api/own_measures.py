"""What supporters answer about themselves: theirs to read, and for who organises that they answered."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep, SpeakerDep
from kith_matching.api.measuring import AnswersAsked, ChangeShown, PartShown, imported_of, risk_seen_to
from kith_matching.domain.concern import About
from kith_matching.domain.measurement import Moment, OwnMeasure
from kith_matching.domain.scoring import NoScore
from kith_matching.usecases import measuring
from kith_matching.views import own_measures as views
from kith_matching.views.own_measures import SeenMeasure

router = APIRouter(tags=["measures"])


class OwnMeasureAsked(AnswersAsked):
    """What a supporter answered about themself, for the plan of which programme."""

    programme_id: UUID


class OwnMeasureRecorded(BaseModel):
    """That a supporter answered. ``planned`` is what the programme's plan asks supporters for at this moment."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    supporter_id: UUID
    programme_id: UUID
    instrument: str
    version: str
    moment: Moment
    taken_on: date
    recorded_at: datetime
    planned: bool


class ScoreShown(BaseModel):
    """What it comes to, and what changed since the first baseline of the same version. Decimals are text."""

    model_config = ConfigDict(from_attributes=True)

    total: Decimal | None
    band: str | None
    parts: tuple[PartShown, ...]
    no_score: NoScore | None
    since_baseline: tuple[ChangeShown, ...]


class OwnMeasureShown(OwnMeasureRecorded):
    """With its ``score`` for the supporter alone; null for who organises."""

    score: ScoreShown | None


class OwnMeasuresShown(BaseModel):
    """All that a supporter answered, the first recorded first."""

    items: tuple[OwnMeasureShown, ...]


@router.post("/supporters/{supporter_id}/measurements", status_code=201, response_model=OwnMeasureRecorded)
async def record_own_measure(
    supporter_id: UUID,
    asked: OwnMeasureAsked,
    request: Request,
    *,
    caller: CallerDep,
    speaker: SpeakerDep,
    organisation_id: OrganisationDep,
) -> Response:
    """Record what you answered about yourself; or what a supporter did who has no access of their own.

    Where it is refused and a risk item was above 0, nothing of it is kept, and the duty desk is told all the same.
    """

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        measure = OwnMeasure(
            id=clock.new_id(),
            supporter_id=supporter_id,
            organisation_id=organisation_id,
            recorded_at=now,
            recorded_by=caller.subject,
            **asked.model_dump(exclude={"imported"}),
            **imported_of(asked.imported),
        )
        kept = await measuring.record_own(tx, measure, by=speaker, now=now)
        return Created(f"/supporters/{supporter_id}/measurements", OwnMeasureRecorded.model_validate(kept))

    seen_to = risk_seen_to(asked, caller, organisation_id, (About.SUPPORTER, supporter_id))
    return await create(request, caller, work, nevertheless=seen_to)


@router.get("/supporters/{supporter_id}/measurements")
async def list_own_measures(
    supporter_id: UUID,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
) -> OwnMeasuresShown:
    """What a supporter answered about themself: what it comes to for them, and that they answered for who organises."""
    async with database.transaction(caller) as tx:
        found = await views.list_own_measures(tx, supporter_id, by=speaker, now=now)
    response.headers["Cache-Control"] = "no-store"
    return OwnMeasuresShown(items=tuple(_shown(one) for one in found))


def _shown(seen: SeenMeasure) -> OwnMeasureShown:
    score = None
    if seen.scored is not None:
        result = {name: getattr(seen.scored, name) for name in ("total", "band", "parts", "no_score")}
        score = ScoreShown.model_validate({**result, "since_baseline": seen.since_baseline}, from_attributes=True)
    own = {name: getattr(seen.measure, name) for name in OwnMeasureRecorded.model_fields}
    return OwnMeasureShown(**own, score=score)
