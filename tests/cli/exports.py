"""Exports in the sample network's three dialects, made up from a seed, with faults in known places."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import yaml

from tests.conftest import REPOSITORY

MAPPINGS = REPOSITORY / "deploy" / "sample-network" / "mappings"
GIVEN = ["Ailsa", "Callum", "Deepa", "Eilidh", "Gethin", "Hamish", "Ioana", "Jacek", "Niamh", "Renée", "Siân", "Zoë"]
FAMILY = ["Testwell", "Dummy", "Example", "Sampleton", "O'Specimen", "Nic Shampla", "de la Muestra", "Müsterling"]
NOTES = [
    "Would like a mentor :)",
    "Low mood; would like to meet someone, who has been through it.",
    "Isolated, lives alone.\nPrefers phone first.",
    'Exhausted, "at the end of my tether".',
    '=HYPERLINK("http://example.invalid","click")',
    "-2+3",
    "tab\there",
    "",
]
UNDECODABLE = {"utf-8": b"\xff", "utf-8-sig": b"\xc3\x28", "cp1252": b"\x81"}

Row = list[str]
Expected = dict[str, str]
ACCEPTED = {"outcome": "accepted"}


def rejected(column: str) -> Expected:
    return {"outcome": "rejected", "column": column}


ALONE, ACROSS, PROGRAMME, CONSENT = range(4)
"""When a fault is looked for: each column alone, across columns, then the programme, then the consent."""


@dataclass(frozen=True)
class Fault:
    """Something wrong in a cell, by its place, and the column that is named for it."""

    cell: int
    column: str
    change: Callable[[str, random.Random], str]
    when: int = ALONE


@dataclass
class Planted:
    """An export and its expected outcomes by row, as the team's ``expected.json`` has them."""

    file_name: str
    content: bytes
    expected: dict[str, Expected]


@dataclass
class Dialect:
    """One of the three, with its columns and what can go wrong in them."""

    name: str
    file_name: str
    encoding: str
    delimiter: str
    line_end: str
    row: Callable[[random.Random, int], Row]
    faults: list[Fault]
    duplicates: list[Callable[[random.Random, Row, Row], None]]

    @property
    def mapping(self) -> str:
        """The text of its mapping."""
        return (MAPPINGS / f"{self.name}.yaml").read_text(encoding="utf-8")

    @property
    def header(self) -> Row:
        """Its columns in the file's order, which is the mapping's."""
        return [column["column"] for column in yaml.safe_load(self.mapping)["columns"]]

    def planted(self, seed: int, rows: int) -> Planted:
        """An export of so many rows, about a third of them with something about them."""
        return _Planting(self, random.Random(f"{self.name} {seed}"), seed).plant(rows)

    def clean(self, rows: int) -> bytes:
        """An export of so many rows with nothing wrong."""
        rng = random.Random(self.name)
        lines = [self.line(self.header), *(self.line(self.row(rng, number)) for number in range(1, rows + 1))]
        return "".join(lines).encode(self.encoding)

    def line(self, row: Row) -> str:
        """A row as it is written."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end).writerow(row)
        return text.getvalue()


@dataclass
class _Planting:
    dialect: Dialect
    rng: random.Random
    seed: int
    accepted: list[Row] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    expected: dict[str, Expected] = field(default_factory=dict)

    def plant(self, rows: int) -> Planted:
        dialect = self.dialect
        for number in range(1, rows + 1):
            row = dialect.row(self.rng, number)
            row[0] = f"{row[0]}/{self.seed}"
            chance = self.rng.random()
            if chance < 0.25:
                self._faulty(number, row, self.rng.sample(dialect.faults, self.rng.choice([1, 1, 1, 2])))
            elif chance < 0.30 and self.accepted:
                self._duplicate(number, row)
            elif chance < 0.36:
                self._malformed(number, row)
            elif chance < 0.40 and self.accepted:
                self._again(number)
            else:
                self.accepted.append(row)
                self._add(number, row, ACCEPTED)
        header = dialect.line(dialect.header).encode(dialect.encoding)
        return Planted(dialect.file_name, header + b"".join(self.lines), self.expected)

    def _add(self, number: int, row: Row, expected: Expected) -> None:
        line = self.dialect.line(row).encode(self.dialect.encoding.removesuffix("-sig"))
        self.lines.append(line)
        self.expected[str(number)] = expected

    def _faulty(self, number: int, row: Row, faults: list[Fault]) -> None:
        """Of two faults the first is told of: by when it is looked for, then in the mapping's order."""
        by_cell = {fault.cell: fault for fault in faults}
        for place, fault in by_cell.items():
            row[place] = fault.change(row[place], self.rng)
        first = min(by_cell.values(), key=lambda fault: (fault.when, self.dialect.header.index(fault.column)))
        self._add(number, row, rejected(first.column))

    def _duplicate(self, number: int, row: Row) -> None:
        first = self.rng.choice(self.accepted)
        self.rng.choice(self.dialect.duplicates)(self.rng, row, first)
        self._add(number, row, {"outcome": "possible-duplicate", "of": first[0]})

    def _malformed(self, number: int, row: Row) -> None:
        kind = self.rng.choice(["short", "long", "undecodable", "unclosed"])
        if kind == "short":
            row = row[: self.rng.randrange(1, len(row))]
        elif kind == "long":
            row = [*row, "one more"]
        line = self.dialect.line(row).encode(self.dialect.encoding.removesuffix("-sig"))
        end = self.dialect.line_end.encode()
        if kind == "undecodable":
            line = line.removesuffix(end) + UNDECODABLE[self.dialect.encoding] + end
        elif kind == "unclosed":
            line = f'{row[0]}{self.dialect.delimiter}"never closed'.encode() + end
        self.lines.append(line)
        self.expected[str(number)] = rejected("(row)")

    def _again(self, number: int) -> None:
        """A row that was accepted before: the same has its first outcome, a changed one is for a human."""
        first = list(self.rng.choice(self.accepted))
        if self.rng.random() < 0.5:
            self._add(number, first, ACCEPTED)
        else:
            first[2] += "x"
            self._add(number, first, rejected(self.dialect.header[0]))


def check_digit(nine: str) -> str | None:
    """NHS and CHI numbers' last digit (modulus 11); None where there is none."""
    digit = (11 - sum(int(one) * weight for one, weight in zip(nine, range(10, 1, -1), strict=True)) % 11) % 11
    return None if digit == 10 else str(digit)


def number(rng: random.Random, begins: str) -> str:
    """A valid number that begins so."""
    while True:
        nine = begins + "".join(rng.choice("0123456789") for _ in range(9 - len(begins)))
        if last := check_digit(nine):
            return nine + last


def wrong_digit(text: str, _: random.Random) -> str:
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def another_day(text: str, _: random.Random) -> str:
    return text[:8] + f"{int(text[8:]) % 28 + 1:02}"


def born(rng: random.Random) -> date:
    return date(1930, 1, 1) + timedelta(days=rng.randrange(27_000))


def phone(rng: random.Random) -> str:
    last = rng.randrange(1000)
    return rng.choice([f"07700 900{last:03}", f"+44 7700 900{last:03}", f"0141 496 0{last:03}", ""])


def put(*texts: str) -> Callable[[str, random.Random], str]:
    """Write one of these."""
    return lambda _, rng: rng.choice(texts)


def the_same(*places: int, of: Callable[[str], str] = str) -> Callable[[random.Random, Row, Row], None]:
    """Take these columns over from the earlier row."""

    def change(_: random.Random, row: Row, first: Row) -> None:
        for place in places:
            row[place] = of(first[place])

    return change


def _northfield_row(rng: random.Random, number_: int) -> Row:
    birth = born(rng)
    return [
        *(f"NHB-{number_}", number(rng, f"{birth:%d%m%y}"), rng.choice(GIVEN), rng.choice([*FAMILY, "Przykładowa"])),
        *(birth.isoformat(), rng.choice("FM"), rng.choice(["eh165xx", "G12 8QQ", "ML1 1AA"]), phone(rng)),
        *(rng.choice(["", f"person{number_}@example.org"]), rng.choice(["COPD", "Depression", "Something rare"])),
        *(rng.choice([*NOTES, "a mentor 🙂"]), rng.choice(["routine", "urgent"]), "Y", "2026-09-26"),
        *("Dr A Example, Northfield Practice", "2026-10-05", "long-term-conditions"),
    ]


def _another_person_with_the_same_chi(_: random.Random, row: Row, first: Row) -> None:
    row[1], row[4] = first[1], first[4]


def _the_same_name_birth_date_and_district(rng: random.Random, row: Row, first: Row) -> None:
    row[1] = number(rng, first[1][:6])
    row[2:5] = first[2].upper(), f" {first[3].lower()} ", first[4]
    row[6] = first[6].lower()


NORTHFIELD = Dialect(
    name="northfield-health-board",
    file_name="northfield-health-board.csv",
    encoding="utf-8-sig",
    delimiter=",",
    line_end="\r\n",
    row=_northfield_row,
    faults=[
        Fault(1, "CHI", wrong_digit),
        Fault(1, "CHI", put("1111111111", "9999999999", "3213567890", "12345", "abcdefghij")),
        Fault(4, "CHI", another_day, ACROSS),
        Fault(3, "Surname", put("", "  ")),
        Fault(4, "DOB", put("31/02/1970", "1970-02-30", "2061-12-28", "")),
        Fault(12, "Consent to share", put("perhaps")),
        Fault(12, "Consent to share", put("N", ""), CONSENT),
        Fault(16, "Programme", put("no-such-programme", ""), PROGRAMME),
    ],
    duplicates=[_another_person_with_the_same_chi, _the_same_name_birth_date_and_district],
)


def _harbour_row(rng: random.Random, number_: int) -> Row:
    nhs = number(rng, "999")
    needs = ["anxiety", "bereavement", "isolation", "low mood", "money worries"]
    return [
        *(f"HT/{number_}", f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}", f"{rng.choice(FAMILY)}, {rng.choice(GIVEN)}"),
        *(f"{born(rng):%d/%m/%Y}", rng.choice(["DH1 3ZZ", "SR2 7ZZ", "ne14xx"]), phone(rng)),
        *(rng.choice(["", f"person{number_}@example.org"]), "|".join(rng.sample(needs, 2)), rng.choice(NOTES)),
        *(rng.choice(["yes", "Yes", "YES"]), "01/09/2026", rng.choice(["GP", "self", "social worker"]), "27/08/2026"),
        rng.choice(["group", "one to one", "either"]),
    ]


HARBOUR = Dialect(
    name="harbour-trust-crm",
    file_name="harbour-trust-crm.csv",
    encoding="cp1252",
    delimiter=";",
    line_end="\r\n",
    row=_harbour_row,
    faults=[
        Fault(1, "NHS No", wrong_digit),
        Fault(1, "NHS No", put("0000000000", "999 999 9999", "12 34")),
        Fault(2, "Full name", put("", ", Ailsa")),
        Fault(3, "Date of birth", put("13/13/1980", "1980-12-31", "28/12/2061", "")),
        Fault(4, "Home postcode", put("not a postcode")),
        Fault(9, "Consented?", put("maybe")),
        Fault(9, "Consented?", put("No", ""), CONSENT),
        Fault(13, "Wants", put("a telephone"), PROGRAMME),
    ],
    duplicates=[the_same(1), the_same(1, of=lambda text: text.replace(" ", "")), the_same(2, 3, 4)],
)


def _kinship_row(rng: random.Random, number_: int) -> Row:
    birth = born(rng)
    return [
        *(f"K-{number_}", rng.choice(GIVEN), rng.choice([*FAMILY, "Łukasik"]), f"{birth.day} {birth:%b %Y}"),
        *(rng.choice(["NE8 3ZZ", "TS1 2ZZ"]), phone(rng), str(rng.randrange(1, 4)), "Secret Childname"),
        *(rng.choice(["", "arthritis", "COPD"]), rng.choice(["grandparent carer", "kinship carer", "any"])),
        *("true", "2026-11-13", "2026-10-06"),
    ]


KINSHIP = Dialect(
    name="kinship-north-east",
    file_name="kinship-north-east.tsv",
    encoding="utf-8",
    delimiter="\t",
    line_end="\n",
    row=_kinship_row,
    faults=[
        Fault(2, "carer_last", put("")),
        Fault(3, "carer_dob", put("1 Foo 1960", "30 Feb 1960", "28 Dec 2061", "1960-01-01", "")),
        Fault(6, "children_in_care", put("two", "1.5", "-1")),
        Fault(10, "agreed_to_referral", put("verily")),
        Fault(10, "agreed_to_referral", put("false", ""), CONSENT),
    ],
    duplicates=[the_same(1, 2, 3, 4)],
)

DIALECTS = {dialect.name: dialect for dialect in (NORTHFIELD, HARBOUR, KINSHIP)}


def told(report: list[dict[str, Any]]) -> dict[str, Expected]:
    """A report as ``expected.json`` has it."""
    return {
        str(row["row"]): {name: row[name] for name in ("outcome", "column", "of") if row[name] is not None}
        for row in report
    }
