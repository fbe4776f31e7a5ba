"""`kith provision` where it cannot do its work: one sentence, and nothing that is secret in it."""

from typing import Final

import pytest
from click.testing import CliRunner, Result

from kith_cli.installation import SERVICES
from kith_cli.main import main

NOBODY: Final = "postgresql://postgres:invented-secret@127.0.0.1:1/postgres"
PASSWORDS: Final = {
    f"KITH_{name.upper()}_{kind}": "invented-secret" for name in SERVICES for kind in ("OWNER_PASSWORD", "PASSWORD")
}


def provision(*words: str, **environment: str | None) -> Result:
    """Run the command in an environment that leads to a server which is not there, unless it is changed."""
    settings: dict[str, str | None] = {"KITH_DATABASE_ADMIN_URL": NOBODY, **PASSWORDS, **environment}
    return CliRunner(env=settings).invoke(main, ["provision", *words])


def test_an_administrator_must_be_named() -> None:
    done = provision(KITH_DATABASE_ADMIN_URL=None)

    assert done.exit_code == 1
    assert done.output == "Error: KITH_DATABASE_ADMIN_URL is not set.\n"


@pytest.mark.parametrize("variable", sorted(PASSWORDS))
def test_every_role_needs_a_password(variable: str) -> None:
    done = provision(**{variable: None})

    assert done.exit_code == 1
    assert done.output == f"Error: {variable} is not set.\n"


def test_the_passwords_of_services_that_were_not_named_are_not_asked_for() -> None:
    done = provision("matching", KITH_REFERRALS_PASSWORD=None)

    assert "KITH_REFERRALS_PASSWORD" not in done.output


def test_a_server_that_does_not_answer_is_told_of_without_its_secret() -> None:
    done = provision()

    assert done.exit_code == 1
    assert done.output.startswith("Error: The databases cannot be made: ")
    assert "invented-secret" not in done.output


def test_there_are_no_other_services() -> None:
    assert provision("something").exit_code == 2
