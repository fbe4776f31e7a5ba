"""Requests in: what operators ask about messages. Answers hold ids, states and numbers, never an address."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Story
from kith_notifications import views

OPERATOR: Final = frozenset({"operator"})
PERMISSIONS: Final = {"list_messages": OPERATOR, "summarise_messages": OPERATOR}
"""Messages name people by pseudonym and concern several organisations: only the network's operators see them."""

router = APIRouter(tags=["messages"])

_UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
StoryAsked = Annotated[
    str,
    Query(
        pattern=f"^((referral|concern|organisation|work)/)?{_UUID}$",
        description="A referral's id; or `concern/`, `organisation/` or `work/` and the id of that.",
    ),
]


class MessageView(BaseModel):
    """One thing told to one recipient by one channel. ``reason`` and ``recipient`` are a word and an id each."""

    id: UUID
    reason: str
    recipient: str
    channel: str
    state: str
    code: str | None
    tries: int
    resends: int
    created_at: datetime
    settled_at: datetime | None


class Counted(BaseModel):
    """How many messages of a kind of story are in a state, with a code where there is one."""

    story_kind: str
    state: str
    code: str | None
    messages: int


class Summary(BaseModel):
    """All messages, counted.

    ``resends`` is the most copies that a stopped sender can have caused, each with the ``Message-ID`` of the first.
    ``waiting`` counts what happened to referrals whose making was not heard yet.
    """

    counts: list[Counted]
    resends: int
    waiting: int
    oldest_due: datetime | None


@router.get("/messages")
async def list_messages(
    story: StoryAsked, caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[MessageView]:
    """The messages that tell of one story, in the order they were written."""
    kind, _, id_ = story.rpartition("/")
    async with database.transaction(caller) as tx:
        rows = await views.list_messages(tx, Story(kind or "referral", UUID(id_)), after=after, limit=limit)
    return page_of([MessageView.model_validate(dict(row)) for row in rows], limit)


@router.get("/messages/summary")
async def summarise_messages(caller: CallerDep, database: DatabaseDep) -> Summary:
    """Every message by state and code, and how many may have been sent twice."""
    async with database.transaction(caller) as tx:
        return Summary(
            counts=[Counted.model_validate(dict(row)) for row in await views.count_messages(tx)],
            resends=await views.count_resends(tx),
            waiting=await views.count_waiting(tx),
            oldest_due=await views.find_oldest_due(tx),
        )
