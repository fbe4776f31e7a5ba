"""A supervisor notes something in the midst of a run; and what an operator and a backup then take away."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from click.testing import CliRunner

from kith_chassis import clock
from kith_cli.clients import Client
from kith_cli.main import main
from kith_cli.network import Organisation
from tests.matching.breaking_in import dump
from tests.servers.issuer import SERVICES, Issuer
from tests.servers.postgres import Address
from tests.servers.services import Bearer

WORDS: Final = "Zanderfleck shivers by the millpond"
AUTHOR: Final = "a-supervisor"
KEEPER: Final = "a-keeper-of-records"


@dataclass(frozen=True, repr=False)
class Noted:
    """A note, read back by its author, and all the answers that anybody else got about it."""

    supervision_id: str
    read: str
    answers: list[httpx.Response]


def keeper(organisation: Organisation) -> Client:
    """Who answers requests for access: an administrator of the organisation who also runs the network."""
    return Client(KEEPER, frozenset({"administrator", "operator"}), organisation_id(organisation))


def organisation_id(organisation: Organisation) -> UUID:
    """By which id its clients are known."""
    found = organisation.clients[0].organisation
    assert found is not None
    return found


async def note_something(matching: str, issuer: Issuer, organisation: Organisation) -> Noted:
    """Have a note logged and read, and much go wrong with it; and wait until that is told, and sealed in the audit."""
    whose = organisation_id(organisation)
    author = Bearer(issuer.token("coordinator", organisation_id=whose, subject=AUTHOR))
    colleague = Bearer(issuer.token("coordinator", "administrator", organisation_id=whose, subject="a-colleague"))
    operator = Bearer(issuer.token("operator"))
    body: dict[str, Any] = {"held_on": clock.today(clock.now()).isoformat(), "minutes": 60, "note": WORDS}
    async with httpx.AsyncClient(base_url=matching, auth=author, timeout=30.0) as client:
        first = (await client.get("/supporters", params={"limit": 1})).json()["items"][0]
        path, key = f"/supporters/{first['id']}/supervisions", {"Idempotency-Key": "a-key"}
        logged = (await client.post(path, json=body, headers=key)).raise_for_status()
        where = logged.headers["Location"]
        read = (await client.get(where)).raise_for_status()
        answers = [
            logged,
            await client.post(path, json=body, headers=key),
            await client.post(path, json=body | {"minutes": 30}, headers=key),
            await client.post(path, json=body | {"minutes": WORDS}, headers={"Idempotency-Key": "2"}),
            await client.post(path, json=body | {"note": WORDS * 1000}, headers={"Idempotency-Key": "3"}),
            await client.post(path, content=f'{{"note": "{WORDS}"', headers={"Idempotency-Key": "4"}),
            await client.post(
                f"/supporters/{clock.new_id()}/supervisions", json=body, headers={"Idempotency-Key": "5"}
            ),
            await client.get(path),
            await client.get(path, auth=colleague),
            await client.get(where, auth=colleague),
            await client.get(where, auth=operator),
        ]
        while (await client.get("/operations/health", auth=operator)).raise_for_status().json()["outbox"]:
            await asyncio.sleep(0.1)
        while (await client.get("/operations/audit/head", auth=operator)).raise_for_status().json()["unsealed"]:
            await asyncio.sleep(0.1)
    return Noted(where.rpartition("/")[2], read.text, answers)


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
