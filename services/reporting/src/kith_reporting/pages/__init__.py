"""The totals as one page: read on a telephone or on paper, without scripts and without anything from elsewhere."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_reporting import views
from kith_reporting.domain.totals import Side, Total
from kith_reporting.pages.chart import KINDS, Part, bar, in_words, longest

PERMISSIONS: Final = {"read_totals_page": frozenset({"administrator", "coordinator", "operator"})}

_HERE: Final = Path(__file__).parent
_STYLE: Final = (_HERE / "totals.css").read_text(encoding="utf-8")
_PAGE: Final = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("totals.html.jinja")

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing may run, load or frame; the one style is known by its digest. Figures are not left in caches."""

TITLES: Final = {Side.OWNER: "Programmes we run", Side.REFERRER: "Where we refer"}
VERBS: Final = {Side.OWNER: "received", Side.REFERRER: "made"}
NETWORK_TITLES: Final = {Side.OWNER: "Programmes", Side.REFERRER: "Who refers where"}

router = APIRouter(tags=["pages"])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of totals, with its bar and what it says about waiting."""

    line: Total
    name: str
    whose: str | None
    parts: list[Part]
    words: str
    waited: float | None
    waiting: float | None


@dataclass(frozen=True, slots=True)
class Section:
    """All lines of one side."""

    side: Side
    title: str
    verb: str
    sums: list[tuple[str, int]]
    rows: list[Row]


@router.get("/totals.html", response_class=HTMLResponse)
async def read_totals_page(caller: CallerDep, database: DatabaseDep, now: NowDep) -> HTMLResponse:
    """The same figures as ``/totals``, with a chart, to read and to print."""
    async with database.transaction(caller) as tx:
        lines = await views.list_totals(tx)
    return HTMLResponse(render(lines, now, network=caller.network), headers=HEADERS)


def render(lines: Sequence[Total], now: datetime, *, network: bool) -> str:
    """The page for one organisation's lines, or for the network's."""
    name = next((line.organisation_name for line in lines if line.organisation_name), None)
    at = now.astimezone(clock.LONDON)
    titles = NETWORK_TITLES if network else TITLES
    sections = [
        _section(side, title, [line for line in lines if line.side is side], now, network=network)
        for side, title in titles.items()
    ]
    return _PAGE.render(
        style=Markup(_STYLE),  # noqa: S704 - ours, from beside this file; its digest is in the policy
        whose="The whole network" if network else name or "Your organisation",
        at=f"{at.day} {at:%B %Y}, {at:%H:%M}",
        at_machine=at.isoformat(timespec="minutes"),
        sections=[section for section in sections if section.rows],
        kinds=KINDS,
    )


def _section(side: Side, title: str, lines: Sequence[Total], now: datetime, *, network: bool) -> Section:
    most = longest(lines)
    today = clock.today(now)
    rows = []
    for line in lines:
        parts = bar(line, most)
        name = line.programme_name or f"Programme {line.programme_id}"
        waiting = line.mean_days_waiting(today)
        whose = _whose(line, network=network)
        rows.append(Row(line, name, whose, parts, in_words(parts), line.mean_days_waited, waiting))
    return Section(side, title, VERBS[side], _sums(VERBS[side], lines), rows)


def _sums(verb: str, lines: Sequence[Total]) -> list[tuple[str, int]]:
    """What stands above a section: its few figures that may be added up, as each referral is in one line of a side."""
    shown = (
        (f"referrals {verb}", "received"),
        ("waiting for a match", "waiting"),
        ("matched", "matched"),
        ("supported now", "supported"),
        ("in a group", "attending"),
        ("sessions", "sessions"),
    )
    return [(words, sum(getattr(line, name) for line in lines)) for words, name in shown]


def _whose(line: Total, *, network: bool) -> str | None:
    """The organisations that a line's name needs beside it, for whom it is not their own."""
    runs = line.run_by
    if not network:
        return runs if line.side is Side.REFERRER else None
    who = line.organisation_name or f"Organisation {line.organisation_id}"
    if line.side is Side.OWNER:
        return who
    return f"from {who} to {runs}" if runs else f"from {who}"
