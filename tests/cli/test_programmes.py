"""`kith programmes` and the page about them, run as who writes a file runs them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from kith_cli.main import main
from kith_cli.programmes.glossary import EXPLAINED, meanings
from kith_cli.programmes.page import EXAMPLE, page
from kith_cli.programmes.reading import read
from kith_contracts.committed import PROGRAMMES
from kith_contracts.programmes import Definition

ROOT = Path(__file__).parents[2]
FILES = Path("deploy/programmes")
PAGE = Path("docs/programmes.md")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with one programme that can be used and one that cannot."""
    monkeypatch.chdir(tmp_path)
    Path("good").mkdir()
    Path("good/allotment-mornings.yaml").write_text(EXAMPLE, encoding="utf-8")
    Path("bad.yaml").write_text(EXAMPLE.replace("roles:", "rolls:"), encoding="utf-8")
    return tmp_path


def kith(*words: str) -> Result:
    return CliRunner().invoke(main, ["programmes", *words])


def test_a_file_that_can_be_used_is_said_to_be(here: Path) -> None:
    told = kith("check", "good/allotment-mornings.yaml")

    assert (told.exit_code, told.output) == (0, "good/allotment-mornings.yaml can be used.\n")


def test_every_fault_is_said_at_its_line_with_its_code(here: Path) -> None:
    told = kith("check", "good", "bad.yaml")

    assert told.exit_code == 1
    first, title, *faults = told.output.splitlines()
    assert (first, title) == ("good/allotment-mornings.yaml can be used.", "bad.yaml cannot be used: 3 faults")
    assert [fault.split(":")[0] for fault in faults] == [
        "  line 1 (slug)",
        "  line 9 (supporters.roles)",
        "  line 11 (supporters.rolls)",
    ]
    assert [fault.rsplit(" ", 1)[1] for fault in faults] == ["[slug-not-the-files]", "[missing]", "[unknown-key]"]


def test_a_machine_is_told_the_same(here: Path) -> None:
    told = kith("check", "good", "bad.yaml", "--json")

    good, bad = json.loads(told.output)
    assert told.exit_code == 1
    assert good == {"file": "good/allotment-mornings.yaml", "usable": True, "faults": []}
    assert [(fault["code"], fault["line"], fault["at"]) for fault in bad["faults"]] == [
        ("slug-not-the-files", 1, "slug"),
        ("missing", 9, "supporters.roles"),
        ("unknown-key", 11, "supporters.rolls"),
    ]


def test_without_a_path_those_of_this_network_are_checked(here: Path) -> None:
    shutil.copytree("good", FILES)

    assert kith("check").output == "deploy/programmes/allotment-mornings.yaml can be used.\n"


def test_without_a_path_and_without_a_network_it_says_what_to_say(here: Path) -> None:
    told = kith("check")

    assert (told.exit_code, told.output) == (
        1,
        "Error: Say which files to check: there is no deploy/programmes here.\n",
    )


def test_a_path_that_is_not_there_is_named(here: Path) -> None:
    assert kith("check", "nowhere.yaml").output == "Error: There is no nowhere.yaml.\n"


def test_a_folder_without_programmes_is_not_taken_for_a_good_one(here: Path) -> None:
    Path("empty").mkdir()

    told = kith("check", "empty")

    assert (told.exit_code, told.output) == (1, "Error: No file in empty ends in .yaml.\n")


def test_a_file_with_another_ending_in_a_folder_is_not_passed_over(here: Path) -> None:
    Path("good/walking.yml").write_text(EXAMPLE, encoding="utf-8")

    assert "call it walking.yaml" in kith("check", "good").output


def test_the_schema_is_printed_as_it_is_committed() -> None:
    told = kith("schema")

    assert json.loads(told.output) == json.loads((ROOT / PROGRAMMES / "definition.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(json.loads(told.output))


def test_help_shows_how_it_is_asked_for() -> None:
    assert "kith programmes check deploy/programmes/home-start.yaml" in kith("check", "--help").output


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kith_cli.programmes", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    shutil.copytree(ROOT / FILES, tmp_path / FILES)
    shutil.copy(ROOT / PAGE, tmp_path / PAGE)
    return tmp_path


def test_the_page_is_what_the_files_say(copy: Path) -> None:
    told = run(copy, "check")

    assert (told.returncode, told.stderr) == (0, "")


def test_a_page_that_got_old_is_found_and_written_anew(copy: Path) -> None:
    file = copy / FILES / "home-start.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("every_weeks: 4", "every_weeks: 3"), encoding="utf-8")

    old, writing, new = run(copy, "check"), run(copy, "write"), run(copy, "check")

    assert old.returncode == 1
    assert old.stderr.startswith(
        "docs/programmes.md is not what the files say. Run `python -m kith_cli.programmes write`"
    )
    assert (writing.returncode, new.returncode) == (0, 0)


def test_no_page_is_made_of_files_that_cannot_be_used(copy: Path) -> None:
    (copy / FILES / "home-start.yaml").write_text("slug: home-start\n", encoding="utf-8")

    told = run(copy, "write")

    assert (told.returncode, told.stderr) == (
        1,
        "Not every programme's file can be used: `kith programmes check` says why.\n",
    )


def test_elsewhere_the_page_says_where_to_run_it(tmp_path: Path) -> None:
    assert (
        run(tmp_path, "check").stderr == "Run this at the root of the repository: there is no deploy/programmes here.\n"
    )


def every_programme() -> list[Definition]:
    return [read(file).definition for file in sorted((ROOT / FILES).iterdir())]  # type: ignore[misc]


def test_the_page_has_a_chapter_and_a_line_in_every_table_for_each_programme() -> None:
    programmes = every_programme()

    told = page(programmes)

    assert [one.slug for one in programmes if told.count(f"[{one.slug}](#{one.slug}) |") != 5] == []
    assert [one.slug for one in programmes if f'<a id="{one.slug}"></a>\n\n### {one.name}' not in told] == []


def test_the_page_does_not_depend_on_the_order_of_the_files() -> None:
    programmes = every_programme()

    assert page(programmes) == page(programmes[::-1])


def test_the_page_tells_of_every_key_that_a_definition_may_have() -> None:
    told = page([])

    assert [key for key in Definition.model_fields if f"| `{key}` |" not in told] == []
    assert "| `supporters.training[].taught_weeks` | a whole number from 1 to 520 or null |" in told
    assert "| `supporters.checks.*.level` | one of basic, standard," in told


def test_the_page_says_what_codes_mean() -> None:
    assert all(meanings(codes) for codes in EXPLAINED.values())
    assert "| `support.components` | `headcount` | How many came, without a name" in page([])


def test_every_table_of_the_page_is_a_table() -> None:
    for block in page(every_programme()).split("\n\n"):
        if block.startswith("|"):
            assert len({line.replace("\\|", "").count("|") for line in block.splitlines()}) == 1
