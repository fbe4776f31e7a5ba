"""The demonstration's own rules: who has which story, when everything has arrived, and what is asked again."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.demonstrating.asking import Asker, Askers
from kith_cli.demonstrating.plans import GROUP, LISTENING, ONE_TO_ONE, plans_for
from kith_cli.demonstrating.settling import settle
from kith_cli.installation import SERVICES
from kith_cli.main import main
from kith_cli.speaking import NoAnswer


def referrals_to(*programmes: str) -> list[dict[str, Any]]:
    return [{"id": f"referral-{number}", "programme_id": programme} for number, programme in enumerate(programmes)]


class TestPlans:
    def test_every_programme_goes_through_its_stories_in_order(self) -> None:
        referrals = referrals_to("one", "group", "one", "group", "group", "one")

        plans = plans_for(referrals, {"one": "one-to-one", "group": "group"})

        assert list(plans.values()) == [ONE_TO_ONE[0], GROUP[0], ONE_TO_ONE[1], GROUP[1], GROUP[2], ONE_TO_ONE[2]]

    def test_the_same_referrals_have_the_same_stories_on_another_day(self) -> None:
        referrals = referrals_to(*["one"] * 50)

        assert plans_for(referrals, {}) == plans_for(referrals, {})

    def test_nobody_is_withdrawn_and_closed_or_meets_without_being_accepted(self) -> None:
        for plan in (*ONE_TO_ONE, *GROUP, *LISTENING):
            assert [bool(plan.closing), plan.withdrawn, plan.unshared].count(True) <= 1
            assert plan.decision == "accept" or not (plan.reach or plan.meetings or plan.books or plan.closing)

    def test_who_is_referred_to_listeners_is_neither_matched_nor_in_a_group(self) -> None:
        plans = plans_for(referrals_to("ours"), {"ours": "listening-slots"})

        assert plans == {"referral-0": LISTENING[0]}
        assert not any(plan.reach or plan.meetings for plan in LISTENING)


def operators(answers: Any) -> Askers:
    """Askers whose requests are answered by ``answers``, a function of the path."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: answers(request.url.path)))
    addresses = Addresses(dict.fromkeys(SERVICES, "http://kith.invalid"), None, {})
    return Askers(Asker(http, addresses, asyncio.Semaphore(4), lambda: None, "a-token"), {})


class Network:
    """Answers about what is left to do; ``left`` is the outbox, one number for each look, the last for ever."""

    def __init__(self, *left: int, messages: int = 0) -> None:
        self._left = list(left)
        self._messages = messages
        self.looks = 0

    def answer(self, path: str) -> httpx.Response:
        if path == "/operations/lag":
            return httpx.Response(200, json={"topics": [{"committed": 5}], "total": 0})
        if path == "/operations/health":
            return httpx.Response(200, json={"outbox": self._left[0]})
        self.looks += 1
        if len(self._left) > 1:
            self._left.pop(0)
        counts = [{"state": "delivered", "messages": 9}, {"state": "pending", "messages": self._messages}]
        return httpx.Response(200, json={"counts": counts})


class TestSettling:
    async def test_everything_has_arrived_when_nothing_is_left_and_nothing_moves(self) -> None:
        network = Network(3, 1, 0)

        await settle(operators(network.answer))

        assert network.looks == 5

    async def test_what_does_not_move_is_told(self) -> None:
        network = Network(0, messages=2)

        with pytest.raises(CannotRun, match="there is left: 2 messages to be sent; `kith doctor` says more"):
            await settle(operators(network.answer), patience=0.3)

    async def test_a_service_that_is_gone_is_named(self) -> None:
        def gone(_: str) -> httpx.Response:
            raise httpx.ConnectError("refused")

        with pytest.raises(NoAnswer, match="does not answer"):
            await settle(operators(gone))


class TestAsking:
    async def test_a_version_that_has_moved_on_is_read_again(self) -> None:
        tags = []

        def answer(request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(200, headers={"ETag": '"7"'}, json={})
            tags.append(request.headers["If-Match"])
            return httpx.Response(200, json={"done": True}) if tags[1:] else httpx.Response(412, json={})

        asker = replace(operators(None).operator, http=httpx.AsyncClient(transport=httpx.MockTransport(answer)))

        assert await asker.move("referrals", "/referrals/1", "closure", 3) == {"done": True}
        assert tags == ['"3"', '"7"']

    async def test_what_may_be_tried_again_is(self) -> None:
        page = {"items": [{"id": "m1"}], "next": None}
        answers = [httpx.Response(503, json={}), httpx.Response(200, json=page)]

        assert await operators(lambda _: answers.pop(0)).operator.everything("matching", "/matches") == [{"id": "m1"}]


def test_the_help_says_what_the_exit_code_means() -> None:
    said = CliRunner().invoke(main, ["demo", "--help"]).output

    assert "exits by itself: 0 only if every count agrees" in " ".join(said.split())
