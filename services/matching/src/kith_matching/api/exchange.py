"""The exchange that members of an informal group switch on for themselves."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
    NowDep,
    OptionalVersion,
    Page,
    PageLimit,
    create,
    etag,
    leads_to,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import Codes, OrganisationDep, Telephone
from kith_matching.domain.exchange import AgreementState, Member, MemberState
from kith_matching.domain.proposal import Answer
from kith_matching.usecases import exchanging
from kith_matching.views import exchange as views

router = APIRouter(tags=["exchange"])


class MemberCodes(BaseModel):
    """What a member of an exchange says of themself, in codes. ``times`` are when one may call: ``weekday-evening``."""

    model_config = ConfigDict(extra="forbid")

    programme_id: UUID
    needs: Codes = ()
    skills: Codes = ()
    times: Codes = ()
    state: MemberState = MemberState.ON


class MemberAsked(MemberCodes):
    """A member, as they wish to be in the exchange, by an id that says nothing of who they are."""

    telephone: Telephone


class MemberShown(MemberCodes):
    """A member. Their number is not here: a member with whom they agreed is told it."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: UUID
    version: int


class SuggestionShown(BaseModel):
    """Somebody whom the member could be asked about: what they would get and give, and when both are free."""

    model_config = ConfigDict(from_attributes=True)

    other_id: UUID
    both_ways: bool
    gets: tuple[str, ...]
    gives: tuple[str, ...]
    times: tuple[str, ...]
    points: int


class SuggestionsShown(BaseModel):
    """The first suggestions, those who can give and get before the others, best first."""

    member_id: UUID
    suggestions: tuple[SuggestionShown, ...]


class AgreementAsked(BaseModel):
    """Two members who could do something for each other."""

    model_config = ConfigDict(extra="forbid")

    member_ids: Annotated[tuple[UUID, UUID], Field(description="The two, in no rank.")]


class AgreementShown(BaseModel):
    """Two members, each asked without the other's name. ``agreed`` says that both have said yes."""

    id: UUID
    programme_id: UUID
    member_ids: tuple[UUID, UUID]
    asked_at: datetime
    state: AgreementState
    version: int


class MemberAnswerAsked(BaseModel):
    """The answer of one of the two. A yes may be taken back with a no."""

    model_config = ConfigDict(extra="forbid")

    member_id: UUID
    answer: Answer


class NumberShown(BaseModel):
    """How the other is reached, for a member with whom both agreed: whoever asks passes it on and keeps none of it."""

    telephone: str
    times: tuple[str, ...]


@router.put(
    "/exchange/members/{member_id}",
    responses={201: {"model": MemberShown, **leads_to(["get_exchange_member"], member_id="id")}},
)
async def put_exchange_member(
    member_id: UUID,
    asked: MemberAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    expected: OptionalVersion,
    now: NowDep,
) -> MemberShown:
    """Record a member as they wish. A new one and the same again need no ``If-Match``; a change does."""
    member = Member(id=member_id, organisation_id=organisation_id, **dict(asked))
    async with database.transaction(caller) as tx:
        kept, new = await exchanging.put_member(tx, member, expected_version=expected, now=now)
    response.headers.update(etag(kept.version))
    response.status_code = 201 if new else 200
    return MemberShown.model_validate(kept)


@router.get("/exchange/members")
async def list_exchange_members(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[MemberShown]:
    """The members of the organisation's exchanges, in order of id."""
    async with database.transaction(caller) as tx:
        found = await views.list_members(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([MemberShown.model_validate(one) for one in found], limit)


@router.get("/exchange/members/{member_id}")
async def get_exchange_member(
    member_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> MemberShown:
    """One member."""
    async with database.transaction(caller) as tx:
        shown = MemberShown.model_validate(await views.get_member(tx, member_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.delete("/exchange/members/{member_id}", status_code=204)
async def leave_exchange(member_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep) -> None:
    """Forget a member who leaves, at once, with all that they agreed."""
    async with database.transaction(caller) as tx:
        await exchanging.leave(tx, member_id, now=now)


@router.get("/exchange/{programme_id}/suggestions")
async def list_exchange_suggestions(
    *,
    programme_id: UUID,
    member: Annotated[UUID, Query(description="The member who would like to exchange something.")],
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    limit: PageLimit = 50,
) -> SuggestionsShown:
    """Whom a member could be asked about."""
    async with database.transaction(caller) as tx:
        found = await exchanging.suggest(tx, programme_id, organisation_id, member, now=now)
    return SuggestionsShown(
        member_id=member, suggestions=tuple(SuggestionShown.model_validate(one) for one in found[:limit])
    )


@router.post(
    "/exchange/agreements",
    status_code=201,
    response_model=AgreementShown,
    responses={
        201: leads_to(["get_exchange_agreement"], ["answer_exchange_agreement"], agreement_id="id"),
    },
)
async def ask_exchange_members(asked: AgreementAsked, request: Request, caller: CallerDep) -> Response:
    """Ask two members about each other, each by themself."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        made = await exchanging.ask(tx, *asked.member_ids, now=now)
        return Created(f"/exchange/agreements/{made.id}", _shown(asdict(made)), made.version)

    return await create(request, caller, work)


@router.get(
    "/exchange/agreements/{agreement_id}",
    responses={200: leads_to([], ["answer_exchange_agreement"], agreement_id="id")},
)
async def get_exchange_agreement(
    agreement_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> AgreementShown:
    """One agreement."""
    async with database.transaction(caller) as tx:
        found = await views.get_agreement(tx, agreement_id, now=now)
    response.headers.update(etag(found["version"]))
    return _shown(found)


@router.post(
    "/exchange/agreements/{agreement_id}/answers",
    responses={200: leads_to(["get_exchange_agreement"], ["answer_exchange_agreement"], agreement_id="id")},
)
async def answer_exchange_agreement(
    agreement_id: UUID,
    asked: MemberAnswerAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> AgreementShown:
    """Record the answer of one of the two. With both yeses each may be told the other's number; a no ends it."""
    async with database.transaction(caller) as tx:
        answered = await exchanging.answer(
            tx, agreement_id, asked.member_id, asked.answer, expected_version=expected, now=now
        )
    response.headers.update(etag(answered.version))
    return _shown(asdict(answered))


@router.get("/exchange/agreements/{agreement_id}/number")
async def read_exchange_number(
    *,
    agreement_id: UUID,
    member: Annotated[UUID, Query(description="The member who is to be told the other's number.")],
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
) -> NumberShown:
    """The other's number and times, for one of two who both agreed. The read is recorded."""
    async with database.transaction(caller) as tx:
        other = await exchanging.read_other(tx, agreement_id, member, now=now)
    response.headers["Cache-Control"] = "no-store"
    return NumberShown(telephone=other.telephone, times=other.times)


def _shown(agreement: dict[str, Any]) -> AgreementShown:
    return AgreementShown.model_validate({**agreement, "member_ids": (agreement["first_id"], agreement["second_id"])})
