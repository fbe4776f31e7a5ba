"""Checks and trainings are recorded, by their organisation, on the record."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.checks import CheckRecord, checked
from kith_matching.domain.training import TrainingRecord, finished
from kith_matching.store import qualifying, supporters


async def record_check(tx: AsyncConnection, check: CheckRecord, *, now: datetime) -> CheckRecord:
    """Keep a supporter's check as it stands now. Raises ``CheckRefused``, ``InTheFuture`` and ``SupporterNotFound``."""
    await supporters.get_supporter(tx, check.supporter_id)
    await qualifying.insert_check(tx, checked(check, clock.today(now)))
    await audit.record(tx, Entry("check-recorded", "supporter", check.supporter_id, (check.body,)), now=now)
    return check


async def record_training(tx: AsyncConnection, training: TrainingRecord, *, now: datetime) -> TrainingRecord:
    """Keep a training of a supporter, or of somebody who works for the organisation.

    Raises ``TrainingBackwards``, ``InTheFuture`` and ``SupporterNotFound``.
    """
    if training.supporter_id is not None:
        await supporters.get_supporter(tx, training.supporter_id)
    await qualifying.insert_training(tx, finished(training, clock.today(now)))
    about = ("supporter", training.supporter_id) if training.supporter_id is not None else ("training", training.id)
    await audit.record(tx, Entry("training-recorded", *about), now=now)
    return training
