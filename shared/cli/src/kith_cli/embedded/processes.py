"""Processes that stop when we do: started on a leash, found again after a kill, ended only when they are ours."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NoReturn

from kith_cli.cannot import CannotRun

LEASH: Final = Path(__file__).with_name("leash.py")
Process = subprocess.Popen[bytes]
POLL: Final = 0.02  # seconds between two looks at something that is about to happen
FREE_PORTS: Final = range(15_000, 32_000)
FREE_TRIES: Final = 100
_ports: Final = islice(cycle(FREE_PORTS), secrets.randbelow(len(FREE_PORTS)), None)
LOCALHOST: Final = "127.0.0.1"


def drive(steps: Iterator[float]) -> None:
    """Take blocking steps that say how long to rest between them."""
    for rest in steps:
        time.sleep(rest)


async def rest_through(steps: Iterator[float]) -> None:
    """Take the same steps as `drive`, giving way to other tasks in between."""
    for rest in steps:
        await asyncio.sleep(rest)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: tuple[int, int] | None = None,
    dying_signal: int = signal.SIGTERM,
    folder: Path | None = None,
) -> Process:
    """Start a program that hears `dying_signal` when the calling thread ends, however it ends.

    It has a session of its own, so that Ctrl-C in a terminal reaches us and not it: the order of stopping is ours.
    Call it from the main thread: the kernel means the thread, not the process, when it says parent. `account` is
    (uid, gid) to give our rights up for. Where the system has no parent-death signal, the pid files do the tidying.
    """
    uid, gid = account or (-1, -1)
    on_a_leash = [
        *(sys.executable, "-I", "-S", str(LEASH)),
        *(str(os.getpid()), str(int(dying_signal)), str(uid), str(gid), "--"),
        *command,
    ]
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the command is the caller's own, and no shell reads it
            on_a_leash,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def stopping(process: Process, *signals: tuple[int, float]) -> Iterator[float]:
    """End a child: each signal in turn with its patience in seconds, then SIGKILL. A child that is gone is fine."""
    for number, patience in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        deadline = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < deadline:
            yield POLL
    if process.poll() is None:
        process.kill()
    process.wait()


def ending_leftover(pid: int, is_ours: Callable[[], bool], *signals: tuple[int, float]) -> Iterator[float]:
    """End what a killed run left behind, and only that: before each signal, `is_ours` must say that it still is.

    Pids are used again by the system, so the number alone proves nothing.
    """
    for number, patience in (*signals, (signal.SIGKILL, 10.0)):
        if not is_ours():
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while is_ours() and time.monotonic() < deadline:
            yield POLL


def is_the_same(pid: int, began: str) -> bool:
    """Say whether `pid` lives and is the process that began then, by `started_at`."""
    return bool(arguments_of(pid)) and started_at(pid) == began


def is_running(pid: int, command: Sequence[str]) -> bool:
    """Say whether `pid` lives and was started with every word of `command`."""
    words = arguments_of(pid)
    return bool(words) and all(word in words for word in command)


def arguments_of(pid: int) -> list[str]:
    """Return the arguments that a living process was started with; none for one that is gone or a zombie."""
    if sys.platform == "linux":
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return []
        return raw.decode("utf-8", "replace").split("\0")[:-1]
    return _ps("command=", pid).split()


def _ps(what: str, pid: int) -> str:
    return subprocess.run(  # noqa: S603 - the only words that vary are ours and a number
        ["/bin/ps", "-ww", "-o", what, "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


def started_at(pid: int) -> str:
    """Say when a process began, in the system's own words; with the pid it names one process for ever."""
    if sys.platform == "linux":
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        except OSError:
            return ""
        return after_name.split()[19]  # starttime, the 22nd field of proc_pid_stat(5), in ticks since boot
    return _ps("lstart=", pid).strip()


class FolderLock:
    """One run at a time on a folder. The system lets go of it when the holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, what: str) -> None:
        """Hold the lock; `CannotRun` names the process that holds it already. `what` is the sentence's subject."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 64).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise CannotRun(
                f"{what} already runs on {self._path.parent} (process {holder}); stop that one, or name another folder."
            ) from None
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode("ascii"))
        self._handle = handle

    def release(self) -> None:
        """Let the next one in."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def free_port() -> int:
    """Find a port that nobody uses now.

    It lies below those that the system gives to connections going out, or one of these could take it before its server
    does, or while its server is down. One after the other, so that two servers that have not begun get two.
    """
    for port in islice(_ports, FREE_TRIES):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOCALHOST, port))
            return port
    raise CannotRun("No free port was found on this machine.")


def require_free_port(port: int, what: str) -> None:
    """Refuse with one sentence when somebody listens on `port` already, before anything has been started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as error:
            raise CannotRun(
                f"Port {port} is in use, so {what} cannot listen there ({error.strerror}); "
                "stop what uses it, or give another port."
            ) from error


def last_lines(log: Path, count: int = 3) -> str:
    """Return the end of a log, on one line, to stand in a sentence."""
    try:
        lines = log.read_bytes()[-4096:].decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return " / ".join(line.strip() for line in lines[-count:] if line.strip())


def last_words(log: Path) -> str:
    """Return what a service said last: the message, where its log is made of JSON objects."""
    line = last_lines(log, 1)
    try:
        return str(json.loads(line)["message"])
    except (ValueError, KeyError, TypeError):
        return last_lines(log, 2)


def give_up(what: str, output: str, log: Path) -> NoReturn:
    """Turn what a program printed before it died into one sentence a human can act on."""
    if "No space left on device" in output:
        raise CannotRun(f"{what} cannot start: the disk that holds {log.parent} is full; free some space first.")
    for line in output.splitlines():
        if "error while loading shared libraries" in line:
            library = line.split("error while loading shared libraries:")[1].split(":")[0].strip()
            raise CannotRun(f"{what} cannot start: the system library {library} is missing; install it and try again.")
    raise CannotRun(f"{what} did not start: {last_lines(log) or 'it said nothing'} (log: {log}).")
