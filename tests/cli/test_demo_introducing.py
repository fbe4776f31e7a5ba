"""How the demonstration's coordinators introduce people: as their programme's definition asks, and no otherwise."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import Any

import httpx

from kith_cli.addresses import Addresses
from kith_cli.demonstrating.asking import Asker, Askers
from kith_cli.demonstrating.introducing import introduce
from kith_cli.demonstrating.plans import KNOWS, Plan, Reach
from kith_cli.demonstrating.policies import NO_POLICY, Policy, policy_of
from kith_cli.demonstrating.working import Programme, Work
from kith_cli.installation import SERVICES, deploy_file
from kith_cli.programmes.reading import read

OURS, PROGRAMME = "our-organisation", "our-programme"
POLICY = Policy(1, matches=True, asks_each=True, gets_to_know=True)


def the_policy_of(slug: str) -> Policy:
    definition = read(deploy_file(f"programmes/{slug}.yaml")).definition
    assert definition is not None
    return policy_of(definition, 7)


class TestPolicies:
    def test_a_policy_is_what_the_definition_says(self) -> None:
        policy = the_policy_of("long-term-conditions")

        assert (policy.version, policy.asks_each, policy.gets_to_know) == (7, True, True)
        assert (policy.shortlist, policy.answer_hours, policy.review_weeks, policy.listens) == (3, 48, 6, False)

    def test_where_people_know_one_another_nobody_is_asked(self) -> None:
        policy = the_policy_of("dementia-peer-cafe")

        assert (policy.asks_each, policy.gets_to_know) == (False, False)

    def test_listeners_listen_as_long_as_the_definition_says(self) -> None:
        policy = the_policy_of("peer-listening")

        assert (policy.listens, policy.minutes, policy.matches) == (True, 45, False)


class Matchmaking:
    """A matching service with one person who waits: what is proposed, answered and noted stands in ``told``."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.noted: list[str] = []
        self.noes = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content or b"{}")
        if path == "/referrals":
            items = [{"id": "r1", "status": "accepted", "programme_id": PROGRAMME, "programme_organisation_id": OURS}]
            return httpx.Response(200, json={"items": items, "next": None})
        if path.endswith("/candidates"):
            shortlist = [{"supporter_id": f"s{self.noes}"}]
            return httpx.Response(200, json={"shortlist": shortlist, "stopped_by": {"said-no": self.noes}})
        if request.method == "PUT":
            self.noted.append(path)
            return httpx.Response(204)
        if request.method == "GET":
            return httpx.Response(200, json={"items": [], "next": None})
        if path.endswith("/rounds"):
            return httpx.Response(201, json={})
        self.told.append(body)
        return httpx.Response(201, json={"id": "p1", "version": 1, "state": self._state(body)})

    def _state(self, body: dict[str, Any]) -> str:
        """As the programme's definition has it: a yes of somebody who would mind is a no."""
        if "answer" not in body:
            return "awaiting-person"
        if body["answer"] == "no" or body.get("knowing_is_fine") is False:
            self.noes += 1
            return "declined"
        return "awaiting-supporter" if body["answered_by"] == "person" else "agreed"


async def introduced(policy: Policy, plan: Plan) -> Matchmaking:
    """One person is introduced by a policy and a plan; what their programme's coordinator told for it."""
    matching = Matchmaking()
    http = httpx.AsyncClient(transport=httpx.MockTransport(matching.answer))
    addresses = Addresses(dict.fromkeys(SERVICES, "http://kith.invalid"), None, {})
    asker = Asker(http, addresses, asyncio.Semaphore(4), lambda: None, "a-token")
    programme = Programme(PROGRAMME, OURS, "support", "one-to-one", policy)
    await introduce(Work(Askers(asker, {OURS: asker}), {PROGRAMME: programme}, {"r1": plan}, date(2026, 11, 23)))
    return matching


MATCHED = Plan(reach=Reach.MATCHED)


class TestIntroducing:
    async def test_by_a_definition_the_coordinator_knows_both_and_each_is_asked(self) -> None:
        matching = await introduced(POLICY, MATCHED)

        proposed, *answers = matching.told
        assert proposed["got_to_know"] is True
        assert [(one["answered_by"], one["knowing_is_fine"]) for one in answers] == [
            ("person", True),
            ("supporter", True),
        ]

    async def test_without_one_nobody_is_asked_for_more_than_yes_or_no(self) -> None:
        matching = await introduced(NO_POLICY, MATCHED)

        proposed, *answers = matching.told
        assert proposed["got_to_know"] is False
        assert [sorted(one) for one in answers] == [["answer", "answered_by"]] * 2

    async def test_who_would_mind_whom_they_may_know_is_introduced_to_somebody_else(self) -> None:
        matching = await introduced(POLICY, replace(MATCHED, noes=(KNOWS,)))

        assert matching.noted == ["/referrals/r1/acquaintances/s0"]
        assert [one["supporter_id"] for one in matching.told if "supporter_id" in one] == ["s0", "s1"]
        assert [one["knowing_is_fine"] for one in matching.told if "answer" in one] == [False, True, True]

    async def test_of_two_noes_each_is_to_a_supporter_of_its_own(self) -> None:
        matching = await introduced(POLICY, replace(MATCHED, noes=("person", "supporter")))

        answers = [(one["answered_by"], one["answer"]) for one in matching.told if "answer" in one]
        assert answers[:3] == [("person", "no"), ("person", "yes"), ("supporter", "no")]
        assert [one["supporter_id"] for one in matching.told if "supporter_id" in one] == ["s0", "s1", "s2"]
