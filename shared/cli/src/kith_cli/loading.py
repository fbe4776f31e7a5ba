"""Telling a network of itself over HTTP, as its operator and its coordinators would. Doing it again changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any, Final

from kith_chassis import clock
from kith_cli.addresses import Addresses
from kith_cli.network import ON_DUTY, Organisation, Programme, Supporter
from kith_cli.speaking import Refused, Speaker

VERSION_WANTED: Final = 428
NOT_FOUND: Final = 404
DEFINED: Final = "definition-missing"
"""The code with which a programme on a definition refuses to lose it unseen."""

Kind = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of the network the services have been told.

    ``kept`` are the slugs of programmes that stay as they are in spite of the file: on another definition that was
    applied since, or on none.
    """

    organisations: int = 0
    programmes: int = 0
    duty_desks: int = 0
    supporters: int = 0
    kept: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """Each programme that the file did not change, and where to look."""
        return [
            f"{slug} stays as it was changed since, with another definition or none; `kith programmes diff` says what "
            "differs."
            for slug in self.kept
        ]


def load_network(
    network: tuple[Organisation, ...],
    addresses: Addresses,
    *,
    people: bool,
    go_on: Callable[[], None] = lambda: None,
) -> Loaded:
    """Tell the services of the network; telling them again changes nothing, and an edited file changes what was edited.

    Organisations, programmes and agreements go in as the operator, duty desks as the safeguarding lead of their
    organisation before there is anybody to worry about, and with `people` the supporters as its coordinator. `go_on` is
    called between requests and may raise to stop.
    """
    kept = []
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        for organisation in network:
            go_on()
            _tell(operator, "referrals", f"/organisations/{organisation.entry.id}", organisation.entry.body)
            for programme in organisation.programmes:
                go_on()
                if not _offer(operator, programme):
                    kept.append(programme.slug)
        for agreement in (one for organisation in network for one in organisation.agreements):
            go_on()
            _tell(operator, "referrals", f"/agreements/{agreement.id}", agreement.body)
    for organisation in (one for one in network if one.duty_desks):
        with Speaker(addresses, addresses.act_as(ON_DUTY, organisation.slug)) as lead:
            for desk in organisation.duty_desks:
                go_on()
                _tell(lead, "matching", f"/duty-desks/{desk.id}", desk.body)
    loaded = Loaded(
        organisations=len(network),
        programmes=sum(len(one.programmes) for one in network),
        duty_desks=sum(len(one.duty_desks) for one in network),
        kept=tuple(kept),
    )
    if not people:
        return loaded
    today = clock.today(clock.now())
    for organisation in network:
        with Speaker(addresses, addresses.act_as("coordinator", organisation.slug)) as coordinator:
            for supporter in organisation.supporters:
                go_on()
                _tell(coordinator, "matching", f"/supporters/{supporter.id}", supporter.body)
                qualify(coordinator, supporter, today)
    return replace(loaded, supporters=sum(len(one.supporters) for one in network))


def _offer(operator: Speaker, programme: Programme) -> bool:
    """Publish a programme; whether it stands on the file's definition now, or on none if the file names none.

    The file's is put in force where it is new. One that the programme has had, and has no more, was replaced or taken
    off by somebody who meant to (`kith programmes apply`): loading the same file again does not undo that.
    """
    body, wanted = programme.body, programme.body.get("definition")
    now = _definition(operator, programme, None) if wanted is not None else None
    kept = now != wanted and wanted is not None and _was_applied(operator, programme, wanted)
    if kept and now is None:
        return False
    if kept:
        body = {**body, "definition": now}
    try:
        _tell(operator, "referrals", f"/programmes/{programme.id}", body)
    except Refused as refused:
        if refused.code != DEFINED:
            raise
        return False
    return not kept


def _was_applied(operator: Speaker, programme: Programme, wanted: Mapping[str, Any]) -> bool:
    for version in count(1):
        found = _definition(operator, programme, version)
        if found is None or found == wanted:
            return found is not None
    return False


def _definition(operator: Speaker, programme: Programme, version: int | None) -> Mapping[str, Any] | None:
    """A version of the definition, or the one in force; None where there is none."""
    params = {"version": str(version)} if version is not None else None
    try:
        found: Mapping[str, Any] = operator.get("referrals", f"/programmes/{programme.id}/definition", params)
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return None
    document: Mapping[str, Any] = found["definition"]
    return document


def qualify(coordinator: Speaker, supporter: Supporter, today: date) -> None:
    """Record the trainings and checks of which nothing is recorded yet.

    Once recorded, a day stays as it is: what runs out then is for a coordinator to renew.
    """
    there: dict[str, set[Kind]] = {}
    for what, body in supporter.records(today):
        path = f"/supporters/{supporter.id}/{what}"
        if what not in there:
            recorded = coordinator.get("matching", path, {"limit": "200"})["items"]
            there[what] = {_kind(one) for one in recorded}
        if _kind(body) not in there[what]:
            _record(coordinator, path, body)


def _kind(record: Mapping[str, Any]) -> Kind:
    """What a record is one of: a training of its code, or a check of its body, level and workforce."""
    return tuple(record.get(name) for name in ("code", "body", "level", "workforce"))


def _record(coordinator: Speaker, path: str, body: Mapping[str, Any]) -> None:
    coordinator.ask("POST", "matching", path, json=body, headers={"Idempotency-Key": str(clock.new_id())})


def _tell(speaker: Speaker, service: str, path: str, body: Mapping[str, Any]) -> None:
    """Put one thing. One that is there and differs is changed at the version that is there now."""
    try:
        speaker.put(service, path, body)
    except Refused as refused:
        if refused.status != VERSION_WANTED:
            raise
        version = speaker.ask("GET", service, path).headers["ETag"]
        speaker.put(service, path, body, {"If-Match": version})
