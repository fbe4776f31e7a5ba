"""The year as everybody asks for it: by requests, with the clock moved to each of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import httpx

from tests.conftest import AsCaller
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.stage import Stage
from tests.matching.year.pair import Pair
from tests.matching.year.passing import Doing, Year

COMES_TO = {"cancelled_at": "cancelling", "checked_out_at": "checking-out"}


class Asked(Year):
    """A year of requests: of a coordinator, of each supporter for themself, and of a safeguarding lead."""

    def __init__(self, stage: Stage, pairs: list[Pair], http: httpx.AsyncClient, as_caller: AsCaller) -> None:
        super().__init__(stage, pairs)
        self._desk = Desk(http, stage, as_caller)
        self._as_caller = as_caller
        self._lead = as_caller("safeguarding-lead", organisation_id=stage.organisation_id)
        self._matches: dict[UUID, str] = {}
        self._visits: dict[tuple[UUID, datetime], str] = {}
        self._app = cast("Any", http._transport).app

    def pair_of(self, about: UUID) -> UUID:
        """The service gives a match its own id."""
        return next((pair_id for pair_id, match_id in self._matches.items() if match_id == str(about)), about)

    async def do(self, doing: Mapping[str, Doing], now: datetime) -> None:
        """Do all that is done at one moment, in a request each."""
        self._app.state.now = lambda: now
        for what, of in doing.items():
            for pair, detail in of:
                await getattr(self, f"_{what}")(pair, detail, now)

    async def acknowledged(self) -> list[bool]:
        """Of each concern that was raised whether somebody sees to it."""
        found = await self._desk.client.get("/concerns", params={"state": "all", "limit": 200}, auth=self._lead)
        return [one["acknowledged_at"] is not None for one in found.raise_for_status().json()["items"]]

    async def _says(self, path: str, body: Any, *, by: Pair | None = None) -> httpx.Response:
        """A coordinator asks for something, or the supporter of a pair."""
        coordinator = self._desk.auth
        if by is not None:
            subject = str(by.supporter_id)
            self._desk.auth = self._as_caller("supporter", organisation_id=self.stage.organisation_id, subject=subject)
        said = await self._desk.create(path, body)
        self._desk.auth = coordinator
        assert said.is_success, f"{path}: {said.text}"
        return said

    async def _moves(self, thing: str, action: str, body: Any) -> None:
        version = (await self._desk.get(thing)).headers["ETag"]
        moved = await self._desk.change(f"{thing}/{action}", body, version)
        assert moved.is_success, moved.text

    def _supporter(self, pair: Pair, **different: Any) -> dict[str, Any]:
        return a_supporter_body(pair.referral.programme_id, subject=str(pair.supporter_id), **different)

    async def _match(self, pair: Pair, _: Any, __: datetime) -> None:
        await self._desk.put(f"/supporters/{pair.supporter_id}", self._supporter(pair))
        ids = {"referral_id": str(pair.referral.referral_id), "supporter_id": str(pair.supporter_id)}
        proposed = await self._says("/proposals", ids | {"got_to_know": True})
        where = proposed.headers["Location"]
        first = await self._desk.answered(where, "person", "yes", proposed.headers["ETag"])
        second = await self._desk.answered(where, "supporter", "yes", first.headers["ETag"])
        self._matches[pair.id] = second.json()["match_id"]

    async def _visit(self, pair: Pair, planned: tuple[datetime, str], _: datetime) -> None:
        begins, went = planned
        body = {"starts_at": begins.isoformat(), "minutes": 60}
        visit = await self._says(f"/matches/{self._matches[pair.id]}/visits", body, by=pair)
        self._visits[pair.id, begins] = f"/visits/{visit.json()['id']}"
        if went == "cancelled":
            await self._says(f"{self._visits[pair.id, begins]}/cancelling", None, by=pair)

    async def _check_in(self, pair: Pair, begins: datetime, _: datetime) -> None:
        await self._says(f"{self._visits[pair.id, begins]}/checking-in", None, by=pair)

    async def _check_out(self, pair: Pair, begins: datetime, _: datetime) -> None:
        await self._says(f"{self._visits[pair.id, begins]}/checking-out", None, by=pair)

    async def _find(self, pair: Pair, found: tuple[datetime, str], _: datetime) -> None:
        """The lead sees to the concern that was raised, and the supporter is well."""
        begins, how = found
        raised = await self._desk.client.get("/concerns", params={"limit": 200}, auth=self._lead)
        visit_id = self._visits[pair.id, begins].rpartition("/")[2]
        [concern] = [one["id"] for one in raised.raise_for_status().json()["items"] if one["about_id"] == visit_id]
        for what, body in (("acknowledging", None), ("deciding", {"decision": "no-further-action", "reason": "Well"})):
            done = await self._desk.client.post(f"/concerns/{concern}/{what}", json=body, auth=self._lead)
            assert done.is_success, done.text
        await self._says(f"{self._visits[pair.id, begins]}/{COMES_TO[how]}", None, by=pair)

    async def _meet(self, pair: Pair, outcome: str, now: datetime) -> None:
        held = {"held_on": now.date().isoformat(), "outcome": outcome, "minutes": 60 * (outcome == "happened")}
        of = {"kind": "one-to-one", "match_id": self._matches[pair.id], "channel": "in-person"}
        await self._says("/sessions", of | held | {"limits_explained": outcome == "happened"}, by=pair)

    async def _ask(self, pair: Pair, asked: tuple[str, str], now: datetime) -> None:
        moment, said = asked
        body = {"asked_on": now.date().isoformat(), "moment": moment, "said": said}
        await self._says(f"/matches/{self._matches[pair.id]}/helping", body)

    async def _see(self, pair: Pair, asked_on: date, _: datetime) -> None:
        harder, these = await self._desk.get("/helping/harder"), (self._matches[pair.id], asked_on.isoformat())
        [one] = [one for one in harder.json()["items"] if (one["match_id"], one["asked_on"]) == these]
        seen = await self._desk.change(f"/helping/{one['id']}/seeing", None, f'"{one["version"]}"')
        assert seen.is_success, seen.text

    async def _extend(self, pair: Pair, extended: tuple[date, int], _: datetime) -> None:
        await self._moves(f"/matches/{self._matches[pair.id]}", "extending", {"until": extended[0].isoformat()})

    async def _balance(self, pair: Pair, _: Any, __: datetime) -> None:
        await self._moves(f"/matches/{self._matches[pair.id]}", "balance", {"balance": "goes-on"})

    async def _supervise(self, pair: Pair, _: Any, now: datetime) -> None:
        body = {"held_on": now.date().isoformat(), "minutes": 60}
        await self._says(f"/supporters/{pair.supporter_id}/supervisions", body)

    async def _rest(self, pair: Pair, state: str, _: datetime) -> None:
        where = f"/supporters/{pair.supporter_id}"
        version = (await self._desk.get(where)).headers["ETag"]
        kept = await self._desk.put(where, self._supporter(pair, state=state), version)
        assert kept.is_success, kept.text

    async def _end(self, pair: Pair, _: Any, __: datetime) -> None:
        await self._moves(f"/matches/{self._matches[pair.id]}", "ending", {"ending": "planned"})
