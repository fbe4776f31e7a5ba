"""`kith subject-access`: everything that the network holds about somebody who asked, as two files."""

import json
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import click

from kith_chassis import clock
from kith_cli.addresses import Addresses, speaking
from kith_cli.files import make_folder, write_private
from kith_cli.holding import gather
from kith_cli.speaking import Speaker
from kith_cli.subject_access import assemble, due, list_looks, page_of
from kith_cli.telling import Teller


@click.command()
@speaking
@click.argument("person_id", metavar="PERSON", type=click.UUID)
@click.option("--organisation", required=True, help="The organisation that was asked, by its slug or id.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for both files.")
@click.option("--asked-on", type=click.DateTime(["%Y-%m-%d"]), help="The day on which they asked.  [default: today]")
@click.option("--request", "request_id", type=click.UUID, help="A request that was logged before; else one is logged.")
def command(
    addresses: Addresses,
    person_id: UUID,
    *,
    organisation: str,
    out: Path,
    asked_on: date | None,
    request_id: UUID | None,
) -> None:
    """Gather what every service holds about PERSON, as far as the organisation may give it, for whoever answers them.

    It writes `record.json`, for a machine, and `record.html`, to read and to print: readable by you alone. A human
    looks through both before anything is given away. That it was gathered goes on the audit. A client of your own
    (KITH_CLIENT_ID) must be an administrator of the organisation and an operator of the network.
    """
    whose = addresses.client or addresses.act_as("administrator", organisation)
    with (
        Speaker(addresses, whose) as administrator,
        Speaker(addresses, addresses.act_as("operator")) as operator,
    ):
        if request_id is None:
            day = asked_on or clock.today(clock.now())
            logged = administrator.ask(
                "POST",
                "referrals",
                f"/people/{person_id}/subject-access",
                json={"asked_on": day.strftime("%Y-%m-%d")},
                headers={"Idempotency-Key": str(uuid4())},
            ).json()
            request_id = UUID(logged["id"])
        own = administrator.get("referrals", f"/subject-access-requests/{request_id}/record")
        people, (_, *others) = gather(operator, person_id)
        referrals = [row["id"] for part in own["sections"] if part["section"] == "referrals" for row in part["rows"]]
        looked = list_looks(operator, [*people, *referrals], own["organisation_id"])
    record = assemble(own, others, looked)
    make_folder(out, 0o700)
    write_private(out / "record.json", json.dumps(record, indent=2) + "\n")
    write_private(out / "record.html", page_of(record))
    Teller().say(f"Request {request_id} {due(own['request'])}: read {out / 'record.html'}")
