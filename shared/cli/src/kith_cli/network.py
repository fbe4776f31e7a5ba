"""A network written down in a file: its organisations, programmes and supporters; and loading it over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.clients import Client
from kith_cli.speaking import Refused, Speaker

VERSION_WANTED: Final = 428
DEFINED: Final = "definition-missing"
"""The code with which a programme on a definition refuses to lose it unseen."""
ORGANISATION: Final = (
    *("name", "kind", "ods_code", "contact_email", "nation"),
    *("description", "url", "charity_number", "charity_regulator"),
)
PROGRAMME: Final = (
    *("slug", "name", "model", "formality", "minimum_age", "maximum_age", "checks_required", "channels", "weights"),
    *("description", "url", "email", "telephone", "status", "needs", "conditions", "districts", "opens", "capacity"),
    *("expected_wait_days", "assured_on", "assurer_email", "crisis_lines", "promised_wait_days", "contact_attempts"),
)

AGREEMENT: Final = ("programme_ids", "purposes", "level", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the network, as its service is told it."""

    id: UUID
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation of the file with all that is its own; its agreements are those under which it shares."""

    slug: str
    entry: Entry
    roles: tuple[str, ...]
    programmes: tuple[Entry, ...]
    supporters: tuple[Entry, ...]
    agreements: tuple[Entry, ...] = ()

    @property
    def clients(self) -> list[Client]:
        """Its machine clients: one for each role, named `slug.role`."""
        return [Client(f"{self.slug}.{role}", frozenset({role}), self.entry.id) for role in self.roles]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of the network a service has been told."""

    organisations: int = 0
    programmes: int = 0
    supporters: int = 0


def read_network(path: Path) -> tuple[Organisation, ...]:
    """Read a network file. `CannotRun` names the file and what is missing.

    Supporters take what they do not say themselves from `supporter_defaults`, and support in every programme of their
    organisation.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        defaults = document.get("supporter_defaults", {})
        ids = {told["slug"]: str(UUID(told["id"])) for told in document["organisations"]}
        agreements = [(told["sharer"], _agreement(told, ids)) for told in document.get("agreements", ())]
        return tuple(
            replace(
                _organisation(told, defaults),
                agreements=tuple(entry for sharer, entry in agreements if sharer == told["slug"]),
            )
            for told in document["organisations"]
        )
    except OSError as error:
        raise CannotRun(f"The network file {path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotRun(f"The network file {path} is not as it should be ({type(error).__name__}: {error}).") from error


def _organisation(told: Mapping[str, Any], defaults: Mapping[str, Any]) -> Organisation:
    own_id = UUID(told["id"])
    programmes = tuple(
        Entry(
            UUID(one["id"]),
            _plain({"organisation_id": str(own_id)} | {name: one[name] for name in PROGRAMME if name in one}),
        )
        for one in told.get("programmes", ())
    )
    everywhere = {"programme_ids": [str(programme.id) for programme in programmes]}
    supporters = tuple(
        Entry(UUID(one["id"]), _plain(everywhere | dict(defaults) | {k: v for k, v in one.items() if k != "id"}))
        for one in told.get("supporters", ())
    )
    return Organisation(
        slug=told["slug"],
        entry=Entry(own_id, {name: told[name] for name in ORGANISATION if name in told}),
        roles=tuple(told.get("clients", ())),
        programmes=programmes,
        supporters=supporters,
    )


def _agreement(told: Mapping[str, Any], ids: Mapping[str, str]) -> Entry:
    """One sharing agreement; the file names its two organisations by their slugs."""
    parties = {"sharer_id": ids[told["sharer"]], "receiver_id": ids[told["receiver"]]}
    return Entry(UUID(told["id"]), _plain(parties | {name: told[name] for name in AGREEMENT if name in told}))


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """Turn YAML's dates into the ISO text that JSON carries."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in body.items()}


def load_network(
    network: tuple[Organisation, ...],
    addresses: Addresses,
    *,
    people: bool,
    go_on: Callable[[], None] = lambda: None,
) -> Loaded:
    """Tell the services of the network; telling them again changes nothing, and an edited file changes what was edited.

    Organisations, programmes and agreements go in as the operator, and with `people` the supporters as the coordinator
    of their organisation. `go_on` is called between requests and may raise to stop.
    """
    loaded = Loaded(len(network), sum(len(one.programmes) for one in network))
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        for organisation in network:
            go_on()
            _tell(operator, "referrals", f"/organisations/{organisation.entry.id}", organisation.entry.body)
            for programme in organisation.programmes:
                _offer(operator, programme)
        for agreement in (one for organisation in network for one in organisation.agreements):
            go_on()
            _tell(operator, "referrals", f"/agreements/{agreement.id}", agreement.body)
    if not people:
        return loaded
    for organisation in network:
        with Speaker(addresses, addresses.act_as("coordinator", organisation.slug)) as coordinator:
            for supporter in organisation.supporters:
                go_on()
                _tell(coordinator, "matching", f"/supporters/{supporter.id}", supporter.body)
    return Loaded(loaded.organisations, loaded.programmes, sum(len(one.supporters) for one in network))


def _offer(operator: Speaker, programme: Entry) -> None:
    """Publish a programme, unless a definition was applied to it since: that says more than the file does."""
    try:
        _tell(operator, "referrals", f"/programmes/{programme.id}", programme.body)
    except Refused as refused:
        if refused.code != DEFINED:
            raise


def _tell(speaker: Speaker, service: str, path: str, body: Mapping[str, Any]) -> None:
    """Put one thing. One that is there and differs is changed at the version that is there now."""
    try:
        speaker.put(service, path, body)
    except Refused as refused:
        if refused.status != VERSION_WANTED:
            raise
        version = speaker.ask("GET", service, path).headers["ETag"]
        speaker.put(service, path, body, {"If-Match": version})
