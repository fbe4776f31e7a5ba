"""docker-compose.yml as its reader runs it: up, used, restarted part by part under load, and down."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest

from kith_cli.clients import Client
from kith_cli.network import Organisation
from tests.containers.compose import ONCE, OURS, THEIRS, Compose, docker, inspect, volumes_of
from tests.containers.people import Desk, Referrer, prepare, publish, take_on, until

pytestmark = [pytest.mark.containers, pytest.mark.slow]

RESTARTED: Final = (*OURS, "kafka", "postgres")
"""All that run for long; the mail catcher forgets its mail, and so is restarted while it has none."""
NOWHERE: Final = "/opt/kith/lib/written"

Desks = Mapping[str, Desk]


@pytest.fixture(scope="module")
def desks(network: Compose, clients: Mapping[str, Client]) -> Iterator[Desks]:
    """Every client of the network, by name."""
    operator = Client("operator", frozenset({"operator"}), secret=network.secrets["KITH_OPERATOR_SECRET"])
    with contextlib.ExitStack() as stack:
        desks = {name: Desk(network, client) for name, client in {**clients, "operator": operator}.items()}
        for desk in desks.values():
            stack.callback(desk.close)
        yield desks


@pytest.mark.parametrize("part", [*OURS, *ONCE])
def test_a_container_of_ours_can_do_nothing_but_its_work(part: str, network: Compose) -> None:
    limits = inspect("container", network.container(part))["HostConfig"]

    assert limits["ReadonlyRootfs"]
    assert "no-new-privileges" in " ".join(limits["SecurityOpt"])
    assert not limits["CapAdd"]


@pytest.mark.parametrize("part", OURS)
def test_nothing_can_be_written_in_a_container_of_ours(part: str, network: Compose) -> None:
    with pytest.raises(AssertionError, match="Read-only file system"):
        docker("exec", network.container(part), "touch", NOWHERE)


@pytest.mark.parametrize("part", [*OURS, *THEIRS])
def test_ports_are_published_on_this_machine_alone(part: str, network: Compose) -> None:
    ports = inspect("container", network.container(part))["HostConfig"]["PortBindings"] or {}

    assert {one["HostIp"] for bound in ports.values() for one in bound or ()} <= {"127.0.0.1"}


@pytest.mark.parametrize("part", OURS)
def test_a_running_container_never_sees_the_owner_of_its_database(part: str, network: Compose) -> None:
    environment = " ".join(inspect("container", network.container(part))["Config"]["Env"])
    owners = [value for name, value in network.secrets.items() if "OWNER" in name or "POSTGRES" in name]

    assert not [secret for secret in owners if secret in environment]


def test_a_referral_becomes_a_delivered_mail_and_a_reported_total_while_every_container_is_restarted(
    network: Compose, sample_network: Mapping[str, Organisation], desks: Desks
) -> None:
    owner = sample_network["northfield-health-board"]
    programme, supporter = owner.programmes[0], owner.supporters[0]
    coordinator = desks["northfield-health-board.coordinator"]
    publish(sample_network, desks["operator"])
    prepare(supporter, coordinator)
    network.stop("mailpit")

    referrer = Referrer(desks["harbour-trust.referrer"], programme.id)
    referrer.start()
    until(lambda: referrer.accepted or None, "the first referral is accepted while no mail can leave")
    network.start("mailpit")
    ended = {part: _restarted(network, part) for part in RESTARTED}
    again = {part: network.run_again(part) for part in ONCE}
    first, *_ = accepted = referrer.enough()
    take_on(first, supporter, coordinator)

    assert {part: code for part, code in ended.items() if code and part in OURS} == {}
    assert {part: code for part, code in again.items() if code} == {}
    mails = 2 * len(accepted) + 5  # each received: to both organisations; the first accepted (two) and matched (three)
    expected = {"received": len(accepted), "accepted": 1, "matched": 1, "messages_delivered": mails}
    until(lambda: _reported(desks["operator"], programme.id, expected), f"reporting shows {expected}")
    mail = _mail(network)
    copies = desks["operator"].get("notifications", "/messages/summary").json()["resends"]
    assert len(mail) == mails
    assert sum(mail.values()) <= len(mail) + copies
    assert referrer.tried_again, "nobody noticed that the network was restarted"
    doctor = json.loads(network.run("run", "--rm", "kith", "doctor", "--json"))
    assert [finding for finding in doctor["findings"] if not finding["well"]] == []


def test_taking_it_down_leaves_nothing(network: Compose) -> None:
    """The last of this file: there is no network after it."""
    kept = {volume for part in (*OURS, *THEIRS) for volume in volumes_of(network.container(part))}

    network.down()

    assert kept
    assert network.leftovers() == []
    assert not kept & set(docker("volume", "ls", "--quiet").split())


def _restarted(network: Compose, part: str) -> int:
    """Stop a part, start it again and wait until all is ready; with what code it ended."""
    code = network.stop(part)
    network.start(part)
    network.wait_until_ready()
    return code


def _reported(operator: Desk, programme_id: object, expected: Mapping[str, int]) -> dict[str, Any] | None:
    """The line of who runs the programme, once it shows what is expected."""
    lines = operator.get("reporting", "/totals").json()["totals"]
    for line in lines:
        if line["programme_id"] == str(programme_id) and line["side"] == "owner":
            return line if expected.items() <= line.items() else None
    return None


def _mail(network: Compose) -> Counter[str]:
    """How often each mail came, by its Message-ID."""
    answer = httpx.get(f"{network.url('mailpit')}/api/v1/messages", params={"limit": 10_000}, timeout=30)
    return Counter(mail["MessageID"] for mail in answer.raise_for_status().json()["messages"])
