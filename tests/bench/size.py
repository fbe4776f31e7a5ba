"""``make bench-size``: what a request takes with a million stored referrals, against a tenth of them.

Each operation is a request to the referrals service, over one connection; a round is the median of many.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from kith_chassis import clock
from kith_referrals.api.places import encode_place
from kith_referrals.domain.listing import LAST, Place
from tests.bench.filling import fill, organisation, programme
from tests.bench.measure import Figure, Run, compare, report
from tests.bench.sides import Sides, sides
from tests.bench.stage import Stage, set_stage

LARGE: Final = 1_000_000
GOAL: Final = 1.2
"""At most so many times as long, with ten times the rows."""
REQUESTS: Final = 40
BULK: Final = 500
REFERRER: Final = 120
"""An organisation of middling size, which offers nothing."""
HOST: Final = 1
"""The organisation with most referrals, made and received."""
RARE: Final = 50
"""The programme with fewest referrals."""
SEEN: Final = """
select id from referrals where referring_organisation_id = $1 or programme_organisation_id = $1 order by id
offset (select count(*) / 2 from referrals where referring_organisation_id = $1 or programme_organisation_id = $1)
limit 1
"""


@dataclass(slots=True)
class Network:
    """A filled network behind a service, and what the requests name of it."""

    http: httpx.AsyncClient
    auth: Mapping[int, str]
    later: Mapping[int, str]
    somebody: UUID

    async def time(self, number: int, method: str, path: str, body: Callable[[], Any] = lambda: None) -> float:
        """Milliseconds of the median request by an organisation."""
        return 1000 * statistics.median([await self._once(number, method, path, body()) for _ in range(REQUESTS)])

    async def rate(self, size: int) -> float:
        """Referrals a second, sent ``size`` at a time; alone where it is one."""
        many = [a_referral() for _ in range(BULK)]
        if size == 1:
            return BULK / sum([await self._once(REFERRER, "POST", "/referrals", one) for one in many])
        return BULK / await self._once(REFERRER, "POST", "/referrals/bulk", {"referrals": many})

    async def _once(self, number: int, method: str, path: str, body: Any) -> float:
        headers = {"Authorization": f"Bearer {self.auth[number]}", "Idempotency-Key": str(clock.new_id())}
        begun = time.perf_counter()
        answer = await self.http.request(method, path, json=body, headers=headers)
        taken = time.perf_counter() - begun
        answer.raise_for_status()
        return taken


def a_referral() -> dict[str, Any]:
    """Somebody new, referred to the largest programme."""
    today = clock.today(clock.now()).isoformat()
    return {
        "person": {
            "given_name": "Ailsa",
            "family_name": f"Testwell-{clock.new_id().hex[-6:]}",
            "birth_date": "1961-04-12",
            "postcode": "EH16 5XX",
            "email": "person@example.org",
            "contact_by": ["email"],
        },
        "programme_id": str(programme(HOST)),
        "source": "professional",
        "received_on": today,
        "needs": ["isolation"],
        "channels": ["telephone"],
        "source_reference": str(clock.new_id()),
        "consent": {"given": True, "recorded_on": today, "how": "spoken"},
    }


OPERATIONS: Final[Mapping[str, Callable[[Network], Run]]] = {
    "list, referrer, first page": lambda at: partial(at.time, REFERRER, "GET", "/referrals"),
    "list, referrer, later page": lambda at: partial(
        at.time, REFERRER, "GET", f"/referrals?after={at.later[REFERRER]}"
    ),
    "list, coordinator, first page": lambda at: partial(at.time, HOST, "GET", "/referrals"),
    "list, coordinator, later page": lambda at: partial(at.time, HOST, "GET", f"/referrals?after={at.later[HOST]}"),
    "list, coordinator, of a status": lambda at: partial(at.time, HOST, "GET", "/referrals?status=submitted"),
    "list, coordinator, closed": lambda at: partial(at.time, HOST, "GET", "/referrals?status=closed"),
    "list, coordinator, overdue": lambda at: partial(at.time, HOST, "GET", "/referrals?overdue=true"),
    "list, coordinator, of a programme": lambda at: partial(
        at.time, HOST, "GET", f"/referrals?programme={programme(HOST)}"
    ),
    "list, coordinator, unread notes": lambda at: partial(at.time, HOST, "GET", "/referrals/unread-notes"),
    "list, referrer, to a rare programme": lambda at: partial(
        at.time, HOST, "GET", f"/referrals?programme={programme(RARE)}"
    ),
    "search for who is like a person": lambda at: partial(at.time, HOST, "GET", f"/people/{at.somebody}/likenesses"),
    "create": lambda at: partial(at.time, REFERRER, "POST", "/referrals", a_referral),
}


async def bench(stage: Stage, large: int, names: Collection[str]) -> list[Figure]:
    """These operations on both sizes, and many referrals at once against one after the other."""
    async with sides(stage) as processes, httpx.AsyncClient(timeout=60) as one, httpx.AsyncClient(timeout=60) as other:
        few = await _network(stage, processes, one, large // 10)
        many = await _network(stage, processes, other, large)
        figures = [
            await compare(f"{name}, ms", run(many), run(few), goal=GOAL, better="lower", rounds=7)
            for name, run in OPERATIONS.items()
            if name in names
        ]
        figures.append(
            await compare("bulk of 500, referrals/s", partial(few.rate, BULK), partial(few.rate, 1), goal=2, rounds=3)
        )
        return figures


async def _network(stage: Stage, processes: Sides, http: httpx.AsyncClient, count: int) -> Network:
    address = await stage.database("referrals")
    print(f"  filling: {count:,} referrals", flush=True)
    await fill(address.admin_url, count)
    http.base_url = f"http://127.0.0.1:{await processes.service('referrals', 'api', address)}"
    connection = await asyncpg.connect(address.admin_url)
    somebody = "select id from people where organisation_id = $1 and nhs_number is not null order by id limit 1"
    network = Network(
        http,
        auth={number: processes.token("coordinator", organisation(number)) for number in (REFERRER, HOST)},
        later={
            number: encode_place(Place(LAST, await connection.fetchval(SEEN, organisation(number))))
            for number in (REFERRER, HOST)
        },
        somebody=await connection.fetchval(somebody, organisation(HOST)),
    )
    await connection.close()
    return network


async def run(large: int, names: Collection[str], path: Path) -> int:
    """Run it; 0 when every goal is reached."""
    async with set_stage(with_kafka=False) as stage:
        figures = await bench(stage, large, names)
    report(figures, path)
    return 0 if all(figure.reached for figure in figures) else 1


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.size", description=__doc__)
    asked.add_argument("--referrals", type=int, default=LARGE, help="of the larger network (1,000,000)")
    asked.add_argument("--only", choices=list(OPERATIONS), nargs="+", default=list(OPERATIONS), help="these alone")
    asked.add_argument("--out", type=Path, default=Path("bench-size.json"), help="where the figures go")
    chosen = asked.parse_args()
    sys.exit(asyncio.run(run(chosen.referrals, chosen.only, chosen.out)))


if __name__ == "__main__":
    main()
