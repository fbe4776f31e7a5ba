"""What an operator exports of a network, and what a backup takes away of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
from click.testing import CliRunner

from kith_cli.clients import Client
from kith_cli.main import main
from kith_cli.network import Organisation
from tests.journeys.planting import AUTHOR
from tests.matching.breaking_in import dump
from tests.servers.issuer import SERVICES, Issuer
from tests.servers.postgres import Address
from tests.servers.services import Bearer

KEEPER: Final = "a-keeper-of-records"


def keeper(organisation: Organisation) -> Client:
    """Who answers requests for access: an administrator of the organisation who also runs the network."""
    return Client(KEEPER, frozenset({"administrator", "operator"}), organisation_id(organisation))


def organisation_id(organisation: Organisation) -> UUID:
    """By which id its clients are known."""
    found = organisation.clients[0].organisation
    assert found is not None
    return found


def take_away(
    urls: Mapping[str, str], issuer: Issuer, organisation: Organisation, databases: dict[str, Address], folder: Path
) -> dict[str, str]:
    """What `kith` exports of the network, and a dump of each database, by what they are."""
    client = issuer.clients[KEEPER]
    environment = {"KITH_CLIENT_ID": client.client_id, "KITH_CLIENT_SECRET": client.secret}
    there = [part for name in SERVICES for part in ("--url", f"{name}={urls[name]}")]

    def kith(*words: str) -> str:
        asked = [*words, *there, "--issuer", issuer.url, "--folder", str(folder / "home")]
        said = CliRunner(env=environment).invoke(main, asked)
        assert said.exit_code == 0, said.output
        return said.output

    whose = organisation_id(organisation)
    coordinator = Bearer(issuer.token("coordinator", organisation_id=whose))
    referral = httpx.get(f"{urls['referrals']}/referrals", auth=coordinator, timeout=30.0).json()["items"][0]
    kith("subject-access", referral["person_id"], "--organisation", str(whose), "--out", str(folder / "access"))
    return {
        **{f"audit of {name}": kith("audit", "export", name) for name in ("referrals", "matching")},
        "audit list": kith("audit", "list", "matching", "--subject", AUTHOR, "--json"),
        **{f"subject access, {path.name}": path.read_text() for path in sorted((folder / "access").iterdir())},
        **{f"dump of {name}": dump(address.admin_url) for name, address in databases.items()},
    }
