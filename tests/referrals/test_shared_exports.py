"""The team's three exports, through the real import on PostgreSQL: every outcome is the one expected."""

import json
from pathlib import Path

import pytest

from kith_chassis.database import Database
from kith_cli.network import read_network
from kith_referrals.api.agreements import AgreementBody
from kith_referrals.api.programmes import ProgrammeBody
from kith_referrals.domain.intake.sifting import Sifted
from kith_referrals.domain.network import Organisation
from kith_referrals.usecases import agreeing, importing, network
from tests.builders import NOW
from tests.conftest import REPOSITORY, DatabaseOf
from tests.referrals.exports import in_requests, read_export, read_mapping
from tests.referrals.world import OPERATOR, actor, member

SAMPLE = REPOSITORY / "deploy" / "sample-network"
EXPORTS = ("northfield-health-board.csv", "harbour-trust-crm.csv", "kinship-north-east.tsv")

pytestmark = pytest.mark.shared


async def publish_sample_network(database: Database) -> None:
    told = read_network(SAMPLE / "network.yaml")
    async with database.transaction(OPERATOR) as tx:
        for one in told:
            organisation = Organisation(one.entry.id, one.entry.body["name"], one.entry.body["kind"])
            await network.publish_organisation(tx, organisation, now=NOW)
            for offer in one.programmes:
                body = ProgrammeBody.model_validate_json(json.dumps(dict(offer.body)))
                await network.publish_programme(tx, body.programme(offer.id), body.asked(), now=NOW)
        for agreement in (one for organisation in told for one in organisation.agreements):
            signed = AgreementBody.model_validate_json(json.dumps(dict(agreement.body)))
            await agreeing.publish_agreement(tx, signed.agreement(agreement.id), now=NOW)


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
