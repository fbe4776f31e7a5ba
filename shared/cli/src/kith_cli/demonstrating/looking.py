"""What every service says it has, asked from outside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kith_cli.demonstrating.asking import Asker, Askers, together
from kith_cli.installation import SERVICES

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
    ``messages`` are those of each referral that was asked for, by its id.
    """

    referrals: Rows
    references: Mapping[str, str]
    waiting_rows: Rows
    matches: Rows
    sessions: Rows
    contacts: Rows
    supporters: Rows
    totals: Rows
    message_states: Mapping[str, int]
    messages: Mapping[str, Rows]
    dead_letters: int


async def look(askers: Askers, referral_ids: Iterable[str]) -> Seen:
    """Ask for all of it."""
    operator = askers.operator
    ids = list(referral_ids)
    messages = await together([operator.everything("notifications", "/messages", story=one) for one in ids])
    healths = await together([operator.get(name, "/operations/health") for name in SERVICES])
    made = await _of_all(askers, "referrals", "/referrals")
    return Seen(
        references={
            one["id"]: one["source_reference"] for one in made if one["asked_as"] == one["referring_organisation_id"]
        },
        referrals=await operator.everything("referrals", "/referrals"),
        waiting_rows=await _of_all(askers, "referrals", "/imports/waiting"),
        matches=await _of_all(askers, "matching", "/matches"),
        sessions=await _of_all(askers, "matching", "/sessions"),
        contacts=await _of_all(askers, "matching", "/contacts"),
        supporters=await _of_all(askers, "matching", "/supporters"),
        totals=(await operator.get("reporting", "/totals"))["totals"],
        message_states=await count_messages(operator),
        messages=dict(zip(ids, messages, strict=True)),
        dead_letters=sum(health["dead_letters"]["set_aside"] for health in healths),
    )


async def count_messages(operator: Asker) -> dict[str, int]:
    """How many messages are in each state."""
    found: dict[str, int] = {}
    for counted in (await operator.get("notifications", "/messages/summary"))["counts"]:
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
