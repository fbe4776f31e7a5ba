"""`kith import` against the referrals service on PostgreSQL: every row has the outcome it must have, and no other."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import yaml
from click.testing import Result

from tests.cli.a_service import AService, a_service
from tests.cli.exports import DIALECTS, HARBOUR, KINSHIP, NORTHFIELD, Dialect, told
from tests.conftest import REPOSITORY
from tests.servers.postgres import Databases

EXPORTS = ("northfield-health-board.csv", "harbour-trust-crm.csv", "kinship-north-east.tsv")
SAMPLE = REPOSITORY / "deploy" / "sample-network"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AService]:
    """Nothing that one test imports is seen by another: each has an organisation of its own."""
    async with a_service(databases, tmp_path_factory.mktemp("import")) as service:
        yield service


class Import:
    """One organisation's imports of files in one dialect."""

    def __init__(self, service: AService, folder: Path, dialect: Dialect) -> None:
        self.service = service
        self.folder = folder
        self.dialect = dialect
        self.organisation = service.an_organisation()
        self.mapping = folder / f"{dialect.name}.yaml"
        own = yaml.safe_load(dialect.mapping) | {"organisation": str(self.organisation)}
        self.mapping.write_text(yaml.safe_dump(own, sort_keys=False), encoding="utf-8")
        self.report_path = folder / "report.json"

    def of(self, content: bytes, *words: str | Path, client: str | None = None) -> Result:
        """Import this."""
        file = self.folder / self.dialect.file_name
        file.write_bytes(content)
        options = ("--mapping", self.mapping, "--report", self.report_path, *words)
        return self.service.kith(client or f"{self.organisation}.referrer", "import", file, *options)

    @property
    def report(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.report_path.read_bytes())
        return found

    @property
    def rejects(self) -> bytes:
        return self.report_path.with_name(f"report.rejects{Path(self.dialect.file_name).suffix}").read_bytes()


@pytest.fixture(params=DIALECTS.values(), ids=list(DIALECTS))
def an_import(request: pytest.FixtureRequest, service: AService, tmp_path: Path) -> Import:
    return Import(service, tmp_path, request.param)


@pytest.fixture
def kinship(service: AService, tmp_path: Path) -> Import:
    return Import(service, tmp_path, KINSHIP)


@pytest.mark.shared
def test_the_teams_exports_have_every_outcome_that_they_must_have(
    service: AService, shared_data: Path, tmp_path: Path
) -> None:
    expected = json.loads((shared_data / "intake" / "expected.json").read_text(encoding="utf-8"))
    found = {}
    for name in EXPORTS:
        file, report = shared_data / "intake" / name, tmp_path / f"{name}.json"
        mapping = SAMPLE / "mappings" / f"{file.stem}.yaml"
        organisation = UUID(yaml.safe_load(mapping.read_text(encoding="utf-8"))["organisation"])
        slug = next(one.slug for one in service.sample if one.entry.id == organisation)

        done = service.kith(f"{slug}.referrer", "import", file, "--mapping", mapping, "--report", report)

        assert done.exit_code == 0, done.output
        found[name] = told(json.loads(report.read_text(encoding="utf-8")))
    assert found == expected


@pytest.mark.parametrize("seed", range(4))
def test_other_exports_in_the_three_dialects_have_theirs(an_import: Import, seed: int) -> None:
    planted = an_import.dialect.planted(seed, 120)

    done = an_import.of(planted.content, "--batch", ["1000", "7", "1", "50"][seed])

    assert done.exit_code == 0, done.output
    assert told(an_import.report) == planted.expected


def test_importing_again_has_the_first_outcomes(an_import: Import) -> None:
    content = an_import.dialect.planted(11, 80).content
    an_import.of(content)
    first = an_import.report

    an_import.of(content, "--batch", "13")

    assert an_import.report == first


def test_an_import_that_was_killed_is_run_again_and_nobody_is_there_twice(an_import: Import) -> None:
    planted = an_import.dialect.planted(12, 60)
    some_lines = b"".join(planted.content.splitlines(keepends=True)[:40])
    an_import.of(some_lines)

    an_import.of(planted.content)

    assert told(an_import.report) == planted.expected


def test_the_report_says_where_and_why_in_words_and_by_code(kinship: Import) -> None:
    content = KINSHIP.clean(2).replace(b"2026-10-06\n", b"6 Oct\n", 1)

    kinship.of(content)

    first, second = kinship.report
    assert list(first) == list(second) == ["row", "outcome", "column", "of", "code", "message"]
    assert (first["row"], first["outcome"], first["column"], first["code"]) == (
        *(1, "rejected", "received"),
        "date-unreadable",
    )
    assert first["message"] == "This is not a date that exists, written like 1980-12-31."
    assert second == {"row": 2, "outcome": "accepted"} | dict.fromkeys(("column", "of", "code", "message"))


def test_rejected_rows_come_back_byte_for_byte_under_the_same_header(an_import: Import) -> None:
    planted = an_import.dialect.planted(13, 100)

    an_import.of(planted.content)

    rejected = [number for number, row in planted.expected.items() if row["outcome"] == "rejected"]
    header = an_import.dialect.line(an_import.dialect.header).encode(an_import.dialect.encoding)
    assert an_import.rejects.startswith(header)
    assert all(line in planted.content for line in an_import.rejects.removeprefix(header).splitlines(keepends=True))
    again = an_import.of(an_import.rejects, "--rejects", an_import.folder / "again.csv")
    assert again.exit_code == 0
    assert [row["column"] for row in an_import.report] == [planted.expected[number]["column"] for number in rejected]
    assert (an_import.folder / "again.csv").read_bytes() == (
        an_import.folder / an_import.dialect.file_name
    ).read_bytes()


def test_rejects_that_were_corrected_are_accepted(kinship: Import) -> None:
    kinship.of(KINSHIP.clean(3).replace(b"\ttrue\t", b"\tperhaps\t", 2))

    kinship.of(kinship.rejects.replace(b"\tperhaps\t", b"\ttrue\t"))

    assert [row["outcome"] for row in kinship.report] == ["accepted", "accepted"]


def test_nobodys_name_is_printed_or_reported(an_import: Import) -> None:
    planted = an_import.dialect.planted(14, 60)

    done = an_import.of(planted.content)

    for name in ("Testwell", "Sampleton", "Specimen", "Shampla", "Muestra", "07700", "Childname", "tether"):
        assert name not in done.output
        assert name.encode() not in an_import.report_path.read_bytes()


def test_totals_are_printed_for_people_and_for_programs(kinship: Import) -> None:
    content = KINSHIP.clean(5).replace(b"\ttrue\t", b"\tfalse\t", 2)

    for_people = kinship.of(content)
    for_programs = json.loads(kinship.of(content, "--json").stdout)

    assert "5 rows: 3 accepted, 2 rejected, 0 possible duplicates." in for_people.output
    assert "consent-missing  2" in for_people.output
    assert (for_programs["rows"], for_programs["rejected"], for_programs["codes"]) == (5, 2, {"consent-missing": 2})


def test_a_file_without_a_column_of_the_mapping_is_not_imported(kinship: Import) -> None:
    content = KINSHIP.clean(3).replace(b"carer_dob", b"born")

    done = kinship.of(content)

    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "lacks the column that kinship-north-east.yaml names: carer_dob; nothing was imported." in done.output
    assert not kinship.report_path.exists()


def test_a_file_in_another_dialect_is_not_imported_and_the_dialect_is_asked_about(kinship: Import) -> None:
    done = kinship.of(HARBOUR.clean(3))

    assert done.exit_code == 2
    assert "Is it written with the delimiter '\\t' and in utf-8?" in done.output


def test_the_export_of_another_organisation_is_refused_whole(service: AService, kinship: Import) -> None:
    done = kinship.of(KINSHIP.clean(3), client=f"{service.an_organisation()}.referrer")

    assert done.exit_code == 2
    assert "referrals refused" in done.output
    assert not kinship.report_path.exists()


def test_a_mapping_that_contradicts_itself_is_refused_with_what_to_mend(kinship: Import) -> None:
    told = yaml.safe_load(kinship.mapping.read_text(encoding="utf-8"))
    told["columns"][1]["to"] = "shoe_size"
    kinship.mapping.write_text(yaml.safe_dump(told))

    done = kinship.of(KINSHIP.clean(3))

    assert done.exit_code == 2
    assert "mapping.columns.1.to: This must be one of" in done.output


def test_more_columns_than_the_mapping_speaks_of_are_left_out_aloud(kinship: Import) -> None:
    lines = KINSHIP.clean(2).splitlines()
    content = b"\n".join([lines[0] + b"\tshoe_size", *(line + b"\t41" for line in lines[1:])])

    done = kinship.of(content)

    assert done.exit_code == 0
    assert "kinship-north-east.yaml says nothing of shoe_size: not imported." in done.output
    assert [row["outcome"] for row in kinship.report] == ["accepted", "accepted"]


def test_a_column_that_is_never_imported_may_be_missing(kinship: Import) -> None:
    lines = [line.split(b"\t") for line in KINSHIP.clean(2).splitlines()]
    without = b"\n".join(b"\t".join(line[:7] + line[8:]) for line in lines)

    kinship.of(without)

    assert [row["outcome"] for row in kinship.report] == ["accepted", "accepted"]


def test_one_file_is_not_read_and_written_at_once(kinship: Import) -> None:
    done = kinship.of(KINSHIP.clean(1), "--rejects", kinship.folder / KINSHIP.file_name)

    assert done.exit_code == 2
    assert "is named for two things" in done.output


def test_without_a_network_there_is_one_sentence(tmp_path: Path, service: AService) -> None:
    mapping = SAMPLE / "mappings" / "northfield-health-board.yaml"
    file = tmp_path / "northfield-health-board.csv"
    file.write_bytes(NORTHFIELD.clean(1))

    nobody = AService("http://127.0.0.1:1", service.issuer, service.clients, iter(()), tmp_path)
    seen = nobody.kith("northfield-health-board.referrer", "import", tmp_path / "nothing.csv", "--mapping", mapping)

    assert seen.exit_code == 2
    assert seen.output == f"Error: {tmp_path / 'nothing.csv'} cannot be read: No such file or directory.\n"
