"""What the command line of a service does, loads and refuses."""

import os
import subprocess
import sys

import pytest

TOLD_WHAT_IS_LOADED = """
import sys
from kith_chassis import commands, migrating

def migrate(name, settings):
    print(sorted(one for one in sys.modules if one.startswith(f"kith_{name}")))

migrating.migrate = migrate
sys.argv = ["kith", "migrate"]
commands.run("matching")
"""


def said_by(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What Python says of it, in an environment that says nothing of Kith but this."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    asked = [sys.executable, *command]
    return subprocess.run(asked, env=others | environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_migration_waits_for_nothing_of_the_service_to_be_loaded() -> None:
    owner = "postgresql://matching_owner:none@127.0.0.1:1/kith_matching"

    assert said_by("-c", TOLD_WHAT_IS_LOADED, KITH_DATABASE_OWNER_URL=owner).stdout == "[]\n"


@pytest.mark.parametrize(
    ("command", "needed"),
    [([], "KITH_DATABASE_URL"), (["migrate"], "KITH_DATABASE_OWNER_URL"), (["openapi"], "KITH_DATABASE_URL")],
    ids=["serve", "migrate", "openapi"],
)
def test_without_its_settings_a_service_says_which_and_exits_with_two(command: list[str], needed: str) -> None:
    said = said_by("-m", "kith_reporting", *command)

    assert (said.returncode, said.stdout) == (2, "")
    assert f"{needed} is not set." in said.stderr.splitlines()
    assert said.stderr.endswith("\n(python -m kith_reporting cannot start)\n")


def test_a_part_that_no_service_has_is_refused_with_those_there_are() -> None:
    said = said_by("-m", "kith_reporting", "--only", "api,clocks")

    assert said.returncode == 2
    assert "choose from api, inbox, relay, timers, with a comma between" in said.stderr
