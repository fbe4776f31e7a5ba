"""Loading a network whose programmes stand on definitions, into the referrals service."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kith_chassis.clock import new_id
from kith_cli.installation import deploy_file
from kith_cli.loading import load_network
from kith_cli.network import read_network
from kith_cli.speaking import Speaker
from tests.cli.a_service import AService, a_service
from tests.servers.postgres import Databases

HOME_START = deploy_file("programmes/home-start.yaml")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AService]:
    async with a_service(databases, tmp_path_factory.mktemp("loading")) as service:
        yield service


class OurNetwork:
    """A network file of one organisation, with one programme on a definition of its own; loaded, and then edited."""

    def __init__(self, service: AService, folder: Path) -> None:
        self.service = service
        self.definition = Path(shutil.copy(HOME_START, folder))
        self._file = folder / "network.yaml"
        self._ids = new_id(), new_id()
        self.entry = "definition: home-start.yaml"
        self.load()

    def load(self, telephone: str = "0141 496 0101") -> None:
        """Load the file as it is now."""
        organisation_id, programme_id = self._ids
        self._file.write_text(
            f"""
organisations:
- id: {organisation_id}
  slug: example-trust
  name: Example Trust
  kind: charity
  programmes:
  - {{id: {programme_id}, slug: ours-{programme_id.hex[-6:]}, {self.entry}, telephone: {telephone}}}
"""
        )
        self.loaded = load_network(read_network(self._file), self.service.addresses, people=False)

    def apply(self, definition: dict[str, Any] | None) -> None:
        """Put another definition in force, or take it off, as an operator would."""
        [organisation] = read_network(self._file)
        [programme] = organisation.programmes
        entry = {"slug": programme.slug, "organisation_id": str(organisation.entry.id)}
        if definition is None:
            entry |= {"name": "Example", "model": "one-to-one", "formality": "formal"}
        self.ask("PUT", entry | {"definition": definition})

    def ask(self, method: str, body: object = None, more: str = "") -> Any:
        """Ask about the programme, as the operator."""
        with Speaker(self.service.addresses, self.service.clients["operator"]) as operator:
            return operator.ask(method, "referrals", f"/programmes/{self._ids[1]}{more}", json=body).json()

    @property
    def shown(self) -> dict[str, Any]:
        """The programme as it is shown."""
        shown: dict[str, Any] = self.ask("GET")
        return shown

    @property
    def in_force(self) -> dict[str, Any]:
        """The definition in force."""
        document: dict[str, Any] = self.ask("GET", more="/definition")["definition"]
        return document


@pytest.fixture
def ours(service: AService, tmp_path: Path) -> OurNetwork:
    return OurNetwork(service, tmp_path)


def test_a_programme_is_published_with_the_definition_that_it_stands_on(ours: OurNetwork) -> None:
    assert ours.in_force["slug"] == "home-start"
    assert (ours.shown["definition_version"], ours.shown["name"]) == (1, ours.in_force["name"])


def test_loading_again_changes_nothing(ours: OurNetwork) -> None:
    before = ours.shown

    ours.load()

    assert ours.shown == before
    assert ours.loaded.kept == ()


def test_a_definition_that_was_edited_is_the_next_version(ours: OurNetwork) -> None:
    ours.definition.write_text(ours.definition.read_text().replace("place: 300", "place: 310"))

    ours.load()

    assert ours.shown["definition_version"] == 2
    assert ours.in_force["matching"]["weights"]["place"] == 310
    assert ours.loaded.kept == ()


def test_what_an_operator_applied_since_stays_in_force_and_the_entry_follows_the_file(ours: OurNetwork) -> None:
    ours.apply(ours.in_force | {"name": "Another name"})

    ours.load(telephone="0141 496 0102")

    assert (ours.shown["definition_version"], ours.shown["name"]) == (2, "Another name")
    assert ours.shown["telephone"] == "0141 496 0102"
    assert ours.loaded.kept == (ours.shown["slug"],)


def test_a_programme_that_got_a_definition_beside_the_file_keeps_it(ours: OurNetwork) -> None:
    ours.entry = "name: Example, model: one-to-one, formality: formal"

    ours.load()

    assert ours.shown["definition_version"] == 1
    assert ours.loaded.kept == (ours.shown["slug"],)


def test_a_definition_that_an_operator_took_off_stays_off(ours: OurNetwork) -> None:
    ours.apply(None)

    ours.load()

    assert ours.shown["definition_version"] == 0
    [sentence] = ours.loaded.sentences
    assert sentence.startswith(f"{ours.shown['slug']} stays as it was changed since, with another definition or none;")
