"""The import itself: rows out of the file, through the service, into report and rejects, a batch at a time."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from kith_cli.importing.outcomes import (
    READABLE_BY_ALL,
    READABLE_BY_US,
    REJECTED,
    WHOLE_ROW,
    Outcome,
    Rejects,
    Report,
    Totals,
    whole,
)
from kith_cli.importing.reading import Export, Record

Send = Callable[[Sequence[Record]], dict[int, Outcome]]
Progress = Callable[[Totals, int], None]
"""Is told the totals so far, and how far the file is read."""


def carry(
    export: Export,
    send: Send,
    *,
    batch: int,
    report: Path | None = None,
    rejects: Path | None = None,
    progress: Progress = lambda _totals, _position: None,
) -> Totals:
    """Carry every row of an export through ``send``, at most ``batch`` at a time, and write down what became of it.

    Rows that cannot be read are rejected here and not sent. Both files are there when all is done, and only then.
    """
    totals = Totals()
    with ExitStack() as files:
        reported = Report(files.enter_context(whole(report, READABLE_BY_ALL))) if report else None
        rejected = Rejects(files.enter_context(whole(rejects, READABLE_BY_US)), export) if rejects else None

        def carry_some(some: list[Record]) -> None:
            answered = send([record for record in some if record.fault is None])
            for record in some:
                outcome = answered.get(record.number) or _unsent(record)
                totals.count(outcome)
                if reported:
                    reported.write(outcome)
                if rejected and outcome.outcome == REJECTED:
                    rejected.write(record)

        records = export.records()
        while some := list(islice(records, batch)):
            carry_some(some)
            some.clear()  # before the next batch is read, or there would be two in memory
            progress(totals, export.position)
        if reported:
            reported.end()
    return totals


def _unsent(record: Record) -> Outcome:
    if record.fault is None:
        raise TypeError("a row that was sent has an outcome")
    return Outcome(record.number, REJECTED, WHOLE_ROW, None, record.fault.code, record.fault.message)
