"""PostgreSQL from a wheel: it starts, it stops, and whatever happens to its parent it leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from kith_cli.cannot import CannotRun
from kith_cli.embedded.postgres import EmbeddedPostgres
from kith_cli.embedded.processes import is_running
from tests.cli.waiting import eventually

PARENT = """
import sys, time
from pathlib import Path
from kith_cli.embedded.postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as postgres:
    print(postgres.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for one PostgreSQL; what it kept elsewhere is removed with it."""
    yield tmp_path / "postgres"
    EmbeddedPostgres(tmp_path / "postgres").erase()


@contextmanager
def a_parent_of_one(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another program that runs PostgreSQL, and that PostgreSQL's pid."""
    command = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        yield parent, int(parent.stdout.readline())


async def ask(postgres: EmbeddedPostgres, question: str) -> object:
    connection = await asyncpg.connect(postgres.admin_url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_answers_and_what_was_committed_is_there_on_the_next_start(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as postgres:
        await ask(postgres, "create table kept as select 42 as answer")

    async with EmbeddedPostgres(folder) as postgres:
        assert await ask(postgres, "select answer from kept") == 42


async def test_nobody_gets_in_without_the_password(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as postgres:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.admin_url, password="guessed")


async def test_a_commit_is_on_the_disk_before_it_is_confirmed(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as postgres:
        assert await ask(postgres, "show fsync") == "on"
        assert await ask(postgres, "show synchronous_commit") == "on"


def test_nothing_runs_after_it_was_stopped(folder: Path) -> None:
    with EmbeddedPostgres(folder) as postgres:
        assert postgres.process is not None
        pid = postgres.process.pid

    assert not is_running(pid, ["-D", str(postgres.data)])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_stops_when_its_parent_is_killed(folder: Path, number: signal.Signals) -> None:
    with a_parent_of_one(folder) as (parent, pid):
        data = str(EmbeddedPostgres(folder).data)
        assert is_running(pid, ["-D", data])

        parent.send_signal(number)

    assert eventually(lambda: not is_running(pid, ["-D", data]))


async def test_it_starts_again_where_a_killed_run_left_off(folder: Path) -> None:
    with a_parent_of_one(folder) as (parent, pid):
        os.kill(pid, signal.SIGKILL)
        parent.kill()

    async with EmbeddedPostgres(folder) as postgres:
        assert await ask(postgres, "select 1") == 1


def test_two_do_not_run_on_one_folder(folder: Path) -> None:
    with EmbeddedPostgres(folder), pytest.raises(CannotRun, match=rf"already runs .* \(process {os.getpid()}\)"):
        EmbeddedPostgres(folder).start()


async def test_a_half_made_data_folder_is_thrown_away_and_made_again(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    half_made = postgres.area / "data.making"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    async with EmbeddedPostgres(folder) as postgres:
        assert await ask(postgres, "select 1") == 1
    assert not half_made.exists()


def test_a_busy_port_gives_one_clear_sentence(folder: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        with pytest.raises(CannotRun, match=rf"Port {port} is in use, so PostgreSQL cannot listen there"):
            EmbeddedPostgres(folder, port).start()


def test_a_setting_it_does_not_know_gives_its_own_words(folder: Path) -> None:
    with pytest.raises(CannotRun, match="unrecognized configuration parameter"):
        EmbeddedPostgres(folder, settings={"no_such_setting": "1"}).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to run it as")
def test_as_root_it_runs_as_somebody_who_owns_its_data(folder: Path) -> None:
    with EmbeddedPostgres(folder) as postgres:
        assert postgres.process is not None
        owner = Path(f"/proc/{postgres.process.pid}").stat().st_uid

        assert owner != 0
        assert postgres.data.stat().st_uid == owner
        assert (folder / "password").stat().st_mode & 0o777 == 0o600
