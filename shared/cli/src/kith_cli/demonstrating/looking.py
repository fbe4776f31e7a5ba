"""What every service says it has, asked from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kith_cli.demonstrating.asking import PAGE, Asker, Askers, together
from kith_cli.demonstrating.listening import places_of, slots_of
from kith_cli.demonstrating.working import Programme, Work, is_missing
from kith_cli.demonstrating.worrying import concerns_of
from kith_cli.installation import SERVICES

QUALIFYING: Final = ("checks-out-of-date", "training-missing")
"""The rules that keep out whoever is not checked or trained as a programme asks."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Post:
    """Mails: how many notifications says it delivered, and how many the mail server caught.

    ``repeated`` came again under a ``Message-ID`` that was there. ``caught`` is None where nobody can be asked.
    """

    delivered: int
    caught: int | None
    repeated: int = 0

    def since(self, before: "Post") -> "Post":
        """What came after that."""
        caught = None if self.caught is None or before.caught is None else self.caught - before.caught
        return Post(self.delivered - before.delivered, caught, self.repeated - before.repeated)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that is counted.

    ``references`` are what organisations call the referrals they made, by id: an operator does not see them.
    ``messages`` are those of each referral that was asked for, by its id. ``missing`` are the supporters of whom a
    check or training is missing or has run out, and ``kept_out`` those whom the same keeps from being proposed to
    somebody who waits: each with the ``programme_id``. ``slots`` are listening slots to come, each with its ``places``;
    ``concerns`` each with its ``letters``, and nothing of what was written.
    ``message_states`` counts those that tell of a referral: of what falls due others are told.
    """

    programmes: tuple[Programme, ...]
    referrals: Rows
    references: Mapping[str, str]
    waiting_rows: Rows
    matches: Rows
    sessions: Rows
    contacts: Rows
    supporters: Rows
    missing: Rows
    kept_out: Rows
    rounds: Rows
    slots: Rows
    concerns: Rows
    totals: Rows
    message_states: Mapping[str, int]
    messages: Mapping[str, Rows]
    dead_letters: int


async def look(work: Work) -> Seen:
    """Ask for all of it."""
    askers, operator = work.askers, work.askers.operator
    ids = list(work.plans)
    messages = await together([operator.everything("notifications", "/messages", story=one) for one in ids])
    healths = await together([operator.get(name, "/operations/health") for name in SERVICES])
    made = await _of_all(askers, "referrals", "/referrals")
    return Seen(
        programmes=tuple(work.programmes.values()),
        references={
            one["id"]: one["source_reference"] for one in made if one["asked_as"] == one["referring_organisation_id"]
        },
        referrals=await operator.everything("referrals", "/referrals"),
        waiting_rows=await _of_all(askers, "referrals", "/imports/waiting"),
        matches=await _of_all(askers, "matching", "/matches"),
        sessions=await _of_all(askers, "matching", "/sessions"),
        contacts=await _of_all(askers, "matching", "/contacts"),
        supporters=await _of_all(askers, "matching", "/supporters"),
        missing=await _missing(work),
        kept_out=await _kept_out(work),
        rounds=await _of_all(askers, "matching", "/rounds"),
        slots=await _slots(work),
        concerns=await concerns_of(work),
        totals=(await operator.get("reporting", "/totals"))["totals"],
        message_states=await count_messages(operator, "referral"),
        messages=dict(zip(ids, messages, strict=True)),
        dead_letters=sum(health["dead_letters"]["set_aside"] for health in healths),
    )


async def _missing(work: Work) -> Rows:
    return [
        {"programme_id": need["programme_id"], "supporter_id": one["id"]}
        for one in await _of_all(work.askers, "matching", "/supporters/attention")
        for need in one["needs"]
        if is_missing(need, work.today)
    ]


async def _kept_out(work: Work) -> Rows:
    """As whoever looks for a supporter sees it: of each programme, for one of the people who wait."""
    waiting = await _of_all(work.askers, "matching", "/waiting")
    rows = []
    for programme_id, one in {one["programme_id"]: one for one in waiting}.items():
        coordinator = work.askers.coordinators[one["asked_as"]]
        path = f"/referrals/{one['id']}/candidates"
        for blocked in (await coordinator.get("matching", path, limit=str(PAGE)))["blocked"]:
            stops = {stop["code"]: stop["message"] for stop in blocked["stops"]}
            if "not-in-programme" not in stops:
                rows += [
                    {"programme_id": programme_id, "supporter_id": blocked["supporter_id"]}
                    | {"code": code, "message": stops[code]}
                    for code in QUALIFYING
                    if code in stops
                ]
    return rows


async def _slots(work: Work) -> Rows:
    coordinators = {one.id: work.askers.coordinators[one.organisation_id] for one in work.programmes.values()}
    return [
        slot | {"places": await places_of(coordinator, slot)}
        for programme_id, coordinator in coordinators.items()
        for slot in await slots_of(coordinator, programme_id)
    ]


async def count_messages(operator: Asker, story_kind: str | None = None) -> dict[str, int]:
    """How many messages are in each state; with a ``story_kind`` only those that tell of such a story."""
    found: dict[str, int] = {}
    counts = (await operator.get("notifications", "/messages/summary"))["counts"]
    for counted in (one for one in counts if story_kind in {None, one["story_kind"]}):
        found[counted["state"]] = found.get(counted["state"], 0) + counted["messages"]
    return found


async def look_at_post(operator: Asker, mail_url: str | None) -> Post:
    """How many mails there are by now. The mail catcher forgets when it stops, so only differences can be compared."""
    delivered = (await count_messages(operator)).get("delivered", 0)
    if mail_url is None:
        return Post(delivered, None)
    caught = (await operator.http.get(f"{mail_url}/messages")).raise_for_status().json()
    return Post(delivered, caught["distinct"], caught["repeated"])


async def _of_all(askers: Askers, service: str, path: str) -> Rows:
    """A list of every organisation's, one after the other, each row with whose it is."""
    lists = await together([one.everything(service, path) for one in askers.coordinators.values()])
    return [
        row | {"asked_as": organisation_id}
        for organisation_id, rows in zip(askers.coordinators, lists, strict=True)
        for row in rows
    ]
