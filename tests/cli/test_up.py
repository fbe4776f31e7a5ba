"""`kith up`, as somebody runs it: all is well, it starts from what is there, and nothing is left when it stops."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from kith_cli.embedded.postgres import EmbeddedPostgres
from kith_cli.embedded.processes import is_the_same
from kith_contracts.registry import TOPICS
from tests.cli.waiting import eventually

pytestmark = pytest.mark.slow

KITH = [sys.executable, "-m", "kith_cli"]
START_SECONDS = 180.0
FACTS = 3 + 4 + 6
"""Of the sample network's organisations, programmes and agreements, one each."""


@dataclass
class Run:
    """One `kith up`."""

    folder: Path
    process: subprocess.Popen[str]

    @property
    def platform(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "platform.json").read_text())
        return found

    def children(self) -> list[tuple[int, str]]:
        """Everything it started, by pid and the moment it began."""
        return [(child["pid"], child["started"]) for child in self.told().values()]

    def told(self) -> dict[str, Any]:
        """What it wrote down of its children, for the next run."""
        told: dict[str, Any] = json.loads((self.folder / "children.json").read_text())
        return told

    def kith(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same network."""
        return subprocess.run(
            [*KITH, *words, "--folder", str(self.folder)], capture_output=True, text=True, check=False, timeout=60
        )

    def kith_json(self, *words: str) -> Any:
        return json.loads(self.kith(*words, "--json").stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all these runs, one after the other."""
    folder = tmp_path_factory.mktemp("up") / "kith"
    yield folder
    EmbeddedPostgres(folder / "postgres").erase()


@contextmanager
def kith_up(folder: Path, *words: str, until: str = "Kith is up") -> Iterator[Run]:
    """A `kith up` that has said `until`; it is ended, and waited for, whatever happens."""
    command = [*KITH, "up", "--folder", str(folder), "--free-ports", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if until in line:
                    break
            else:
                pytest.fail("kith up did not come up:\n" + "".join(said))
            yield Run(folder, process)
        finally:
            if process.poll() is None:
                process.terminate()
            process.stdout.read()
            process.wait(timeout=60)


def all_gone(children: list[tuple[int, str]]) -> bool:
    return not any(is_the_same(pid, began) for pid, began in children)


class TestANetworkThatIsUp:
    @pytest.fixture(scope="class")
    @staticmethod
    def up(folder: Path) -> Iterator[Run]:
        with kith_up(folder) as run:
            yield run

    def test_the_doctor_finds_all_well(self, up: Run) -> None:
        seen = up.kith("doctor")

        assert seen.returncode == 0, seen.stdout

    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
    def test_matching_alone_is_given_what_opens_sealed_text(self, up: Run) -> None:
        environments = {name: Path(f"/proc/{child['pid']}/environ").read_bytes() for name, child in up.told().items()}

        assert [name for name, given in environments.items() if b"KITH_SEALING_KEYS=" in given] == ["matching"]

    def test_the_organisations_and_programmes_are_there_and_no_supporters(self, up: Run) -> None:
        organisation = {"Authorization": f"Bearer {token(up, 'coordinator', 'harbour-trust')}"}
        operator = {"Authorization": f"Bearer {token(up, 'operator')}"}

        programmes = httpx.get(f"{up.platform['services']['referrals']}/programmes", headers=operator).json()
        supporters = httpx.get(f"{up.platform['services']['matching']}/supporters", headers=organisation).json()

        assert [one["definition_version"] for one in programmes["items"]] == [1] * 4
        assert supporters["items"] == []

    def test_each_organisation_has_somebody_on_duty(self, up: Run) -> None:
        assert duty_desks(up) == [["Safeguarding lead", 1]] * 3

    def test_every_service_hears_the_log(self, up: Run) -> None:
        assert eventually(lambda: up.kith_json("lag", "reporting")["reporting"]["total"] == 0)

        heard = up.kith_json("lag", "reporting")["reporting"]["topics"]
        assert sum(row["committed"] for row in heard if row["topic"] == "kith.referrals.v1") == FACTS

    def test_a_second_one_is_refused_in_one_sentence_and_the_first_stays(self, up: Run) -> None:
        seen = up.kith("up", "--free-ports")

        assert seen.returncode == 1
        assert f"Kith already runs on {up.folder} (process {up.process.pid})" in seen.stderr
        assert up.kith("doctor").returncode == 0

    def test_its_secrets_are_for_our_eyes_only(self, up: Run) -> None:
        modes = {name: (up.folder / name).stat().st_mode & 0o777 for name in ("clients.yaml", "passwords.json")}

        assert modes == {"clients.yaml": 0o600, "passwords.json": 0o600}

    async def test_what_cannot_be_read_is_found_listed_and_discarded(self, up: Run) -> None:
        async with AIOKafkaProducer(bootstrap_servers=up.platform["kafka"], acks="all") as producer:
            await producer.send_and_wait("kith.notifications.v1", b"\xff garbage", key=b"a-story")

        assert eventually(lambda: len(up.kith_json("dead-letters", "list", "reporting")) == 1)
        sick = up.kith("doctor")
        (letter,) = up.kith_json("dead-letters", "list", "reporting")
        shown = json.loads(up.kith("dead-letters", "show", "reporting", letter["id"]).stdout)
        again = up.kith("dead-letters", "redrive", "reporting", letter["id"])
        given_up = up.kith("dead-letters", "discard", "reporting", letter["id"], "--reason", "it is garbage")
        gone = up.kith("dead-letters", "discard", "reporting", letter["id"], "--reason", "once more")

        assert (sick.returncode, "1 set aside" in sick.stdout) == (1, True)
        assert (letter["key"], letter["topic"]) == ("a-story", "kith.notifications.v1")
        assert shown["id"] == letter["id"]
        assert (again.returncode, "failed again" in again.stderr) == (1, True)
        assert (given_up.returncode, given_up.stdout) == (0, "0 handled.\n")
        assert (gone.returncode, "no-such-dead-letter" in gone.stderr) == (1, True)
        assert up.kith("doctor").returncode == 0

    def test_a_line_that_has_not_stopped_is_not_resumed(self, up: Run) -> None:
        assert up.kith("dead-letters", "resume", "reporting").stdout == "The line of reporting had not stopped.\n"

    def test_reporting_is_built_again_from_the_log(self, up: Run) -> None:
        state = up.kith_json("replay", "reporting")

        assert (state["state"], state["facts"]) == ("done", FACTS)

    def test_the_topics_are_those_of_the_contracts(self, up: Run) -> None:
        environment = os.environ | {"KITH_KAFKA_BOOTSTRAP": up.platform["kafka"]}
        command = [*KITH, "topics", "--json"]

        seen = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)

        assert json.loads(seen.stdout) == {"made": [], "topics": list(TOPICS)}

    def test_a_kill_leaves_nothing_running(self, up: Run) -> None:
        children = up.children()

        up.process.kill()

        assert eventually(lambda: all_gone(children), 60)


class TestTheRunAfterAKill:
    @pytest.fixture(scope="class")
    @staticmethod
    def up(folder: Path) -> Iterator[Run]:
        with kith_up(folder) as run:
            yield run

    def test_the_doctor_finds_all_well(self, up: Run) -> None:
        seen = up.kith("doctor")

        assert seen.returncode == 0, seen.stdout

    def test_whoever_is_on_duty_still_is_and_nothing_was_changed(self, up: Run) -> None:
        assert duty_desks(up) == [["Safeguarding lead", 1]] * 3

    def test_the_log_is_whole_and_holds_every_fact_once(self, up: Run) -> None:
        assert eventually(lambda: up.kith_json("replay", "reporting")["facts"] == FACTS)

    def test_ctrl_c_leaves_nothing_running(self, up: Run) -> None:
        children = up.children()

        os.killpg(up.process.pid, signal.SIGINT)

        assert up.process.wait(timeout=60) == 0
        assert all_gone(children)
        assert not (up.folder / "platform.json").exists()


class TestStopping:
    def test_sigterm_while_it_starts_leaves_nothing_running(self, folder: Path) -> None:
        with kith_up(folder, until="Services ...") as up:
            children = up.children()

            up.process.terminate()

            assert up.process.wait(timeout=60) == 130
        assert all_gone(children)

    def test_a_part_that_dies_is_told_of_and_everything_stops(self, folder: Path) -> None:
        with kith_up(folder) as up:
            children = up.children()
            os.kill(up.told()["matching"]["pid"], signal.SIGKILL)

            assert up.process.wait(timeout=60) == 1
        assert all_gone(children)

    def test_a_busy_port_gives_one_clear_sentence_and_starts_nothing(self, folder: Path) -> None:
        with socket.socket() as somebody:
            somebody.bind(("127.0.0.1", 0))
            somebody.listen()
            port = somebody.getsockname()[1]
            command = [*KITH, "up", "--folder", str(folder), "--free-ports", "--port", f"reporting={port}"]

            seen = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert (seen.returncode, seen.stdout) == (1, "")
        assert seen.stderr.startswith(f"Error: Port {port} is in use, so reporting cannot listen there")


def duty_desks(run: Run) -> list[list[Any]]:
    """Of every desk of the sample network's organisations its lead, and its version."""
    found = []
    for organisation in ("northfield-health-board", "harbour-trust", "kinship-north-east"):
        lead = {"Authorization": f"Bearer {token(run, 'safeguarding-lead', organisation)}"}
        desks = httpx.get(f"{run.platform['services']['matching']}/duty-desks", headers=lead).json()["items"]
        found += [[one["lead"]["name"], one["version"]] for one in desks]
    return found


def token(run: Run, role: str, organisation: str | None = None) -> str:
    whose = ("--organisation", organisation) if organisation else ()
    return run.kith("token", "--role", role, *whose).stdout.strip()
