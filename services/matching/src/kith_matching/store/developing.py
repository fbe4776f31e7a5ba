"""Assessments, which are kept as they come, and each supporter's development."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.competencies import Assessment, Assessor, Competency, Development, Function, Level, Role
from kith_matching.store.rows import values_of
from kith_matching.tables import assessments, developments

_OF: Final = sa.bindparam("supporter_id", type_=sa.Uuid)
_ASSESSMENTS: Final = sa.select(assessments).where(assessments.c.supporter_id == _OF)
_INSERT: Final = sa.insert(assessments)
_FIND: Final = sa.select(developments).where(developments.c.supporter_id == _OF)
_NEW: Final = postgresql.insert(developments)
_SAVE: Final = _NEW.on_conflict_do_update(
    index_elements=[developments.c.supporter_id],
    set_={name: _NEW.excluded[name] for name in ("roles", "functions", "aims", "review_on", "version")},
)


async def list_assessments(tx: AsyncConnection, supporter_id: UUID) -> list[Assessment]:
    """All that was ever thought of one supporter: some a year."""
    return [_assessment(row) for row in await tx.execute(_ASSESSMENTS, {"supporter_id": supporter_id})]


async def insert_assessment(tx: AsyncConnection, assessment: Assessment) -> None:
    """Keep an assessment."""
    await tx.execute(_INSERT, asdict(assessment))


async def find_development(tx: AsyncConnection, supporter_id: UUID) -> Development | None:
    """The supporter's development, if anything was recorded of it."""
    row = (await tx.execute(_FIND, {"supporter_id": supporter_id})).one_or_none()
    if row is None:
        return None
    values = values_of(row)
    kinds = (("roles", Role), ("functions", Function), ("aims", Competency))
    return Development(**{**values, **{name: tuple(kind(one) for one in values[name]) for name, kind in kinds}})


async def save_development(tx: AsyncConnection, development: Development) -> None:
    """Keep the development of a supporter, who is locked."""
    await tx.execute(_SAVE, asdict(development))


def _assessment(row: sa.Row[Any]) -> Assessment:
    values = values_of(row)
    levels = {Competency(competency): Level(level) for competency, level in values["levels"].items()}
    return Assessment(**{**values, "assessed_by": Assessor(values["assessed_by"]), "levels": levels})
