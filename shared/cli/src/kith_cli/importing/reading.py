"""An export, read row by row in its dialect: no more of it in memory than the row at hand, whatever the row holds."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from kith_cli.importing.mapping import MappingFile
from kith_cli.importing.unusable import Unusable

UTF_8: Final = "utf-8"
UTF_8_SIG: Final = "utf-8-sig"
BOM: Final = b"\xef\xbb\xbf"
LONGEST_LINE: Final = 1_000_000
"""Characters in a line; with more, the file is something else than the mapping says."""

_UNDECODABLE: Final = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes that are not in the encoding (``surrogateescape``), so that they can be written back."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row as a whole, before any column is looked at."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row. ``number`` is its place in the file: 1 is the first below the header.

    ``raw`` is its text as it stands in the file, line ends included. ``cells`` are the wanted columns.
    """

    number: int
    raw: str = field(repr=False)
    cells: dict[str, str] = field(repr=False)
    fault: Fault | None = None


class Export:
    """An open export whose header has every wanted column.

    ``bom``, ``header`` (its text as it stands there), ``line_end`` and ``encoding`` make another file in the same
    dialect. ``not_named`` are columns that the mapping does not speak of; like those it leaves out, they go nowhere.
    ``size`` is in bytes; ``position`` says how much of that is read, counting characters.
    """

    def __init__(self, binary: BinaryIO, mapping: MappingFile, name: str, size: int) -> None:
        self._mapping = mapping
        self._name = name
        self.size = size
        self.encoding = mapping.encoding
        self.bom = b""
        if mapping.encoding in {UTF_8, UTF_8_SIG}:
            self.encoding = UTF_8
            if isinstance(binary, io.BufferedReader) and binary.peek(len(BOM))[: len(BOM)] == BOM:
                self.bom = binary.read(len(BOM))
        text = io.TextIOWrapper(binary, encoding=self.encoding, errors="surrogateescape", newline="")
        self._lines = _Lines(text, f"{name} is not {self.encoding} text with lines: is it the file of {mapping.name}?")
        header = self._header()
        self._width = len(header)
        self._picked = [(name, header.index(name)) for name in mapping.wanted]
        self.not_named = [name for name in header if name not in mapping.left_out and name not in mapping.wanted]

    @property
    def position(self) -> int:
        """How far the file is read."""
        return len(self.bom) + self._lines.position

    def records(self) -> Iterator[Record]:
        """Every row below the header; blank lines are none.

        A quote that is not closed spoils its own line only: reading begins again at the next.
        """
        number = 0
        reader = self._reader()
        while True:
            self._lines.taken.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raw, *later = self._lines.taken
                self._lines.put_back(later)
                reader = self._reader()
                number += 1
                yield Record(number, raw, {}, _QUOTES)
                continue
            if not fields:
                continue
            number += 1
            yield self._record(number, "".join(self._lines.taken), fields)

    def _record(self, number: int, raw: str, fields: list[str]) -> Record:
        if len(fields) != self._width:
            return Record(number, raw, {}, _wrong_count(len(fields), self._width))
        if not raw.isascii() and _UNDECODABLE.search(raw):
            return Record(number, raw, {}, _not_decodable(self._mapping.encoding))
        return Record(number, raw, {name: fields[place] for name, place in self._picked})

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._mapping.delimiter, strict=True)

    def _header(self) -> list[str]:
        try:
            header = [name.strip() for name in next(self._reader())]
        except StopIteration:
            raise Unusable(f"{self._name} is empty: not even a header is there.") from None
        except csv.Error as error:
            raise Unusable(f"The header of {self._name} cannot be read ({error}).") from None
        self.header = "".join(self._lines.taken)
        self.line_end = "\r\n" if self.header.endswith("\r\n") else "\n"
        self._check(header)
        return header

    def _check(self, header: list[str]) -> None:
        wanted = self._mapping.wanted
        if missing := [name for name in wanted if name not in header]:
            named = ", ".join(missing)
            hint = ""
            if len(missing) == len(wanted):
                hint = f" Is it written with the delimiter {self._mapping.delimiter!r} and in {self._mapping.encoding}?"
            raise Unusable(
                f"{self._name} lacks {'the column' if len(missing) == 1 else 'columns'} that {self._mapping.name} "
                f"names: {named}; nothing was imported.{hint}"
            )
        if twice := [name for name in wanted if header.count(name) > 1]:
            raise Unusable(f"{self._name} has the column {twice[0]} twice, and nothing says which one is meant.")


@contextmanager
def open_export(path: Path, mapping: MappingFile) -> Iterator[Export]:
    """Open an export and read its header. ``Unusable`` says why it cannot be read by this mapping."""
    try:
        binary = path.open("rb")
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    with binary:
        yield Export(binary, mapping, path.name, path.stat().st_size)


class _Lines:
    """The file's lines as they are, each with its end; some may be put back. ``taken`` are those of the row at hand."""

    def __init__(self, text: io.TextIOWrapper, unreadable: str) -> None:
        self._text = text
        self._unreadable = unreadable
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.position = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        """Have these come again, before what was not read yet."""
        self._back.extendleft(reversed(lines))

    def _read(self) -> str:
        try:
            line = self._text.readline(LONGEST_LINE)
        except UnicodeError:
            raise Unusable(self._unreadable) from None
        if len(line) == LONGEST_LINE:
            raise Unusable(self._unreadable)
        self.position += len(line)
        return line


_QUOTES: Final = Fault(
    "quotes-unreadable",
    "A quote is not closed, or something follows a closing one. Double a quote that belongs to the text.",
)


def _wrong_count(found: int, expected: int) -> Fault:
    return Fault(
        "wrong-field-count",
        f"The row has {found} fields, and the header has {expected}. A delimiter may be missing, or stand in a field "
        "that is not quoted.",
    )


def _not_decodable(encoding: str) -> Fault:
    return Fault(
        "not-decodable",
        f"The row holds bytes that are not {encoding}, in which the file should be by its mapping. Save it so.",
    )
