"""`kith erasure`: the proof that somebody was erased, from every service."""

import sys
from uuid import UUID

import click

from kith_cli.addresses import Addresses, speaking
from kith_cli.holding import Holdings, gather
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller, say_json


@click.group()
def command() -> None:
    """Prove that somebody was erased."""


@command.command()
@speaking
@click.argument("person_id", metavar="PERSON", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(addresses: Addresses, person_id: UUID, *, as_json: bool) -> None:
    """Ask every service what it still holds about PERSON, by pseudonym, and about whoever is joined with them.

    The exit code is 0 only if every service knows of the erasure and holds nothing but tombstones: ids, and what
    counting needs. Backups and the mail that was sent are not asked; they have their own time.
    """
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        people, found = gather(operator, person_id)
    left = [_left(one, people) for one in found]
    if as_json:
        say_json({"person_id": person_id, "erased": not any(left), "services": found})
    else:
        teller = Teller()
        for one, what in zip(found, left, strict=True):
            teller.say(f"{one['service']}: {what or 'nothing but tombstones'} ({len(one['holdings'])} rows)")
    if any(left):
        sys.exit(1)


def _left(answer: Holdings, people: list[str]) -> str:
    """What a service has left of somebody, in a few words; empty where there is nothing but tombstones."""
    kinds = sorted({one["kind"] for one in answer["holdings"] if not one["tombstone"]})
    parts = [f"still holds {', '.join(kinds)}"] if kinds else []
    if not set(people) <= set(answer["erased"]):
        parts.append("has not heard of the erasure")
    return " and ".join(parts)
