"""One run of docker-compose.yml: its own name, secrets, clients and ports, so that it meets no other run."""

import json
import re
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from kith_cli.clients import Client
from kith_cli.embedded.plan import clean_environment
from kith_cli.embedded.processes import free_port
from kith_cli.files import write_private
from kith_cli.installation import SERVICES

REPOSITORY: Final = Path(__file__).parents[2]
DOCKERFILE: Final = REPOSITORY / "deploy" / "Dockerfile"
SECRETS_SCRIPT: Final = REPOSITORY / "deploy" / "compose" / "secrets.sh"
TAG: Final = "test"
"""Images of the tests; they stay, so that the next run builds only what changed."""

IMAGES: Final[Mapping[str, str]] = {"cli": "provision", **{name: name for name in SERVICES}}
"""What an image holds, and which service of docker-compose.yml builds it."""
ONCE: Final = ("provision", "topics", *(f"migrate-{name}" for name in SERVICES))
OURS: Final = ("issuer", *SERVICES)
"""Long-running containers of our own images."""
THEIRS: Final = ("kafka", "postgres", "mailpit")
PUBLISHED: Final[Mapping[str, str]] = {name: name.upper() for name in OURS} | {"mailpit": "MAIL"}

PATIENCE: Final = 180.0
"""Seconds that a part may take until it is ready; the machine may be small and busy."""


def docker(*words: str, environment: Mapping[str, str] | None = None, patience: float = 600.0) -> str:
    """Run a `docker` command and return what it prints; a failure shows the end of what it said."""
    done = subprocess.run(
        ["docker", *words],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    assert done.returncode == 0, f"docker {' '.join(words)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def inspect(kind: str, name: str) -> dict[str, Any]:
    """Everything that the engine knows of an image, a container or a volume."""
    found: list[dict[str, Any]] = json.loads(docker(kind, "inspect", name))
    return found[0]


def base_image() -> str:
    """The image that ours stand on, unless told otherwise."""
    found = re.search(r"^ARG BASE=(\S+)$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, "the Dockerfile names no base"
    return found[1]


def image(what: str) -> str:
    """The name of an image of the tests."""
    return f"kith-{what}:{TAG}"


def secrets_in(file: Path) -> dict[str, str]:
    """What the secrets script wrote: names of variables, and values."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


class Compose:
    """The project. Nothing runs until `up`; `down` leaves nothing but images."""

    def __init__(self, folder: Path, clients: Sequence[Client] = ()) -> None:
        self.name = f"kith-test-{secrets.token_hex(4)}"
        self._folder = folder
        self._secrets = folder / "secrets.env"
        self._ports = {part: free_port() for part in PUBLISHED}
        subprocess.run(["sh", SECRETS_SCRIPT, self._secrets], check=True, capture_output=True)
        self.secrets = secrets_in(self._secrets)
        self._clients_file = self._with_clients(clients)

    def _with_clients(self, clients: Sequence[Client]) -> Path:
        """Add organisations' clients to the file in the repository, as it says itself how to."""
        lines = [(REPOSITORY / "deploy" / "compose" / "clients.yaml").read_text(encoding="utf-8")]
        for client in clients:
            organisation = str(client.organisation) if client.organisation else None
            entry = {"client_id": client.client_id, "roles": sorted(client.roles), "organisation": organisation}
            lines.append(f"- {json.dumps(entry | {'secret': client.secret})}\n")
        path = self._folder / "clients.yaml"
        write_private(path, "".join(lines))
        path.chmod(0o644)  # the issuer's container reads it as another user
        return path

    def run(self, *words: str, patience: float = 600.0) -> str:
        """Run a `docker compose` command on this project; what it prints."""
        environment = {
            **clean_environment(),
            **{f"KITH_{word}_PORT": str(self._ports[part]) for part, word in PUBLISHED.items()},
            "KITH_TAG": TAG,
            "KITH_CLIENTS_FILE": str(self._clients_file),
        }
        project = ("compose", "--project-name", self.name, "--env-file", str(self._secrets))
        return docker(*project, *words, environment=environment, patience=patience)

    def url(self, part: str) -> str:
        """Where a part answers on this machine."""
        return f"http://127.0.0.1:{self._ports[part]}"

    def container(self, part: str) -> str:
        """The id of a part's container, running or not."""
        return self.run("ps", "--all", "--quiet", part).strip()

    def up(self) -> None:
        """Start all of it and wait until it is ready."""
        self.run("up", "--detach", "--no-build")
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until every part that answers HTTP says that it is ready."""
        deadline = time.monotonic() + PATIENCE
        wrong = dict.fromkeys(PUBLISHED, "not asked yet")
        while wrong:
            wrong = {part: said for part in wrong if (said := self._not_ready(part))}
            if wrong:
                assert time.monotonic() < deadline, f"{wrong}\n{self.run('logs', '--no-color', '--tail', '20')[-6000:]}"
                time.sleep(0.5)

    def _not_ready(self, part: str) -> str | None:
        try:
            answer = httpx.get(f"{self.url(part)}/{'readyz' if part == 'mailpit' else 'health/ready'}", timeout=5)
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if answer.is_success else answer.text

    def stop(self, part: str) -> int:
        """Ask a part to stop, as its image wants to be asked; its exit code."""
        container = self.container(part)
        self.run("stop", part)
        code: int = inspect("container", container)["State"]["ExitCode"]
        return code

    def start(self, part: str) -> None:
        """Start a part that was stopped."""
        docker("start", self.container(part))

    def run_again(self, part: str) -> int:
        """Run a part that runs once a second time; its exit code."""
        container = self.container(part)
        docker("start", container)
        return int(docker("wait", container))

    def down(self) -> None:
        """Take all of it down, with its volumes."""
        self.run("down", "--volumes", "--remove-orphans", "--timeout", "30")

    def leftovers(self) -> list[str]:
        """Containers, volumes and networks that bear the project's name."""
        label = f"label=com.docker.compose.project={self.name}"
        kinds = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
        found = [docker(*kind, "--quiet", "--filter", label).split() for kind in kinds]
        named = [docker(*kind, "--filter", f"name={self.name}", "--quiet").split() for kind in kinds]
        return [thing for things in (*found, *named) for thing in things]


def volumes_of(container: str) -> list[str]:
    """The volumes that a container uses, also those without a name of their own."""
    return [mount["Name"] for mount in inspect("container", container)["Mounts"] if mount["Type"] == "volume"]
