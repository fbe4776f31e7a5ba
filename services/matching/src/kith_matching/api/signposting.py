"""What else there is: people are told of entries of the directory, and whether they went is kept."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, ExpectedVersion, NowDep, Page, PageLimit, create, etag, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep, SpeakerDep
from kith_matching.domain.signpost import Entry, EntryKind, Signpost, Went
from kith_matching.usecases import signposting
from kith_matching.usecases.goals import check_may_see
from kith_matching.views import signposting as views

router = APIRouter(tags=["signposting"])


class SignpostAsked(BaseModel):
    """Of which entry of the directory somebody was told, and where: at a session (a meeting, too) or at a contact.

    At a contact nobody is named. At a meeting ``referral_id`` may say whose person was told; at a session of a match it
    is its person.
    """

    model_config = ConfigDict(extra="forbid")

    at: Literal["session", "contact"]
    occasion_id: UUID
    referral_id: UUID | None = None
    entry_kind: EntryKind
    entry_id: UUID


class SignpostShown(BaseModel):
    """Of what somebody was told, on a day in Europe/London, and what came of it once somebody knows."""

    id: UUID
    programme_id: UUID
    entry_kind: EntryKind
    entry_id: UUID
    told_on: date
    session_id: UUID | None
    contact_id: UUID | None
    referral_id: UUID | None
    went: Went | None
    version: int


class WentAsked(BaseModel):
    """What came of it."""

    model_config = ConfigDict(extra="forbid")

    went: Went


class EntryCounted(BaseModel):
    """How often people of a programme were told of an entry, and what is known of whether they went."""

    entry_kind: EntryKind
    entry_id: UUID
    told: int
    went: int
    did_not_go: int
    turned_away: int


class SignpostingCounted(BaseModel):
    """The programme's entries, those of which most were told first: two hundred at most."""

    items: list[EntryCounted]


@router.post("/signposts", status_code=201, response_model=SignpostShown)
async def log_signpost(asked: SignpostAsked, request: Request, *, caller: CallerDep, speaker: SpeakerDep) -> Response:
    """Log that somebody was told of an entry. A supporter logs it of their own sessions and contacts."""
    entry = Entry(asked.entry_kind, asked.entry_id)
    tell = signposting.tell_at_session if asked.at == "session" else signposting.tell_at_contact

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        told = await tell(tx, asked.occasion_id, entry, asked.referral_id, by=speaker, now=now)
        return Created(f"/signposts/{told.id}", _shown(told), told.version)

    return await create(request, caller, work)


@router.get("/signposts")
async def list_signposts(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[SignpostShown]:
    """Of what the organisation's people were told, the first first."""
    async with database.transaction(caller) as tx:
        found = await views.list_signposts(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([SignpostShown.model_validate(one) for one in found], limit)


@router.get("/referrals/{referral_id}/signposts")
async def list_referral_signposts(
    *,
    referral_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[SignpostShown]:
    """Of what this person was told: for whoever supports them now, too."""
    async with database.transaction(caller) as tx:
        await check_may_see(tx, referral_id, speaker)
        found = await views.list_signposts_of(tx, referral_id, after=after, limit=limit, now=now)
    return page_of([SignpostShown.model_validate(one) for one in found], limit)


@router.post("/signposts/{signpost_id}/went")
async def say_whether_they_went(
    signpost_id: UUID,
    asked: WentAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> SignpostShown:
    """Say whether they went. Who hears more later says it anew."""
    async with database.transaction(caller) as tx:
        said = await signposting.say_whether_they_went(
            tx, signpost_id, asked.went, by=speaker, expected_version=expected, now=now
        )
    response.headers.update(etag(said.version))
    return _shown(said)


@router.get("/programmes/{programme_id}/signposts")
async def count_signposts(
    programme_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SignpostingCounted:
    """How often people were told of each entry, and how many went. Nobody is named."""
    async with database.transaction(caller) as tx:
        found = await views.count_signposts(tx, programme_id, now=now)
    return SignpostingCounted.model_validate({"items": found})


def _shown(signpost: Signpost) -> SignpostShown:
    told = {name: getattr(signpost, name) for name in SignpostShown.model_fields if not name.startswith("entry_")}
    return SignpostShown(**told, entry_kind=signpost.entry.kind, entry_id=signpost.entry.id)
