"""The demonstration's own rules: who has which story, when everything has arrived, and which counts do not agree."""

import asyncio
import re
from dataclasses import replace
from io import StringIO
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.demonstrating.asking import Asker, Askers
from kith_cli.demonstrating.comparing import compare
from kith_cli.demonstrating.exports import Imported
from kith_cli.demonstrating.looking import Post, Seen
from kith_cli.demonstrating.plans import GROUP, ONE_TO_ONE, plans_for
from kith_cli.demonstrating.settling import settle
from kith_cli.demonstrating.showing import show_compared, show_referrals
from kith_cli.importing.outcomes import Outcome, Totals
from kith_cli.installation import SERVICES
from kith_cli.main import main
from kith_cli.speaking import NoAnswer
from kith_cli.telling import Teller


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
        for plan in (*ONE_TO_ONE, *GROUP):
            assert [bool(plan.closing), plan.withdrawn, plan.unshared].count(True) <= 1
            assert plan.decision == "accept" or not (plan.reach or plan.meetings or plan.closing)


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


OURS, THEIRS, PROGRAMME = "our-organisation", "their-organisation", "our-programme"


def a_referral() -> dict[str, Any]:
    return {
        "id": "r1",
        "programme_id": PROGRAMME,
        "programme_organisation_id": OURS,
        "referring_organisation_id": THEIRS,
        "status": "matched",
        "decided_at": "then",
        "decision_reason": None,
        "matched_at": "then",
        "closed_at": None,
        "closing_reason": None,
    }


def a_line(side: str, organisation: str, **different: int) -> dict[str, Any]:
    counts = {
        "received": 1,
        "undecided": 0,
        "accepted": 1,
        "declined": 0,
        "waiting": 0,
        "attending": 0,
        "waiting_again": 0,
        "matched": 1,
        "closed": 0,
        "supported": 1,
        "sessions": 1,
        "contacts": 0,
        "people_reached": 0,
        "supporters": 0,
        "messages_delivered": 2,
        "messages_failed": 0,
    }
    return {"organisation_id": organisation, "programme_id": PROGRAMME, "side": side} | counts | different


def what_is_seen() -> Seen:
    session = {
        "asked_as": OURS,
        "programme_id": PROGRAMME,
        "outcome": "happened",
        "referral_id": "r1",
        "attended_referral_ids": [],
        "match_id": "m1",
    }
    return Seen(
        referrals=[a_referral()],
        references={"r1": "REF-1"},
        waiting_rows=[{"asked_as": THEIRS, "file_name": "export.csv", "row": 2, "duplicate_of": "REF-1"}],
        matches=[{"asked_as": OURS, "id": "m1", "referral_id": "r1", "ended_on": None, "ending": None}],
        sessions=[session],
        contacts=[],
        supporters=[],
        totals=[
            a_line("owner", OURS, contacts=1, people_reached=7, supporters=1),
            a_line("referrer", THEIRS),
        ],
        message_states={"delivered": 2},
        messages={"r1": [{"state": "delivered", "code": None}, {"state": "failed", "code": "no-channel"}]},
        dead_letters=0,
    )


def all_that_is_seen() -> Seen:
    contact = {"asked_as": OURS, "programme_id": PROGRAMME, "people": 7}
    supporter = {"asked_as": OURS, "programme_ids": [PROGRAMME], "state": "active"}
    return replace(what_is_seen(), contacts=[contact], supporters=[supporter])


def an_import() -> Imported:
    totals = Totals()
    totals.count(Outcome(1, "accepted"))
    totals.count(Outcome(2, "possible-duplicate", of="REF-1"))
    return Imported("export.csv", THEIRS, totals, ("r1",), frozenset({(2, "REF-1")}))


NAMES = {OURS: "ours", THEIRS: "theirs", PROGRAMME: "support"}


def differing(seen: Seen, post: Post) -> list[str]:
    return [f"{one.what} ({one.where})" for one in compare([an_import()], seen, post, NAMES) if not one.agrees]


class TestComparing:
    def test_what_agrees_agrees(self) -> None:
        assert differing(all_that_is_seen(), Post(2, 2)) == []

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("matches", [], ["matched (support, owner ours)", "matched (support, referrer theirs)"]),
            ("sessions", [], ["sessions (support, owner ours)", "sessions (support, referrer theirs)"]),
            ("contacts", [], ["contacts (support, owner ours)", "people_reached (support, owner ours)"]),
            ("supporters", [], ["supporters (support, owner ours)"]),
            ("waiting_rows", [], ["possible duplicates (export.csv)"]),
            ("message_states", {"delivered": 3}, ["messages delivered (network)"]),
            ("message_states", {"delivered": 2, "failed": 1}, ["messages failed (network)"]),
            ("dead_letters", 1, ["dead letters (network)"]),
        ],
    )
    def test_a_count_that_differs_is_found(self, name: str, value: Any, expected: list[str]) -> None:
        found = differing(replace(all_that_is_seen(), **{name: value}), Post(2, 2))

        assert set(expected) <= set(found)

    @pytest.mark.parametrize(
        "count",
        ["received", "undecided", "accepted", "declined", "matched", "closed", "waiting", "attending", "waiting_again"],
    )
    def test_a_total_that_differs_on_either_side_is_found(self, count: str) -> None:
        seen = all_that_is_seen()
        for line, where in zip(seen.totals, ("owner ours", "referrer theirs"), strict=True):
            wrong = [one | ({count: one[count] + 1} if one is line else {}) for one in seen.totals]

            assert f"{count} (support, {where})" in differing(replace(seen, totals=wrong), Post(2, 2))

    def test_a_mail_too_few_is_found(self) -> None:
        assert differing(all_that_is_seen(), Post(2, 1)) == ["mails of this run (network)"]

    def test_a_referral_that_is_not_there_is_found(self) -> None:
        gone = replace(all_that_is_seen(), referrals=[a_referral() | {"id": "r2"}], matches=[], sessions=[])

        assert "rows accepted (export.csv)" in differing(gone, Post(2, 2))


class TestShowing:
    def test_what_does_not_agree_is_said_in_a_sentence(self) -> None:
        said = StringIO()

        agrees = show_compared(
            Teller(Console(file=said, width=200)), compare([an_import()], all_that_is_seen(), Post(2, 1), NAMES)
        )

        assert not agrees
        assert "mails of this run (network): notifications says 2, mail server says 1." in said.getvalue()

    def test_what_all_agrees_is_added_up_once(self) -> None:
        said = StringIO()

        agrees = show_compared(
            Teller(Console(file=said, width=200)), compare([an_import()], all_that_is_seen(), Post(2, 2), NAMES)
        )

        assert agrees
        assert re.search(r"received +referrals +1 +reporting +1 +2 +yes", said.getvalue())

    def test_a_referral_is_shown_by_its_reference(self) -> None:
        said = StringIO()

        show_referrals(Teller(Console(file=said, width=200)), all_that_is_seen(), NAMES)

        assert re.search(r"REF-1 +support +matched +running +1 +1 delivered, 1 no-channel", said.getvalue())


def test_the_help_says_what_the_exit_code_means() -> None:
    said = CliRunner().invoke(main, ["demo", "--help"]).output

    assert "exits by itself: 0 only if every count agrees" in " ".join(said.split())
