"""`kith retention` against the referrals service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from kith_cli.installation import deploy_file
from tests.cli.a_service import AService, a_service
from tests.servers.postgres import Databases


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AService]:
    """Nobody has put a schedule yet."""
    async with a_service(databases, tmp_path_factory.mktemp("retention")) as service:
        yield service


def test_the_shipped_schedule_is_put(service: AService) -> None:
    done = service.kith("operator", "retention", deploy_file("retention.yaml"))

    assert done.exit_code == 0, done.output
    assert done.output == "The schedule has 20 lines now.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [", "is not YAML"),
        ("- nothing", "has no list named `rules`"),
        (
            "rules: [{nation: wales, record: enquiry, required: true, source: x}]",
            "Line 1 (wales, enquiry) says neither years nor until_age",
        ),
    ],
)
def test_what_is_no_schedule_is_refused(service: AService, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "retention.yaml"
    file.write_text(text)

    done = service.kith("operator", "retention", file)

    assert done.exit_code == 1
    assert says in done.output
