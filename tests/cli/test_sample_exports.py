"""The sample network's exports: nobody in them is real, and each is in a dialect of its own."""

import csv
import io
import re
from collections import Counter

import yaml

from kith_cli.demonstrating.exports import list_exports
from kith_cli.installation import deploy_file
from tests.cli.exports import check_digit

SAMPLE = deploy_file("sample-network/network.yaml").parent
INVENTED = {
    *("Testwell", "Dummy", "Example", "Sampleton", "Mockridge", "O'Specimen", "Nic Shampla", "de la Muestra"),
    *("Beispiel", "Müsterling", "Przykładowa"),
}


def sample_rows() -> list[tuple[str, str]]:
    """What every cell of the sample exports is, and its text."""
    found = []
    for export, mapping_path in list_exports(SAMPLE):
        mapping = yaml.safe_load(mapping_path.read_text(encoding="utf-8"))
        targets = {column["column"]: column.get("to", "never") for column in mapping["columns"]}
        text = io.StringIO(export.read_bytes().decode(mapping["dialect"]["encoding"]), newline="")
        for row in csv.DictReader(text, delimiter=mapping["dialect"]["delimiter"]):
            found += [(targets[name], cell) for name, cell in row.items() if name in targets and cell]
    return found


def test_nobody_in_them_could_be_a_real_person() -> None:
    for target, cell in sample_rows():
        match target:
            case "family_name":
                assert cell in INVENTED
            case "full_name":
                assert cell.partition(",")[0] in INVENTED
            case "email":
                assert re.fullmatch(r"person\d{3}@example\.org", cell)
            case "telephone":
                assert re.fullmatch(r"(07700 ?900|\+44 7700 900|0141 496 0)\d{3}", cell)
            case "nhs_number":
                assert cell.startswith("999") or cell == "0000000000"


def test_almost_every_number_has_its_check_digit() -> None:
    numbers = [cell.replace(" ", "") for target, cell in sample_rows() if target in {"nhs_number", "chi_number"}]
    right = Counter(check_digit(number[:9]) == number[9] for number in numbers)

    assert right[True] > 80
    assert right[False] == 2


def test_one_of_their_columns_must_never_be_imported() -> None:
    assert sum(target == "never" for target, _ in sample_rows()) > 70


def test_each_is_in_a_dialect_of_its_own() -> None:
    exports = SAMPLE / "exports"
    northfield, harbour = exports / "northfield-health-board.csv", exports / "harbour-trust-crm.csv"
    kinship = exports / "kinship-north-east.tsv"

    assert northfield.read_bytes().startswith(b"\xef\xbb\xbfReferral ID,CHI,")
    assert "Müsterling".encode("cp1252") in harbour.read_bytes()
    assert b"\r\n" not in kinship.read_bytes()
    assert b"\tchild_names\t" in kinship.read_bytes()
