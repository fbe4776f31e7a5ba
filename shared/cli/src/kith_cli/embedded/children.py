"""The processes of one run: started in order, watched, stopped in order, and found by the next run after a kill."""

import json
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kith_cli.cannot import CannotRun
from kith_cli.embedded.processes import (
    POLL,
    Process,
    ending_leftover,
    is_the_same,
    last_words,
    spawn,
    started_at,
    stopping,
)
from kith_cli.files import read_json, write_private

GRACE: Final = 12.0  # seconds; longer than a service takes for its last requests
FILE: Final = "children.json"


@dataclass(frozen=True, slots=True)
class Child:
    """One process of ours."""

    name: str
    process: Process
    log: Path

    def complain(self) -> None:
        """Raise one sentence if it has ended, which no child does by itself."""
        status = self.process.poll()
        if status is None:
            return
        if status < 0:
            raise CannotRun(f"{self.name} was ended by {signal.Signals(-status).name} (log: {self.log}).")
        said = last_words(self.log)
        raise CannotRun(f"{self.name} ended with status {status}{f': {said}' if said else ''} (log: {self.log}).")


class Children:
    """Every process that this run started and has not stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Child] = []

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start one with our Python; what it prints goes to `logs/<name>.log`."""
        log = self._folder / "logs" / f"{name}.log"
        process = spawn([sys.executable, *command], log=log, environment=environment)
        child = Child(name, process, log)
        self.adopt(child)
        return child

    def adopt(self, child: Child) -> None:
        """Watch a process that somebody else stops."""
        self._running.append(child)
        self._write_down()

    def check(self) -> None:
        """Raise one sentence about the first that has ended by itself."""
        for child in self._running:
            child.complain()

    def finish(self, child: Child) -> bool:
        """Say whether a process that is meant to end has ended well; one sentence if it ended badly."""
        status = child.process.poll()
        if status is None:
            return False
        if status != 0:
            child.complain()
        self._forget([child])
        return True

    def stop(self, names: Iterable[str]) -> Iterator[float]:
        """Stop these together: SIGTERM to each, then SIGKILL to those that have not ended in time."""
        leaving = [child for child in self._running if child.name in set(names)]
        ends = [stopping(child.process, (signal.SIGTERM, GRACE)) for child in leaving]
        while ends:
            ends = [steps for steps in ends if next(steps, None) is not None]
            if ends:
                yield POLL
        self._forget(leaving)

    def end_leftovers(self) -> Iterator[float]:
        """End what a killed run left and has not ended by itself: only processes that began when it wrote them down."""
        for told in read_json(self._folder / FILE).values():
            if isinstance(told, dict) and isinstance(pid := told.get("pid"), int):
                began = str(told.get("started"))
                yield from ending_leftover(pid, partial(is_the_same, pid, began), (signal.SIGTERM, GRACE))
        self._write_down()

    def _forget(self, gone: Iterable[Child]) -> None:
        names = {child.name for child in gone}
        self._running = [child for child in self._running if child.name not in names]
        self._write_down()

    def _write_down(self) -> None:
        told = {
            child.name: {"pid": child.process.pid, "started": started_at(child.process.pid)} for child in self._running
        }
        write_private(self._folder / FILE, json.dumps(told, indent=2))
