"""Self-referral, page after page: the form, what it becomes, the private page, and what is told to whom."""

import asyncio
import logging
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_referrals.domain.network import CrisisLine, ProgrammeEntry
from kith_referrals.domain.referral import Status
from kith_referrals.pages import words
from kith_referrals.pages.showing import HEADERS
from kith_referrals.usecases import network, self_referring
from tests.builders import NOW
from tests.conftest import AsCaller, HttpOf, ServiceOf
from tests.referrals.forms import FORM, Clock, Outline, Visitor
from tests.referrals.test_api import version
from tests.referrals.world import OPERATOR, World, a_programme, member
from tests.servers.lengths import examples

PRIVATE = ("Testwell", "Renée", "EH16", "eh165xx", "person@example.org", "900123", "Private", "1981")


@pytest.fixture
async def client(world: World, http_of: HttpOf, service_of: ServiceOf, clock: Clock) -> httpx.AsyncClient:
    service = await service_of("referrals", world.database, trusted_proxies="127.0.0.1", self_referrals_per_network=3)
    client = await http_of(service, world.database)
    cast("Any", client._transport).app.state.now = clock
    return client


@pytest.fixture
def visitor(client: httpx.AsyncClient, world: World, clock: Clock) -> Visitor:
    return Visitor(client, world, clock)


def errors(answer: httpx.Response) -> str:
    return answer.text.partition('class="faults"')[2].partition("</ul>")[0]


def sentences(page: str) -> list[str]:
    """What a page says, sentence by sentence; the end of a paragraph or of a line of a list ends one too."""
    said = re.sub(r"<style>.*?</style>|<select.*?</select>", "", page, flags=re.DOTALL)
    ended = re.sub(r"</(p|li|h[1-3]|label|legend|title|button)>", ".\n", said)
    return re.split(r"[.?!:]\s", re.sub(r"<[^>]+>", "", ended))


async def test_a_form_becomes_one_referral_of_the_programmes_own_organisation(
    visitor: Visitor, world: World, coordinator: httpx.Auth
) -> None:
    answer = await visitor.send()

    [(name, fact)] = await world.told()
    assert (answer.status_code, name) == (303, "referral-created")
    assert (fact["source"], fact["age_band"], fact["district"], fact["language"]) == ("self", "45-54", "EH16", "cy")
    assert fact["referring_organisation_id"] == fact["programme_organisation_id"] == str(world.host.id)
    read = (await visitor.client.get(f"/referrals/{fact['referral_id']}", auth=coordinator)).json()
    assert read["person"]["family_name"] == "Testwell"
    assert (read["person"]["contact_by"], read["person"]["telephone"]) == (["email", "text"], "07700 900123")
    assert (read["notes"], set(read["consents"].values())) == ("Private words.", {"granted"})


async def test_what_was_agreed_to_is_kept_with_its_wording_and_how(visitor: Visitor, world: World) -> None:
    await visitor.send(who="on-behalf", knows="yes")

    async with world.database.transaction(OPERATOR) as tx:
        kept = (await tx.execute(sa.text("select distinct how, wording_version, recorded_on from consents"))).all()
    assert [tuple(row) for row in kept] == [("online-on-behalf", words.WORDING, NOW.date())]
    assert (await world.told())[0][1]["source"] == "on-behalf"


async def test_its_notes_wait_for_somebody_to_read_them(visitor: Visitor, coordinator: httpx.Auth) -> None:
    await visitor.send()

    [unread] = (await visitor.client.get("/referrals/unread-notes", auth=coordinator)).json()["items"]
    answer = await visitor.client.post(
        f"/referrals/{unread['id']}/decision", json={"decision": "accept"}, auth=coordinator, headers=version(1)
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "notes-unread")


async def test_the_private_page_says_where_it_stands_and_shows_nobody(
    visitor: Visitor, world: World, coordinator: httpx.Auth
) -> None:
    page = await visitor.client.get((await visitor.send()).headers["Location"])

    text = Outline(page.text).text
    assert "We have your form." in text
    assert "Example Trust may read your form." in text
    assert "Do you want to change this? Ask Example Trust." in text
    assert not [private for private in PRIVATE if private in page.text]
    [spoken] = re.findall(r'class="reference">([^<]+)<', page.text)
    [listed] = (await visitor.client.get("/referrals", auth=coordinator)).json()["items"]
    assert listed["source_reference"] == spoken.replace(" ", "")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
async def test_wherever_a_referral_stands_the_page_has_words_for_it(
    visitor: Visitor, world: World, status: Status
) -> None:
    where = (await visitor.send()).headers["Location"]
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update referrals set status = :status"), {"status": status.value})

    page = await visitor.client.get(where)

    assert words.STANDING[status].now.format(organisation="Example Trust") in Outline(page.text).text
    assert ("change-of-mind" in page.text) == (status in words.MAY_CHANGE_MIND)


async def test_what_was_taken_back_and_why_it_was_declined_stand_on_the_private_page(
    visitor: Visitor, coordinator: httpx.Auth
) -> None:
    where = (await visitor.send()).headers["Location"]
    [listed] = (await visitor.client.get("/referrals", auth=coordinator)).json()["items"]
    thing, today = f"/referrals/{listed['id']}", NOW.date().isoformat()
    word = {"purpose": "contact-person", "state": "withdrawn", "recorded_on": today, "how": "spoken"}
    await visitor.client.post(f"{thing}/consent", json=word, auth=coordinator, headers=version(1))
    no = {"decision": "decline", "reason": "no-capacity"}
    await visitor.client.post(f"{thing}/decision", json=no, auth=coordinator, headers=version(2))

    text = Outline((await visitor.client.get(where)).text).text

    assert "They have no place free now." in text
    assert "only in the ways you ticked. Not any more, since 23 November 2026." in text
    assert text.count("Not any more") == 1


async def test_somebody_changes_their_mind_and_is_asked_whether_they_are_sure(visitor: Visitor, world: World) -> None:
    where = (await visitor.send()).headers["Location"]

    sure = await visitor.client.get(f"{where}/change-of-mind")
    before = await world.names_told()
    done = await visitor.client.post(f"{where}/change-of-mind")
    again = await visitor.client.post(f"{where}/change-of-mind")

    assert (sure.status_code, before) == (200, ["referral-created"])
    assert [answer.headers["Location"] for answer in (done, again)] == [where, where]
    assert await world.names_told() == ["referral-created", "referral-closed"]
    assert "You changed your mind" in (await visitor.client.get(where)).text


async def test_a_wrong_link_and_an_old_one_look_the_same(visitor: Visitor, clock: Clock) -> None:
    where = (await visitor.send()).headers["Location"]
    await visitor.client.post(f"{where}/change-of-mind")
    clock.wait(days=183)

    old, wrong = await visitor.client.get(where), await visitor.client.get("/status/AAAAAAAAAAAAAAAAAAAAAA")

    assert (old.status_code, wrong.status_code, old.text) == (404, 404, wrong.text)
    assert (await visitor.client.post(f"{where}/change-of-mind")).status_code == 404


async def test_of_the_link_only_a_digest_is_kept(visitor: Visitor, world: World) -> None:
    token = (await visitor.send()).headers["Location"].removeprefix("/status/")

    async with world.database.transaction(OPERATOR) as tx:
        row = (await tx.execute(sa.text("select self_referrals::text from self_referrals"))).scalar_one()
    assert sha256(token.encode()).hexdigest() in row
    assert token not in row


async def test_a_double_click_is_one_referral_and_one_page(visitor: Visitor, world: World) -> None:
    stamp = await visitor.stamp()

    answers = await asyncio.gather(*(visitor.send(stamp) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert await world.names_told() == ["referral-created"]


async def test_a_page_that_was_sent_is_not_sent_again_with_other_answers(visitor: Visitor, world: World) -> None:
    stamp = await visitor.stamp()
    await visitor.send(stamp)

    other = await visitor.send(stamp, family_name="Sampleton")
    new = str(Outline(other.text).named("stamp")["value"])
    visitor.clock.wait(seconds=5)
    sent = await visitor.send(new, family_name="Sampleton")

    assert (other.status_code, sent.status_code) == (422, 303)
    assert "already sent once" in errors(other)
    assert len(await world.told()) == 2


@pytest.mark.parametrize(("seconds", "says"), [(1, "very quick"), (24 * 3600 + 1, "more than one day")])
async def test_a_form_that_is_too_quick_or_too_old_is_asked_for_again_and_nothing_is_lost(
    visitor: Visitor, clock: Clock, seconds: int, says: str
) -> None:
    page = await visitor.client.get(visitor.where)
    clock.wait(seconds=seconds)

    asked = await visitor.send(str(Outline(page.text).named("stamp")["value"]))
    clock.wait(seconds=5)
    sent = await visitor.send(str(Outline(asked.text).named("stamp")["value"]))

    assert (asked.status_code, sent.status_code) == (422, 303)
    assert says in errors(asked)
    assert Outline(asked.text).named("family-name")["value"] == "Testwell"


async def test_a_form_with_the_hidden_field_filled_is_asked_for_again(visitor: Visitor, world: World) -> None:
    asked = await visitor.send(website="https://example.org")

    assert (asked.status_code, Outline(asked.text).named("website")["value"]) == (422, "")
    assert await world.told() == []


async def test_everything_typed_stays_and_each_fault_leads_to_its_field(visitor: Visitor) -> None:
    asked = await visitor.send(postcode="<nowhere>", birth_day="31", agree=None)

    outline = Outline(asked.text)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    linked = re.findall(r'href="#([^"]+)"', errors(asked))
    assert asked.status_code == 422
    assert asked.text.partition("<title>")[2].startswith("Error: ")
    assert linked == ["birth-day", "postcode", "agree"]
    assert len(ids) == len(set(ids))
    described = [name for _, attributes in outline.tags for name in str(attributes.get("aria-describedby", "")).split()]
    assert set(linked) <= set(ids)
    assert {name for name in described if name != "None"} <= set(ids)
    assert {"postcode-error", "agree-error", "birth-day-error"} <= set(described)
    assert outline.named("postcode")["value"] == "<nowhere>"
    assert "<nowhere>" not in asked.text
    chosen = [attributes["value"] for attributes in outline.all("input") if "checked" in attributes]
    assert chosen == ["myself", "email", "text", "isolation", "stress"]


async def test_above_the_limit_of_a_network_one_is_told_how_long_to_wait(visitor: Visitor, world: World) -> None:
    programme = a_programme(world.host, id=world.programme.id, entry=ProgrammeEntry(telephone="0131 496 0123"))
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, programme, now=NOW)
    taken = [(await visitor.send()).status_code for _ in range(3)]

    much = await visitor.send()
    visitor.headers = {"X-Forwarded-For": "198.51.100.7"}
    elsewhere = await visitor.send()

    assert (taken, much.status_code, elsewhere.status_code) == ([303, 303, 303], 429, 303)
    assert int(much.headers["Retry-After"]) == 3600 - 80
    assert "Please wait 59 minutes." in errors(much)
    assert "Or call 0131 496 0123." in errors(much)
    assert Outline(much.text).named("family-name")["value"] == "Testwell"


async def test_counts_name_no_network_and_are_forgotten_after_a_day(visitor: Visitor, world: World) -> None:
    await visitor.send()

    async def counts() -> list[str]:
        async with world.database.transaction(OPERATOR) as tx:
            return [row[0] for row in await tx.execute(sa.text("select form_counts::text from form_counts"))]

    kept = await counts()
    async with world.database.transaction(OPERATOR) as tx:
        await self_referring.forget(tx, NOW + timedelta(hours=26))

    assert len(kept) == 2
    assert not [row for row in kept if "127.0.0.1" in row or str(world.programme.id) in row]
    assert await counts() == []


async def test_links_are_forgotten_half_a_year_after_the_close(visitor: Visitor, world: World) -> None:
    where = (await visitor.send()).headers["Location"]
    await visitor.client.post(f"{where}/change-of-mind")

    left = []
    for days in (182, 184):
        async with world.database.transaction(OPERATOR) as tx:
            await self_referring.forget(tx, NOW + timedelta(days=days))
        left.append(await world.seen(OPERATOR, "self_referrals"))

    assert left == [1, 0]


async def test_every_page_says_whom_to_call_in_an_emergency(visitor: Visitor, world: World) -> None:
    where = (await visitor.send()).headers["Location"]
    usual = [
        (await visitor.client.get(path)).text
        for path in (visitor.where, where, f"{where}/change-of-mind", f"{where}/help", "/refer/none", "/status/none")
    ]
    programme = a_programme(
        world.host,
        id=world.programme.id,
        entry=ProgrammeEntry(crisis_lines=(CrisisLine("Example Line", "0131 496 0999"),)),
    )
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, programme, now=NOW)

    own = [(await visitor.client.get(path)).text for path in (visitor.where, where)]

    for page in (*usual, *own):
        assert "Kith is not an emergency service" in page
        assert 'href="tel:999"' in page
        assert 'href="tel:111"' in page
    assert all('href="tel:116123"' in page for page in usual)
    assert all('href="tel:01314960999"' in page and "Samaritans" not in page for page in own)


async def test_every_sentence_is_short(visitor: Visitor, world: World) -> None:
    where = (await visitor.send()).headers["Location"]
    pages = [
        (await visitor.client.get(path)).text
        for path in (visitor.where, where, f"{where}/change-of-mind", "/status/none", "/refer/invitation/none")
    ]
    pages += [(await visitor.client.get(f"{where}/{path}")).text for path in ("help", "help/asked")]
    pages.append((await visitor.send("no stamp", **dict.fromkeys(FORM, ""))).text)
    for status in Status:
        async with world.database.transaction(OPERATOR) as tx:
            await tx.execute(sa.text("update referrals set status = :status"), {"status": status.value})
        pages.append((await visitor.client.get(where)).text)

    longest = max((sentence for page in pages for sentence in sentences(page)), key=lambda one: len(one.split()))

    assert len(longest.split()) <= 15, longest


async def test_pages_are_kept_by_nobody_and_private_ones_are_found_by_no_search(visitor: Visitor) -> None:
    sent = await visitor.send()
    form, status = await visitor.client.get(visitor.where), await visitor.client.get(sent.headers["Location"])

    for answer in (sent, form, status):
        assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert status.headers["X-Robots-Tag"].startswith("noindex")
    assert 'content="noindex' in status.text
    assert "noindex" not in form.text


async def test_nothing_runs_and_the_one_style_is_known_by_its_digest(visitor: Visitor) -> None:
    page = (await visitor.client.get(visitor.where)).text

    outline = Outline(page)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in HEADERS["Content-Security-Policy"]
    assert {"script", "link", "img", "iframe", "base"}.isdisjoint(tag for tag, _ in outline.tags)
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]


async def test_no_person_and_no_link_stands_in_a_log(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        where = (await visitor.send()).headers["Location"]
        await visitor.send(postcode="nowhere")
        await visitor.client.get(where)

    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert not [private for private in (*PRIVATE, where.removeprefix("/status/")) if private in ours]


async def test_spans_and_metrics_are_named_by_the_route_and_never_by_the_link(visitor: Visitor) -> None:
    app, routes = cast("Any", visitor.client._transport).app, []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        routes.append(scope["route"].path_format)  # what kith_chassis.telemetry names them by

    where = (await visitor.send()).headers["Location"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url="http://kith.test") as client:
        for path in (where, f"{where}/change-of-mind", "/status/a-wrong-one", "/refer/invitation/a-wrong-one"):
            await client.get(path)

    assert routes == [
        "/status/{token}",
        "/status/{token}/change-of-mind",
        "/status/{token}",
        "/refer/invitation/{token}",
    ]


async def test_when_the_database_is_away_what_was_typed_is_not_lost(visitor: Visitor, world: World) -> None:
    stamp = await visitor.stamp()

    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("lock table form_counts"))
        sending = asyncio.create_task(visitor.send(stamp))
        while not await world.ask_who_waits("pg_terminate_backend(pid)"):
            await asyncio.sleep(0.02)
    away, again = await sending, await visitor.send(stamp)

    assert (away.status_code, away.headers["Retry-After"], again.status_code) == (503, "60", 303)
    assert "It is not your fault." in errors(away)
    assert Outline(away.text).named("family-name")["value"] == "Testwell"
    assert await world.names_told() == ["referral-created"]


async def test_a_programmes_crisis_lines_are_set_by_the_operator(
    visitor: Visitor, world: World, as_caller: AsCaller
) -> None:
    where, operator = f"/programmes/{world.programme.id}", as_caller("operator")
    body = {
        "slug": world.programme.slug,
        "organisation_id": str(world.host.id),
        "name": world.programme.name,
        "model": "one-to-one",
        "formality": "formal",
        "crisis_lines": [{"name": "Example Line", "telephone": "0131 496 0999"}],
    }

    put = await visitor.client.put(where, json=body, auth=operator)
    wrong = await visitor.client.put(where, json=body | {"crisis_lines": [{"name": "Example Line"}]}, auth=operator)

    assert (put.status_code, put.json()["crisis_lines"]) == (200, body["crisis_lines"])
    assert wrong.status_code == 422
    assert "Example Line" in (await visitor.client.get(visitor.where)).text


async def test_a_programme_asks_about_its_own_needs(visitor: Visitor, world: World) -> None:
    programme = a_programme(
        world.host, id=world.programme.id, entry=ProgrammeEntry(needs=("kinship-care", "school-runs"))
    )
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, programme, now=NOW)

    page = await visitor.client.get(visitor.where)
    await visitor.send(needs=["school-runs", "isolation"])

    assert "School runs" in page.text
    assert "I feel alone" not in page.text
    assert (await world.told())[0][1]["needs"] == ["school-runs"]


async def test_what_only_the_pages_show_is_not_told(world: World) -> None:
    before = await world.everything_told()
    programme = a_programme(world.host, id=world.programme.id, entry=ProgrammeEntry(needs=("isolation",)))

    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, programme, now=NOW)

    assert await world.everything_told() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
@given(
    st.one_of(
        st.binary(max_size=400), st.dictionaries(st.sampled_from([*FORM, "stamp", "website"]), st.text()).map(urlencode)
    )
)
async def test_whatever_is_sent_a_page_comes_back(client: httpx.AsyncClient, world: World, body: bytes | str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await client.post(f"/refer/{world.programme.slug}", content=body, headers=kind)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(40))
@given(st.dictionaries(st.sampled_from([*FORM, "website"]), st.one_of(st.none(), st.text(), st.lists(st.text()))))
async def test_whatever_a_person_changes_they_get_their_page_or_the_form_again(
    visitor: Visitor, changes: dict[str, Any]
) -> None:
    answer = await visitor.send(**changes)

    assert answer.status_code in {303, 422, 429}
    assert answer.status_code == 303 or "Kith is not an emergency service" in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(40))
@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=60))
async def test_what_was_typed_comes_back_as_text_and_never_as_markup(visitor: Visitor, typed: str) -> None:
    answer = await visitor.send("no stamp", family_name=f'"><script>{typed}', notes=f"</textarea><script>{typed}")

    assert "<script" not in answer.text
    assert str(Outline(answer.text).named("family-name")["value"]).startswith('"><script>')


async def test_organisations_see_their_own_links_only(visitor: Visitor, world: World) -> None:
    await visitor.send()

    assert await world.seen(member(world.host.id), "self_referrals") == 1
    assert await world.seen(member(world.stranger.id), "self_referrals") == 0
