"""A network written down in a file: its organisations, their programmes, who is on duty, and their supporters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml

from kith_cli.cannot import CannotRun
from kith_cli.clients import Client
from kith_cli.programmes.applying import BESIDE
from kith_cli.programmes.reading import ENDING, read
from kith_cli.programmes.standing import meant
from kith_contracts.programmes import Definition

ORGANISATION: Final = (
    *("name", "kind", "ods_code", "contact_email", "nation"),
    *("description", "url", "charity_number", "charity_regulator"),
)
SAID_BY_DEFINITION: Final = (
    *("name", "model", "formality", "minimum_age", "maximum_age", "checks_required", "channels", "weights"),
    *("description", "needs", "conditions"),
)
"""What a programme says itself where no definition says it."""
AGREEMENT: Final = ("programme_ids", "purposes", "level", "starts_on", "ends_on")
LEVELS: Final = ("lead", "deputy", "trustee")
"""Who is written to by a duty desk, one after the other."""
OPENS: Final = {"opens_at": "09:00", "closes_at": "17:00"}
"""When a desk is there, where its file says nothing."""
DUTY_DESK: Final = (
    *("districts", "programme", *LEVELS, "nation", *OPENS),
    *("acknowledge_minutes", "decide_minutes", "chase_after_days", "crisis_lines"),
)
ELSEWHERE: Final = "everywhere else"
ON_DUTY: Final = "safeguarding-lead"
"""The role that answers concerns, and puts the desks of its organisation in force."""
QUALIFICATIONS: Final = ("trainings", "checks")
AGO: Final = "days_ago"
_NOT_SENT: Final = frozenset({"id", "programmes", *QUALIFICATIONS})
"""What stands with a supporter in the file, and is told otherwise than in their body."""


class NetworkUnusable(CannotRun):
    """What the file says of a definition or a duty desk cannot be so. ``code`` is stable, and ends the message."""

    def __init__(self, path: Path, says: str, code: str) -> None:
        super().__init__(f"The network file {path} cannot be used: {says} [{code}]")
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the network, as its service is told it."""

    id: UUID
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Programme(Entry):
    """One programme. Where it stands on a definition, that is in its body and says what is not said beside it."""

    @property
    def slug(self) -> str:
        """Its slug in the network."""
        return str(self.body["slug"])

    @property
    def model(self) -> str:
        """How it supports; of several models the first."""
        return str(self.body["model"] if "model" in self.body else self.body["definition"]["models"][0])


@dataclass(frozen=True, slots=True)
class Supporter(Entry):
    """One supporter, with what they have finished (``trainings``) and how they were checked, each so many days ago."""

    trainings: tuple[Mapping[str, Any], ...] = ()
    checks: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    def records(self, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
        """What is recorded of each, as ``trainings`` or as ``checks``, on the day that the file means today."""
        for name, on in (("trainings", "finished_on"), ("checks", "issued_on")):
            for told in getattr(self, name):
                yield name, _dated(told, on, today)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation of the file with all that is its own; its agreements are those under which it shares.

    ``duty_desks`` say who answers concerns: each for its districts, or for everywhere that no other does.
    """

    slug: str
    entry: Entry
    roles: tuple[str, ...]
    programmes: tuple[Programme, ...]
    supporters: tuple[Supporter, ...]
    duty_desks: tuple[Entry, ...] = ()
    agreements: tuple[Entry, ...] = ()

    @property
    def clients(self) -> list[Client]:
        """Its machine clients: one for each role, named `slug.role`."""
        return [Client(f"{self.slug}.{role}", frozenset({role}), self.entry.id) for role in self.roles]


def read_network(path: Path) -> tuple[Organisation, ...]:
    """Read a network file, and the definitions that it names. `CannotRun` names the file and what is missing.

    An organisation's duty desks are held against one another before anything is told: a concern must not go astray.
    A programme's `definition` is the path of its file from the network file's folder. Supporters take what they do not
    say themselves from their organisation's `supporter_defaults`, then from those of the whole file; those who name no
    `programmes` support in every one of their organisation.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        defaults = document.get("supporter_defaults", {})
        ids = {told["slug"]: str(UUID(told["id"])) for told in document["organisations"]}
        agreements = [(told["sharer"], _agreement(told, ids)) for told in document.get("agreements", ())]
        return tuple(
            replace(
                _organisation(path, told, defaults),
                agreements=tuple(entry for sharer, entry in agreements if sharer == told["slug"]),
            )
            for told in document["organisations"]
        )
    except OSError as error:
        raise CannotRun(f"The network file {path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotRun(f"The network file {path} is not as it should be ({type(error).__name__}: {error}).") from error


def _organisation(path: Path, told: Mapping[str, Any], defaults: Mapping[str, Any]) -> Organisation:
    own_id = UUID(told["id"])
    programmes = tuple(_programme(path, own_id, one) for one in told.get("programmes", ()))
    ids = {one.slug: str(one.id) for one in programmes}
    usual = dict(defaults) | dict(told.get("supporter_defaults", {}))
    return Organisation(
        slug=told["slug"],
        entry=Entry(own_id, {name: told[name] for name in ORGANISATION if name in told}),
        roles=tuple(told.get("clients", ())),
        programmes=programmes,
        supporters=tuple(_supporter(usual | dict(one), ids) for one in told.get("supporters", ())),
        duty_desks=_duty_desks(path, told, ids),
    )


def _duty_desks(path: Path, told: Mapping[str, Any], programmes: Mapping[str, str]) -> tuple[Entry, ...]:
    """Who is on duty, if there is somebody to answer, each area has one desk, and one answers for everything else.

    That one comes first, as matching wants it.
    """
    slug = told["slug"]
    desks = [_duty_desk(path, slug, one, programmes) for one in told.get("duty_desks", ())]
    if desks and ON_DUTY not in told.get("clients", ()):
        says = f"{slug} has a duty desk and nobody to answer there: add {ON_DUTY} to its clients."
        raise NetworkUnusable(path, says, "nobody-on-duty")
    areas: set[tuple[str | None, str]] = set()
    for desk in desks:
        own = {(desk.body.get("programme_id"), one) for one in desk.body.get("districts") or [ELSEWHERE]}
        if twice := sorted(area for _, area in own & areas):
            says = f"two duty desks of {slug} answer for {', '.join(twice)}: take that out of one of them."
            raise NetworkUnusable(path, says, "district-taken")
        areas |= own
    if desks and (None, ELSEWHERE) not in areas:
        says = f"no duty desk of {slug} answers for everything else: add one with neither districts nor a programme."
        raise NetworkUnusable(path, says, "everything-else-unanswered")
    return tuple(sorted(desks, key=lambda desk: "programme_id" in desk.body or bool(desk.body.get("districts"))))


def _duty_desk(path: Path, slug: str, told: Mapping[str, Any], programmes: Mapping[str, str]) -> Entry:
    """One duty desk, if it says nothing that no desk has, and whom to write to."""
    desk = f"the duty desk {told['id']} of {slug}"
    if unknown := sorted(told.keys() - {"id", *DUTY_DESK}):
        says = f"{desk} says {unknown[0]}, which no duty desk has.{_perhaps(unknown[0], DUTY_DESK)}"
        raise NetworkUnusable(path, says, "duty-desk-word-unknown")
    named = told.get("programme")
    if named is not None and named not in programmes:
        says = f"{desk} is for {named}, which is no programme of {slug}.{_perhaps(str(named), programmes)}"
        raise NetworkUnusable(path, says, "programme-unknown")
    if "lead" not in told:
        says = f"{desk} has no lead: say the name and email of a mailbox that somebody always reads."
        raise NetworkUnusable(path, says, "lead-missing")
    for level in LEVELS:
        if level in told and not (isinstance(told[level], dict) and told[level].keys() == {"name", "email"}):
            says = f"the {level} of {desk} is not a mailbox: say its name and email, and no more."
            raise NetworkUnusable(path, says, "mailbox-incomplete")
    hours = {name: _time_of_day(told.get(name, usual)) for name, usual in OPENS.items()}
    if hours["opens_at"] >= hours["closes_at"]:
        says = f"{desk} closes before it opens: say opens_at and closes_at of the same day, the first earlier."
        raise NetworkUnusable(path, says, "closes-before-it-opens")
    own = {"programme_id": programmes[named]} if named is not None else {}
    said = {name: told[name] for name in DUTY_DESK if name in told and name != "programme"}
    return Entry(UUID(told["id"]), _plain(said | own | hours))


def _time_of_day(told: str | int) -> time:
    """A local time; YAML reads 17:00 without quotes as so many minutes."""
    return time(*divmod(told, 60)) if isinstance(told, int) else time.fromisoformat(told)


def _perhaps(word: str, known: Iterable[str], ending: str = "") -> str:
    """A sentence with what was probably meant."""
    near = meant(word, list(known))
    return f" Perhaps {near}{ending} is meant." if near else ""


def _programme(path: Path, own_id: UUID, told: Mapping[str, Any]) -> Programme:
    body = {name: told[name] for name in (*BESIDE, *SAID_BY_DEFINITION) if name in told} | {
        "organisation_id": str(own_id)
    }
    if (named := told.get("definition")) is not None:
        definition = _definition(path, str(named), told)
        body = {"slug": definition.slug} | body
        body |= {"definition": definition.model_dump(mode="json"), "approvals": told.get("approvals", 0)}
    return Programme(UUID(told["id"]), _plain(body))


def _definition(path: Path, named: str, told: Mapping[str, Any]) -> Definition:
    """What a programme stands on, if it can: the file is there and can be used, nothing is said twice, all said yes."""
    file = path.parent / named
    if not file.is_file():
        perhaps = _perhaps(file.stem, (one.stem for one in file.parent.glob(f"*{ENDING}")), ENDING)
        raise NetworkUnusable(path, f"there is no {named}, seen from its folder.{perhaps}", "definition-not-found")
    reading = read(file)
    if reading.definition is None:
        faults = " ".join(f"Line {one.line}: {one.says}" for one in reading.faults)
        raise NetworkUnusable(path, f"the definition {named} cannot be used itself. {faults}", "definition-unusable")
    if twice := sorted(told.keys() & set(SAID_BY_DEFINITION)):
        says = f"the definition {named} says {', '.join(twice)}: take that out beside it."
        raise NetworkUnusable(path, says, "said-beside-definition")
    approval = reading.definition.approval
    if approval is not None and told.get("approvals", 0) < approval.needed:
        says = (
            f"the definition {named} is that of the {approval.by}. Ask them, and write how many of them have said yes "
            f"as approvals: it takes {approval.needed}."
        )
        raise NetworkUnusable(path, says, "definition-not-approved")
    return reading.definition


def _supporter(told: Mapping[str, Any], programmes: Mapping[str, str]) -> Supporter:
    joined = [programmes[slug] for slug in told.get("programmes", programmes)]
    body = {"programme_ids": joined} | {name: value for name, value in told.items() if name not in _NOT_SENT}
    return Supporter(UUID(told["id"]), _plain(body), *(_all(told.get(name, ())) for name in QUALIFICATIONS))


def _dated(told: Mapping[str, Any], on: str, today: date) -> dict[str, Any]:
    """What the file says, with its day. What was never issued (a check that is awaited) has none."""
    body = {name: value for name, value in told.items() if name != AGO}
    return body | ({on: (today - timedelta(days=told[AGO])).isoformat()} if AGO in told else {})


def _all(told: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(_plain(one) for one in told)


def _agreement(told: Mapping[str, Any], ids: Mapping[str, str]) -> Entry:
    """One sharing agreement; the file names its two organisations by their slugs."""
    parties = {"sharer_id": ids[told["sharer"]], "receiver_id": ids[told["receiver"]]}
    return Entry(UUID(told["id"]), _plain(parties | {name: told[name] for name in AGREEMENT if name in told}))


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """Turn YAML's dates into the ISO text that JSON carries."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in body.items()}
