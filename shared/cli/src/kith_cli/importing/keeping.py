"""The mappings that the referrals service keeps for an organisation, asked for as one of its clients."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.importing.mapping import line_of
from kith_cli.importing.unusable import Unusable
from kith_cli.speaking import Refused, Speaker

PATH: Final = "/import-mappings"
NOT_FOUND: Final = 404


def of_organisation(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option that says whose mappings are meant."""
    return click.option(
        "--organisation", metavar="ID", help="Whose mappings are meant, by id or slug, if our client does not say it."
    )(command)


def member(addresses: Addresses, organisation: str | None) -> Speaker:
    """A client of the organisation. ``CannotRun`` where nothing says which one is meant."""
    if addresses.client is None and organisation is None:
        raise CannotRun("Say whose mappings are meant: --organisation with its id or slug, or --client-id.")
    return Speaker(addresses, addresses.client or addresses.act_as("referrer", organisation))


def find_mapping(speaker: Speaker, name: str, version: int | None = None) -> dict[str, Any]:
    """A version of a kept mapping, for None the newest. ``Unusable`` where there is none."""
    try:
        found: dict[str, Any] = speaker.get(
            "referrals", f"{PATH}/{name}", {} if version is None else {"version": str(version)}
        )
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        which = f"{name}, version {version}" if version else name
        raise Unusable(
            f"The organisation keeps no mapping {which}, and there is no such file. See `kith mappings list`."
        ) from refused
    return found


def at_its_line(refused: Refused, path: Path, text: str) -> CannotRun:
    """What was refused of a mapping file, by its lines; or the refusal itself where it is about none."""
    said = []
    for where, sentence in refused.parts:
        _, *place = where.split(".")
        said.append(f"{path}, line {line_of(text, place)} ({'.'.join(place)}): {sentence}")
    return Unusable("\n".join(said)) if said else refused
