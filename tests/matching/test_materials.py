"""Materials: one edition after another, and who has which."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_matching.domain.material import (
    EditionEarlier,
    EditionNotHeld,
    Giving,
    Material,
    NothingToFind,
    NotTheirs,
    give,
    issue,
)
from kith_matching.domain.refusals import InTheFuture
from tests.conftest import AsCaller
from tests.matching.builders import DAY, ORGANISATION, TODAY
from tests.matching.desk import Desk
from tests.matching.test_tenancy import a_group

WHERE = "https://example.org/handbook.pdf"


def a_handbook(since: date = TODAY, **different: Any) -> Material:
    return replace(Material(new_id(), new_id(), ORGANISATION, "handbook", since, WHERE), **different)


def a_giving(day: date = TODAY) -> Giving:
    return Giving(new_id(), new_id(), ORGANISATION, day, group_id=new_id())


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=6))
def test_each_edition_replaces_the_one_before_and_comes_after_it(days: list[int]) -> None:
    issued: list[Material] = []
    for number in days:
        asked = a_handbook(TODAY + number * DAY)
        if issued and asked.since <= issued[-1].since:
            with pytest.raises(EditionEarlier):
                issue(asked, issued[-1])
        else:
            issued.append(issue(asked, issued[-1] if issued else None))

    assert [one.edition for one in issued] == list(range(1, len(issued) + 1))
    assert [one.replaces for one in issued] == [None, *(one.id for one in issued[:-1])]


def test_whoever_is_given_something_can_find_it_or_know_it() -> None:
    assert issue(a_handbook(link=None, digest="0" * 64), None)
    with pytest.raises(NothingToFind):
        issue(a_handbook(link=None), None)


@given(st.integers(-10, 3), st.sampled_from([None, -2, 0]), st.booleans())
def test_an_edition_is_given_in_its_programme_while_it_holds(days: int, replaced: int | None, theirs: bool) -> None:
    replaced_on = None if replaced is None else TODAY + replaced * DAY
    held = days >= -7 and (replaced is None or days < replaced)
    expected = {NotTheirs: not theirs, InTheFuture: days > 0, EditionNotHeld: not held}
    wrong = next((refusal for refusal, applies in expected.items() if applies), None)
    asked = a_handbook(TODAY - 7 * DAY), replaced_on, a_giving(TODAY + days * DAY)

    if wrong is None:
        assert give(*asked, theirs=theirs, today=TODAY)
    else:
        with pytest.raises(wrong):
            give(*asked, theirs=theirs, today=TODAY)


class Shelf:
    """What the desk's programme gives."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.path = f"/programmes/{desk.programme.programme_id}/materials"
        self.yesterday = (date.fromisoformat(desk.today) - timedelta(days=1)).isoformat()

    async def issue(self, since: str, **different: Any) -> httpx.Response:
        """Another edition of the handbook."""
        return await self.desk.create(self.path, {"code": "handbook", "since": since, "link": WHERE} | different)

    async def give(self, material_id: str, to: str, to_id: str, day: str) -> httpx.Response:
        """Given to somebody."""
        return await self.desk.create(f"/materials/{material_id}/givings", {"to": to, "id": to_id, "given_on": day})


@pytest.fixture
async def shelf(desk: Desk) -> Shelf:
    return Shelf(desk)


async def test_it_is_known_what_replaced_what_and_since_when(shelf: Shelf) -> None:
    first = (await shelf.issue(shelf.yesterday)).json()
    second = (await shelf.issue(shelf.desk.today)).json()
    other = (await shelf.issue(shelf.yesterday, code="leaflet")).json()

    shown = (await shelf.desk.get(shelf.path)).json()["items"]

    assert [(one["id"], one["edition"], one["replaces"], one["replaced_on"]) for one in shown] == [
        (first["id"], 1, None, shelf.desk.today),
        (second["id"], 2, first["id"], None),
        (other["id"], 1, None, None),
    ]


async def test_of_two_who_issue_the_next_edition_at_once_the_second_comes_after_the_first(shelf: Shelf) -> None:
    answers = await asyncio.gather(*(shelf.issue(shelf.desk.today) for _ in range(4)))

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]


async def test_a_supporter_and_a_coordinator_see_which_edition_they_have_and_that_it_is_out_of_date(
    shelf: Shelf, as_caller: AsCaller
) -> None:
    supporter_id = await shelf.desk.a_supporter()
    first = (await shelf.issue(shelf.yesterday)).json()
    await shelf.issue(shelf.desk.today)

    given_ = await shelf.give(first["id"], "supporter", supporter_id, shelf.yesterday)
    late = await shelf.give(first["id"], "supporter", supporter_id, shelf.desk.today)
    by_coordinator = (await shelf.desk.get(f"/supporters/{supporter_id}/materials")).json()["items"]
    shelf.desk.auth = as_caller("supporter", organisation_id=shelf.desk.stage.organisation_id, subject="a-supporter")
    theirs = (await shelf.desk.get(f"/supporters/{supporter_id}/materials")).json()["items"]

    assert (given_.status_code, late.json()["code"]) == (201, "edition-not-held")
    assert theirs == by_coordinator
    assert [(one["code"], one["edition"], one["replaced_on"]) for one in theirs] == [("handbook", 1, shelf.desk.today)]


async def test_a_group_is_given_what_its_programme_gives_and_nothing_of_another(shelf: Shelf) -> None:
    desk, group_id = shelf.desk, str(new_id())
    await desk.put(f"/groups/{group_id}", a_group(desk, await desk.a_supporter()))
    other = await desk.stage.a_programme()
    theirs = (await shelf.issue(shelf.yesterday)).json()["id"]
    elsewhere = (
        await desk.create(
            f"/programmes/{other.programme_id}/materials", {"code": "handbook", "since": desk.today, "link": WHERE}
        )
    ).json()["id"]

    kept = await shelf.give(theirs, "group", group_id, desk.today)
    refused = await shelf.give(elsewhere, "group", group_id, desk.today)
    nobody = await shelf.give(theirs, "group", str(new_id()), desk.today)
    supporter = await shelf.give(elsewhere, "supporter", await desk.a_supporter(), desk.today)

    assert (kept.status_code, refused.json()["code"]) == (201, "material-of-another-programme")
    assert (nobody.json()["code"], supporter.json()["code"]) == ("group-not-found", "material-of-another-programme")
    shown = (await desk.get(f"/groups/{group_id}/materials")).json()["items"]
    assert [one["material_id"] for one in shown] == [theirs]


@pytest.mark.parametrize("link", ["http://example.org/a.pdf", "https://somebody@example.org/a.pdf", "a.pdf"])
async def test_a_link_is_to_a_place_and_names_nobody(shelf: Shelf, link: str) -> None:
    assert (await shelf.issue(shelf.desk.today, link=link)).status_code == 422
