"""Incidents are logged by whoever was there, followed up by who organises, and closed by a coordinator."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain import incident as domain
from kith_matching.domain.incident import FollowUp, Incident, IncidentNotFound
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.subjects import Speaker, check_is_theirs
from kith_matching.store import incidents as store
from kith_matching.store import referrals, supporters
from kith_matching.usecases.goals import check_may_see


async def log_incident(tx: AsyncConnection, asked: Incident, *, by: Speaker, now: datetime) -> Incident:
    """Log an incident. A supporter names themself, and whom they support now; who organises, anybody of theirs.

    Raises ``ReferralNotFound``, ``PersonErased``, ``SupporterNotFound`` and ``InTheFuture``.
    """
    if asked.referral_id is not None:
        check_remembered(await referrals.get_referral_for_update(tx, asked.referral_id))
        await check_may_see(tx, asked.referral_id, by)
    if asked.supporter_id is not None:
        check_is_theirs(await supporters.get_supporter(tx, asked.supporter_id), by)
    incident = domain.log_incident(asked, today=clock.today(now))
    await store.insert_incident(tx, incident)
    await audit.record(tx, Entry("incident-logged", "incident", incident.id, (incident.kind,)), now=now)
    return incident


async def read_incident(
    tx: AsyncConnection, incident_id: UUID, *, by: Speaker, now: datetime
) -> tuple[Incident, list[FollowUp]]:
    """The incident with its words and what was done: for who organises, and for whoever logged it.

    Raises ``IncidentNotFound``, and then nothing is recorded.
    """
    incident = await store.get_incident(tx, incident_id)
    if not by.organises and incident.logged_by != by.subject:
        raise IncidentNotFound
    further = await store.list_follow_ups(tx, incident_id)
    await audit.record(tx, Entry("incident-read", "incident", incident_id), now=now)
    return incident, further


async def follow_up(
    tx: AsyncConnection, incident_id: UUID, done: tuple[str, ...], *, followed_up_on: date, by: str, now: datetime
) -> FollowUp:
    """Say what was done about it. Raises ``IncidentNotFound``, and as ``domain.incident.follow_up``."""
    incident = await store.get_incident_for_update(tx, incident_id)
    asked = FollowUp(clock.new_id(), incident_id, incident.organisation_id, followed_up_on, done, by)
    further = domain.follow_up(incident, asked, today=clock.today(now))
    await store.insert_follow_up(tx, further)
    await audit.record(tx, Entry("incident-followed-up", "incident", incident_id), now=now)
    return further


async def close(
    tx: AsyncConnection, incident_id: UUID, *, by: str, serious: bool, expected_version: int, now: datetime
) -> Incident:
    """Close it, and say whether it was serious.

    Raises ``IncidentNotFound``, ``StaleVersion``, and as ``domain.incident.close``.
    """
    incident = await store.get_incident_for_update(tx, incident_id)
    check_version(incident.version, expected_version, "incident")
    further = await store.list_follow_ups(tx, incident_id)
    closed = domain.close(incident, further, by=by, today=clock.today(now), serious=serious)
    await store.save_closed(tx, closed)
    await audit.record(tx, Entry("incident-closed", "incident", incident_id), now=now)
    return closed
