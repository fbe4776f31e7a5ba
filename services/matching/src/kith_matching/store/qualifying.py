"""Checks and trainings as they were recorded, and how they come beside their supporter."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.checks import Body, Check, CheckRecord, Decision
from kith_matching.domain.training import Training, TrainingRecord
from kith_matching.tables import supporter_checks, supporter_trainings, supporters

_INSERT_CHECK: Final = sa.insert(supporter_checks)
_INSERT_TRAINING: Final = sa.insert(supporter_trainings)


async def insert_check(tx: AsyncConnection, check: CheckRecord) -> None:
    """Keep a check as it stands now."""
    await tx.execute(_INSERT_CHECK, asdict(check))


async def insert_training(tx: AsyncConnection, training: TrainingRecord) -> None:
    """Keep a training."""
    await tx.execute(_INSERT_TRAINING, asdict(training))


def _each(*columns: sa.Column[Any]) -> sa.ScalarSelect[Any]:
    (table,) = {column.table for column in columns}
    row = sa.func.jsonb_build_array(*columns)
    return (
        sa.select(sa.func.jsonb_agg(postgresql.aggregate_order_by(row, table.c.id)))
        .where(table.c.supporter_id == supporters.c.id)
        .scalar_subquery()
    )


HELD: Final = (
    _each(*(supporter_checks.c[field.name] for field in fields(Check))).label("checks"),
    _each(*(supporter_trainings.c[field.name] for field in fields(Training))).label("trainings"),
)
"""Columns to read beside a supporter: what they hold, in the order in which it was recorded, for ``held_of``."""


def held_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a supporter's row, with the checks and trainings that came beside it, if they did."""
    held = {
        "checks": tuple(_check(row) for row in values.get("checks") or ()),
        "trainings": tuple(_training(row) for row in values.get("trainings") or ()),
    }
    return {**values, **held}


def _check(row: Sequence[Any]) -> Check:
    body, level, workforce, decision, looked_at_on, next_look_on = row
    return Check(
        body=Body(body),
        level=level,
        workforce=workforce,
        decision=Decision(decision),
        looked_at_on=_day(looked_at_on),
        next_look_on=_day(next_look_on),
    )


def _training(row: Sequence[Any]) -> Training:
    code, finished_on, valid_until = row
    return Training(code=code, finished_on=date.fromisoformat(finished_on), valid_until=_day(valid_until))


def _day(told: str | None) -> date | None:
    return None if told is None else date.fromisoformat(told)
