"""What supporters share, and with whom; what they keep to themselves; and the way from supported to supporter."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create, leads_to
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.api.asking import Codes, SpeakerDep
from kith_matching.domain.disclosure import Item, Viewer
from kith_matching.domain.terms import Audience
from kith_matching.usecases import sharing
from kith_matching.views.progression import list_supported

router = APIRouter(tags=["supporters"])

MOST_ITEMS = 500


class ItemAsked(BaseModel):
    """One item of lived experience: its code, and ``experience``, ``condition`` or one of the connections."""

    model_config = ConfigDict(extra="forbid")

    connection: Code
    code: Code

    def item(self) -> Item:
        """As the domain knows it."""
        return Item(self.connection, self.code)


class DisclosureAsked(ItemAsked):
    """Who may see it. ``after-match`` is a coordinator, and the person once both have agreed."""

    audience: Audience


class DisclosuresAsked(BaseModel):
    """What a supporter said of their items. What is not named stays; ``taken_back`` is not kept any longer."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[tuple[DisclosureAsked, ...], Field(max_length=MOST_ITEMS)] = ()
    taken_back: Annotated[tuple[ItemAsked, ...], Field(max_length=MOST_ITEMS)] = ()


class DisclosuresShown(BaseModel):
    """Every item that a supporter told, with who may see it."""

    items: tuple[DisclosureAsked, ...]


class TopicsAsked(BaseModel):
    """All that a supporter avoids: codes of needs, conditions, or of what people would like to share."""

    model_config = ConfigDict(extra="forbid")

    codes: Codes


class ItemsShown(BaseModel):
    """The items of lived experience that one viewer may see of a supporter."""

    model_config = ConfigDict(from_attributes=True)

    experience: tuple[str, ...]
    conditions: tuple[str, ...]
    connections: dict[str, tuple[str, ...]]


class MatchSupporterShown(ItemsShown):
    """The supporter of a match, as its person may know them."""

    name: str


class PersonAsked(BaseModel):
    """The pseudonym by which the organisation has a referral of the supporter."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID


class LinkShown(BaseModel):
    """That it was recorded. Who the supporter is as a person is not said again."""

    supporter_id: UUID


class SupportedShown(BaseModel):
    """A match in which the supporter was supported, or a group or course that they came to. Days in Europe/London.

    Of a group ``made_on`` and ``ended_on`` are the first and the last meeting at which they were.
    """

    kind: Literal["match", "group"]
    programme_id: UUID
    programme_name: str | None
    made_on: date
    ended_on: date | None


class ProgressionShown(BaseModel):
    """When a supporter was supported themself, the first first; none where nobody linked the two."""

    supporter_id: UUID
    supported: tuple[SupportedShown, ...]


@router.put("/supporters/{supporter_id}/disclosures", status_code=204)
async def put_disclosures(
    supporter_id: UUID,
    asked: DisclosuresAsked,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
) -> None:
    """Say who may see what; it needs no version: what is not named stays as it was.

    A coordinator records it for a supporter who has no access of their own, and for no other. The answer is
    the same whether or not the supporter has the items.
    """
    said = {one.item(): one.audience for one in asked.items}
    taken_back = {one.item() for one in asked.taken_back}
    async with database.transaction(caller) as tx:
        await sharing.put_disclosures(tx, supporter_id, said, taken_back, by=speaker, now=now)


@router.get("/supporters/{supporter_id}/disclosures")
async def get_disclosures(
    supporter_id: UUID, *, database: DatabaseDep, caller: CallerDep, speaker: SpeakerDep, now: NowDep
) -> DisclosuresShown:
    """All that you told of yourself, each with who may see it. Only the supporter reads it."""
    async with database.transaction(caller) as tx:
        found = await sharing.read_disclosures(tx, supporter_id, by=speaker, now=now)
    items = [
        DisclosureAsked(connection=item.connection, code=item.code, audience=audience)
        for item, audience in found.items()
    ]
    return DisclosuresShown(items=tuple(items))


@router.put("/supporters/{supporter_id}/topics-to-avoid", status_code=204)
async def put_topics_to_avoid(
    supporter_id: UUID,
    asked: TopicsAsked,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
) -> None:
    """Say what is avoided, in the place of what was avoided before. It is never shown to anybody.

    So there is nothing to read first, and no version to name.
    """
    async with database.transaction(caller) as tx:
        await sharing.put_topics_to_avoid(tx, supporter_id, asked.codes, by=speaker, now=now)


@router.get("/supporters/{supporter_id}/preview")
async def preview_supporter(
    supporter_id: UUID,
    viewer: Annotated[Viewer, Query(alias="as", description="Who looks.")],
    *,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
) -> ItemsShown:
    """What a coordinator, the person before or after both agreed, or anybody sees of somebody's experience."""
    async with database.transaction(caller) as tx:
        return ItemsShown.model_validate(await sharing.preview(tx, supporter_id, viewer, by=speaker, now=now))


@router.get("/matches/{match_id}/supporter")
async def get_match_supporter(
    match_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> MatchSupporterShown:
    """The supporter of a running match, as its person may know them."""
    async with database.transaction(caller) as tx:
        return MatchSupporterShown.model_validate(await sharing.read_match_supporter(tx, match_id, now=now))


@router.post(
    "/supporters/{supporter_id}/person",
    status_code=201,
    response_model=LinkShown,
    responses={201: leads_to(["get_progression"], supporter_id="supporter_id")},
)
async def link_person(supporter_id: UUID, asked: PersonAsked, request: Request, caller: CallerDep) -> Response:
    """Record that a supporter is, or was, supported by the same organisation. What is said last stands."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        await sharing.link_person(tx, supporter_id, asked.person_id, now=now)
        return Created(f"/supporters/{supporter_id}/progression", LinkShown(supporter_id=supporter_id))

    return await create(request, caller, work)


@router.get("/supporters/{supporter_id}/progression")
async def get_progression(
    supporter_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ProgressionShown:
    """When the supporter was supported themself, by this organisation."""
    async with database.transaction(caller) as tx:
        found = await list_supported(tx, supporter_id, now=now)
    supported = tuple(SupportedShown.model_validate(one) for one in found)
    return ProgressionShown(supporter_id=supporter_id, supported=supported)
