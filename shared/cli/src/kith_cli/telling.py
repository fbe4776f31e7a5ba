"""What the command says while it works: a spinner and a tick in a terminal, plain lines in a log."""

import json
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text


class Teller:
    """Says one thing a line, on standard output; where nobody can hear any more, it says nothing and work goes on.

    What is said is never read as markup.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def say(self, sentence: str) -> None:
        """Say one sentence."""
        self._print(Text(sentence))

    def show(self, sentence: str, before: str = "", style: str = "") -> None:
        """Say one sentence behind a mark that a terminal shows in a style, wrapped so that its lines stand together."""
        terminal = self.console.is_terminal
        lines = textwrap.wrap(sentence, max(self.console.width - len(before), 1)) if terminal else [sentence]
        told = f"\n{' ' * len(before)}".join(lines)
        self._print(Text.assemble((before, style), told) if before else Text(told, style))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say that something is being done, and when it is done how long it took. A failure is the caller's to tell."""
        begun = time.monotonic()
        in_terminal = self.console.is_terminal
        if not in_terminal:
            self.say(f"{what} ...")
        with self.console.status(Text(what)) if in_terminal else nullcontext():
            yield
        took = f"{time.monotonic() - begun:.1f} s"
        if in_terminal:
            self._print(Text.assemble(("✓ ", "green"), what, (f"  {took}", "dim")))
        else:
            self.say(f"{what}: done in {took}")

    def _print(self, what: RenderableType) -> None:
        with suppress(OSError):
            self.console.print(what, soft_wrap=not isinstance(what, Table))

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Show rows under their columns; in a log, one line a row with two spaces between."""
        if self.console.is_terminal:
            table = Table(title=Text(title), title_justify="left", header_style="bold")
            for column in columns:
                table.add_column(column, overflow="fold")
            for row in rows:
                table.add_row(*(Text(str(cell)) for cell in row))
            self._print(table)
            return
        self.say(title)
        lines = [columns, *([str(cell) for cell in row] for row in rows)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
        for line in lines:
            self.say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def say_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document, for a machine."""
    print(json.dumps(value, indent=2, default=str))
