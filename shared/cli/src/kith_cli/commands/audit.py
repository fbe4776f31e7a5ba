"""`kith audit`: who did and saw what, as a service kept it; and whether anybody has changed that since."""

import sys
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import click

from kith_chassis.audit.chain import Break, Link, LinkMalformed, verify_lines
from kith_cli.addresses import Addresses, speaking
from kith_cli.installation import SERVICES
from kith_cli.speaking import Refused, Speaker
from kith_cli.telling import Teller, say_json

PATH: Final = "/operations/audit"
PAGE: Final = 200
NO_AUDIT: Final = "no-audit"

a_service = click.argument("service", type=click.Choice(SERVICES))
in_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

Verified = dict[str, Any]
"""What was found, as a service answers it (`GET /operations/audit/verification`), with `of`: whose chain it is."""


class LinkType(click.ParamType[Link]):
    """A link of a chain as it is written: `number:digest`."""

    name = "link"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Link:
        """Read it."""
        try:
            return Link.read(str(value))
        except LinkMalformed:
            self.fail(
                "it must be a head as it was shown: an entry's number, a colon and 64 hexadecimal digits", param, ctx
            )


@click.group()
def command() -> None:
    """Read, export and verify who did and who saw what.

    Referrals and matching keep an audit, whose entries are chained: each digest covers an entry and the digest before.
    """


def _operator(addresses: Addresses) -> Speaker:
    return Speaker(addresses, addresses.act_as("operator"))


@command.command()
@speaking
@click.argument("services", nargs=-1, type=click.Choice(SERVICES), metavar="[SERVICE]...")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Verify an export instead.")
@click.option("--head", "noted", type=LinkType(), help="A head that was noted earlier, of the one service or file.")
@in_json
def verify(
    addresses: Addresses, services: tuple[str, ...], file: Path | None, noted: Link | None, *, as_json: bool
) -> None:
    """Walk the chain of each SERVICE, or of every one that keeps an audit, from its first entry to its end.

    The exit code is 1 when a chain is broken: the first entry that does not hold is named. A chain that was written
    anew from some entry on, digests and all, holds in itself; it is found by a `--head` that was noted before that.
    """
    if file and services:
        raise click.UsageError("Name services or a file, not both.")
    if noted and not file and len(services) != 1:
        raise click.UsageError("A head is that of one chain: name one service or a file.")
    teller = Teller()
    found = (
        [_verify_file(file, noted)]
        if file
        else _verify_services(addresses, services, noted, None if as_json else teller)
    )
    if as_json:
        say_json(found)
    else:
        for one in found:
            teller.say(_sentence(one))
    sys.exit(0 if all(one["intact"] for one in found) else 1)


def _verify_services(
    addresses: Addresses, services: tuple[str, ...], noted: Link | None, teller: Teller | None
) -> list[Verified]:
    found = []
    with _operator(addresses) as operator:
        for service in services or SERVICES:
            try:
                found.append(walk(operator, service, noted, teller))
            except Refused as refused:
                if services or refused.code != NO_AUDIT:
                    raise
    return found


def walk(operator: Speaker, service: str, noted: Link | None, teller: Teller | None) -> Verified:
    """Verify one service's chain, a part a request, and say after each how far it is; what was found at the end."""
    asked = {"noted": str(noted)} if noted else {}
    part: Verified = operator.get(service, f"{PATH}/verification", asked)
    entries = part["entries"]
    while part["next"] is not None:
        if teller:
            teller.say(f"{service}: {entries} of {part['sealed']} entries hold ...")
        part = operator.get(service, f"{PATH}/verification", {**asked, "after": part["next"]})
        entries += part["entries"]
    return {"of": service, **part, "entries": entries}


def _verify_file(file: Path, noted: Link | None) -> Verified:
    with file.open(encoding="utf-8", errors="replace") as lines:
        link, broken = verify_lines(lines, noted)
    return {
        "of": file.name,
        "entries": link.number,
        "head": str(link),
        "intact": broken is None,
        "first_broken": _shown(broken) if broken else None,
    }


def _shown(broken: Break) -> dict[str, Any]:
    return {"number": broken.number, "code": broken.code, "message": broken.message}


def _sentence(found: Verified) -> str:
    if found["first_broken"]:
        return f"{found['of']} is BROKEN: {found['first_broken']['message']} ({found['first_broken']['code']})"
    waiting = f", {found['unsealed']} wait to be sealed" if found.get("unsealed") else ""
    return f"{found['of']} holds: {found['entries']} entries{waiting}; its head is {found['head']}"


@command.command()
@speaking
@a_service
def export(service: str, addresses: Addresses) -> None:
    """Write all that SERVICE has sealed to standard output, an entry a line; `verify --file` holds it against the rule.

    The reasons that people wrote stay enciphered, and their keys stay with the service.
    """
    out = sys.stdout.buffer
    with _operator(addresses) as operator:
        for piece in operator.pieces(service, f"{PATH}/export"):
            out.write(piece)
    out.flush()


@command.command("list")
@speaking
@a_service
@click.option("--about", type=click.UUID, help="Only what was done to, or seen of, the thing with this id.")
@click.option("--subject", help="Only what this subject did or saw.")
@click.option("--after", type=click.IntRange(0), default=0, help="The number of the entry after which to begin.")
@click.option("--most", type=click.IntRange(1), default=PAGE, show_default=True, help="How many entries at most.")
@in_json
def list_(
    service: str,
    *,
    about: UUID | None,
    subject: str | None,
    after: int,
    most: int,
    as_json: bool,
    addresses: Addresses,
) -> None:
    """List what SERVICE has sealed, the first sealed first. Looking is on the record too."""
    asked = {name: str(value) for name, value in (("about", about), ("subject", subject)) if value is not None}
    entries: list[dict[str, Any]] = []
    with _operator(addresses) as operator:
        going_on: int | None = after
        while going_on is not None and len(entries) < most:
            limit = min(PAGE, most - len(entries))
            page = operator.get(service, PATH, {**asked, "limit": str(limit), "after": str(going_on)})
            entries += page["items"]
            going_on = page["next"]
    if as_json:
        say_json(entries)
        return
    if not entries:
        click.echo(f"{service} has nothing of that on the record.")
        return
    columns = ("number", "at", "subject", "client_id", "action", "about", "codes", "purpose", "reason")
    rows = [[_cell(entry, column) for column in columns] for entry in entries]
    Teller().table(f"On the record of {service}: {len(entries)}", [name.replace("_", " ") for name in columns], rows)


def _cell(entry: dict[str, Any], column: str) -> str:
    if column == "about":
        return "/".join(entry[name] for name in ("about_kind", "about_id") if name in entry)
    if column == "codes":
        return ", ".join(entry.get("codes", ()))
    if column == "reason" and "reason" in entry and entry["reason"] is None:
        return "(destroyed)"
    return str(entry.get(column, ""))
