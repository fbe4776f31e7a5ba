"""What is in an image, and what is not."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from tests.containers.compose import IMAGES, base_image, docker, inspect

pytestmark = [pytest.mark.containers, pytest.mark.slow]

MOST_ADDED: Final = 200_000_000
MOST_ADDED_BY: Final = {"matching": 320_000_000}
"""OR-tools and numpy are as large as all the rest (decision 0025)."""
MEMBERS: Final = tuple(f"kith_{what}" for what in IMAGES)
LOOK: Final = """
# The embedded platform is part of the command line, and no part of the images: what it runs on is absent.
import importlib.util, json, os, pathlib, pkgutil, shutil, sys, zoneinfo

def modules(package):
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not found.name.endswith(".__main__") and not found.name.startswith("kith_cli.embedded."):
            importlib.import_module(found.name)
            yield found.name

print(json.dumps({
    "uid": os.getuid(),
    "there": [name for name in sys.argv[2:] if importlib.util.find_spec(name)],
    "imported": [name for package in ("kith_contracts", "kith_chassis", sys.argv[1]) for name in modules(package)],
    "tools": [name for name in ("cc", "gcc", "ld", "make", "git") if shutil.which(name)],
    "build": pathlib.Path("/build").exists(),
    "london": str(zoneinfo.ZoneInfo("Europe/London")),
}))
"""

Look = Callable[[str], dict[str, Any]]
every_image = pytest.mark.parametrize("what", IMAGES)


@pytest.fixture(scope="module")
def look(images: Mapping[str, str]) -> Look:
    """Look into an image, once each, from inside, as it is run: nothing can be written, nobody can be reached."""
    seen: dict[str, dict[str, Any]] = {}

    def look(what: str) -> dict[str, Any]:
        if what not in seen:
            limits = ("--read-only", "--network", "none", "--cap-drop", "ALL", "--entrypoint", "python")
            looked_for = (*MEMBERS, "tests", "pytest", "hypothesis", "hatchling", "testcontainers")
            container = docker("create", *limits, images[what], "-c", LOOK, f"kith_{what}", *looked_for).strip()
            try:
                seen[what] = json.loads(docker("start", "--attach", container))
            finally:
                docker("rm", "--force", container)
        return seen[what]

    return look


@every_image
def test_an_image_adds_little_to_its_base(what: str, images: Mapping[str, str]) -> None:
    base = base_image()
    if not docker("images", "--quiet", base).strip():
        docker("pull", base)

    added = inspect("image", images[what])["Size"] - inspect("image", base)["Size"]

    print(f"kith-{what} adds {added / 1e6:.0f} MB to {base}")
    assert added < MOST_ADDED_BY.get(what, MOST_ADDED)


@every_image
def test_an_image_runs_as_somebody_without_rights(what: str, look: Look) -> None:
    assert look(what)["uid"] == 10001


@every_image
def test_an_image_holds_no_service_but_its_own_and_nothing_of_tests(what: str, look: Look) -> None:
    assert look(what)["there"] == [f"kith_{what}"]


@every_image
def test_every_module_of_an_image_can_be_imported_in_it(what: str, look: Look) -> None:
    assert {"kith_contracts.fact", "kith_chassis.process"} < set(look(what)["imported"])
    assert any(name.startswith(f"kith_{what}.") for name in look(what)["imported"])


@every_image
def test_nothing_that_built_an_image_stays_in_it(what: str, look: Look) -> None:
    assert look(what)["tools"] == []
    assert not look(what)["build"]


@every_image
def test_an_image_knows_the_time_in_london(what: str, look: Look) -> None:
    assert look(what)["london"] == "Europe/London"


@every_image
def test_an_image_says_what_it_is(what: str, images: Mapping[str, str]) -> None:
    labels = inspect("image", images[what])["Config"]["Labels"]

    assert labels["org.opencontainers.image.title"] == f"Kith {what}"


def test_an_image_of_no_service_is_not_built() -> None:
    with pytest.raises(AssertionError, match="SERVICE is referrals, matching, notifications, reporting or cli"):
        docker("build", "--force-rm", "-f", "deploy/Dockerfile", "--build-arg", "SERVICE=something", ".")
