"""Somebody who was in every service is erased: no column, no record of a topic and no log line has a word of them."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from shutil import rmtree
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from click.testing import CliRunner, Result

from kith_chassis import clock
from kith_chassis.clock import new_id, new_pseudonym, now
from kith_cli.clients import Client
from kith_cli.main import main
from kith_referrals.domain.self_referral import stamps
from kith_referrals.pages.words import INVITED_WORDING
from tests.faults.accounts import drained, eventually, read_raw
from tests.faults.load import Load
from tests.faults.network import Network
from tests.referrals.forms import FORM
from tests.servers.folders import open_folder
from tests.servers.issuer import SERVICES
from tests.servers.services import Bearer

pytestmark = [pytest.mark.real_kafka, pytest.mark.slow]

ALL_PARTS: Final = "api,inbox,timers,relay"
WORDS: Final = {
    *("Quillfeather", "Zanzibella", "quillfeather@example.org", "07700 900777", "9990568855", "ZX9 9ZX", "1951-05-17"),
    *("Privatestreet", "Privatetimes", "Privatenotes", "PRIVREF", "Privatequestion", "Privateanswer", "Privateattempt"),
    *("Privatereading", "Privaterestricting", "Privateholding", "Privatelifting", "Privatemerging"),
    *("Selfquill", "selfquill@example.org", "Privateform", "INVITEREF", "1951-06-18"),
    *("FILEREF", "Filequill", "Privatecell", "filequill@example.org"),
    *("Privatebreach", "Privatecomplaint"),
}
"""What only this person's rows can hold; some of it from the form they filled in, and from a file they are in."""
ONLY_ENCIPHERED: Final = {"Privatereading"}
CODES: Final = {"quill-condition", "quill-need", "quill-topic", "quill-interest", "quill-strength", "quill-impact"}
"""Codes in tables. Facts keep them, with a pseudonym that links to nobody any more."""
COLUMNS: Final = """
    select table_name, string_agg(
        case when data_type = 'bytea' then format('coalesce(encode(%1$I, ''escape''), '''')', column_name)
        else format('coalesce(%1$I::text, '''')', column_name) end, ' || '' '' || ') as all_of_it
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' group by table_name
"""


@dataclass
class Story:
    """The network, and what happened in it to one person."""

    network: Network
    load: Load
    client: httpx.AsyncClient

    async def ask(self, who: Bearer, method: str, service: str, path: str, version: int = 0, **more: Any) -> Any:
        """One request; the answer's JSON. Asked again while another service's news are still on their way."""
        headers = {"Idempotency-Key": str(new_id()), **({"If-Match": f'"{version}"'} if version else {})}
        headers |= more.pop("headers", {})
        url = self.network.url(service) + path
        answer = await self.client.request(method, url, auth=who, headers=headers, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def as_member(self, role: str, organisation_id: UUID) -> Bearer:
        return Bearer(self.network.issuer.token(role, organisation_id=organisation_id))

    async def found(self, words: set[str]) -> dict[str, set[str]]:
        """Every table of every database, by what of the words is in any of its columns."""
        places: dict[str, set[str]] = {}
        for service in SERVICES:
            for table in await self.network.ask(service, COLUMNS):
                question = f'select {table["all_of_it"]} as it from "{table["table_name"]}"'
                text = "\n".join(row["it"] for row in await self.network.ask(service, question)).casefold()
                if words_there := {word for word in words if word.casefold() in text}:
                    places[f"{service}.{table['table_name']}"] = words_there
        return places

    def kith(self, *words: str, client_id: str = "operator") -> Result:
        """The command, as one of the clients."""
        client = self.network.issuer.clients[client_id]
        environment = {"KITH_CLIENT_ID": client.client_id, "KITH_CLIENT_SECRET": client.secret}
        where = [part for name in SERVICES for part in ("--url", f"{name}={self.network.url(name)}")]
        asked = [*words, *where, "--issuer", self.network.issuer.url, "--folder", str(self.network.folder / "home")]
        return CliRunner(env=environment).invoke(main, asked)


def raw(record: Any) -> bytes:
    """All that stands in a record of the log."""
    return b"\n".join((record.key, *(value for _, value in record.headers), record.value))


def today() -> str:
    return clock.today(clock.now()).isoformat()


def consent() -> dict[str, Any]:
    return {"given": True, "recorded_on": today(), "how": "spoken"}


async def refer(story: Story, referrer: Bearer) -> dict[str, Any]:
    """Everything that can be said of somebody, said."""
    person = {
        "given_name": "Zanzibella",
        "family_name": "Quillfeather",
        "birth_date": "1951-05-17",
        "nhs_number": "9990568855",
        "address": "1 Privatestreet",
        "postcode": "ZX9 9ZX",
        "email": "quillfeather@example.org",
        "telephone": "07700 900777",
        "contact_by": ["email"],
        "safe_times": "Privatetimes",
        "strengths": ["quill-strength"],
        "impacts": ["quill-impact"],
        "interpreter": "bsl",
    }
    body = {
        "person": person,
        "programme_id": str(story.load.programme_id),
        "source": "professional",
        "received_on": today(),
        "needs": ["quill-need"],
        "conditions": ["quill-condition"],
        "interests": ["quill-interest"],
        "channels": ["in-person"],
        "notes": "Privatenotes",
        "source_reference": "PRIVREF/1",
        "consent": consent(),
    }
    made: dict[str, Any] = await story.ask(referrer, "POST", "referrals", "/referrals", json=body)
    return made


async def decide(story: Story, referral_id: str, referrer: Bearer, coordinator: Bearer) -> None:
    """Somebody tries to reach them; a question, an answer, and yes."""
    path = f"/referrals/{referral_id}"
    tried = {"attempted_at": now().isoformat(), "channel": "telephone", "outcome": "reached", "note": "Privateattempt"}
    await story.ask(coordinator, "POST", "referrals", f"{path}/contact-attempts", json=tried)
    for number, (who, step, body) in enumerate(
        (
            (coordinator, "question", {"note": "Privatequestion"}),
            (referrer, "answer", {"note": "Privateanswer"}),
            (coordinator, "decision", {"decision": "accept"}),
        ),
        start=1,
    ):
        await story.ask(who, "POST", "referrals", f"{path}/{step}", number, json=body)


async def support(story: Story, referral_id: str, coordinator: Bearer) -> None:
    """A supporter is found, they meet once, and it ends as planned."""

    async def is_here() -> bool:
        waiting = await story.ask(coordinator, "GET", "matching", "/waiting")
        return referral_id in str(waiting)

    await eventually(is_here, 60.0, "matching has not heard of the referral")
    supporter_id = str(new_pseudonym())
    supporter = {
        "name": "Sam Testwell",
        "programme_ids": [str(story.load.programme_id)],
        "conditions": ["quill-other"],
        "channels": ["in-person"],
        "languages": ["en"],
        "districts": ["ZX9"],
        "checks_valid_until": "2099-12-31",
    }
    await story.ask(coordinator, "PUT", "matching", f"/supporters/{supporter_id}", json=supporter)
    pair = {"referral_id": referral_id, "supporter_id": supporter_id}
    proposal = await story.ask(coordinator, "POST", "matching", "/proposals", json=pair)
    for version, side in enumerate(("person", "supporter"), start=1):
        said = {"answered_by": side, "answer": "yes"}
        path = f"/proposals/{proposal['id']}/answers"
        proposal = await story.ask(coordinator, "POST", "matching", path, version, json=said)
    met = {
        "kind": "one-to-one",
        "match_id": proposal["match_id"],
        "held_on": today(),
        "minutes": 60,
        "channel": "in-person",
        "topics": ["quill-topic"],
    }
    await story.ask(coordinator, "POST", "matching", "/sessions", json=met)
    await story.ask(
        coordinator, "POST", "matching", f"/matches/{proposal['match_id']}/ending", 1, json={"ending": "planned"}
    )


async def fill_in_the_form(story: Story, referrer: Bearer) -> str:
    """The same person refers themself by a link that the referrer handed over; their second record's id."""
    body = {"programme_id": str(story.load.programme_id), "source_reference": "INVITEREF/1"}
    invitation = await story.ask(referrer, "POST", "referrals", "/invitations", json=body)
    (row,) = await story.network.ask("referrals", "select key from form_key")
    opened = clock.now() - stamps.QUICKEST * 5
    place = f"invitation {invitation['id']}, {INVITED_WORDING}"
    form = FORM | {
        "family-name": "Selfquill",
        "given-name": "Zanzibella",
        "birth-day": "18",
        "birth-month": "6",
        "birth-year": "1951",
        "email": "selfquill@example.org",
        "notes": "Privateform",
        "stamp": stamps.issue(row["key"], place, secrets.token_bytes(16), opened),
    }
    sent = await story.client.post(story.network.url("referrals") + invitation["path"], data=form)
    assert sent.is_success or sent.is_redirect, sent.text.partition("<main")[2]
    question = "select person_id, id from referrals where notes = 'Privateform'"
    ((person_id, referral_id),) = await story.network.ask("referrals", question)
    await story.ask(referrer, "POST", "referrals", f"/referrals/{referral_id}/withdrawal", 1)
    return str(person_id)


async def come_in_a_file(story: Story, referrer: Bearer) -> None:
    """A row that waits for a human, because it may be of the same person: the number is the same."""
    columns = {"Ref": "source_reference", "Name": "full_name", "NHS": "nhs_number", "Notes": "notes", "E-mail": "email"}
    body = {
        "mapping": {
            "organisation": str(story.load.referring),
            "dialect": {"encoding": "utf-8", "delimiter": ",", "dates": "%Y-%m-%d"},
            "columns": [
                *({"column": column, "to": target} for column, target in columns.items()),
                {"column": "Agreed", "to": "consent", "values": {"yes": "yes", "no": "no"}},
                {"column": "Agreed on", "to": "consent_recorded_on"},
            ],
            "constants": {"programme": "long-term-conditions"},
        },
        "rows": [
            {
                "row": 1,
                "cells": {
                    "Ref": "FILEREF/1",
                    "Name": "Filequill, Zanzibella",
                    "NHS": "9990568855",
                    "Notes": "Privatecell",
                    "E-mail": "filequill@example.org",
                    "Agreed": "yes",
                    "Agreed on": today(),
                },
            }
        ],
        "file_name": "export.csv",
    }
    (row,) = await story.ask(referrer, "POST", "referrals", "/imports/rows", json=body)
    assert row["outcome"] == "possible-duplicate"


async def say_things_about(story: Story, person_id: str, other_id: str, administrator: Bearer) -> int:
    """Every sentence that a human may write about a record; the version at which it then stands."""
    people = f"/people/{person_id}"
    household = await story.ask(administrator, "POST", "referrals", "/households", json={"others": {"family": 1}})
    await story.ask(administrator, "PUT", "referrals", f"/households/{household['id']}/members/{person_id}", 1, json={})
    other = (await story.ask(administrator, "GET", "referrals", f"/people/{other_id}"))["version"]
    merge = {"into": person_id, "reason": "Privatemerging"}
    await story.ask(administrator, "POST", "referrals", f"/people/{other_id}/merge", other, json=merge)
    restriction = {"restricted": True, "reason": "Privaterestricting"}
    await story.ask(administrator, "POST", "referrals", f"{people}/restriction", 1, json=restriction)
    await story.ask(administrator, "GET", "referrals", people, headers={"Kith-Reason": "Privatereading"})
    hold = {"reason": "Privateholding"}
    held = await story.ask(administrator, "PUT", "referrals", f"{people}/legal-hold", 2, json=hold)
    lift = {"reason": "Privatelifting"}
    lifted = await story.ask(administrator, "DELETE", "referrals", f"{people}/legal-hold", held["version"], json=lift)
    version: int = lifted["version"]
    return version


async def log_what_went_wrong(story: Story, referral_id: str, administrator: Bearer) -> None:
    """A breach and a complaint about their referral."""
    about = {"referral_id": referral_id}
    breach = {"what": ["lost"], "found_at": clock.now().isoformat(), "note": "Privatebreach", **about}
    complaint = {"category": "waiting", "received_on": today(), "answer_by": today(), "words": "Privatecomplaint"}
    await story.ask(administrator, "POST", "referrals", "/breaches", json=breach)
    await story.ask(administrator, "POST", "referrals", "/complaints", json={**complaint, **about})


def ask_what_is_known(story: Story, person_id: str) -> tuple[dict[str, Any], str]:
    """What the organisation's officer for data protection gathers for the person: for a machine, and to read."""
    roles = frozenset({"administrator", "operator"})
    officer = Client("officer", roles, story.load.referring, secrets.token_hex(16))
    story.network.issuer.clients[officer.client_id] = officer
    out = story.network.folder / "given"
    asked = ("subject-access", person_id, "--organisation", str(story.load.referring), "--out", str(out))
    done = story.kith(*asked, client_id=officer.client_id)
    assert done.exit_code == 0, done.output
    return json.loads((out / "record.json").read_text()), (out / "record.html").read_text()


@pytest.fixture
async def story() -> AsyncIterator[Story]:
    """Everything up, and one person all the way through it, up to the day on which they ask to be forgotten."""
    with open_folder("kith-erasure-") as folder:
        async with Network(folder).standing() as network, httpx.AsyncClient(timeout=30.0) as client:
            for service in SERVICES:
                network.member(service, ALL_PARTS).start()
            story = Story(network, Load(network, 0), client)
            await story.load.prepare()
            yield story


async def test_nothing_is_left_of_somebody_who_was_in_every_service(story: Story) -> None:
    referrer = story.as_member("referrer", story.load.referring)
    administrator = story.as_member("administrator", story.load.referring)
    coordinator = story.as_member("coordinator", story.load.deciding)
    made = await refer(story, referrer)
    shown = await story.ask(referrer, "GET", "referrals", f"/referrals/{made['id']}")
    person_id = shown["person_id"]
    await decide(story, made["id"], referrer, coordinator)
    await support(story, made["id"], coordinator)
    other_id = await fill_in_the_form(story, referrer)
    await come_in_a_file(story, referrer)
    version = await say_things_about(story, person_id, other_id, administrator)
    await log_what_went_wrong(story, made["id"], administrator)
    await drained(story.network)
    closed = await story.ask(
        administrator, "GET", "referrals", f"/referrals/{made['id']}", headers={"Kith-Reason": "x"}
    )
    closing = {"reason": "support-ended"}
    await story.ask(referrer, "POST", "referrals", f"/referrals/{made['id']}/closure", closed["version"], json=closing)
    await drained(story.network)
    before = await story.found(WORDS | CODES)
    not_yet = await asyncio.to_thread(story.kith, "erasure", "verify", person_id)

    record, page = await asyncio.to_thread(ask_what_is_known, story, person_id)
    rmtree(story.network.folder / "given")

    asked = {"rule": "consent-withdrawn"}
    await story.ask(administrator, "POST", "referrals", f"/people/{person_id}/erasure", version, json=asked)

    async def proved() -> bool:
        return (await asyncio.to_thread(story.kith, "erasure", "verify", person_id)).exit_code == 0

    await eventually(proved, 90.0, "`kith erasure verify` finds something")
    await drained(story.network)
    log = b"\n".join(map(raw, await read_raw(story.network))).decode("utf-8", "replace").casefold()
    lines = {
        path.name: text for path in sorted(story.network.folder.glob("*.log")) if (text := path.read_text().casefold())
    }
    mails = story.network.mails()

    assert set().union(*before.values()) >= (WORDS - ONLY_ENCIPHERED) | CODES
    words = {"Quillfeather", "Privatenotes", "Privateanswer", "Selfquill", "Privateholding"}
    assert words | {"Privatebreach", "Privatecomplaint"} <= set(re.findall(r"\w+", page))
    assert "Privatequestion" not in page + json.dumps(record)
    assert "Another organisation wrote this." in page
    given = {(part["service"], part["section"]) for part in record["sections"] if part["rows"]}
    assert given >= {
        ("matching", "match"),
        ("notifications", "message"),
        ("reporting", "referral"),
        ("referrals", "looked"),
    }
    assert {
        str(row["content"]) for part in record["sections"] if part["section"] == "match" for row in part["rows"]
    } == {"{'redacted': 'another-controller'}"}
    supporters = await story.network.ask("matching", "select id from supporters")
    assert [one for one in supporters if str(one["id"]) in page + json.dumps(record)] == []
    assert not_yet.exit_code == 1, not_yet.output
    assert "referrals: still holds" in not_yet.output
    assert "quillfeather" in str(mails).casefold()
    assert await story.found(WORDS | CODES) == {}
    assert {word for word in WORDS if word.casefold() in log} == set()
    assert {name for name, text in lines.items() for word in WORDS if word.casefold() in text} == set()
