"""What people answered, and what it comes to; which instruments may be asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.measurement import Measurement, MeasurementNotFound, Moment, scored, since_baseline
from kith_matching.domain.scoring import Changed, Scored, get_instrument
from kith_matching.store.measuring import measurement_of
from kith_matching.store.referrals import get_referral
from kith_matching.store.rows import values_of
from kith_matching.tables import instrument_licences, measurements
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list, get_one

_OF: Final = sa.bindparam("referral_id", type_=sa.Uuid)
_ONE: Final = audited(sa.select(measurements).where(measurements.c.id == sa.bindparam("id")))
_OF_REFERRAL: Final = audited(
    sa.select(measurements)
    .where(measurements.c.referral_id == _OF, sa.or_(AFTER.is_(None), measurements.c.id > AFTER))
    .order_by(measurements.c.id)
    .limit(LIMIT)
)
_BASELINE: Final = (
    sa.select(measurements)
    .where(
        measurements.c.referral_id == _OF,
        measurements.c.of == sa.bindparam("of"),
        measurements.c.instrument == sa.bindparam("instrument"),
        measurements.c.version == sa.bindparam("version"),
        measurements.c.moment == Moment.BASELINE,
        measurements.c.taken_on <= sa.bindparam("taken_on"),
    )
    .order_by(measurements.c.taken_on, measurements.c.id)
    .limit(1)
)
_LICENCES: Final = audited(sa.select(instrument_licences).where(instrument_licences.c.organisation_id == ORGANISATION))


@dataclass(frozen=True, slots=True)
class Seen:
    """A measurement, what it comes to, and how that differs from the first baseline before it, if there is one."""

    measurement: Measurement
    scored: Scored
    since_baseline: tuple[Changed, ...] = ()


async def list_measurements(
    tx: AsyncConnection, referral_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Seen]:
    """What was answered of a referral, the first recorded first. Raises ``ReferralNotFound``."""
    await get_referral(tx, referral_id)
    listed = Entry("measurements-listed", "referral", referral_id)
    found = await get_list(tx, _OF_REFERRAL, listed, {"after": after, "limit": limit}, now)
    return [_seen(measurement_of(one)) for one in found]


async def get_measurement(tx: AsyncConnection, measurement_id: UUID, *, now: datetime) -> Seen:
    """One measurement. Raises ``MeasurementNotFound``."""
    read = Entry("measurement-read", "measurement", measurement_id)
    measurement = measurement_of(await get_one(tx, _ONE, read, MeasurementNotFound, now))
    return await _beside_its_baseline(tx, measurement)


async def list_licences(tx: AsyncConnection, read: Entry, *, now: datetime) -> dict[str, Found]:
    """The licences of the organisation that the entry is about, by instrument."""
    return {one["instrument"]: one for one in await get_list(tx, _LICENCES, read, {}, now)}


def _seen(measurement: Measurement) -> Seen:
    return Seen(measurement, scored(measurement, get_instrument(measurement.instrument)))


async def _beside_its_baseline(tx: AsyncConnection, measurement: Measurement) -> Seen:
    asked: dict[str, Any] = {
        "referral_id": measurement.referral_id,
        "of": measurement.of,
        "instrument": measurement.instrument,
        "version": measurement.version,
        "taken_on": measurement.taken_on,
    }
    first = [measurement_of(values_of(row)) for row in await tx.execute(_BASELINE, asked)]
    instrument = get_instrument(measurement.instrument)
    return Seen(measurement, scored(measurement, instrument), since_baseline(first, measurement, instrument))
