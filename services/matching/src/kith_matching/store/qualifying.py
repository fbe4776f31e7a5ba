"""Checks and trainings as they were recorded, and how they come beside their supporter."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.checks import Body, Check, Decision, Eligibility
from kith_matching.domain.training import Training
from kith_matching.tables import supporter_checks, supporter_trainings, supporters

_INSERT_CHECK: Final = sa.insert(supporter_checks)
_INSERT_TRAINING: Final = sa.insert(supporter_trainings)


async def insert_check(tx: AsyncConnection, check: Check) -> None:
    """Keep a check as it stands now."""
    await tx.execute(_INSERT_CHECK, asdict(check))


async def insert_training(tx: AsyncConnection, training: Training) -> None:
    """Keep a training."""
    await tx.execute(_INSERT_TRAINING, asdict(training))


def each_of(table: sa.Table) -> sa.ScalarSelect[Any]:
    """A supporter's rows of a table, as one value beside the supporter, in the order in which they were recorded."""
    named: list[sa.ColumnElement[Any]] = []
    for column in table.c:
        named += (sa.literal_column(f"'{column.name}'"), column)
    row = sa.func.jsonb_build_object(*named)
    return (
        sa.select(sa.func.jsonb_agg(postgresql.aggregate_order_by(row, table.c.id)))
        .where(table.c.supporter_id == supporters.c.id)
        .scalar_subquery()
    )


def held_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a supporter's row, with the checks and trainings that came beside it, if they did."""
    held = {
        "checks": tuple(_check(row) for row in values.get("checks") or ()),
        "trainings": tuple(_training(row) for row in values.get("trainings") or ()),
    }
    return {**values, **held}


def _check(row: Mapping[str, Any]) -> Check:
    return Check(
        **{
            **row,
            **{name: UUID(row[name]) for name in ("id", "supporter_id", "organisation_id")},
            **{name: _day(row[name]) for name in ("issued_on", "looked_at_on", "next_look_on")},
            "body": Body(row["body"]),
            "eligibility": Eligibility(row["eligibility"]),
            "decision": Decision(row["decision"]),
        }
    )


def _training(row: Mapping[str, Any]) -> Training:
    return Training(
        **{
            **row,
            **{name: UUID(row[name]) for name in ("id", "supporter_id", "organisation_id")},
            **{name: _day(row[name]) for name in ("finished_on", "valid_until")},
        }
    )


def _day(told: str | None) -> date | None:
    return None if told is None else date.fromisoformat(told)
