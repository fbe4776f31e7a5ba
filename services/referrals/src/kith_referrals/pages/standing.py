"""The private page: where the referral stands, what was agreed, and how to change one's mind. It shows no person."""

from datetime import date, datetime
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kith_chassis import clock
from kith_chassis.database import Database, DatabaseDep
from kith_chassis.http import NowDep
from kith_referrals.domain.consent import Feedback, Purpose, State
from kith_referrals.domain.network import CrisisLine
from kith_referrals.domain.referral import Status
from kith_referrals.domain.self_referral import links
from kith_referrals.pages import words
from kith_referrals.pages.asking import PAGES, on_behalf_of
from kith_referrals.pages.showing import HEADERS, show, show_nothing
from kith_referrals.usecases import helping
from kith_referrals.usecases import self_referring as usecases
from kith_referrals.views import standing as views

ENDPOINTS: Final = ("read_status", "read_change_of_mind", "change_mind", "read_help", "ask_for_help", "read_help_asked")

router = APIRouter()


@router.get("/status/{token}", response_class=HTMLResponse)
async def read_status(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """Where a referral stands. A wrong link, an old one and none at all look the same and cost the same."""
    async with database.transaction(PAGES) as tx:
        found = await views.find_standing(tx, links.digest(token))
    if found is None or links.is_over(found["closed_at"], now):
        return show_nothing()
    return _standing(found, token)


@router.get("/status/{token}/change-of-mind", response_class=HTMLResponse)
async def read_change_of_mind(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """Whether the person is sure. Where there is nothing to take back, the status page says so."""
    async with database.transaction(PAGES) as tx:
        found = await views.find_standing(tx, links.digest(token))
    if found is None or links.is_over(found["closed_at"], now):
        return show_nothing()
    if found["status"] not in words.MAY_CHANGE_MIND:
        return _standing(found, token)
    return show(
        "mind",
        title="Do you want to stop?",
        crisis_lines=_lines(found),
        private=True,
        programme_name=found["programme_name"],
        organisation=found["organisation_name"],
        token=token,
    )


@router.post("/status/{token}/change-of-mind", response_class=HTMLResponse)
async def change_mind(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """The person no longer wants it: back to the status page, which then says so."""
    async with database.transaction(PAGES) as tx:
        link = await usecases.find_link(tx, token, now)
    if link is None:
        return show_nothing()
    async with database.transaction(on_behalf_of(link.organisation_id)) as tx:
        await usecases.change_mind(tx, link.referral_id, now=now)
    return RedirectResponse(f"/status/{token}", 303, HEADERS)


@router.get("/status/{token}/help", response_class=HTMLResponse)
async def read_help(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """Whom to call in danger, and a button that asks somebody on duty to get in touch."""
    return await _help(token, database, now, asked=False)


@router.post("/status/{token}/help", response_class=HTMLResponse)
async def ask_for_help(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """Have somebody on duty told."""
    async with database.transaction(PAGES) as tx:
        place = await helping.find_place(tx, token, now)
    if place is None:
        return show_nothing()
    async with database.transaction(on_behalf_of(place.organisation_id)) as tx:
        await helping.ask(tx, place, now=now)
    return RedirectResponse(f"/status/{token}/help/asked", 303, HEADERS)


@router.get("/status/{token}/help/asked", response_class=HTMLResponse)
async def read_help_asked(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """That it was told. It looks the same whoever opens it, and no other page says that somebody asked.

    The link may be in the hands of whom the person is afraid of.
    """
    return await _help(token, database, now, asked=True)


async def _help(token: str, database: Database, now: datetime, *, asked: bool) -> Response:
    async with database.transaction(PAGES) as tx:
        found = await views.find_standing(tx, links.digest(token))
    if found is None or links.is_over(found["closed_at"], now):
        return show_nothing()
    return show(
        "help",
        title="Somebody on duty is told" if asked else "Do you feel unsafe?",
        crisis_lines=_lines(found),
        private=True,
        organisation=found["organisation_name"],
        asked=asked,
        token=token,
    )


def _standing(found: dict[str, Any], token: str) -> HTMLResponse:
    status, organisation = Status(found["status"]), found["organisation_name"]
    standing = words.STANDING[status]
    because = words.DECLINED_BECAUSE.get(found["decision_reason"]) if status is Status.DECLINED else None
    return show(
        "status",
        title="Your request for support",
        crisis_lines=_lines(found),
        private=True,
        programme_name=found["programme_name"],
        organisation=organisation,
        telephone=found["telephone"],
        reference=words.spoken(found["reference"]),
        submitted_on=_said(found["submitted_at"]),
        stands=standing.now.format(organisation=organisation),
        because=because,
        next=standing.next.format(organisation=organisation),
        agreed=_agreed(found),
        may_change_mind=status in words.MAY_CHANGE_MIND,
        token=token,
    )


def _agreed(found: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """Each purpose in the words that were agreed to, whether it still holds, and since when."""
    said = {Purpose(purpose): word for purpose, word in found["consents"].items()}
    wording = {word[2] for word in said.values()} & set(words.WORDINGS)
    texts = words.WORDINGS[min(wording, default=words.WORDING)]
    organisation = found["organisation_name"]
    return [
        (
            text.format(
                organisation=organisation,
                hears=words.hears(Feedback(said[purpose][3] or Feedback.OUTCOME), organisation),
            ),
            said[purpose][0] == State.GRANTED,
            _day(date.fromisoformat(said[purpose][1])),
        )
        for purpose, text in texts.items()
        if purpose in said
    ]


def _lines(found: dict[str, Any]) -> list[CrisisLine]:
    return [CrisisLine(**line) for line in found["crisis_lines"]]


def _said(moment: datetime) -> str:
    return _day(clock.today(moment))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
