"""The programmes beside one another: five tables, because one of sixteen columns could not be read."""

from collections.abc import Callable, Sequence
from typing import Final

from kith_cli.programmes import wording
from kith_cli.programmes.wording import listed
from kith_contracts.programmes import Definition

Cell = Callable[[Definition], str]

_TABLES: Final[dict[str, dict[str, Cell]]] = {
    "What it is": {
        "models": lambda told: listed(told.models),
        "formality": lambda told: told.formality,
        "who comes": lambda told: f"{listed(told.support.comes_as)}; {wording.ages(told)}",
        "referred": lambda told: "yes" if told.who.referrable else "no",
        "where": lambda told: listed(told.sites),
    },
    "How it matches": {
        "connections and their points": wording.weights,
        "hard rules": lambda told: listed(told.matching.rules if told.matching else ()),
        "knowing one another": lambda told: told.matching.knowing_each_other if told.matching else wording.NOTHING,
    },
    "Who gives support": {
        "called": lambda told: told.supporters.called,
        "pay": lambda told: wording.PAY[told.supporters.pay],
        "training": lambda told: listed(map(wording.training, told.supporters.training)),
        "checks": wording.checks,
        "supervision": wording.supervision,
    },
    "How it goes": {
        "cadence": wording.cadence,
        "length and review": wording.length,
        "components": lambda told: listed(told.support.components),
    },
    "What it asks and claims": {
        "measures": lambda told: listed(map(wording.measure, told.evaluation.measures)),
        "hours counted": lambda told: "yes" if told.evaluation.hours else "no",
        "reach a year": lambda told: f"{told.evaluation.reach_a_year or wording.NOTHING}",
        "results": wording.results,
    },
}


def matrix(programmes: Sequence[Definition]) -> str:
    """Every programme in every table, one line each; a variant stands below what it extends."""
    return "\n\n".join(_table(title, columns, programmes) for title, columns in _TABLES.items())


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; a bar within a cell is only a bar."""
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _table(title: str, columns: dict[str, Cell], programmes: Sequence[Definition]) -> str:
    rows = [[_link(told), *(cell(told) for cell in columns.values())] for told in programmes]
    return f"### {title}\n\n{table(['programme', *columns], rows)}"


def _link(told: Definition) -> str:
    return f"{'↳ ' if told.extends else ''}[{told.slug}](#{told.slug})"
