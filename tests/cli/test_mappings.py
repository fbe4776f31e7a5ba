"""`kith mappings` and `kith import` by a kept one, against the referrals service on PostgreSQL."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from click.testing import Result

from kith_cli.importing.mapping import line_of
from tests.cli.a_service import AService, a_service
from tests.cli.exports import KINSHIP
from tests.servers.postgres import Databases


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AService]:
    async with a_service(databases, tmp_path_factory.mktemp("mappings")) as service:
        yield service


class Keeper:
    """One organisation, its mapping file, and its client."""

    def __init__(self, service: AService, folder: Path) -> None:
        self.service = service
        self.organisation = service.an_organisation()
        self.told: dict[str, Any] = yaml.safe_load(KINSHIP.mapping) | {"organisation": str(self.organisation)}
        self.file = folder / "mapping.yaml"
        self.export = folder / KINSHIP.file_name
        self.write()

    def write(self) -> None:
        """Write the file as the mapping now is."""
        self.file.write_text(yaml.safe_dump(self.told, sort_keys=False), encoding="utf-8")

    def kith(self, *words: str | Path) -> Result:
        """Run the command as the organisation's client."""
        return self.service.kith(f"{self.organisation}.referrer", *words)


@pytest.fixture
def keeper(service: AService, tmp_path: Path) -> Keeper:
    return Keeper(service, tmp_path)


def test_a_mapping_is_saved_listed_and_shown_as_a_file_would_have_it(keeper: Keeper) -> None:
    saved = keeper.kith("mappings", "save", "kinship", keeper.file)

    listed = json.loads(keeper.kith("mappings", "list", "--json").stdout)
    shown = keeper.kith("mappings", "show", "kinship")
    assert (saved.exit_code, saved.output) == (0, "Kept as kinship, version 1.\n")
    assert [(one["name"], one["version"]) for one in listed] == [("kinship", 1)]
    assert shown.output.startswith("# kinship, version 1, saved ")
    columns = yaml.safe_load(shown.output)["columns"]
    assert [one["column"] for one in columns] == [one["column"] for one in keeper.told["columns"]]


def test_what_is_shown_can_be_saved_again_and_is_the_same(keeper: Keeper) -> None:
    keeper.kith("mappings", "save", "kinship", keeper.file)
    keeper.file.write_text(keeper.kith("mappings", "show", "kinship").output, encoding="utf-8")

    again = keeper.kith("mappings", "save", "kinship", keeper.file)

    assert again.output == "Kept as kinship, version 1.\n"


def test_a_change_says_which_version_was_seen(keeper: Keeper) -> None:
    keeper.kith("mappings", "save", "kinship", keeper.file)
    keeper.told["constants"] = keeper.told["constants"] | {"language": "cy"}
    keeper.write()

    unseen = keeper.kith("mappings", "save", "kinship", keeper.file)
    seen = keeper.kith("mappings", "save", "kinship", keeper.file, "--over", "1")

    assert (unseen.exit_code, "(if-match-missing)" in unseen.output) == (1, True)
    assert (seen.exit_code, seen.output) == (0, "Kept as kinship, version 2.\n")
    assert "language: cy" not in keeper.kith("mappings", "show", "kinship", "--version", "1").output


def test_an_import_takes_the_newest_kept_one_and_says_so(keeper: Keeper) -> None:
    keeper.kith("mappings", "save", "kinship", keeper.file)
    keeper.export.write_bytes(KINSHIP.clean(3))
    keeper.file.unlink()

    done = keeper.kith("import", keeper.export, "--mapping", "kinship")

    assert done.exit_code == 0
    assert "By the mapping kinship, version 1." in done.output
    assert "3 rows: 3 accepted, 0 rejected" in done.output


def test_a_path_that_exists_is_a_file_and_goes_before_a_name(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.kith("mappings", "save", "kinship", keeper.file)
    keeper.export.write_bytes(KINSHIP.clean(1))
    keeper.file.rename(tmp_path / "kinship")
    monkeypatch.chdir(tmp_path)

    done = keeper.kith("import", keeper.export, "--mapping", "kinship")

    assert "By the mapping in kinship." in done.output
    assert "1 rows: 1 accepted" in done.output


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("nobodys", "keeps no mapping nobodys, and there is no such file"),
        ("not/here.yaml", "not/here.yaml cannot be read"),
    ],
)
def test_a_mapping_that_is_neither_kept_nor_a_file_imports_nothing(keeper: Keeper, mapping: str, said: str) -> None:
    keeper.export.write_bytes(KINSHIP.clean(1))

    done = keeper.kith("import", keeper.export, "--mapping", mapping)

    assert (done.exit_code, said in done.output) == (2, True)


def test_a_good_mapping_can_be_used(keeper: Keeper) -> None:
    done = keeper.kith("mappings", "check", keeper.file)

    assert (done.exit_code, done.output) == (0, f"{keeper.file} can be used.\n")


@pytest.mark.parametrize(
    ("change", "stands", "allowed"),
    [
        ({"column": "shoes", "to": "shoe_size"}, "  to: shoe_size", "This must be one of 'source_reference'"),
        (
            {"column": "ways", "to": "channels", "values": {"post": "by-post"}},
            "- column: ways",
            "one of in-person, telephone, video",
        ),
    ],
)
@pytest.mark.parametrize("command", [("check",), ("save", "kinship")])
def test_what_is_wrong_is_said_with_its_line_and_what_is_allowed(
    keeper: Keeper, *, command: tuple[str, ...], change: dict[str, Any], stands: str, allowed: str
) -> None:
    keeper.told["columns"].append(change)
    keeper.write()
    line = keeper.file.read_text(encoding="utf-8").splitlines().index(stands) + 1

    done = keeper.kith("mappings", *command, keeper.file)

    assert done.exit_code == 1
    assert f"{keeper.file}, line {line} (columns.{len(keeper.told['columns']) - 1}" in done.output
    assert allowed in done.output


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("columns",), 3),
        (("columns", "1"), 5),
        (("columns", "1", "to"), 6),
        (("columns", "1", "split"), 5),
        (("columns", "9"), 3),
        (("constants", "language"), 1),
        ((), 1),
    ],
)
def test_a_place_stands_on_a_line_or_in_what_it_would_stand_in(place: tuple[str, ...], line: int) -> None:
    text = "organisation: x\ncolumns:\n  - column: a\n    to: email\n  - column: b\n    to: notes\n"

    assert line_of(text, place) == line
