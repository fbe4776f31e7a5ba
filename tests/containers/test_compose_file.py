"""What docker-compose.yml promises, read without an engine; and the script that makes its secrets."""

import os
import re
import stat
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from kith_chassis.sealing import DATA_KEY
from kith_cli.clients import read_clients
from kith_cli.installation import SERVICES
from tests.containers.compose import ONCE, OURS, REPOSITORY, SECRETS_SCRIPT, THEIRS, secrets_in

TEXT: Final = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
PARTS: Final[dict[str, Any]] = yaml.safe_load(TEXT)["services"]
ASKED: Final = frozenset(re.findall(r"\$\{(KITH_[A-Z_]*(?:PASSWORD|SECRET|KEYS))", TEXT))


def made_secrets(file: Path) -> dict[str, str]:
    """Run the script as docker-compose.yml says, on a file of our own."""
    subprocess.run(["sh", SECRETS_SCRIPT, file], check=True, capture_output=True)
    return secrets_in(file)


def test_the_script_makes_every_secret_that_compose_asks_for(tmp_path: Path) -> None:
    assert set(made_secrets(tmp_path / "env")) == ASKED


def test_no_two_secrets_are_alike(tmp_path: Path) -> None:
    made = [*made_secrets(tmp_path / "one").values(), *made_secrets(tmp_path / "other").values()]

    assert len(made) == 2 * len(ASKED)
    assert len(set(made)) == len(made)
    assert all(
        re.fullmatch("[0-9a-f]{48}", secret) or len(b64decode(secret, validate=True)) == DATA_KEY for secret in made
    )


def test_secrets_that_are_there_are_kept_and_missing_ones_added(tmp_path: Path) -> None:
    file = tmp_path / "env"
    first = made_secrets(file)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))

    again = made_secrets(file)

    assert again.keys() == first.keys()
    assert sum(again[name] == first[name] for name in first) == len(first) - 1


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_nobody_else_can_read_the_secrets(tmp_path: Path) -> None:
    made_secrets(tmp_path / "env")

    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


@pytest.mark.parametrize("secret", sorted(ASKED))
def test_nothing_starts_without_its_secrets(secret: str) -> None:
    assert f"${{{secret}:?" in TEXT
    assert f"${{{secret}:-" not in TEXT
    assert f"${{{secret}-" not in TEXT


def test_matching_alone_is_given_what_opens_sealed_text() -> None:
    assert [part for part, asked in PARTS.items() if "KITH_SEALING_KEYS" in asked.get("environment", {})] == [
        "matching"
    ]


def test_the_issuer_takes_every_secret_from_the_environment(tmp_path: Path) -> None:
    path = REPOSITORY / "deploy" / "compose" / "clients.yaml"
    made = made_secrets(tmp_path / "env")

    clients = read_clients(path, made)

    assert set(clients) == {"operator", *(f"service-{name}" for name in SERVICES)}
    assert {client.secret for client in clients.values()} <= set(made.values())


def test_every_container_is_accounted_for() -> None:
    assert set(PARTS) == {*ONCE, *OURS, *THEIRS, "kith"}


@pytest.mark.parametrize("part", PARTS)
def test_ports_are_asked_for_on_this_machine_alone(part: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in PARTS[part].get("ports", ()))


@pytest.mark.parametrize("part", [*OURS, *THEIRS])
def test_what_runs_for_long_comes_back_by_itself_and_says_whether_it_is_well(part: str) -> None:
    assert PARTS[part]["restart"] == "unless-stopped"
    assert "healthcheck" in PARTS[part] or part == "mailpit"  # whose image brings its own


@pytest.mark.parametrize("part", [*ONCE, *OURS, "kith"])
def test_what_is_ours_asks_for_no_rights(part: str) -> None:
    asked = PARTS[part]

    assert asked["read_only"] is True
    assert asked["cap_drop"] == ["ALL"]
    assert asked["security_opt"] == ["no-new-privileges:true"]
