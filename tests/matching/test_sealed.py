"""What is sealed opens for its reader: not by SQL as any role, not from a dump, not from an export, not from a log."""

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_chassis.sealing import encipher
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.tables import concern_words, concerns, supervision_keys, supervisions
from tests.conftest import AsCaller
from tests.matching.breaking_in import blobs_in, can_open, dump, select_everything, shows
from tests.matching.desk import Desk
from tests.matching.test_tenancy import A_SHARING, a_lead
from tests.servers.issuer import SERVICES
from tests.servers.postgres import Address, Databases, role_url
from tests.servers.services import SEALING_KEY

WORDS = "Zanderfleck shivers by the millpond"
AUTHOR = "tester"
KEY = b64decode(SEALING_KEY)
OTHERS = [name for name in SERVICES if name != "matching"]
ANOTHER = new_id()


@pytest.fixture(scope="module")
def one_address(databases: Databases) -> Iterator[Address]:
    """A database with the rights that `kith provision` gives, and with nothing in it but what these tests keep."""
    with asyncio.Runner() as runner:
        provisioned = databases.at_revision("matching", "head")
        yield runner.run(provisioned.__aenter__())
        runner.run(provisioned.__aexit__(None, None, None))


@pytest.fixture
async def where(desk: Desk, as_caller: AsCaller) -> str:
    """Where a supervision is whose note has the words; so have a concern, a goal, an incident and a session."""
    await concern(desk, as_caller)
    terms = ProgrammeTerms(definition_version=1, knowing_each_other="expected", components=("goals",))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    goal = {"code": "going-out", "words": WORDS, "set_on": desk.today}
    incident = {"kind": "near-miss", "happened_on": desk.today, "words": WORDS}
    of_referral = f"/referrals/{(await desk.a_referral()).referral_id}"
    for path, body in ((f"{of_referral}/goals", goal), ("/incidents", incident)):
        kept = await desk.create(path, body)
        assert (await desk.get(kept.headers["Location"])).json()["words"] == WORDS
    held = {"kind": "one-to-one", "match_id": await desk.a_match(), "held_on": desk.today, "minutes": 60}
    session = await desk.create("/sessions", held | {"channel": "telephone"})
    assert (await desk.create(f"{session.headers['Location']}/notes", {"words": WORDS})).is_success
    return (await note(desk)).headers["Location"]


async def concern(desk: Desk, as_caller: AsCaller) -> str:
    coordinator, desk.auth = desk.auth, a_lead(desk, as_caller)
    raised = await desk.create("/concerns", {"grounds": "self-harm", "words": WORDS})
    for what, body in (("sharings", A_SHARING), ("deciding", {"decision": "shared"})):
        answer = await desk.create(f"{raised.headers['Location']}/{what}", body | {"reason": WORDS})
        assert answer.is_success, answer.text
    desk.auth = coordinator
    return raised.headers["Location"]


async def note(desk: Desk, words: str = WORDS) -> httpx.Response:
    body = {"held_on": desk.today, "minutes": 60, "note": words}
    answer = await desk.create(f"/supporters/{await desk.a_supporter()}/supervisions", body)
    assert answer.is_success, answer.text
    return answer


async def keep_as_before(desk: Desk, where: str, words: str) -> None:
    """Have the note stand as a release of before kept it: with the key that opens it beside it."""
    kept = encipher(UUID(where.rpartition("/")[2]), words)
    async with desk.stage.database.network_transaction() as tx:
        for table, values in ((supervisions, {"sealed_note": kept.text}), (supervision_keys, {"key": kept.key})):
            await tx.execute(sa.update(table).where(table.c.id == kept.key_id).values(values))


def sights(desk: Desk) -> list[tuple[str, str, str]]:
    """As whom a transaction can say that it is."""
    organisations = (str(desk.stage.organisation_id), "")
    return [
        (subject, scope, one)
        for subject in (AUTHOR, "a-colleague", "")
        for scope in ("network", "")
        for one in organisations
    ]


@pytest.mark.parametrize("role", ["matching", "matching_owner", "postgres"])
async def test_by_sql_no_role_reads_it_whoever_it_says_it_is(
    desk: Desk, where: str, one_address: Address, role: str
) -> None:
    url = {"matching": one_address.url, "matching_owner": one_address.owner_url, "postgres": one_address.admin_url}[
        role
    ]

    everything = await select_everything(url, *sights(desk))

    assert where.rpartition("/")[2] in everything
    assert (shows(everything, WORDS), can_open(blobs_in(everything), WORDS)) == (False, False)


@pytest.mark.parametrize("service", OTHERS)
async def test_no_other_services_role_is_let_in(one_address: Address, databases: Databases, service: str) -> None:
    async with databases.copy(service) as theirs:
        assert await select_everything(theirs.url, ("", "", ""))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(role_url(one_address.admin_url, one_address.name, service))


async def test_a_dump_of_the_whole_database_neither_shows_it_nor_opens_it(where: str, one_address: Address) -> None:
    dumped = await asyncio.to_thread(dump, one_address.admin_url)

    assert where.rpartition("/")[2] in dumped
    assert (shows(dumped, WORDS), can_open(blobs_in(dumped), WORDS)) == (False, False)


async def test_whoever_has_the_sealing_key_too_opens_it(where: str, one_address: Address) -> None:
    """So that the tests above do not hold only because they try too little."""
    dumped = await asyncio.to_thread(dump, one_address.admin_url)

    assert where.rpartition("/")[2] in dumped
    assert can_open(blobs_in(dumped) | {KEY}, WORDS)


async def test_a_key_that_stands_bare_would_be_found(desk: Desk, where: str, one_address: Address) -> None:
    await keep_as_before(desk, where, "Zanderfleck as it was before")
    dumped = await asyncio.to_thread(dump, one_address.admin_url)

    assert can_open(blobs_in(dumped), "Zanderfleck as it was before")


@pytest.mark.parametrize(
    "written", ["as it is", "\\x" + WORDS.encode().hex(), b64encode(b"xx" + WORDS.encode()).decode()]
)
def test_the_words_are_found_however_they_are_written(written: str) -> None:
    assert shows(f"a row with {written} in it".replace("as it is", WORDS), WORDS)


async def test_who_writes_another_reader_into_the_database_opens_nothing(
    desk: Desk, where: str, as_caller: AsCaller
) -> None:
    async with desk.stage.database.network_transaction() as tx:
        for table in (supervisions, supervision_keys):
            mine = table.c.id == UUID(where.rpartition("/")[2])
            await tx.execute(sa.update(table).where(mine).values(supervisor="a-colleague"))
    desk.auth = as_caller("coordinator", organisation_id=desk.stage.organisation_id, subject="a-colleague")

    answer = await desk.get(where)

    assert (answer.status_code, answer.json()["code"]) == (409, "seal-broken")


async def test_who_moves_it_to_a_record_of_their_own_opens_nothing(desk: Desk, where: str, as_caller: AsCaller) -> None:
    desk.auth = as_caller("coordinator", organisation_id=desk.stage.organisation_id, subject="a-colleague")
    own = (await note(desk, "Nothing much")).headers["Location"]
    ids = {"theirs": UUID(where.rpartition("/")[2]), "own": UUID(own.rpartition("/")[2])}
    move = "update {0} set {1} = (select {1} from {0} where id = :theirs) where id = :own"
    async with desk.stage.database.network_transaction() as tx:
        await tx.execute(sa.text(move.format("supervisions", "sealed_note")), ids)
        await tx.execute(sa.text(move.format("supervision_keys", "key")), ids)

    answer = await desk.get(own)

    assert (answer.status_code, answer.json()["code"]) == (409, "seal-broken")


async def test_what_is_written_of_a_concern_opens_for_the_lead_and_stays_closed_once_it_is_anothers(
    desk: Desk, as_caller: AsCaller
) -> None:
    path = await concern(desk, as_caller)
    desk.auth = a_lead(desk, as_caller)
    read = (await desk.get(path)).json()

    async with desk.stage.database.network_transaction() as tx:
        for table in (concerns, concern_words):
            mine = table.c.organisation_id == desk.stage.organisation_id
            await tx.execute(sa.update(table).where(mine).values(organisation_id=ANOTHER))
    desk.auth = as_caller("safeguarding-lead", organisation_id=ANOTHER)
    taken = await desk.get(path)

    assert [read["words"], read["reason"], read["sharings"][0]["reason"]] == [WORDS] * 3
    assert (taken.status_code, taken.json()["code"]) == (409, "seal-broken")


@pytest.mark.parametrize("path", ["/operations/audit?limit=200", "/operations/audit/export", "/operations/metrics"])
async def test_what_an_operator_takes_away_does_not_hold_it(
    desk: Desk, where: str, as_caller: AsCaller, path: str
) -> None:
    await desk.stage.on_the_record(UUID(where.rpartition("/")[2]))

    answer = await desk.client.get(path, auth=as_caller("operator"))

    assert answer.is_success
    assert "metrics" in path or where.rpartition("/")[2] in answer.text
    assert not shows(answer.text, WORDS)


async def test_what_is_held_about_somebody_does_not_hold_it(desk: Desk, where: str, as_caller: AsCaller) -> None:
    supporter_id = (await desk.get(where)).json()["supporter_id"]
    referral = await desk.a_referral(person_id=UUID(supporter_id))

    answer = await desk.client.post(
        "/operations/holdings",
        json={"people": [supporter_id], "referrals": [str(referral.referral_id)]},
        auth=as_caller("operator"),
    )

    assert answer.is_success, answer.text
    assert str(referral.referral_id) in answer.text
    assert not shows(answer.text, WORDS)


async def test_no_log_line_holds_it_whatever_goes_wrong(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    supporter_id = await desk.a_supporter()
    body: dict[str, Any] = {"held_on": desk.today, "minutes": 60, "note": WORDS}
    path = f"/supporters/{supporter_id}/supervisions"

    logged = await desk.create(path, body, "a-key")
    await desk.get(logged.headers["Location"])
    wrong = [
        await desk.create(path, body | {"minutes": 30}, "a-key"),
        await desk.create(path, body | {"minutes": WORDS}),
        await desk.create(path, body | {"note": WORDS * 1000}),
        await desk.create(f"/supporters/{new_id()}/supervisions", body),
    ]
    with monkeypatch.context() as defect:
        defect.setattr("kith_matching.outgoing.tell_supervised", None)
        wrong.append(await desk.create(path, body))

    assert [answer.status_code for answer in wrong] == [422, 422, 422, 404, 500]
    assert "TypeError" in caplog.text
    assert not any(shows(answer.text, WORDS) for answer in wrong)
    assert not shows(caplog.text + "".join(str(vars(one)) for one in caplog.records), WORDS)
