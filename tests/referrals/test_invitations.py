"""Supported self-referral: a professional hands over a link, and the person completes it."""

import re
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.referral import Referral
from kith_referrals.pages import words
from kith_referrals.store.referrals import list_referrals_for_update
from tests.builders import TODAY
from tests.referrals.feedback import FIELDS, beyond, beyond_in_step, told_at
from tests.referrals.forms import Clock, Outline, Visitor
from tests.referrals.test_api import version
from tests.referrals.test_closing import announce
from tests.referrals.test_feedback import WAYS, read, walk
from tests.referrals.test_pages import errors, sentences
from tests.referrals.world import OPERATOR, World, a_wish, member


@pytest.fixture
def client(clocked: httpx.AsyncClient) -> httpx.AsyncClient:
    return clocked


async def invite(client: httpx.AsyncClient, world: World, auth: httpx.Auth, **body: str) -> httpx.Response:
    headers = {"Idempotency-Key": str(new_id())}
    body = {"programme_id": str(world.programme.id)} | body
    return await client.post("/invitations", json=body, headers=headers, auth=auth)


@pytest.fixture
async def invited(client: httpx.AsyncClient, world: World, clock: Clock, referrer: httpx.Auth) -> Visitor:
    made = await invite(client, world, referrer, source_reference="P/1")
    return Visitor(client, world, clock, where=made.json()["path"])


async def test_the_referral_is_the_inviting_organisations_and_it_sees_it(
    invited: Visitor, world: World, referrer: httpx.Auth
) -> None:
    sent = await invited.send()

    [seen] = (await invited.client.get("/referrals", auth=referrer)).json()["items"]
    assert (sent.status_code, seen["source_reference"]) == (303, "P/1")
    assert seen["referring_organisation_id"] == str(world.referrer.id)
    assert seen["programme_organisation_id"] == str(world.host.id)
    page = await invited.client.get(sent.headers["Location"])
    assert "The people who gave you this link may see your form." in page.text


async def test_the_wording_that_was_agreed_to_is_that_of_an_invitation(invited: Visitor, world: World) -> None:
    await invited.send()

    async with world.database.transaction(OPERATOR) as tx:
        kept = await tx.execute(sa.text("select distinct wording_version from consents"))
        assert kept.scalars().all() == [words.INVITED_WORDING]


async def test_an_invitation_works_once_and_a_double_click_is_once(invited: Visitor, world: World) -> None:
    stamp, other_tab = await invited.stamp(), await invited.stamp()

    first, same, other = [await invited.send(one) for one in (stamp, stamp, other_tab)]

    assert [answer.status_code for answer in (first, same, other)] == [303, 303, 404]
    assert same.headers["Location"] == first.headers["Location"]
    assert (await invited.client.get(invited.where)).status_code == 404
    assert await world.names_told() == ["referral-created"]


async def test_an_invitation_ends_after_two_weeks(invited: Visitor, clock: Clock) -> None:
    before = await invited.client.get(invited.where)
    clock.wait(days=14)

    after = await invited.client.get(invited.where)

    assert (before.status_code, after.status_code) == (200, 404)
    assert "This link does not work any more" in after.text


async def test_an_invitation_is_kept_without_its_secret(invited: Visitor, world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        row = (await tx.execute(sa.text("select invitations::text from invitations"))).scalar_one()

    assert invited.where.rpartition("/")[2] not in row


async def test_nobody_is_invited_to_what_is_not_there(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    answer = await invite(client, world, referrer, programme_id=str(new_id()))

    assert (answer.status_code, answer.json()["code"]) == (422, "programme-unknown")


async def test_organisations_see_their_own_invitations_only(invited: Visitor, world: World) -> None:
    assert invited.where.startswith("/refer/invitation/")
    assert await world.seen(member(world.referrer.id), "invitations") == 1
    assert await world.seen(member(world.host.id), "invitations") == 0


async def test_a_reference_that_was_used_is_refused_and_one_that_is_used_meanwhile_stops_nobody(
    invited: Visitor, world: World, referrer: httpx.Auth
) -> None:
    await world.refer(wish=a_wish(source_reference="P/1"))

    again = await invite(invited.client, world, referrer, source_reference="P/1")
    sent = await invited.send()

    assert (again.status_code, again.json()["code"]) == (409, "source-reference-taken")
    assert sent.status_code == 303
    references = [
        one["source_reference"] for one in (await invited.client.get("/referrals", auth=referrer)).json()["items"]
    ]
    assert references[0] == "P/1"
    assert len(references[1]) == 8


async def test_once_the_inviting_organisation_closes_it_leads_to_the_programmes_own_form(
    invited: Visitor, world: World
) -> None:
    opened = await invited.stamp()
    await announce(world, world.referrer)

    asked, sent = await invited.client.get(invited.where), await invited.send(opened)

    for page in (asked, sent):
        assert (page.status_code, page.headers["X-Robots-Tag"]) == (409, "noindex, nofollow, noarchive")
        assert "The people who gave you this link are closing." in page.text
        [own] = [a["href"] for a in Outline(page.text).all("a") if str(a["href"]).startswith("/refer/")]
        assert (await invited.client.get(str(own))).status_code == 200
    assert await world.names_told() == []
    async with world.database.transaction(OPERATOR) as tx:
        assert (await tx.execute(sa.text("select used_at from invitations"))).scalars().all() == [None]


async def test_once_the_programmes_organisation_closes_it_says_that_nobody_is_taken(
    invited: Visitor, world: World
) -> None:
    await announce(world, world.host)

    page = await invited.client.get(invited.where)

    assert page.status_code == 409
    assert "This programme has no place for new people now." in page.text
    assert "You can still ask" not in page.text


# --- How much the people who gave the link hear -----------------------------------------------------------------------

SEEN = {
    "declined": ("closed", "declined", "declined", "declined"),
    "matched": ("received", "accepted", "matched", "matched"),
    "ended": ("received", "accepted", "in-support", "ended"),
}
"""What a referrer reads of where a referral stands, level by level."""
SAID = {
    "receipt": "They hear nothing more.",
    "decision": "They also hear what Example Trust decides, and why.",
    "progress": "They also hear the decision and why, if somebody is found, and when you meet.",
    "outcome": "They hear every step, and how it ends.",
}
"""What each level is called, on the form and on the private page."""


async def made(world: World) -> Referral:
    """The referral that was made last."""
    _, fact = (await world.told())[-1]
    async with world.database.transaction(OPERATOR) as tx:
        [referral] = await list_referrals_for_update(tx, {UUID(fact["referral_id"])})
    return referral


def radios(page: str) -> dict[str | None, bool]:
    """The levels that a page offers, and whether each is chosen."""
    inputs = Outline(page).all("input")
    return {one["value"]: "checked" in one for one in inputs if one.get("name") == "feedback"}


@pytest.mark.parametrize("way", SEEN)
@pytest.mark.parametrize("level", Feedback)
async def test_the_referrer_reads_exactly_what_the_person_chose(
    invited: Visitor, referrer: httpx.Auth, coordinator: httpx.Auth, way: str, level: Feedback
) -> None:
    client, world = invited.client, invited.world
    await invited.send(feedback=level.value, notes="")
    told = await world.told()
    thing = f"/referrals/{(await walk(world, await made(world), WAYS[way])).id}"

    one, true = await read(client, referrer, thing), await read(client, coordinator, thing)
    steps = (await read(client, referrer, f"{thing}/steps"))["items"]

    assert [(name, fact["feedback"]) for name, fact in told] == [("referral-created", level)]
    assert (one["feedback"], one["status"], true["status"]) == (level, SEEN[way][list(Feedback).index(level)], way)
    assert list(beyond(level, one)) == []
    assert [one[name] for name in told_at(level, FIELDS)] == [true[name] for name in told_at(level, FIELDS)]
    assert [fault for step in steps for fault in beyond_in_step(level, step)] == []


async def test_nothing_is_chosen_before_the_person_chooses(invited: Visitor) -> None:
    page = await invited.client.get(invited.where)

    offered = re.findall(r'name="feedback" value="(\w+)">\s*<label for="[\w-]+">([^<]+)</label>', page.text)
    assert radios(page.text) == dict.fromkeys(SAID, False)
    assert offered == list(SAID.items())


@pytest.mark.parametrize("said", [None, "", "everything", ["", "receipt"]])
async def test_without_a_choice_nothing_is_kept_and_the_link_still_works(
    invited: Visitor, world: World, said: Any
) -> None:
    asked = await invited.send(feedback=said)
    kept = [await world.seen(OPERATOR, table) for table in ("self_referrals", "referrals", "people", "form_counts")]
    sent = await invited.send(str(Outline(asked.text).named("stamp")["value"]))

    assert (asked.status_code, kept, sent.status_code) == (422, [0, 0, 0, 0], 303)
    assert re.findall(r'<a href="#(.+)">(.+)</a>', errors(asked)) == [("feedback", "Choose what they may hear.")]
    assert {"feedback-hint", "feedback-error"} <= set(re.findall(r'id="([^"]+)"', asked.text))
    assert await world.names_told() == ["referral-created"]


async def test_a_choice_stays_while_something_else_is_asked_for_again(invited: Visitor) -> None:
    asked = await invited.send(feedback="progress", agree=None)

    assert [level for level, chosen in radios(asked.text).items() if chosen] == ["progress"]


async def test_a_page_that_was_sent_is_not_sent_again_with_another_choice(invited: Visitor, world: World) -> None:
    stamp = await invited.stamp()
    sent = await invited.send(stamp, feedback="receipt")

    other = await invited.send(stamp, feedback="outcome")

    assert (sent.status_code, other.status_code) == (303, 422)
    assert [fact["feedback"] for _, fact in await world.told()] == ["receipt"]


async def test_a_form_that_showed_other_words_is_asked_for_again(
    invited: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = await invited.stamp()
    monkeypatch.setattr(words, "INVITED_WORDING", "self-referral-invited-1")

    asked = await invited.send(stamp)

    assert (asked.status_code, await world.told()) == (422, [])


@pytest.mark.parametrize("level", Feedback)
async def test_the_private_page_says_in_words_what_was_chosen(invited: Visitor, level: Feedback) -> None:
    page = await invited.client.get((await invited.send(feedback=level.value)).headers["Location"])

    assert [one for one in Feedback if SAID[one] in page.text] == [level]
    assert "They may see questions about it. They hear when this is finished. They" in page.text


async def test_the_private_page_says_what_was_said_since(
    invited: Visitor, world: World, coordinator: httpx.Auth
) -> None:
    where = (await invited.send(feedback="outcome")).headers["Location"]
    word = {"purpose": "tell-referrer", "state": "granted", "recorded_on": str(TODAY), "how": "spoken"}
    thing = f"/referrals/{(await made(world)).id}/consent"
    await invited.client.post(thing, json=word | {"feedback": "receipt"}, headers=version(1), auth=coordinator)

    page = await invited.client.get(where)

    assert [one for one in SAID if SAID[one] in page.text] == ["receipt"]


async def test_who_agreed_before_there_was_a_choice_is_shown_the_words_they_agreed_to(
    invited: Visitor, world: World
) -> None:
    where = (await invited.send()).headers["Location"]
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update consents set wording_version = 'self-referral-invited-1', feedback = null"))

    page = await invited.client.get(where)

    assert "The people who gave you this link may see your form. They may see what happens next.</li>" in page.text
    assert not [one for one in SAID if SAID[one] in page.text]


@pytest.mark.parametrize("own", [False, True], ids=["the public form", "an invitation of the programme's owner"])
async def test_who_asks_the_referrer_itself_is_not_asked_what_it_hears(
    client: httpx.AsyncClient, world: World, clock: Clock, coordinator: httpx.Auth, *, own: bool
) -> None:
    where = (await invite(client, world, coordinator)).json()["path"] if own else ""
    visitor = Visitor(client, world, clock, where)
    page = await client.get(visitor.where)

    sent = await visitor.send(feedback="receipt")

    assert (radios(page.text), "gave you this link" in page.text) == ({}, False)
    assert (sent.status_code, (await world.told())[-1][1]["feedback"]) == (303, "outcome")
    assert "We may keep a record of what happens next." in (await client.get(sent.headers["Location"])).text


async def test_every_sentence_for_the_invited_is_short(invited: Visitor, world: World) -> None:
    pages = [await invited.client.get(invited.where), await invited.send(feedback=None)]
    where = (await invited.send()).headers["Location"]
    for level in Feedback:
        async with world.database.transaction(OPERATOR) as tx:
            await tx.execute(sa.text("update consents set feedback = :level"), {"level": level.value})
        pages.append(await invited.client.get(where))

    longest = max((one for page in pages for one in sentences(page.text)), key=lambda one: len(one.split()))

    assert len(longest.split()) <= 15, longest
