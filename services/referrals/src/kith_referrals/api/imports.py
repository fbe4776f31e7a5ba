"""An organisation's own export, many rows at a time, by its mapping; and the rows that wait for a human."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, page_of
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import DECIDERS, MEMBERS, acting, author, in_organisation
from kith_referrals.api.leading import REFERRAL_MADE
from kith_referrals.api.shapes import ReferralState
from kith_referrals.api.words import Body, Code, Codes, ContactChannel, Language, Reason, Reference
from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.intake.mapping import Column, Constants, Dates, Mapping, Target
from kith_referrals.domain.intake.refusals import MappingUnusable
from kith_referrals.domain.intake.sifting import Outcome, Sifted
from kith_referrals.domain.referral import Meeting, Source
from kith_referrals.usecases import importing as usecases
from kith_referrals.usecases import mappings as library
from kith_referrals.usecases import resolving

PERMISSIONS: Final = {"import_rows": MEMBERS, "list_waiting_rows": DECIDERS, "resolve_waiting_row": DECIDERS}

MOST_ROWS: Final = 1000
"""Rows in one request: each request is one transaction."""

MappingName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""A code that begins with a letter, so that it may stand on the audit."""
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(max_length=200)]

router = APIRouter(prefix="/imports", tags=["imports"])


class DialectBody(Body):
    """How the file is written. Whoever sends rows has read the file; here only the form of its dates matters."""

    encoding: str
    delimiter: str
    dates: Dates


class ColumnBody(Body):
    """One column of the file: what it is, or that it is never imported."""

    column: ColumnName
    to: Target | None = None
    never: bool = False
    values: dict[Word, Code] = Field(default_factory=dict)
    otherwise: Code | None = None
    split: Annotated[str, StringConstraints(min_length=1, max_length=5)] | None = None
    dates: Dates | None = None
    called: Code | None = None

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        """Refuse a column that is neither imported nor left out on purpose."""
        if (self.to is None) != self.never:
            raise ValueError("a column says what it is (to), or that it is never imported (never: true)")
        return self


class ConstantsBody(Body):
    """What every row of the file has alike."""

    programme: Code | None = None
    source: Source = Source.PROFESSIONAL
    contact_by: Annotated[tuple[ContactChannel, ...], Field(max_length=3)] = ()
    channels: Annotated[tuple[Meeting, ...], Field(max_length=3)] = ()
    needs: Codes = ()
    language: Language = "en"
    consent_how: Code = "recorded-elsewhere"
    consent_wording: Reference | None = None
    feedback: Feedback = Feedback.OUTCOME


class MappingBody(Body):
    """A mapping file, as JSON. Columns stand in the file's order, which is that of looking for faults."""

    organisation: UUID
    dialect: DialectBody
    columns: Annotated[tuple[ColumnBody, ...], Field(min_length=1, max_length=200)]
    constants: ConstantsBody = ConstantsBody()

    def mapping(self, *at: str) -> Mapping:
        """The mapping as the domain has it; ``at`` is where it stands in the body. Raises ``MappingUnusable``."""
        try:
            return Mapping(
                organisation_id=self.organisation,
                dates=self.dialect.dates,
                columns=tuple(
                    Column(
                        name=column.column,
                        to=column.to,
                        values=column.values,
                        otherwise=column.otherwise,
                        split=column.split,
                        dates=column.dates,
                        called=column.called,
                    )
                    for column in self.columns
                    if column.to is not None
                ),
                constants=Constants(**self.constants.model_dump()),
            )
        except MappingUnusable as unusable:
            names = [column.column for column in self.columns]
            if unusable.column is not None:
                unusable.place = ("body", *at, "columns", names.index(unusable.column))
            raise


class KeptBody(Body):
    """A mapping that the organisation keeps, and which version of it."""

    name: MappingName
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class RowBody(Body):
    """One row. ``row`` is its place in the file: 1 is the first below the header. Cells are text as it was read."""

    row: Annotated[int, Field(ge=1, le=2**31 - 1)]
    cells: dict[str, str]


class RowsBody(Body):
    """Some rows of one file, with their mapping, or with the name of one that the organisation keeps."""

    mapping: MappingBody | None = None
    kept: KeptBody | None = None
    rows: Annotated[tuple[RowBody, ...], Field(min_length=1, max_length=MOST_ROWS)]
    file_name: Reference | None = None

    @model_validator(mode="after")
    def _is_mapped_once(self) -> Self:
        """Refuse rows without a mapping, and rows with two."""
        if (self.mapping is None) == (self.kept is None):
            raise ValueError("send either a mapping or the name of one that is kept")
        return self


class RowResult(BaseModel):
    """What became of a row.

    ``column`` is the one with the first fault, as the file names it; ``of`` the reference of the earlier row that a
    possible duplicate is like. ``message`` holds nothing of what the row says.
    """

    row: int
    outcome: Outcome
    column: str | None = None
    of: str | None = None
    code: str | None = None
    message: str | None = None
    referral_id: UUID | None = None


class ResolutionBody(Body):
    """Whether the row is of the person it is like, and why."""

    resolution: Literal["same", "different"]
    reason: Reason


class WaitingRow(BaseModel):
    """An imported row that may be a person who is already here, with its imported columns."""

    id: UUID
    source_reference: str
    duplicate_of: str | None
    row: int
    file_name: str | None
    cells: dict[str, str]
    imported_at: datetime


@router.post("/rows")
async def import_rows(body: RowsBody, caller: CallerDep, database: DatabaseDep, now: NowDep) -> list[RowResult]:
    """Import rows of the caller's own organisation, in one transaction.

    It needs no Idempotency-Key: rows are known by the organisation's own reference. The same row again has its first
    outcome and writes nothing; the same reference with other content is refused; a rejected row leaves nothing behind.
    The mapping comes with the rows, or is one that the organisation keeps (``PUT /import-mappings/{name}``).
    """
    member, by = acting(caller)
    rows = [(row.row, row.cells) for row in body.rows]
    async with database.transaction(member) as tx:
        codes: tuple[str, ...] = ()
        if body.kept is not None:
            kept = await library.take_mapping(tx, by.organisation_id, body.kept.name, body.kept.version)
            mapping, codes = MappingBody.model_validate(kept.mapping).mapping(), kept.codes
        elif body.mapping is not None:
            mapping = body.mapping.mapping("mapping")
        done = await usecases.import_rows(tx, mapping, rows, by=by, file_name=body.file_name, now=now, codes=codes)
    return [_result(row) for row in done]


@router.get("/waiting")
async def list_waiting_rows(
    caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[WaitingRow]:
    """Rows of the caller's organisation that wait for somebody to look at them."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_waiting_rows(tx, asking=organisation_id, after=after, limit=limit, now=now)
    return page_of([WaitingRow.model_validate(row) for row in rows], limit)


@router.post("/waiting/{row_id}/resolution", status_code=201, response_model=ReferralState, responses=REFERRAL_MADE)
async def resolve_waiting_row(request: Request, row_id: UUID, body: ResolutionBody, caller: CallerDep) -> Response:
    """Decide a row that waits: it is of the person it is like, or of another one. Either way it is a referral then."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        by = author(member, organisation_id, now)
        same = body.resolution == "same"
        referral = await resolving.resolve_row(tx, row_id, same=same, reason=body.reason, by=by)
        state = ReferralState.model_validate(referral, from_attributes=True)
        return Created(f"/referrals/{referral.id}", state, referral.version)

    return await create(request, member, work)


def _result(done: Sifted) -> RowResult:
    return RowResult(
        row=done.read.number,
        outcome=done.outcome,
        column=done.column,
        of=done.of,
        code=done.code,
        message=done.message,
        referral_id=done.referral_id,
    )
