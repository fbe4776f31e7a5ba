"""Images that are built once a run, and the network of docker-compose.yml made of them."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from kith_cli.clients import Client
from kith_cli.installation import deploy_file
from kith_cli.network import Organisation, read_network
from tests.containers.compose import IMAGES, Compose, image


@pytest.fixture(scope="session")
def sample_network() -> Mapping[str, Organisation]:
    """The sample network's organisations by their slugs; everybody in it is invented."""
    return {one.slug: one for one in read_network(deploy_file("sample-network/network.yaml"))}


@pytest.fixture(scope="session")
def clients(sample_network: Mapping[str, Organisation]) -> Mapping[str, Client]:
    """A client for every role of every organisation, with a secret of this run's own."""
    wanted = [client for organisation in sample_network.values() for client in organisation.clients]
    return {client.client_id: replace(client, secret=secrets.token_hex(24)) for client in wanted}


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory, clients: Mapping[str, Client]) -> Compose:
    """The project, with nothing running yet."""
    return Compose(tmp_path_factory.mktemp("compose"), list(clients.values()))


@pytest.fixture(scope="session")
def images(compose: Compose) -> Mapping[str, str]:
    """What an image holds, and its name. Built one after another: they share their first steps."""
    for builder in IMAGES.values():
        compose.run("build", builder, patience=1200)
    return {what: image(what) for what in IMAGES}


@pytest.fixture(scope="session")
def network(compose: Compose, images: Mapping[str, str]) -> Iterator[Compose]:
    """The network, up and ready; taken down at the end whatever happened."""
    try:
        compose.up()
        yield compose
    finally:
        compose.down()
