"""Rows on their way to the referrals service, a batch at a time; a batch that is lost on the way goes again."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from kith_cli.cannot import CannotRun
from kith_cli.importing.mapping import MappingFile
from kith_cli.importing.outcomes import REJECTED, WHOLE_ROW, Outcome
from kith_cli.importing.reading import Record
from kith_cli.importing.unusable import Unusable
from kith_cli.speaking import NoAnswer, Refused, Speaker

MOST_ROWS: Final = 1000
MOST_BYTES: Final = 700_000
"""Of rows in one request; a service takes 1 MiB with the mapping, unless it is told otherwise."""
PATIENCE: Final = 60.0
"""Seconds for which a batch goes again before we give up. Sending twice is harmless: rows are known by reference."""
ANSWER_WITHIN: Final = 120.0
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0
LONGEST_NAME: Final = 200
TOO_LARGE: Final = 413
TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504})

TOO_LONG: Final = ("row-too-long", "The row is longer than the service takes. A quote may not be closed.")


class Sender:
    """Sends rows of one file, as one of our clients, in the file's order; what one row becomes counts for the next."""

    def __init__(
        self,
        speaker: Speaker,
        mapping: MappingFile,
        file_name: str,
        *,
        patience: float = PATIENCE,
        pause: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._speaker = speaker
        self._begins = f'{{{mapping.json}, "file_name": {json.dumps(_printable(file_name))}, "rows": ['
        self._patience = patience
        self._pause = pause
        self._say = say

    def send(self, records: Sequence[Record]) -> dict[int, Outcome]:
        """Import these rows; their outcomes by number.

        Raises ``CannotRun`` when nobody answers for ``patience`` seconds, ``Unusable`` when the service refuses all.
        """
        found: dict[int, Outcome] = {}
        for part in _parts([(record.number, _as_json(record)) for record in records]):
            found |= self._send_part(part)
        return found

    def _send_part(self, rows: list[tuple[int, str]]) -> dict[int, Outcome]:
        body = f"{self._begins}{', '.join(row for _, row in rows)}]}}".encode()
        try:
            answered = self._insist(body)
        except Refused as refused:
            if refused.status != TOO_LARGE:
                raise Unusable(f"{refused} Nothing of this batch was imported.") from refused
            if len(rows) == 1:
                return {rows[0][0]: Outcome(rows[0][0], REJECTED, WHOLE_ROW, None, *TOO_LONG)}
            middle = len(rows) // 2
            return self._send_part(rows[:middle]) | self._send_part(rows[middle:])
        outcomes = {row["row"]: _outcome(row) for row in answered}
        if outcomes.keys() != {number for number, _ in rows}:
            raise CannotRun("referrals answered for other rows than were sent; it may be of another version.")
        return outcomes

    def _insist(self, body: bytes) -> list[dict[str, Any]]:
        deadline = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        while True:
            try:
                answer = self._speaker.ask(
                    "POST",
                    "referrals",
                    "/imports/rows",
                    content=body,
                    headers={"Content-Type": "application/json"},
                    timeout=ANSWER_WITHIN,
                )
            except (NoAnswer, Refused) as failed:
                if isinstance(failed, Refused) and failed.status not in TRY_AGAIN:
                    raise
                if time.monotonic() + pause > deadline:
                    raise CannotRun(
                        f"{failed} Gave up after {self._patience:.0f} seconds; what was sent before is imported. Run "
                        "the same import again: it goes on from there."
                    ) from failed
                self._say(f"{failed} Trying again in {pause:g} s.")
                self._pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                rows: list[dict[str, Any]] = answer.json()
                return rows


def _as_json(record: Record) -> str:
    return json.dumps({"row": record.number, "cells": record.cells}, ensure_ascii=False)


def _parts(rows: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Cut rows into requests of at most ``MOST_BYTES``, or of one row."""
    part: list[tuple[int, str]] = []
    size = 0
    for number, row in rows:
        length = len(row) if row.isascii() else len(row.encode())
        if part and size + length > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append((number, row))
        size += length
    if part:
        yield part


def _outcome(row: dict[str, Any]) -> Outcome:
    return Outcome(
        row=row["row"],
        outcome=row["outcome"],
        column=row.get("column"),
        of=row.get("of"),
        code=row.get("code"),
        message=row.get("message"),
        referral_id=row.get("referral_id"),
    )


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[-LONGEST_NAME:]
