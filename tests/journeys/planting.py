"""Words that nobody says, planted in every kind of sealed text in the midst of a run; and all that was answered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import httpx

from kith_chassis import clock
from tests.servers.issuer import Issuer
from tests.servers.services import Bearer

WORDS: Final[Mapping[str, str]] = {
    "supervision_keys": "Zanderflecktide",
    "concern_words/raised": "Quibberstonely",
    "concern_words/shared": "Mumblethwaiter",
    "concern_words/decided": "Frondelwickery",
    "goal_keys": "Snorkelbramble",
    "incident_keys": "Tapplewhistler",
    "session_notes": "Grizzlepocketer",
}
"""One word for each kind, by the table that keeps the key of what is sealed; where it has several, by which of them.

Each is looked for alone: a text that is cut short still has it.
"""
OF_TWO: Final = {"supervision_keys": "supervision_own_keys"}
"""Where the same text is kept for a second reader, by the table of the first."""
AUTHOR: Final = "a-supervisor"
TOO_LONG: Final = 2000
"""How often a word is said in what is longer than anything may be."""


@dataclass(frozen=True, repr=False)
class Planted:
    """What was planted: by its kind its id, what its author read back, and what else anybody was answered."""

    ids: dict[str, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    codes: dict[str, list[int]] = field(default_factory=dict)
    answers: list[httpx.Response] = field(default_factory=list)

    @property
    def tables(self) -> set[str]:
        """The tables whose rows have what was planted."""
        first = {kind.partition("/")[0] for kind in self.ids}
        return first | {OF_TWO[table] for table in first & OF_TWO.keys()}


@dataclass(frozen=True)
class Planter:
    """Who writes, and who asks for it and is not to read it."""

    client: httpx.AsyncClient
    planted: Planted
    colleague: httpx.Auth
    operator: httpx.Auth
    speaking: Callable[[str], httpx.Auth]
    """Whoever has this subject, as a supporter of the organisation."""

    async def plant(self, kind: str, path: str, text: str, body: dict[str, Any], at: str) -> str:
        """Have a word kept as the ``text`` of a body, repeat it, and let much go wrong; where it is.

        ``at`` names a field of the body that takes no words.
        """
        words, key = f"{WORDS[kind]} was said", {"Idempotency-Key": f"{kind}-1"}
        said = body | {text: words}
        kept = await self.client.post(path, json=said, headers=key)
        assert kept.status_code == httpx.codes.CREATED, kept.text
        nobody = path.replace(path.split("/")[2], str(clock.new_id())) if path.count("/") > 1 else f"{path}/nowhere"
        answers = [
            kept,
            await self.client.post(path, json=said, headers=key),
            await self.client.post(path, json=said | {text: f"{words} again"}, headers=key),
            await self._fails(path, json=said | {at: words}),
            await self._fails(path, json=said | {text: words * TOO_LONG}),
            await self._fails(path, content=f'{{"{text}": "{words}"'),
            await self._fails(nobody, json=said),
        ]
        self.planted.answers.extend(answers)
        self.planted.codes[kind] = [one.status_code for one in answers]
        self.planted.ids[kind] = kept.json()["id"]
        return kept.headers["Location"]

    async def _fails(self, path: str, **what: Any) -> httpx.Response:
        return await self.client.post(path, headers={"Idempotency-Key": str(clock.new_id())}, **what)

    async def read(self, where: str, *kinds: str, theirs: bool) -> None:
        """Read it back as its author; an operator does not, and a colleague only where it is ``theirs`` too."""
        found = (await self.client.get(where)).raise_for_status()
        self.planted.read.update(dict.fromkeys(kinds, found.text))
        refused = [self.operator] if theirs else [self.operator, self.colleague]
        self.planted.answers.extend([await self.client.get(where, auth=one) for one in refused])

    async def list(self, *paths: str) -> None:
        """Ask for lists in which it stands, as its author and as somebody else."""
        for path in paths:
            for auth in (self.client.auth, self.colleague, self.operator):
                self.planted.answers.append(await self.client.get(path, auth=auth))


async def plant_everything(urls: Mapping[str, str], issuer: Issuer, organisation_id: UUID) -> Planted:
    """Have each kind of sealed text kept and read; and wait until that is told, written of, and sealed in the audit."""
    roles = ("coordinator", "safeguarding-lead")
    author = Bearer(issuer.token(*roles, organisation_id=organisation_id, subject=AUTHOR))
    colleague = Bearer(issuer.token("coordinator", organisation_id=organisation_id, subject="a-colleague"))
    operator = Bearer(issuer.token("operator"))

    def speaking(subject: str) -> httpx.Auth:
        return Bearer(issuer.token("supporter", organisation_id=organisation_id, subject=subject))

    async with _asking(urls["matching"], author) as client, _asking(urls["notifications"], operator) as notifications:
        planter = Planter(client, Planted(), colleague, operator, speaking)
        await _note_a_supervision(planter)
        await _raise_a_concern(planter)
        await _of_a_match(planter)
        await _log_an_incident(planter)
        while (await client.get("/operations/health", auth=operator)).raise_for_status().json()["outbox"]:
            await asyncio.sleep(0.1)
        while (await client.get("/operations/audit/head", auth=operator)).raise_for_status().json()["unsealed"]:
            await asyncio.sleep(0.1)
        of_concern = {"story": f"concern/{planter.planted.ids['concern_words/raised']}"}
        while not await _delivered(notifications, of_concern):
            await asyncio.sleep(0.1)
    return planter.planted


@asynccontextmanager
async def _asking(matching: str, auth: httpx.Auth) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=matching, auth=auth, timeout=30.0) as client:
        yield client


async def _delivered(notifications: httpx.AsyncClient, story: dict[str, str]) -> bool:
    items = (await notifications.get("/messages", params=story)).raise_for_status().json()["items"]
    return "delivered" in {one["state"] for one in items}


def _today() -> str:
    return clock.today(clock.now()).isoformat()


async def _first(planter: Planter, path: str, **like: str | None) -> dict[str, Any]:
    """The first of a list for which these hold."""
    items = (await planter.client.get(path, params={"limit": 200})).raise_for_status().json()["items"]
    found: dict[str, Any] = next(one for one in items if all(one[name] == said for name, said in like.items()))
    return found


async def _note_a_supervision(planter: Planter) -> None:
    """One that its author reads, and whom it is about, by a token of their own."""
    supporters = (await planter.client.get("/supporters", params={"limit": 200})).raise_for_status().json()["items"]
    supporter = next(one for one in supporters if one["subject"])
    path = f"/supporters/{supporter['id']}/supervisions"
    body = {"held_on": _today(), "minutes": 60}
    where = await planter.plant("supervision_keys", path, "note", body, "minutes")
    await planter.read(where, "supervision_keys", theirs=False)
    own = await planter.client.get(where, auth=planter.speaking(supporter["subject"]))
    assert WORDS["supervision_keys"] in own.raise_for_status().text
    await planter.list(path)


async def _raise_a_concern(planter: Planter) -> None:
    body = {"grounds": "self-harm"}
    where = await planter.plant("concern_words/raised", "/concerns", "words", body, "about")
    shared = {"shared_with": "police", "items": ["name"]}
    await planter.plant("concern_words/shared", f"{where}/sharings", "reason", shared, "shared_with")
    kind = "concern_words/decided"
    decided = {"decision": "shared", "reason": f"{WORDS[kind]} was said"}
    answers = [
        await planter.client.post(f"{where}/deciding", json=one)
        for one in (decided | {"decision": WORDS[kind]}, decided, decided)
    ]
    planter.planted.answers.extend(answers)
    planter.planted.codes[kind] = [one.status_code for one in answers]
    planter.planted.ids[kind] = where.rpartition("/")[2]
    await planter.read(where, *(kind for kind in WORDS if kind.startswith("concern_words/")), theirs=False)
    await planter.list("/concerns?state=all", "/concerns/own", "/worklist")


async def _of_a_match(planter: Planter) -> None:
    """A note of a session, and a goal of somebody who is supported still."""
    session = await _first(planter, "/sessions", kind="one-to-one")
    path = f"/sessions/{session['id']}/notes"
    await planter.plant("session_notes", path, "words", {}, "about")
    await planter.read(path, "session_notes", theirs=True)
    match = await _first(planter, "/matches", ended_on=None)
    of_referral = f"/referrals/{match['referral_id']}"
    goal = {"code": "going-out", "set_on": _today()}
    where = await planter.plant("goal_keys", f"{of_referral}/goals", "words", goal, "code")
    await planter.read(where, "goal_keys", theirs=True)
    await planter.list("/sessions", f"{of_referral}/goals", f"/programmes/{match['programme_id']}/goals")


async def _log_an_incident(planter: Planter) -> None:
    body = {"kind": "near-miss", "happened_on": _today()}
    where = await planter.plant("incident_keys", "/incidents", "words", body, "kind")
    await planter.read(where, "incident_keys", theirs=True)
    await planter.list("/incidents")
