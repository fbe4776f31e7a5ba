"""A supporter answers for themself: on a card, once the person has agreed, and for nobody else."""

from dataclasses import dataclass
from typing import Any

import httpx

from kith_chassis.clock import new_id
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.servers.services import Bearer


@dataclass
class Asked:
    """A proposal to which its person has said yes, and the supporter who is asked."""

    desk: Desk
    supporter: Bearer
    where: str
    proposal: str

    async def offers(self) -> list[dict[str, Any]]:
        """What the supporter is shown."""
        answer = await self.desk.client.get(self.where, auth=self.supporter)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def answer(self, said: dict[str, Any], version: int = 2, where: str = "") -> httpx.Response:
        """The supporter's answer."""
        return await self.desk.client.post(
            f"{where or self.where}/{self.proposal}/answers",
            json=said,
            headers={"If-Match": f'"{version}"'},
            auth=self.supporter,
        )


async def asked(desk: Desk, as_caller: AsCaller, *, agreed: bool = True) -> Asked:
    """Somebody is proposed to a supporter who has access of their own."""
    supporter_id = await desk.a_supporter()
    proposed = await desk.a_proposal(supporter_id=supporter_id)
    if agreed:
        await desk.answered(proposed.headers["Location"], "person", "yes", proposed.headers["ETag"])
    own = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")
    return Asked(desk, own, f"/supporters/{supporter_id}/offers", proposed.json()["id"])


async def test_a_supporter_reads_a_card_that_says_not_who_it_is(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller)

    [offer] = await it.offers()

    assert (offer["id"], offer["version"]) == (it.proposal, 2)
    assert offer["card"].keys() == {
        *("programme_name", "age_band", "district", "language", "needs", "interests", "channels")
    }
    assert offer.keys() == {"id", "answer_by", "version", "card"}


async def test_a_yes_makes_the_match_and_the_offer_is_gone(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller)

    answered = await it.answer({"answer": "yes"})

    assert (answered.status_code, answered.json()["state"]) == (200, "agreed")
    proposal = (await desk.get(f"/proposals/{it.proposal}")).json()
    assert proposal["match_id"] is not None
    assert await it.offers() == []


async def test_a_no_and_its_reason_are_what_a_coordinator_reads(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller)

    answered = await it.answer({"answer": "no", "reason": "too-much"})

    proposal = (await desk.get(f"/proposals/{it.proposal}")).json()
    assert (answered.json()["state"], proposal["state"], proposal["reason"]) == ("declined", "declined", "too-much")


async def test_a_supporter_sees_whom_they_support_and_logs_their_sessions(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller)
    await it.answer({"answer": "yes"})
    desk.auth = it.supporter
    [match] = (await desk.get(it.where.replace("offers", "matches"))).json()["items"]
    held = {"held_on": desk.today, "minutes": 60, "channel": "telephone", "kind": "one-to-one"}

    logged = await desk.create("/sessions", held | {"match_id": match["id"]})

    assert (logged.status_code, logged.json()["match_id"]) == (201, match["id"])


async def test_a_supporter_logs_no_session_of_anothers_and_no_meeting(desk: Desk, as_caller: AsCaller) -> None:
    match_id = await desk.a_match()
    desk.auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="another")
    held = {"held_on": desk.today, "minutes": 60, "channel": "telephone"}
    meeting = {"kind": "group", "group_id": str(new_id()), "programme_id": str(desk.programme.programme_id)}

    session = await desk.create("/sessions", held | {"kind": "one-to-one", "match_id": match_id})
    met = await desk.create("/sessions", held | meeting)

    assert [(one.status_code, one.json()["code"]) for one in (session, met)] == [
        (404, "match-not-found"),
        (403, "role-missing"),
    ]


async def test_a_supporter_logs_the_contacts_at_which_they_were(desk: Desk, as_caller: AsCaller) -> None:
    own, other = await desk.a_supporter(), await desk.a_supporter(subject="another")
    desk.auth = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")
    contact = {"programme_id": str(desk.programme.programme_id), "held_on": desk.today, "kind": "outreach", "people": 3}

    logged = [await desk.create("/contacts", contact | {"supporter_id": who}) for who in (own, other, None)]

    assert [one.status_code for one in logged] == [201, 404, 404]


async def test_until_the_person_has_agreed_a_supporter_knows_of_nothing(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller, agreed=False)

    answered = await it.answer({"answer": "no"}, version=1)

    assert await it.offers() == []
    assert (answered.status_code, answered.json()["code"]) == (404, "proposal-not-found")


async def test_an_answer_names_the_version_that_was_read(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller)

    assert (await it.answer({"answer": "yes"}, version=1)).status_code == 412


async def test_nobody_answers_for_another_supporter(desk: Desk, as_caller: AsCaller) -> None:
    it = await asked(desk, as_caller)
    other = f"/supporters/{await desk.a_supporter(subject='another')}/offers"
    same_subject = f"/supporters/{await desk.a_supporter()}/offers"

    answers = [await it.answer({"answer": "no"}, where=where) for where in (other, same_subject)]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (404, "supporter-not-found"),
        (404, "proposal-not-found"),
    ]
    assert len(await it.offers()) == 1
