"""Two who do not speak one language are understood by somebody who is booked, and never by the family."""

from datetime import timedelta
from typing import Any

import pytest

from kith_chassis.clock import new_id, now
from kith_matching.domain.interpreting import (
    BookingOver,
    Interpreter,
    InterpreterPast,
    NoInterpreterAsked,
    Provider,
    Wanted,
    book,
    cancel,
)
from kith_matching.domain.match import Ending, end_match
from kith_matching.domain.referral import Channel, Referral
from kith_matching.domain.refusals import MatchEnded
from tests.builders import a_referral_closed
from tests.conftest import AsCaller
from tests.matching.builders import NOW, TODAY, a_match, a_programme, a_referral
from tests.matching.desk import Desk
from tests.matching.test_tenancy import an_interpreter

HOUR = timedelta(hours=1)
WANTED = Wanted(NOW + HOUR, 60, Provider.AGENCY, Channel.TELEPHONE)


def asked(**different: Any) -> Referral:
    return a_referral(a_programme(), **{"language": "so", "interpreter": "so"} | different)


def booked() -> Interpreter:
    return book(a_match(), asked(), WANTED, booking_id=new_id(), now=NOW)


def test_an_interpreter_of_the_language_that_was_asked_for_is_booked_for_a_time_to_come() -> None:
    assert (booked().language, booked().ends_at) == ("so", NOW + 2 * HOUR)
    with pytest.raises(InterpreterPast):
        book(
            a_match(), asked(), Wanted(NOW - HOUR, 60, Provider.AGENCY, Channel.TELEPHONE), booking_id=new_id(), now=NOW
        )


def test_nobody_hears_what_two_say_unless_the_person_asked_for_them() -> None:
    with pytest.raises(NoInterpreterAsked):
        book(a_match(), asked(interpreter=None), WANTED, booking_id=new_id(), now=NOW)


def test_nobody_is_booked_once_support_has_ended() -> None:
    ended = end_match(a_match(), Ending.PLANNED, today=TODAY).match

    with pytest.raises(MatchEnded):
        book(ended, asked(), WANTED, booking_id=new_id(), now=NOW)


def test_what_has_begun_or_was_cancelled_is_not_cancelled() -> None:
    once = cancel(booked(), now=NOW)

    for over, at in ((once, NOW), (booked(), NOW + HOUR)):
        with pytest.raises(BookingOver):
            cancel(over, now=at)


def test_there_is_no_code_for_family_or_friends() -> None:
    assert {one.value for one in Provider}.isdisjoint({"family", "friend", "carer", "neighbour", "relative"})


async def to_book(desk: Desk) -> list[str]:
    """The matches for which an interpreter is to be booked."""
    entries = (await desk.get("/worklist?limit=200")).json()["items"]
    return [one["about_id"] for one in entries if one["kind"] == "book-interpreter"]


async def test_it_stands_on_the_worklist_until_one_is_booked_and_again_once_that_is_cancelled(desk: Desk) -> None:
    match_id = await desk.a_match(await desk.a_referral(language="so", interpreter="so"))
    before = await to_book(desk)
    booking = (await desk.create(f"/matches/{match_id}/interpreters", an_interpreter())).json()
    meanwhile = await to_book(desk)
    await desk.change(f"/interpreters/{booking['id']}/cancelling", None, None)

    assert (before, meanwhile, await to_book(desk)) == ([match_id], [], [match_id])


async def test_whoever_shares_a_language_needs_nobody_between_them(desk: Desk) -> None:
    await desk.a_match(await desk.a_referral(language="en", interpreter="so"))

    assert await to_book(desk) == []


async def test_without_an_interpreter_the_two_are_not_proposed(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(language="so"), await desk.a_supporter()

    pair = {"referral_id": str(referral.referral_id), "supporter_id": supporter_id}
    answer = await desk.create("/proposals", pair)

    assert (answer.status_code, answer.json()["code"]) == (409, "language-not-shared")


async def test_a_referral_that_closes_cancels_who_was_to_come(desk: Desk) -> None:
    referral = await desk.a_referral(language="so", interpreter="so")
    match_id = await desk.a_match(referral)
    await desk.create(f"/matches/{match_id}/interpreters", an_interpreter())

    await desk.stage.hear(a_referral_closed(referral), at=now())

    [booking] = (await desk.get(f"/matches/{match_id}/interpreters")).json()["items"]
    assert booking["cancelled_at"] is not None


async def test_the_supporter_of_the_match_sees_who_is_booked_and_no_other_does(desk: Desk, as_caller: AsCaller) -> None:
    match_id = await desk.a_match(await desk.a_referral(language="so", interpreter="so"))
    await desk.create(f"/matches/{match_id}/interpreters", an_interpreter())
    other = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="another-supporter")
    own = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    seen = await desk.client.get(f"/matches/{match_id}/interpreters", auth=own)
    refused = await desk.client.get(f"/matches/{match_id}/interpreters", auth=other)

    assert [one["language"] for one in seen.json()["items"]] == ["so"]
    assert refused.status_code == 404
