"""What an answer leads to is asked next, as the OpenAPI documents link it: made, read, changed and read again.

Schemathesis makes the requests up and holds the answers against the document. Its own walk along links begins with
steps of things that nobody made, and must come out the same twice, which a service that remembers does not; so we walk.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import reduce
from random import Random
from typing import Any

import httpx
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kith_chassis.clock import new_id
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.journeys.test_any_request import cases, send
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.stage import Stage
from tests.referrals.test_api import TODAY, a_body
from tests.referrals.world import World
from tests.servers.lengths import IN_CI

STORIES = 300 if IN_CI else 60
STEPS = 10
VARIETY = 12
"""Different requests of one operation, of which some succeed."""
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
IN_BODY = "$response.body#/"
IN_HEADER = "$response.header."

Body = Callable[[], Any]
Link = dict[str, Any]


class Walker:
    """Walks through one service from answer to answer. ``asked`` counts operations by the status of their answers."""

    def __init__(self, http: httpx.AsyncClient, auth: httpx.Auth, bodies: dict[str, Body], chance: Random) -> None:
        transport = http._transport
        assert isinstance(transport, httpx.ASGITransport)
        document = transport.app.openapi()  # type: ignore[attr-defined]
        self.http = http
        self.auth = auth
        self.bodies = bodies
        self.chance = chance
        self.links: dict[tuple[str, str], list[Link]] = {
            (operation["operationId"], status): list(answer["links"].values())
            for path in document["paths"].values()
            for operation in path.values()
            for status, answer in operation["responses"].items()
            if "links" in answer
        }
        names = {name for name, _ in self.links} | {
            link["operationId"] for links in self.links.values() for link in links
        }
        self.cases: dict[str, list[Any]] = defaultdict(list)
        for case in cases(document, GenerationMode.POSITIVE, names, VARIETY):
            self.cases[case.operation.definition.raw["operationId"]].append(case)
        self.asked: Counter[tuple[str, int]] = Counter()

    async def walk(self, *beginnings: str) -> None:
        """Tell stories, each from one of these operations, of at most ``STEPS`` steps."""
        for _ in range(STORIES):
            open_links = await self.ask(self.chance.choice(beginnings), {})
            for _ in range(STEPS):
                if not open_links:
                    break
                name, given = self.chance.choice(open_links[-20:])
                open_links += await self.ask(name, given)

    async def ask(self, name: str, given: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Ask it, hold the answer against the document, and return what it leads to."""
        case = self.chance.choice(self.cases[name])
        case.path_parameters = {
            parameter: given.get(parameter, value) for parameter, value in (case.path_parameters or {}).items()
        }
        case.headers = {**dict(case.headers or {}), **({"If-Match": given["If-Match"]} if "If-Match" in given else {})}
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(new_id())
        if name in self.bodies:
            case.body = self.bodies[name]()
        answer = await send(self.http, case, self.auth)
        case.validate_response(Response.from_any(answer), checks=CHECKS)
        self.asked[name, answer.status_code] += 1
        links = [
            (link["operationId"], dict(found(link["parameters"], answer)))
            for link in self.links.get((name, str(answer.status_code)), [])
        ]
        return [(target, given) for target, given in links if None not in given.values()]

    @property
    def done(self) -> set[str]:
        """The operations that succeeded at least once."""
        return {name for name, status in self.asked if status < 300}


def found(parameters: dict[str, str], answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """What a link's parameters are in this answer."""
    for name, place in parameters.items():
        if place.startswith(IN_HEADER):
            yield name.rpartition(".")[2], answer.headers[place.removeprefix(IN_HEADER)]
        else:
            yield name, reduce(lambda told, step: told[step], place.removeprefix(IN_BODY).split("/"), answer.json())


async def test_a_referral_is_made_read_and_moved_on_as_the_document_links_it(
    database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> None:
    world = await World.made(await database_of("referrals"))
    http = await http_of("referrals", world.database)
    own = await world.another_programme(world.referrer)
    parties = {"sharer_id": str(world.stranger.id), "receiver_id": str(world.referrer.id)}
    consent = {"purpose": "tell-referrer", "state": "withdrawn", "recorded_on": TODAY, "how": "spoken"}
    both = {name: value for name, value in a_body(world).items() if name != "programme_id"}
    somebody = as_caller("coordinator", "administrator", organisation_id=world.referrer.id)
    walker = Walker(
        http,
        somebody,
        {
            "make_referral": lambda: a_body(world, programme_id=str(own.id)),
            "change_consent": lambda: consent,
            "offer_choice": lambda: {**both, "programme_ids": [str(own.id), str(world.programme.id)]},
            "make_household": lambda: {"others": {"family": 2}},
            "propose_agreement": lambda: {**parties, "starts_on": TODAY},
        },
        Random(1),
    )

    await walker.walk("make_referral", "make_referral", "make_household", "propose_agreement", "offer_choice")

    assert {
        *("make_referral", "get_referral", "list_steps", "acknowledge_referral", "ask_about_referral"),
        *("decide_referral", "withdraw_referral", "change_consent", "make_household", "get_household"),
        *("recount_household", "propose_agreement", "get_agreement", "end_agreement", "offer_choice", "get_choice"),
    } <= walker.done
    assert {code for (name, code) in walker.asked if name == "acknowledge_referral"} >= {200, 412}


async def test_a_pair_is_proposed_answered_and_ended_as_the_document_links_it(
    database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> None:
    stage = Stage(await database_of("matching"))
    http = await http_of("matching", stage.database)
    desk = await Desk(http, stage, as_caller).open()
    programme = str(desk.programme.programme_id)
    pairs = [
        {"referral_id": str((await desk.a_referral()).referral_id), "supporter_id": await desk.a_supporter()}
        for _ in range(STORIES)
    ]
    chance = Random(1)
    contact = {"programme_id": programme, "held_on": desk.today, "kind": "outreach", "people": 3}
    walker = Walker(
        http,
        desk.auth,
        {
            "propose": lambda: chance.choice(pairs),
            "put_supporter": lambda: a_supporter_body(desk.programme.programme_id),
            "answer_proposal": lambda: {
                "answered_by": chance.choice(["person", "supporter"]),
                "answer": chance.choice(["yes", "yes", "no"]),
            },
            "log_contact": lambda: contact,
            "end_match": lambda: {"ending": chance.choice(["planned", "unplanned"])},
        },
        chance,
    )

    await walker.walk("propose", "propose", "put_supporter", "log_contact")

    assert {
        *("propose", "get_proposal", "answer_proposal", "get_match"),
        *("put_supporter", "get_supporter", "log_contact", "get_contact"),
        *(["end_match"] if IN_CI else []),  # chance comes to it seldom: the longer walk has to
    } <= walker.done
