"""`kith programmes diff` and `apply` against the referrals service."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from kith_chassis.clock import new_id
from kith_cli.installation import deploy_file
from kith_cli.loading import load_network
from kith_cli.programmes.reading import read
from kith_cli.speaking import Speaker
from tests.cli.a_service import AService, a_service
from tests.servers.postgres import Databases

FILES = deploy_file("programmes/home-start.yaml").parent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AService]:
    """The sample network's programmes are offered, each on the shipped file of its slug."""
    async with a_service(databases, tmp_path_factory.mktemp("applying")) as service:
        yield service


@pytest.fixture
def home_start(tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copy(FILES / "home-start.yaml", tmp_path))


def test_every_shipped_file_is_applied_and_then_in_force_as_it_is(service: AService) -> None:
    organisation = str(service.an_organisation())
    many = len(list(FILES.glob("*.yaml")))

    first = service.kith("operator", "programmes", "apply", FILES, "--organisation", organisation, "--approvals", "20")
    again = service.kith("operator", "programmes", "apply", FILES)
    alike = service.kith("operator", "programmes", "diff", FILES)

    assert first.exit_code == 0, first.output
    there = sum(len(one.programmes) for one in service.sample)
    assert many >= 20
    assert first.output.count(": version 1 is in force.") == many - there
    assert first.output.count("0 differences from version 1, which is in force") == there
    assert again.output.count("0 differences from version 1, which is in force") == many
    assert (alike.exit_code, alike.output) == (0, again.output)


def test_a_change_is_shown_before_it_is_applied_as_the_next_version(service: AService, home_start: Path) -> None:
    organisation = str(service.an_organisation())
    service.kith("operator", "programmes", "apply", home_start, "--programme", "ours", "--organisation", organisation)
    home_start.write_text(home_start.read_text().replace("place: 300", "place: 310").replace("refuse", "ask-each"))

    shown = service.kith("operator", "programmes", "diff", home_start, "--programme", "ours")
    done = service.kith("operator", "programmes", "apply", home_start, "--programme", "ours")

    changes = "  matching.weights.place: 300, now 310\n  matching.knowing_each_other: refuse, now ask-each\n"
    assert (shown.exit_code, shown.output) == (
        1,
        f"ours: 2 differences from version 1, which is in force.\n{changes}",
    )
    assert (done.exit_code, done.output) == (0, f"ours: version 2 is in force.\n{changes}")


def test_a_programme_that_nobody_offers_needs_an_organisation(service: AService, home_start: Path) -> None:
    there = service.kith("operator", "programmes", "diff", home_start, "--programme", "new")
    done = service.kith("operator", "programmes", "apply", home_start, "--programme", "new")

    assert (there.exit_code, there.output) == (1, "new: nobody offers it yet.\n")
    assert done.exit_code == 1
    assert "say whose programme it is, with --organisation" in done.output


def test_when_one_file_cannot_be_used_none_is_applied(service: AService, home_start: Path) -> None:
    organisation = str(service.an_organisation())
    broken = home_start.with_name("broken.yaml")
    broken.write_text(home_start.read_text())

    done = service.kith("operator", "programmes", "apply", home_start.parent, "--organisation", organisation)

    assert done.exit_code == 1
    assert "broken.yaml cannot be used" in done.output
    assert "in force" not in done.output


def test_what_a_programme_says_beside_its_definition_stays(service: AService) -> None:
    file = FILES / "long-term-conditions-mental-illness.yaml"
    sample = next(one for one in service.sample for _ in one.programmes)
    programme = sample.programmes[0]

    done = service.kith("operator", "programmes", "apply", file, "--programme", str(programme.body["slug"]))
    load_network(service.sample, service.addresses, people=False)

    assert done.exit_code == 0, done.output
    with Speaker(service.addresses, service.clients["operator"]) as operator:
        shown = operator.get("referrals", f"/programmes/{programme.id}")
    assert shown["telephone"] == programme.body["telephone"]
    assert shown["name"] == read(file).definition.name  # type: ignore[union-attr]
    assert f"version {shown['definition_version']} is in force" in done.output


def test_another_file_is_not_given_to_one_programme(service: AService) -> None:
    done = service.kith("operator", "programmes", "diff", FILES, "--programme", str(new_id()))

    assert done.exit_code == 2
    assert "give one file" in done.output
