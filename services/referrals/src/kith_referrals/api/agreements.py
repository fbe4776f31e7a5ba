"""Sharing agreements: what one organisation may see of another's referrals."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, etag, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import ADMINISTRATOR, MEMBERS, OPERATOR, Change, ChangeDep, in_organisation
from kith_referrals.api.words import Body, Codes
from kith_referrals.domain.agreement import REFERRAL, Agreement, Level, State
from kith_referrals.usecases import agreeing as usecases

PERMISSIONS: Final = {
    "propose_agreement": ADMINISTRATOR,
    "sign_agreement": ADMINISTRATOR,
    "end_agreement": ADMINISTRATOR,
    "publish_agreement": OPERATOR,
    "list_agreements": MEMBERS | OPERATOR,
    "get_agreement": MEMBERS | OPERATOR,
}

router = APIRouter(prefix="/agreements", tags=["agreements"])


class AgreementBody(Body):
    """Who shares with whom, what, from when until when (civil dates, Europe/London, both included).

    No ``programme_ids`` means all programmes of the receiver.
    """

    sharer_id: UUID
    receiver_id: UUID
    programme_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    purposes: Codes = (REFERRAL,)
    level: Level = Level.FULL
    starts_on: date
    ends_on: date | None = None

    def agreement(self, agreement_id: UUID) -> Agreement:
        """The agreement as the domain has it, signed by nobody."""
        return Agreement(id=agreement_id, **vars(self))


class AgreementView(BaseModel):
    """An agreement as it stands."""

    id: UUID
    sharer_id: UUID
    receiver_id: UUID
    programme_ids: tuple[UUID, ...]
    purposes: tuple[str, ...]
    level: Level
    starts_on: date
    ends_on: date | None
    sharer_signed_at: datetime | None
    receiver_signed_at: datetime | None
    ended_at: datetime | None
    ended_by: UUID | None
    state: State
    version: int


@router.post(
    "",
    status_code=201,
    response_model=AgreementView,
    responses={201: leads_to(["get_agreement"], ["sign_agreement", "end_agreement"], agreement_id="id")},
)
async def propose_agreement(request: Request, body: AgreementBody, caller: CallerDep) -> Response:
    """Propose an agreement between your organisation and another; it holds once both have signed."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        proposed = body.agreement(clock.new_id())
        signed = await usecases.propose_agreement(tx, proposed, by=organisation_id, now=now)
        return Created(f"/agreements/{signed.id}", _view(signed), signed.version)

    return await create(request, member, work)


@router.post("/{agreement_id}/signature")
async def sign_agreement(agreement_id: UUID, change: ChangeDep) -> AgreementView:
    """Sign it for your organisation."""
    async with change.begin() as (tx, by):
        signed = await usecases.sign_agreement(
            tx, agreement_id, by=by.organisation_id, version=change.version, now=change.now
        )
    return _shown(signed, change)


@router.post("/{agreement_id}/ending")
async def end_agreement(agreement_id: UUID, change: ChangeDep) -> AgreementView:
    """End it for your organisation: from now on nothing new is shared under it.

    What was offered under it and nobody has taken on is no longer seen; who was taken on stays.
    """
    async with change.begin() as (tx, by):
        ended = await usecases.end_agreement(
            tx, agreement_id, by=by.organisation_id, version=change.version, now=change.now
        )
    return _shown(ended, change)


@router.put("/{agreement_id}")
async def publish_agreement(
    agreement_id: UUID, body: AgreementBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> AgreementView:
    """Record an agreement that both sides have signed on paper. Sending it again changes nothing; needs no version."""
    async with database.transaction(caller) as tx:
        return _view(await usecases.publish_agreement(tx, body.agreement(agreement_id), now=now))


@router.get("")
async def list_agreements(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[AgreementView]:
    """Your organisation's agreements, with those that have ended; an operator sees the network's."""
    async with database.transaction(caller) as tx:
        found = await views.list_agreements(tx, after=after, limit=limit)
    return page_of([_view(agreement) for agreement in found], limit)


@router.get("/{agreement_id}", responses={200: leads_to([], ["sign_agreement", "end_agreement"], agreement_id="id")})
async def get_agreement(
    agreement_id: UUID, caller: CallerDep, database: DatabaseDep, response: Response
) -> AgreementView:
    """One agreement: for its two organisations, and the operator."""
    async with database.transaction(caller) as tx:
        found = await views.get_agreement(tx, agreement_id)
    response.headers.update(etag(found.version))
    return _view(found)


def _shown(agreement: Agreement, change: Change) -> AgreementView:
    change.show(agreement.version)
    return _view(agreement)


def _view(agreement: Agreement) -> AgreementView:
    return AgreementView.model_validate(agreement, from_attributes=True)
