"""What is sealed opens for its reader: for nobody who moves it, and not from an export, a holding or a log."""

import logging
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_matching.tables import concern_words, concerns, supervision_keys, supervisions
from tests.conftest import AsCaller
from tests.matching.breaking_in import shows
from tests.matching.desk import Desk
from tests.matching.sealed_things import WORDS, concern, keep_everything, note
from tests.matching.test_stolen import one_address
from tests.matching.test_tenancy import a_lead

__all__ = ["one_address"]  # a fixture

ANOTHER = new_id()


@pytest.fixture
async def where(desk: Desk, as_caller: AsCaller) -> str:
    """Where a supervision is whose note has the words, and a record of every other kind has them too."""
    return await keep_everything(desk, as_caller)


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
