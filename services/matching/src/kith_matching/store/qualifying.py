"""Checks and trainings as they were recorded, and how a row in another's answer becomes one."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.checks import Body, Check, Decision, Eligibility
from kith_matching.domain.training import Training
from kith_matching.tables import supporter_checks, supporter_trainings

_INSERT_CHECK: Final = sa.insert(supporter_checks)
_INSERT_TRAINING: Final = sa.insert(supporter_trainings)


async def insert_check(tx: AsyncConnection, check: Check) -> None:
    """Keep a check as it stands now."""
    await tx.execute(_INSERT_CHECK, asdict(check))


async def insert_training(tx: AsyncConnection, training: Training) -> None:
    """Keep a training."""
    await tx.execute(_INSERT_TRAINING, asdict(training))


def check_of(row: Mapping[str, Any]) -> Check:
    """The check in a row that came as JSON."""
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


def training_of(row: Mapping[str, Any]) -> Training:
    """The training in a row that came as JSON, a supporter's."""
    return Training(
        **{
            **row,
            **{name: UUID(row[name]) for name in ("id", "supporter_id", "organisation_id")},
            **{name: _day(row[name]) for name in ("finished_on", "valid_until")},
        }
    )


def _day(told: str | None) -> date | None:
    return None if told is None else date.fromisoformat(told)
