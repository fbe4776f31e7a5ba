"""`kith audit` against the referrals service on PostgreSQL, and against what it exported."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from click.testing import Result

from kith_cli.commands.audit import PATH, walk
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller
from tests.cli.a_service import AService, a_service
from tests.cli.waiting import eventually
from tests.servers.postgres import Databases


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AService]:
    """The sample network's organisations and programmes were published, and that is on the record."""
    async with a_service(databases, tmp_path_factory.mktemp("audit")) as service:
        yield service


def head(service: AService) -> dict[str, Any]:
    with Speaker(service.addresses, service.clients["operator"]) as operator:
        found: dict[str, Any] = operator.get("referrals", f"{PATH}/head")
    return found


def sealed(service: AService) -> dict[str, Any]:
    """The head, once nothing waits to be sealed."""
    assert eventually(lambda: not head(service)["unsealed"], 20.0)
    return head(service)


def kith(service: AService, *words: str | Path, client: str = "operator") -> Result:
    """Run `kith audit` as one of the clients."""
    return service.kith(client, "audit", *words)


@pytest.fixture
def export(service: AService, tmp_path: Path) -> Path:
    sealed(service)
    done = kith(service, "export", "referrals")
    assert done.exit_code == 0, done.output
    file = tmp_path / "export.ndjson"
    file.write_bytes(done.stdout_bytes)
    return file


def test_a_chain_that_holds_is_told_with_its_head(service: AService) -> None:
    stands = sealed(service)

    done = kith(service, "verify", "referrals")

    assert done.exit_code == 0, done.output
    assert done.stdout == f"referrals holds: {stands['sealed']} entries; its head is {stands['head']}\n"
    assert stands["sealed"] >= 6


def test_it_is_what_the_service_says_for_a_machine(service: AService) -> None:
    stands = sealed(service)

    [found] = json.loads(kith(service, "verify", "referrals", "--json").stdout)

    assert (found["of"], found["intact"], found["head"]) == ("referrals", True, stands["head"])


def test_a_chain_holds_against_its_noted_head_and_not_against_another(service: AService) -> None:
    stands = sealed(service)
    number, digest = stands["head"].split(":")
    another = f"{number}:{digest[::-1]}"

    same, other = (kith(service, "verify", "referrals", "--head", noted) for noted in (stands["head"], another))

    assert same.exit_code == 0
    assert other.exit_code == 1
    assert other.stdout == (
        f"referrals is BROKEN: Entry {number} has another digest than was noted: the chain was written anew."
        " (chain-rewritten)\n"
    )


def test_what_is_on_the_record_is_listed(service: AService) -> None:
    sealed(service)

    entries = json.loads(kith(service, "list", "referrals", "--most", "3", "--after", "1", "--json").stdout)
    table = kith(service, "list", "referrals", "--about", entries[0]["about_id"]).stdout

    assert [entry["number"] for entry in entries] == [2, 3, 4]
    assert {entry["subject"] for entry in entries} == {"operator"}
    assert f"{entries[0]['about_kind']}/{entries[0]['about_id']}" in table


def test_an_export_is_verified_offline(service: AService, export: Path) -> None:
    lines = export.read_text(encoding="utf-8").splitlines()

    done = kith(service, "verify", "--file", export)

    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"export.ndjson holds: {len(lines) - 1} entries; its head is {len(lines) - 1}:")


def test_an_export_in_which_one_word_was_changed_is_broken_there(service: AService, export: Path) -> None:
    text = export.read_bytes()
    lines = text.split(b"\n")
    lines[4] = lines[4].replace(b"-published", b"-perished")
    export.write_bytes(b"\n".join(lines))

    done = kith(service, "verify", "--file", export)

    assert done.exit_code == 1
    assert done.stdout == (
        "export.ndjson is BROKEN: Entry 5 is not what was sealed there: it was changed, inserted or moved."
        " (entry-changed)\n"
    )


def test_a_long_chain_is_verified_in_parts_and_says_how_far_it_is(
    service: AService, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = iter(({"entries": 20, "next": "20:ab"}, {"entries": 20, "next": "40:cd"}, {"entries": 9, "next": None}))
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != f"{PATH}/verification":
            return httpx.Response(200, json={"token_endpoint": "http://issuer.test/token", "access_token": "t"})
        asked.append(request.url.params.get("after", ""))
        return httpx.Response(200, json={"sealed": 49, **next(parts)})

    client = service.clients["operator"]
    with Speaker(service.addresses, client, httpx.MockTransport(answer)) as operator:
        found = walk(operator, "referrals", None, Teller())

    assert (found["entries"], asked) == (49, ["", "20:ab", "40:cd"])
    assert "referrals: 40 of 49 entries hold ...\n" in capsys.readouterr().out


def test_bytes_that_are_no_text_are_no_export(service: AService, tmp_path: Path) -> None:
    file = tmp_path / "noise"
    file.write_bytes(bytes(range(256)))

    done = kith(service, "verify", "--file", file)

    assert (done.exit_code, "line-unreadable" in done.stdout) == (1, True)


def test_who_is_no_operator_is_refused_in_one_sentence(service: AService) -> None:
    member = next(name for name, client in service.clients.items() if client.roles == {"referrer"})

    done = kith(service, "export", "referrals", client=member)

    assert done.exit_code == 1
    assert done.stdout == ""
    assert "role-missing" in done.stderr


@pytest.mark.parametrize(
    "words", [("--head", "3:ab"), ("--head", "3:" + "0" * 64), ("referrals", "--file", "pyproject.toml"), ("nobody",)]
)
def test_what_cannot_be_meant_is_told(service: AService, words: tuple[str, ...]) -> None:
    assert kith(service, "verify", *words).exit_code == 2
