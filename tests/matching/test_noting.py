"""What is noted of a session is added to, read by who wrote it and who organises, and gone with the person."""

from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id
from kith_contracts.referrals import ReferralCreated
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.desk import Desk

FIRST = "Was quieter than last week"
SECOND = "Came back to it on the way out"


class Noting:
    """A session of a supporter who has access of their own, and those who might look."""

    def __init__(self, desk: Desk, as_caller: AsCaller, referral: ReferralCreated, session: httpx.Response) -> None:
        whose = desk.stage.organisation_id
        self.desk = desk
        self.referral = referral
        self.path = f"{session.headers['Location']}/notes"
        self.session = session.json()
        self.coordinator = desk.auth
        self.supporter = as_caller("supporter", organisation_id=whose, subject="a-supporter")
        self.another = as_caller("supporter", organisation_id=whose, subject="another")
        self.stranger = as_caller("coordinator", organisation_id=new_id())

    async def write(self, who: Any, words: str, key: str | None = None) -> httpx.Response:
        self.desk.auth = who
        return await self.desk.create(self.path, {"words": words}, key)

    async def read(self, who: Any) -> list[str] | int:
        """The words, or the status where none are answered."""
        self.desk.auth = who
        answer = await self.desk.get(self.path)
        return [one["words"] for one in answer.json()["items"]] if answer.is_success else answer.status_code


@pytest.fixture
async def noting(desk: Desk, as_caller: AsCaller) -> Noting:
    referral = await desk.a_referral()
    held = {"kind": "one-to-one", "match_id": await desk.a_match(referral), "held_on": desk.today, "minutes": 60}
    session = await desk.create("/sessions", held | {"channel": "telephone"})
    assert session.status_code == 201, session.text
    return Noting(desk, as_caller, referral, session)


async def test_a_supporter_notes_what_helps_them_and_adds_to_it(noting: Noting) -> None:
    answers = [await noting.write(noting.supporter, words) for words in (FIRST, SECOND)]

    assert [one.status_code for one in answers] == [201, 201]
    assert await noting.read(noting.supporter) == [FIRST, SECOND]
    assert not any(FIRST in one.text or SECOND in one.text for one in answers)


async def test_who_organises_reads_all_and_a_supporter_their_own(noting: Noting) -> None:
    await noting.write(noting.supporter, FIRST)
    await noting.write(noting.coordinator, SECOND)

    assert await noting.read(noting.coordinator) == [FIRST, SECOND]
    assert await noting.read(noting.supporter) == [FIRST]
    for who in (noting.another, noting.stranger):
        assert (await noting.read(who), (await noting.write(who, SECOND)).status_code) == (404, 404)


async def test_sent_again_it_is_one_note(noting: Noting) -> None:
    for _ in range(2):
        await noting.write(noting.supporter, FIRST, "a-key")

    assert await noting.read(noting.supporter) == [FIRST]


async def test_a_note_is_in_no_list_of_sessions_and_in_no_fact(noting: Noting) -> None:
    before = await noting.desk.stage.told()
    await noting.write(noting.coordinator, FIRST)

    seen = [(await noting.desk.get(path)).text for path in ("/sessions", f"/sessions/{noting.session['id']}")]

    assert not any(FIRST in one for one in seen)
    assert await noting.desk.stage.told_since(before) == []


async def test_nothing_that_was_noted_of_somebody_is_left_once_they_are_erased(noting: Noting) -> None:
    await noting.write(noting.supporter, FIRST, "a-key")
    held = await holdings(noting)

    await noting.desk.stage.hear(a_person_erased(noting.referral))

    assert ("session-note" in held, "session-note" in await holdings(noting)) == (True, False)
    again = await noting.write(noting.supporter, FIRST, "a-key")
    assert again.json()["code"] == "person-erased"
    assert await noting.read(noting.coordinator) == []


async def holdings(noting: Noting) -> set[str]:
    async with noting.desk.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [noting.referral.person_id], [noting.referral.referral_id])
    assert FIRST not in str(held)
    return {one.kind for one in held.holdings}
