"""How the demonstration's supporters say that they are worried, and their leads answer: once, and theirs alone."""

import asyncio
import json
from datetime import date
from typing import Any

import httpx

from kith_cli.addresses import Addresses
from kith_cli.demonstrating.asking import Asker, Askers
from kith_cli.demonstrating.working import Work
from kith_cli.demonstrating.worrying import answer, raise_worries, speaking_for_themselves
from kith_cli.installation import SERVICES, deploy_file
from kith_cli.network import read_network

OURS, SUPPORTER = "our-organisation", "our-supporter"


class Matching:
    """A matching service with these concerns of the supporter; what else it was asked to do stands in ``told``."""

    def __init__(self, *own: dict[str, Any], matches: tuple[str, ...] = ()) -> None:
        self.own = own
        self.matches = matches
        self.told: list[tuple[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            self.told.append((path, json.loads(request.content or b"null")))
            return httpx.Response(201, json={})
        items = list(self.own) if path == "/concerns/own" else [{"id": one} for one in self.matches]
        return httpx.Response(200, json={"items": items, "next": None})

    @property
    def work(self) -> Work:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        addresses = Addresses(dict.fromkeys(SERVICES, "http://kith.invalid"), None, {})
        asker = Asker(http, addresses, asyncio.Semaphore(4), lambda: None, "a-token")
        everybody = Askers(asker, {OURS: asker}, {OURS: asker}, {OURS: asker})
        return Work(everybody, {}, {}, date(2026, 11, 23), {OURS: SUPPORTER})


def a_concern(acknowledged: str | None = None, decided: str | None = None) -> dict[str, Any]:
    return {"id": "c1", "acknowledged_at": acknowledged, "decided_at": decided}


async def test_a_worry_is_about_a_match_of_theirs() -> None:
    matching = Matching(matches=("m1", "m2"))

    await raise_worries(matching.work)

    [(path, said)] = matching.told
    assert (path, said["about"], said["about_id"]) == ("/concerns", "match", "m1")


async def test_a_worry_without_a_match_names_nobody_and_is_raised_all_the_same() -> None:
    matching = Matching()

    await raise_worries(matching.work)

    [(path, said)] = matching.told
    assert (path, sorted(said)) == ("/concerns", ["grounds", "words"])


async def test_a_second_run_raises_no_further_one() -> None:
    matching = Matching(a_concern(), matches=("m1",))

    await raise_worries(matching.work)

    assert matching.told == []


async def test_whoever_is_on_duty_acknowledges_and_decides() -> None:
    matching = Matching(a_concern())

    await answer(matching.work)

    assert [path for path, _ in matching.told] == ["/concerns/c1/acknowledging", "/concerns/c1/deciding"]


async def test_a_run_that_was_killed_in_between_goes_on_with_the_decision() -> None:
    matching = Matching(a_concern(acknowledged="then"))

    await answer(matching.work)

    assert [path for path, _ in matching.told] == ["/concerns/c1/deciding"]


async def test_what_is_decided_is_let_alone() -> None:
    matching = Matching(a_concern(acknowledged="then", decided="then"))

    await answer(matching.work)

    assert matching.told == []


def test_one_supporter_of_each_organisation_of_the_sample_network_speaks_for_themself() -> None:
    network = read_network(deploy_file("sample-network/network.yaml"))

    speaking = speaking_for_themselves(network)

    assert set(speaking) == {str(one.entry.id) for one in network}
