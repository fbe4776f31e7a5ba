"""What became of each row, written down while rows still come: a report, the rejected rows themselves, and totals."""

import codecs
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from kith_cli.importing.reading import Export, Record
from kith_cli.importing.unusable import Unusable

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
POSSIBLE_DUPLICATE: Final = "possible-duplicate"
WHOLE_ROW: Final = "(row)"
"""Stands for a column where the row as a whole is at fault."""

REPORTED: Final = ("row", "outcome", "column", "of", "code", "message")

READABLE_BY_ALL: Final = 0o666
READABLE_BY_US: Final = 0o600


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. ``column`` is as the file names it; ``of`` is the earlier row's reference.

    What does not apply is None, and null in the report. Nothing here says what the row says. ``referral_id`` is that of
    an accepted row; the report leaves it out, for it means nothing to the organisation's own system.
    """

    row: int
    outcome: str
    column: str | None = None
    of: str | None = None
    code: str | None = None
    message: str | None = None
    referral_id: str | None = None


@dataclass(slots=True)
class Totals:
    """How many rows became what, and of the rejected how many for which reason."""

    outcomes: Counter[str] = field(default_factory=lambda: Counter({ACCEPTED: 0, REJECTED: 0, POSSIBLE_DUPLICATE: 0}))
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """All rows."""
        return self.outcomes.total()

    def __str__(self) -> str:
        found = self.outcomes
        alike = f"{found[POSSIBLE_DUPLICATE]} possible duplicate{'' if found[POSSIBLE_DUPLICATE] == 1 else 's'}"
        return f"{self.rows} rows: {found[ACCEPTED]} accepted, {found[REJECTED]} rejected, {alike}"

    def count(self, outcome: Outcome) -> None:
        """Count one row."""
        self.outcomes[outcome.outcome] += 1
        if outcome.outcome == REJECTED:
            self.codes[outcome.code or "unknown"] += 1


class Report:
    """A JSON list with one object for each row, written row by row."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._between = b"[\n"

    def write(self, outcome: Outcome) -> None:
        """Write one row's outcome."""
        self._out.write(
            self._between + json.dumps({name: getattr(outcome, name) for name in REPORTED}, ensure_ascii=False).encode()
        )
        self._between = b",\n"

    def end(self) -> None:
        """Close the list."""
        self._out.write(b"[]\n" if self._between == b"[\n" else b"\n]\n")


class Rejects:
    """The rejected rows in the dialect they came in, byte for byte, under the same header."""

    def __init__(self, out: BinaryIO, export: Export) -> None:
        self._out = out
        self._line_end = export.line_end
        self._encoder = codecs.getincrementalencoder(export.encoding)("surrogateescape")
        out.write(export.bom)
        self._write(export.header)

    def write(self, record: Record) -> None:
        """Write one row as it stands in the file."""
        self._write(record.raw)

    def _write(self, text: str) -> None:
        ended = text if text.endswith(("\n", "\r")) else text + self._line_end
        self._out.write(self._encoder.encode(ended))


@contextmanager
def whole(path: Path, mode: int) -> Iterator[BinaryIO]:
    """Write a file whole or not at all. ``Unusable`` says why it cannot be written.

    What is there and is no plain file (a pipe, a terminal) is written as it goes.
    """
    plain = not path.exists() or path.is_file()
    making = path.with_name(f".{path.name}.making") if plain else path
    try:
        handle = os.open(making, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if plain else 0) | os.O_CLOEXEC, mode)
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        if plain:
            making.replace(path)
    except BaseException:
        if plain:
            making.unlink(missing_ok=True)
        raise
