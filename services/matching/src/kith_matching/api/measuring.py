"""What people answer about how they are: recorded and read."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, Nevertheless, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import Caller, CallerDep
from kith_contracts.fact import Code, Language, PublicName
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.concern import About
from kith_matching.domain.measurement import Helper, Measurement, Mode, Moment, Whose
from kith_matching.domain.refusals import MatchingRefused
from kith_matching.domain.scoring import NoScore, Verdict, find_risks
from kith_matching.usecases import measuring
from kith_matching.views import measuring as views
from kith_matching.views.measuring import Seen

router = APIRouter(tags=["measures"])

MOST_ITEMS = 100

Answers = Annotated[dict[Code, Annotated[int, Field(strict=True, ge=-100, le=1000)]], Field(max_length=MOST_ITEMS)]
"""Whole numbers by the code of their item."""
Score = Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=7, decimal_places=3)]


class ImportedAsked(BaseModel):
    """A score that was reckoned elsewhere, by ``licence_holder``: an organisation, never somebody's name."""

    model_config = ConfigDict(extra="forbid")

    values: Annotated[dict[Code, Score], Field(min_length=1, max_length=MOST_ITEMS)]
    licence_holder: PublicName


class AnswersAsked(BaseModel):
    """What somebody answered, as they gave it: ``answers``, or an ``imported`` score. Nothing is reversed beforehand.

    ``version`` is that of the instrument, or of what reckoned the imported score. ``taken_on`` is a day in
    Europe/London. ``helped_by`` is who was with them while they answered; nobody where it is empty.
    """

    model_config = ConfigDict(extra="forbid")

    instrument: Code
    version: Code
    moment: Moment
    taken_on: date
    language: Language
    mode: Mode
    helped_by: Annotated[tuple[Helper, ...], Field(max_length=len(Helper))] = ()
    answers: Annotated[Answers, Field(min_length=1)] | None = None
    imported: ImportedAsked | None = None

    @model_validator(mode="after")
    def is_one_of_both(self) -> Self:
        """Answers or an imported score."""
        if (self.answers is None) == (self.imported is None):
            raise ValueError("Send either answers or an imported score.")
        return self


class MeasurementAsked(AnswersAsked):
    """What the person answered; or, ``of`` a ``carer``, whoever comes with them, whom nobody names."""

    of: Whose = Whose.PERSON


class MeasurementRecorded(BaseModel):
    """That a measurement was recorded. What was answered is not here: an answer to a create is kept for a day.

    ``risk_items`` were answered above 0. A concern is raised with it: the duty desk is told at once.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    referral_id: UUID
    of: Whose
    instrument: str
    version: str
    moment: Moment
    taken_on: date
    late: bool
    planned: bool
    risk_items: tuple[str, ...]


class PartShown(BaseModel):
    """The value of one item that is reported alone, or of a subscale."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    value: Decimal
    band: str | None


class ChangeShown(BaseModel):
    """The value less that of the first baseline. It says that somebody's answers changed, never why."""

    model_config = ConfigDict(from_attributes=True)

    code: str | None
    difference: Decimal
    verdict: Verdict | None


class MeasurementShown(MeasurementRecorded):
    """A measurement and what it comes to. Decimals are written as text, so that none is rounded.

    ``late`` is a baseline after the second session; ``planned`` what the programme's plan asks for. Without a ``total``
    the items are reported alone (``parts``), or ``no_score`` says why there is none. ``case`` is null where no cut-off
    is published. A risk item among ``missing`` is not known to be 0.
    """

    language: str
    mode: Mode
    helped_by: tuple[Helper, ...]
    recorded_at: datetime
    licence_holder: str | None
    total: Decimal | None
    band: str | None
    case: bool | None
    parts: tuple[PartShown, ...]
    missing: tuple[str, ...]
    no_score: NoScore | None


class MeasurementRead(MeasurementShown):
    """A measurement with each answer, and what changed since the first baseline of the same version."""

    answers: dict[str, int] | None
    since_baseline: tuple[ChangeShown, ...]


@router.post(
    "/referrals/{referral_id}/measurements",
    status_code=201,
    response_model=MeasurementRecorded,
    responses={201: leads_to(["get_measurement"], measurement_id="id")},
)
async def record_measurement(
    referral_id: UUID,
    asked: MeasurementAsked,
    request: Request,
    *,
    caller: CallerDep,
    organisation_id: OrganisationDep,
) -> Response:
    """Record what the person of a referral answered, or their carer. Read ``risk_items`` at once.

    Where it is refused and a risk item was above 0, nothing of it is kept, and the duty desk is told all the same.
    """

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        referral = await measuring.get_referral(tx, referral_id)
        said = asked.model_dump(exclude={"imported"})
        measurement = Measurement(
            id=clock.new_id(),
            referral_id=referral_id,
            programme_id=referral.programme_id,
            organisation_id=referral.organisation_id,
            recorded_at=now,
            recorded_by=caller.subject,
            **said,
            **imported_of(asked.imported),
        )
        kept = await measuring.record_measurement(tx, measurement, referral, now=now)
        return Created(f"/measurements/{kept.id}", MeasurementRecorded.model_validate(kept))

    seen_to = risk_seen_to(asked, caller, organisation_id, (About.REFERRAL, referral_id))
    return await create(request, caller, work, nevertheless=seen_to)


@router.get("/referrals/{referral_id}/measurements")
async def list_measurements(
    referral_id: UUID,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[MeasurementShown]:
    """What the person of a referral answered, and their carer, and what it came to; the first recorded first."""
    async with database.transaction(caller) as tx:
        found = await views.list_measurements(tx, referral_id, after=after, limit=limit, now=now)
    response.headers["Cache-Control"] = "no-store"
    return page_of([MeasurementShown.model_validate(_told(one), from_attributes=True) for one in found], limit)


@router.get("/measurements/{measurement_id}")
async def get_measurement(
    measurement_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> MeasurementRead:
    """One measurement, with each answer."""
    async with database.transaction(caller) as tx:
        seen = await views.get_measurement(tx, measurement_id, now=now)
    response.headers["Cache-Control"] = "no-store"
    return _read(seen)


DESK_TOLD: Final = (
    "An answer says that somebody may be at risk, so the duty desk was told all the same. In an emergency call 999."
)
"""What a refusal adds where a risk item was above 0."""


def risk_seen_to(
    asked: AnswersAsked, caller: Caller, organisation_id: UUID, about: tuple[About, UUID]
) -> Nevertheless | None:
    """That a concern is raised although the answers are refused; None where no risk item is above 0."""
    if not find_risks(asked.instrument, asked.answers or (asked.imported.values if asked.imported else {})):
        return None

    async def raise_(tx: AsyncConnection, now: datetime) -> None:
        await measuring.raise_unkept(tx, *about, organisation_id=organisation_id, by=caller.subject, now=now)

    return Nevertheless(raise_, DESK_TOLD, MatchingRefused)


def imported_of(asked: ImportedAsked | None) -> dict[str, Any]:
    """What an imported score says, as the domain has it."""
    if asked is None:
        return {}
    values = {code: str(value) for code, value in asked.values.items()}
    return {"imported": values, "licence_holder": asked.licence_holder}


def _told(seen: Seen) -> dict[str, Any]:
    result = {name: getattr(seen.scored, name) for name in ("total", "band", "case", "parts", "missing", "no_score")}
    own = MeasurementShown.model_fields.keys() - result.keys()
    return {name: getattr(seen.measurement, name) for name in own} | result


def _read(seen: Seen) -> MeasurementRead:
    answers = seen.measurement.answers
    return MeasurementRead.model_validate(
        {**_told(seen), "answers": answers, "since_baseline": seen.since_baseline}, from_attributes=True
    )
