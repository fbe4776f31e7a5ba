"""The journeys, each played once on one running network, and what the network says afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from anyio.from_thread import start_blocking_portal
from pydantic import SecretStr
from rich.console import Console

from kith_chassis.broker import make_topics
from kith_chassis.settings import ServiceSettings
from kith_cli.cannot import CannotRun
from kith_cli.embedded.broker import EmbeddedBroker
from kith_cli.journeys.acting import Actor
from kith_cli.journeys.cast import Cast, Played, gather
from kith_cli.journeys.playing import play
from kith_cli.journeys.programmes import EVERY
from kith_cli.journeys.stage import LOOK, PATIENCE, Stage
from kith_cli.telling import Teller
from kith_contracts.registry import TOPICS
from tests.journeys.a_network import Network, a_network
from tests.servers.issuer import Issuer
from tests.servers.kafka import Broker
from tests.servers.postgres import Databases


@dataclass(frozen=True)
class Afterwards:
    """A journey that was played: what was said, what it left, and everybody in it, who may still look."""

    said: str
    ids: Played
    stage: Stage

    def seen_by(self, organisation: str, who: str = "coordinator") -> Actor:
        """Somebody of the journey."""
        return self.stage.worker(organisation, who)

    def totals(self, organisation: str, programme: str = "programme") -> dict[str, Any]:
        """What reporting says to an organisation of a programme: of its own, else of what it referred there."""
        lines = self.seen_by(organisation).read("reporting", "/totals")["totals"]
        sides = {one["side"]: one for one in lines if one["programme_id"] == self.ids[programme]}
        found: dict[str, Any] = sides.get("owner") or sides["referrer"]
        return found

    def reach(self, organisation: str, programme: str = "programme") -> dict[str, Any]:
        """What reporting says of whom a programme reaches, fit to be shown outside."""
        asked = {"programme_id": self.ids[programme]}
        found: dict[str, Any] = self.seen_by(organisation).read("reporting", "/reach", **asked)
        return found

    def told(self, *wanted: tuple[str, str], referral: str = "referral") -> bool:
        """Whether all of these messages about a referral are delivered: what each told, and to whom."""
        end = time.monotonic() + PATIENCE
        while not (there := set(wanted) <= self.messages(referral)) and time.monotonic() < end:
            time.sleep(LOOK)
        return there

    def messages(self, referral: str = "referral") -> set[tuple[str, str]]:
        """What was delivered about a referral by now: what it told, and to whom."""
        found = self.stage.operator.everything("notifications", "/messages", story=self.ids[referral])
        return {
            (one["reason"].partition("/")[0], one["recipient"].partition("/")[0])
            for one in found
            if one["state"] == "delivered"
        }

    def on_record(self, service: str, about: str) -> list[dict[str, Any]]:
        """The entries of a service's audit about one story, once all that was done by now is sealed."""
        end = time.monotonic() + PATIENCE
        while self.stage.operator.read(service, "/operations/audit/head")["unsealed"] and time.monotonic() < end:
            time.sleep(LOOK)
        found: list[dict[str, Any]] = self.stage.operator.read(service, "/operations/audit", about=about)["items"]
        return found


AfterTheJourney = Callable[[int], Afterwards]


@pytest.fixture(scope="session")
def casts() -> dict[int, Cast]:
    """Everybody who plays, by the number of the journey; 0 is that of one human."""
    return {cast.journey.number: cast for cast in gather(EVERY.values())}


@pytest.fixture(scope="session")
def network(
    casts: dict[int, Cast], databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Network]:
    """One network for all journeys, on a broker of its own: what other tests do to topics does not reach it."""
    folder = tmp_path_factory.mktemp("programmes")
    issuer = Issuer(folder / "issuer", *(client for cast in casts.values() for client in cast.clients))
    with start_blocking_portal() as portal, EmbeddedBroker(folder / "broker") as embedded:
        broker = Broker(embedded.bootstrap, real=False)
        portal.call(_topics, broker, issuer)
        with portal.wrap_async_context_manager(a_network(broker, databases, issuer, folder)) as up:
            yield up


async def _topics(broker: Broker, issuer: Issuer) -> None:
    settings = ServiceSettings(
        database_url=SecretStr("postgresql://nobody@nowhere.invalid/nothing"),
        kafka_bootstrap=broker.bootstrap,
        kafka_idempotent=broker.real,
        issuer=issuer.url,
    )
    await make_topics(settings, [NewTopic(name, 12, 1) for name in TOPICS])


@pytest.fixture(scope="session")
def after_the_journey(casts: dict[int, Cast], network: Network) -> Iterator[AfterTheJourney]:
    """Call it with a number: the journey is played, and what came of it can be looked at."""
    played: dict[int, Afterwards] = {}
    failed: dict[int, CannotRun] = {}
    with ExitStack() as stack:

        def after_the_journey(number: int) -> Afterwards:
            if number in failed:
                raise failed[number]  # it would begin where the first play broke off
            if number not in played:
                said = StringIO()
                stage = stack.enter_context(
                    Stage(casts[number], network.addresses, Teller(Console(file=said, width=200)))
                )
                try:
                    ids = play(stage)
                except CannotRun as broken_off:
                    failed[number] = broken_off
                    raise
                played[number] = Afterwards(said.getvalue(), ids, stage)
            return played[number]

        yield after_the_journey
