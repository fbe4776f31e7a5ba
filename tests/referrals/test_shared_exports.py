"""The team's three exports, through the real import on PostgreSQL: every outcome is the one expected."""

import json
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from kith_chassis.database import Database
from kith_referrals.domain.agreement import REFERRAL, Agreement, Level
from kith_referrals.domain.intake.sifting import Sifted
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.usecases import agreeing, importing, network
from tests.builders import NOW
from tests.conftest import REPOSITORY, DatabaseOf
from tests.referrals.exports import in_requests, read_export, read_mapping
from tests.referrals.world import OPERATOR, actor, member

SAMPLE = REPOSITORY / "deploy" / "sample-network"
EXPORTS = ("northfield-health-board.csv", "harbour-trust-crm.csv", "kinship-north-east.tsv")

pytestmark = pytest.mark.shared


async def publish_sample_network(database: Database) -> None:
    document = yaml.safe_load((SAMPLE / "network.yaml").read_text(encoding="utf-8"))
    ids = {told["slug"]: told["id"] for told in document["organisations"]}
    async with database.transaction(OPERATOR) as tx:
        for told in document["organisations"]:
            organisation = Organisation(UUID(told["id"]), told["name"], told["kind"])
            await network.publish_organisation(tx, organisation, now=NOW)
            for offer in told["programmes"]:
                words = {name: offer[name] for name in ("slug", "name", "model", "formality")}
                programme = Programme(id=UUID(offer["id"]), organisation_id=organisation.id, **words)
                await network.publish_programme(tx, programme, now=NOW)
        for told in document["agreements"]:
            sharer, receiver = UUID(ids[told["sharer"]]), UUID(ids[told["receiver"]])
            agreement = Agreement(UUID(told["id"]), sharer, receiver, (), (REFERRAL,), Level.FULL, told["starts_on"])
            await agreeing.publish_agreement(tx, agreement, now=NOW)


async def carry_through(database: Database, export: Path, size: int) -> tuple[list[Sifted], set[int]]:
    told, body = read_mapping(SAMPLE / "mappings" / f"{export.stem}.yaml")
    rows, wrong = read_export(export, told)
    done: list[Sifted] = []
    for some in in_requests(rows, size):
        async with database.transaction(member(body.organisation)) as tx:
            done += await importing.import_rows(
                tx, body.mapping(), some, by=actor(body.organisation), file_name=export.name, now=NOW
            )
    return done, wrong


@pytest.mark.parametrize("size", [1000, 7])
async def test_every_row_of_the_teams_exports_has_the_outcome_it_must_have(
    database_of: DatabaseOf, shared_data: Path, size: int
) -> None:
    database = await database_of("referrals")
    await publish_sample_network(database)
    expected = json.loads((shared_data / "intake" / "expected.json").read_text(encoding="utf-8"))

    found: dict[str, dict[str, dict[str, str]]] = {}
    for export in EXPORTS:
        done, wrong = await carry_through(database, shared_data / "intake" / export, size)
        found[export] = {str(number): {"outcome": "rejected", "column": "(row)"} for number in wrong}
        for row in done:
            told = {"outcome": str(row.outcome), "column": row.column, "of": row.of}
            found[export][str(row.read.number)] = {name: text for name, text in told.items() if text is not None}

    assert found == expected


async def test_the_teams_exports_imported_again_have_their_first_outcomes(
    database_of: DatabaseOf, shared_data: Path
) -> None:
    database = await database_of("referrals")
    await publish_sample_network(database)
    first = [await carry_through(database, shared_data / "intake" / export, 1000) for export in EXPORTS]

    again = [await carry_through(database, shared_data / "intake" / export, 50) for export in EXPORTS]

    assert [plain(done) for done, _ in again] == [plain(done) for done, _ in first]


def plain(done: list[Sifted]) -> list[tuple[object, ...]]:
    return [(row.read.number, row.outcome, row.column, row.of, row.code, row.referral_id) for row in done]
