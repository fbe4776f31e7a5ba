"""How long records are kept: the network's schedule, and the queue of records whose time is over."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, OPERATOR, ChangeDep, in_organisation
from kith_referrals.api.words import Body, Line, Reason
from kith_referrals.domain.erasure import Basis
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.retention import RecordClass, RetentionRule
from kith_referrals.domain.reviewing import Choice
from kith_referrals.usecases import reviewing as usecases
from kith_referrals.views import retention as views

PERMISSIONS: Final = {
    "put_retention_schedule": OPERATOR,
    "list_retention_reviews": ADMINISTRATOR,
    "decide_retention_review": ADMINISTRATOR,
}

router = APIRouter(tags=["rights"])

Years = Annotated[int, Field(ge=0, le=150)]


class RuleBody(Body):
    """One line: whose law, which records, how long, and where that stands. ``required`` says that a law asks for it.

    The record is kept ``years`` after it was last dealt with, ``years_after_death`` after a death where that is said,
    and a child's at least until the birthday ``until_age``, or ``until_age_at_seventeen`` if they were 17 at the end.
    """

    nation: Nation
    record: RecordClass
    source: Line
    required: bool
    years: Years | None = None
    years_after_death: Years | None = None
    until_age: Years | None = None
    until_age_at_seventeen: Years | None = None

    def rule(self) -> RetentionRule:
        """The line as the domain has it."""
        return RetentionRule(**{name: getattr(self, name) for name in type(self).model_fields})


class ScheduleBody(Body):
    """The whole schedule, as ``deploy/retention.yaml`` has it."""

    rules: Annotated[list[RuleBody], Field(min_length=1, max_length=200)]


class DecisionBody(Body):
    """Keep it until a day, or have it erased; and why. ``basis`` overrules a law by which it must still be kept."""

    decision: Choice
    keep_until: date | None = None
    reason: Reason
    basis: Basis | None = None


class ReviewView(BaseModel):
    """A record whose time is over. ``kept_until`` was the last day of the line of ``source``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    record: str
    source: str
    kept_until: date
    opened_on: date
    version: int
    decision: Choice | None
    keep_until: date | None


@router.put("/retention-schedule", status_code=status.HTTP_204_NO_CONTENT)
async def put_retention_schedule(body: ScheduleBody, caller: CallerDep, database: DatabaseDep, now: NowDep) -> None:
    """Put the network's schedule in the place of the one before. Every record is looked at by it, in its time."""
    async with database.transaction(caller) as tx:
        rules = [line.rule() for line in body.rules]
        await usecases.put_schedule(tx, rules, by=caller.subject, now=now)


@router.get("/retention-reviews")
async def list_retention_reviews(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ReviewView]:
    """The organisation's records whose time is over and that nobody has decided about yet. Nothing erases them."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_reviews(tx, organisation_id, after=after, limit=limit)
    return page_of([ReviewView.model_validate(row) for row in rows], limit)


@router.post("/retention-reviews/{review_id}/decision")
async def decide_retention_review(review_id: UUID, body: DecisionBody, change: ChangeDep) -> ReviewView:
    """Keep the record until a day, or decide that it is erased, as ``POST /people/{id}/erasure`` does."""
    async with change.begin() as (tx, by):
        review = await usecases.decide(
            tx,
            review_id,
            choice=body.decision,
            keep_until=body.keep_until,
            reason=body.reason,
            basis=body.basis,
            version=change.version,
            by=by,
        )
    change.show(review.version)
    return ReviewView.model_validate(review)
