"""Measurements are recorded, and whose answers say that they may harm themself is seen by somebody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching import outgoing
from kith_matching.domain import measurement as domain
from kith_matching.domain.concern import About, Grounds, Raised
from kith_matching.domain.measurement import Measurement, OwnMeasure
from kith_matching.domain.referral import Referral
from kith_matching.domain.scoring import get_instrument
from kith_matching.domain.subjects import Speaker, check_speaks_for
from kith_matching.store import measuring as store
from kith_matching.store import referrals, supporters
from kith_matching.usecases.concerns import raise_concern


async def get_referral(tx: AsyncConnection, referral_id: UUID) -> Referral:
    """The referral that an answer is about, locked: nobody is erased meanwhile. Raises ``ReferralNotFound``."""
    return await referrals.get_referral_for_update(tx, referral_id)


async def record_measurement(
    tx: AsyncConnection, asked: Measurement, referral: Referral, *, now: datetime
) -> Measurement:
    """Keep what somebody answered, of a referral that is locked. A risk item raises a concern, whatever the total.

    Raises ``InstrumentNotFound``, ``ProgrammeNotFound`` while the programme is still on its way, and what
    ``domain.measurement.record`` does.
    """
    instrument = get_instrument(asked.instrument)
    programme = await referrals.get_programme(tx, referral.programme_id, referral.organisation_id)
    kept = domain.record(
        asked,
        instrument,
        referral,
        licensed=await store.is_licensed(tx, referral.organisation_id, instrument.code),
        plan=programme.terms.measures,
        sessions=await store.list_session_days(tx, referral.id),
        today=clock.today(now),
    )
    await store.insert_measurement(tx, kept)
    said = (kept.instrument, kept.moment)
    await audit.record(tx, Entry("measurement-recorded", "measurement", kept.id, said), now=now)
    has_score = domain.scored(kept, instrument).no_score is None
    await outgoing.tell_measured(tx, kept, scored=has_score, now=now)
    if kept.risk_items:
        raised = Raised(Grounds.RISK_ITEM, About.REFERRAL, referral.id)
        await raise_concern(tx, raised, organisation_id=referral.organisation_id, by=None, now=now)
    return kept


async def raise_unkept(
    tx: AsyncConnection, about: About, about_id: UUID, *, organisation_id: UUID, by: str, now: datetime
) -> None:
    """Raise the concern of answers that were refused, and are kept nowhere: somebody may be in danger all the same.

    ``by`` sent them: whoever answers the concern asks them what was said.
    """
    raised = Raised(Grounds.RISK_ITEM, about, about_id)
    await raise_concern(tx, raised, organisation_id=organisation_id, by=by, now=now)


async def record_own(tx: AsyncConnection, asked: OwnMeasure, *, by: Speaker, now: datetime) -> OwnMeasure:
    """Keep what a supporter answered about themself: they say it, or who organises for one without access of their own.

    No fact tells of it. Raises ``SupporterNotFound``, ``OnlyTheSupporter``, ``InstrumentNotFound``,
    ``ProgrammeNotFound``, and what ``domain.measurement.record_own`` does.
    """
    supporter = await supporters.get_supporter_for_update(tx, asked.supporter_id)
    check_speaks_for(supporter, by)
    instrument = get_instrument(asked.instrument)
    programme = await referrals.get_programme(tx, asked.programme_id, supporter.organisation_id)
    kept = domain.record_own(
        asked,
        instrument,
        licensed=await store.is_licensed(tx, supporter.organisation_id, instrument.code),
        plan=programme.terms.measures,
        today=clock.today(now),
    )
    await store.insert_own_measure(tx, kept)
    said = (kept.instrument, kept.moment)
    await audit.record(tx, Entry("own-measure-recorded", "supporter", supporter.id, said), now=now)
    if kept.risk_items:
        raised = Raised(Grounds.RISK_ITEM, About.SUPPORTER, supporter.id)
        await raise_concern(tx, raised, organisation_id=supporter.organisation_id, by=None, now=now)
    return kept


async def put_licence(
    tx: AsyncConnection, organisation_id: UUID, code: str, reference: str, *, by: str, now: datetime
) -> None:
    """Keep that an organisation may ask an instrument. Raises ``InstrumentNotFound`` and ``NoLicenceNeeded``."""
    domain.check_needs_licence(get_instrument(code))
    await store.save_licence(tx, organisation_id, code, reference, by=by, now=now)
    await audit.record(tx, Entry("licence-recorded", "organisation", organisation_id, (code,)), now=now)
