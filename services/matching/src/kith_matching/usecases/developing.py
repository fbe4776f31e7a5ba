"""How far supporters have come, as they and their coordinators see it, and what they mean to learn."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_matching.domain.competencies import (
    Assessment,
    Assessor,
    Competency,
    Development,
    View,
    check_held,
    check_plan,
    latest,
)
from kith_matching.store import developing as store
from kith_matching.store.supervision import hold_supporters
from kith_matching.store.supporters import get_supporter


async def assess(tx: AsyncConnection, assessment: Assessment, *, now: datetime) -> Assessment:
    """Keep what one side thinks. Raises ``SupporterNotFound`` and ``InTheFuture``."""
    check_held(assessment, today=clock.today(now))
    await hold_supporters(tx, [assessment.supporter_id])
    await store.insert_assessment(tx, assessment)
    about = Entry("competencies-assessed", "supporter", assessment.supporter_id, (assessment.assessed_by,))
    await audit.record(tx, about, now=now)
    return assessment


async def put_development(
    tx: AsyncConnection, asked: Development, *, expected_version: int | None, now: datetime
) -> Development:
    """Record what a supporter does and means to learn, as it is now. The same again changes nothing.

    Raises ``SupporterNotFound``, ``ReviewNeeded``, and ``VersionMissing`` or ``StaleVersion`` where a change does not
    name the version it is about.
    """
    await hold_supporters(tx, [asked.supporter_id])
    current = await store.find_development(tx, asked.supporter_id)
    if current is not None:
        if replace(asked, version=current.version) == current:
            return current
        if expected_version is None:
            raise VersionMissing("The development is recorded already. Read it, then send If-Match with that ETag.")
    version = current.version if current else 0
    check_version(version, version if expected_version is None else expected_version, "development")
    check_plan(asked, today=clock.today(now))
    changed = replace(asked, version=version + 1)
    await store.save_development(tx, changed)
    await audit.record(tx, Entry("development-recorded", "supporter", asked.supporter_id), now=now)
    return changed


async def read_development(
    tx: AsyncConnection, supporter_id: UUID, *, now: datetime
) -> tuple[Development, dict[Competency, dict[Assessor, View]]]:
    """A supporter's development, and what each side thinks of each competency now. Raises ``SupporterNotFound``."""
    supporter = await get_supporter(tx, supporter_id)
    found = await store.find_development(tx, supporter_id)
    standing = latest(await store.list_assessments(tx, supporter_id))
    await audit.record(tx, Entry("development-read", "supporter", supporter_id), now=now)
    return found or Development(supporter_id, supporter.organisation_id), standing
