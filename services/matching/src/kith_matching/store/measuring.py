"""Measurements, which are kept as they come; and licences to ask."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.measurement import Helper, Measurement, Mode, Moment, OwnMeasure, Whose
from kith_matching.domain.occasion import Outcome
from kith_matching.tables import instrument_licences, measurements, own_measures, sessions

_REFERRAL: Final = sa.bindparam("referral_id", type_=sa.Uuid)
_INSERT: Final = sa.insert(measurements)
_INSERT_OWN: Final = sa.insert(own_measures)
_DAYS: Final = sa.select(sessions.c.held_on).where(
    sessions.c.outcome == Outcome.HAPPENED,
    sa.or_(
        sessions.c.referral_id == _REFERRAL, sessions.c.attended_referral_ids.contains(postgresql.array([_REFERRAL]))
    ),
)
_OWN: Final = (
    instrument_licences.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
    instrument_licences.c.instrument == sa.bindparam("instrument"),
)
_LICENSED: Final = sa.select(sa.exists().where(*_OWN))
_NEW: Final = postgresql.insert(instrument_licences)
_LICENSE: Final = _NEW.on_conflict_do_update(
    index_elements=["organisation_id", "instrument"],
    set_={name: _NEW.excluded[name] for name in ("reference", "recorded_at", "recorded_by")},
)


async def insert_measurement(tx: AsyncConnection, measurement: Measurement) -> None:
    """Keep a measurement of a referral, which is locked."""
    await tx.execute(_INSERT, asdict(measurement))


async def list_session_days(tx: AsyncConnection, referral_id: UUID) -> list[date]:
    """The days on which a session with the person happened, alone or in a group."""
    return list(await tx.scalars(_DAYS, {"referral_id": referral_id}))


async def is_licensed(tx: AsyncConnection, organisation_id: UUID, instrument: str) -> bool:
    """Whether the organisation recorded a licence for the instrument."""
    asked = {"organisation_id": organisation_id, "instrument": instrument}
    return bool((await tx.execute(_LICENSED, asked)).scalar_one())


async def save_licence(
    tx: AsyncConnection, organisation_id: UUID, instrument: str, reference: str, *, by: str, now: datetime
) -> None:
    """Keep the reference by which an instrument's owner knows the organisation, in the place of one before."""
    own = {"organisation_id": organisation_id, "instrument": instrument}
    await tx.execute(_LICENSE, {**own, "reference": reference, "recorded_at": now, "recorded_by": by})


async def insert_own_measure(tx: AsyncConnection, measure: OwnMeasure) -> None:
    """Keep what a supporter, who is locked, answered."""
    await tx.execute(_INSERT_OWN, asdict(measure))


def measurement_of(values: dict[str, Any]) -> Measurement:
    """The measurement that a row's values are."""
    return Measurement(**{**_read(values), "of": Whose(values["of"])})


def own_measure_of(values: dict[str, Any]) -> OwnMeasure:
    """What a supporter answered, as a row's values are."""
    return OwnMeasure(**_read(values))


def _read(values: dict[str, Any]) -> dict[str, Any]:
    helped_by = tuple(Helper(one) for one in values["helped_by"])
    return {**values, "moment": Moment(values["moment"]), "mode": Mode(values["mode"]), "helped_by": helped_by}
