"""Notes that came on a page or in a file wait until a human of the programme has read them."""

import contextlib
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import MoveRefused, NotesUnread, NotYourProgramme
from tests.builders import NOW
from tests.conftest import AsCaller
from tests.referrals.test_api import an_import, version
from tests.referrals.test_importing import a_row
from tests.referrals.test_lifecycle import HOST, MOVES, REFERRER, a_referral
from tests.referrals.world import World, a_wish


def waiting() -> Referral:
    return replace(a_referral(), notes_unread=True)


def test_a_referral_whose_notes_are_unread_cannot_be_accepted() -> None:
    with pytest.raises(NotesUnread, match="Read them"):
        lifecycle.accept(waiting(), HOST, NOW)


@pytest.mark.parametrize("move", ["decline", "redirect", "withdraw", "close", "put on waiting list", "ask"])
def test_everything_else_can_be_done_all_the_same(move: str) -> None:
    moved = MOVES[move](waiting()).referral

    assert moved.version == 2


def read(referral: Referral) -> Referral:
    moved = lifecycle.note_reading(referral, HOST, NOW)
    assert moved is not None
    return moved.referral


def test_once_read_it_is_another_version_and_can_be_accepted() -> None:
    seen = read(waiting())

    accepted = lifecycle.accept(seen, HOST, NOW + timedelta(hours=1)).referral

    assert (seen.version, accepted.version) == (2, 3)


@given(st.lists(st.sampled_from(sorted(MOVES))))
def test_whatever_else_is_tried_unread_notes_are_never_passed_over(moves: list[str]) -> None:
    referral = waiting()
    for move in moves:
        with contextlib.suppress(MoveRefused):
            referral = MOVES[move](referral).referral

    assert referral.status not in lifecycle.TAKEN_ON


def test_reading_twice_is_no_step() -> None:
    assert lifecycle.note_reading(read(waiting()), HOST, NOW) is None


def test_only_the_programmes_organisation_says_that_they_are_read() -> None:
    with pytest.raises(NotYourProgramme):
        lifecycle.note_reading(waiting(), REFERRER, NOW)


async def test_imported_notes_wait_until_they_are_read(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, coordinator: httpx.Auth
) -> None:
    referrer = as_caller("referrer", organisation_id=world.referrer.id)
    await client.post("/imports/rows", json=an_import(world, a_row(1)), auth=referrer)
    [unread] = (await client.get("/referrals/unread-notes", auth=coordinator)).json()["items"]
    where, yes = f"/referrals/{unread['id']}", {"decision": "accept"}

    early = await client.post(f"{where}/decision", json=yes, auth=coordinator, headers=version(1))
    read = await client.post(f"{where}/notes-read", auth=coordinator, headers=version(1))
    done = await client.post(f"{where}/decision", json=yes, auth=coordinator, headers=version(2))

    assert (early.status_code, early.json()["code"]) == (409, "notes-unread")
    assert (await client.get(where, auth=coordinator)).json()["notes_unread"] is False
    assert (read.status_code, read.headers["ETag"], done.status_code) == (200, '"2"', 200)
    assert (await client.get("/referrals/unread-notes", auth=coordinator)).json()["items"] == []


async def test_a_professionals_notes_wait_for_nobody(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    referral = await world.refer(wish=a_wish(notes="Private words."))

    assert (await client.get("/referrals/unread-notes", auth=coordinator)).json()["items"] == []
    assert not referral.notes_unread


async def test_notes_of_a_referral_that_is_over_wait_no_longer(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    referral = await world.refer(wish=a_wish(notes="Private words.", unread=True))
    before = (await client.get("/referrals/unread-notes", auth=coordinator)).json()["items"]

    await client.post(f"/referrals/{referral.id}/withdrawal", auth=coordinator, headers=version(1))

    assert [one["id"] for one in before] == [str(referral.id)]
    assert (await client.get("/referrals/unread-notes", auth=coordinator)).json()["items"] == []
