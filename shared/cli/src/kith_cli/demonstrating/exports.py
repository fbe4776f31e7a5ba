"""The sample network's exports, carried through the same import as any other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kith_cli.addresses import Addresses
from kith_cli.importing.carrying import carry
from kith_cli.importing.mapping import read_mapping
from kith_cli.importing.outcomes import ACCEPTED, POSSIBLE_DUPLICATE, Outcome, Totals
from kith_cli.importing.reading import Record, open_export
from kith_cli.importing.sending import MOST_ROWS, Sender
from kith_cli.speaking import Speaker


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to.

    ``referrals`` are the ids of those that its accepted rows are; ``alike`` its possible duplicates, each by its row's
    number and the reference it is like.
    """

    file_name: str
    organisation_id: str
    totals: Totals
    referrals: tuple[str, ...]
    alike: frozenset[tuple[int, str | None]]


def list_exports(sample: Path) -> list[tuple[Path, Path]]:
    """Every export of the sample network with its mapping."""
    return [
        (next((sample / "exports").glob(f"{mapping.stem}.*")), mapping)
        for mapping in sorted((sample / "mappings").glob("*.yaml"))
    ]


def import_export(
    addresses: Addresses, export_path: Path, mapping_path: Path, reports: Path, go_on: Callable[[], None]
) -> Imported:
    """Import one export as its organisation, with report and rejects in ``reports``."""
    mapping = read_mapping(mapping_path)
    client = addresses.act_as("referrer", mapping.organisation)
    found: dict[int, Outcome] = {}
    with open_export(export_path, mapping) as export, Speaker(addresses, client) as speaker:
        sender = Sender(speaker, mapping, export_path.name)

        def send(records: Sequence[Record]) -> dict[int, Outcome]:
            go_on()
            answered = sender.send(records)
            found.update(answered)
            return answered

        totals = carry(
            export,
            send,
            batch=MOST_ROWS,
            report=reports / f"{mapping_path.stem}.json",
            rejects=reports / f"{mapping_path.stem}.rejects{export_path.suffix}",
        )
    accepted = [outcome for outcome in found.values() if outcome.outcome == ACCEPTED]
    return Imported(
        file_name=export_path.name,
        organisation_id=mapping.organisation,
        totals=totals,
        referrals=tuple(outcome.referral_id for outcome in accepted if outcome.referral_id),
        alike=frozenset((one.row, one.of) for one in found.values() if one.outcome == POSSIBLE_DUPLICATE),
    )
