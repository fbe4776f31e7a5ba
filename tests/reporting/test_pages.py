"""The page with the totals: complete, self-contained, and safe whatever a name says."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest

from kith_reporting.domain.totals import COUNTS, Side, Total
from kith_reporting.pages import HEADERS, render

NOW = datetime(2026, 7, 23, 9, 0, tzinfo=UTC)


def a_total(name: str = "Living with a long term condition", side: Side = Side.OWNER, **counts: Any) -> Total:
    every = dict.fromkeys(COUNTS, 0) | counts
    return Total(uuid4(), "Example Harbour Trust", uuid4(), name, "Example Harbour Trust", side, **every)


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_a_name_is_text_and_never_markup() -> None:
    page = render([a_total("<script>alert('x')</script> & more")], NOW, network=False)

    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; more" in page


def test_nothing_runs_and_nothing_is_loaded_from_elsewhere() -> None:
    outline = Outline(render([a_total(received=3, undecided=3)], NOW, network=False))

    forbidden = {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert forbidden.isdisjoint(tag for tag, _ in outline.tags)
    assert not [
        attributes
        for _, attributes in outline.tags
        if any(name.startswith("on") or name in {"style", "src", "href", "xlink:href"} for name in attributes)
    ]


def test_the_policy_knows_the_one_style_by_its_digest() -> None:
    page = render([], NOW, network=False)

    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


def test_every_bar_says_in_words_what_it_shows() -> None:
    outline = Outline(render([a_total("Café", received=5, matched=3, waiting=2)], NOW, network=False))

    (bar,) = [svg for svg in outline.all("svg") if svg.get("role") == "img"]
    assert bar["aria-label"] == "Café: 3 matched, 2 waiting for a match"


@pytest.mark.parametrize("side", Side)
def test_every_row_of_a_table_has_a_figure_under_every_heading(side: Side) -> None:
    page = render([a_total(side=side), a_total("Café", side=side)], NOW, network=False)

    tables = page.split("<table>")[1:]
    assert len(tables) == 4
    for table in tables:
        figures = [row.count("<td>") for row in table.partition("<tbody>")[2].split("</tr>")[:-1]]
        assert figures == [table.count('scope="col"') - 1] * 2


def test_a_referrers_referrals_are_made_and_not_received() -> None:
    page = render([a_total(side=Side.REFERRER, received=2, undecided=2)], NOW, network=False)

    assert "<b>2</b> referrals made: 2 waiting for a decision." in page
    assert "received" not in page.partition("<main>")[2]


def test_both_sides_stand_apart_and_owned_programmes_come_first() -> None:
    page = render([a_total(side=Side.OWNER), a_total(side=Side.REFERRER)], NOW, network=False)

    assert 0 < page.index("Programmes we run") < page.index("Where we refer")


def test_an_operators_page_names_the_organisations() -> None:
    page = render([a_total(side=Side.REFERRER)], NOW, network=True)

    assert "The whole network" in page
    assert "from Example Harbour Trust" in page


def test_the_time_is_that_of_london() -> None:
    assert "23 July 2026, 10:00" in render([], NOW, network=False)


def test_an_empty_page_says_what_will_come() -> None:
    assert "Nothing to count yet" in render([], NOW, network=False)


def test_one_day_is_not_days() -> None:
    page = render([a_total(received=1, matched=1, waited=1, days_waited=1)], NOW, network=False)

    assert "<b>1 day</b>" in page
    assert "<b>1</b> referral received: 1 matched." in page


def test_a_programme_whose_name_is_not_known_yet_is_shown_by_its_id() -> None:
    line = Total(uuid4(), None, uuid4(), None, None, Side.OWNER, **dict.fromkeys(COUNTS, 0))

    page = render([line], NOW, network=True)

    assert f"Programme {line.programme_id}" in page
    assert str(line.organisation_id) in page
