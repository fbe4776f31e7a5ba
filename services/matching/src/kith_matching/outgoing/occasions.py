"""What is told of what took place: sessions, contacts, measures. Nothing of what was said, or how anybody is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.matching import ContactLogged, MeasureRecorded, SessionLogged
from kith_matching.domain.measurement import Measurement
from kith_matching.domain.meeting import PAIR
from kith_matching.domain.occasion import Contact, Record, Session

TAKEN_BACK: Final = "taken-back"
"""The outcome of what was told of a session or a contact and no longer holds."""


async def tell_session(tx: AsyncConnection, session: Session, taken_back: Sequence[Record], *, now: datetime) -> None:
    """Tell of a corrected session as all that it is told as, and what it is told as no more."""
    await outbox.record(tx, *_session(session, taken_back), now=now)


def session_told(session: Session, *, now: datetime) -> dict[str, Any]:
    """What a statement that is ``outbox.telling`` records of a session: all that it is told as."""
    return outbox.told(*_session(session), now=now)


async def tell_contact(tx: AsyncConnection, contact: Contact, *, now: datetime) -> None:
    """Tell of an occasion with people who are not named; of one that is void, that it no longer holds."""
    stands = contact.voided_as is None
    logged = ContactLogged(
        contact_id=contact.id,
        programme_id=contact.programme_id,
        organisation_id=contact.organisation_id,
        held_on=contact.held_on,
        kind=contact.kind,
        outcome="happened" if stands else TAKEN_BACK,
        people=contact.people if stands else 0,
        topics=contact.topics,
        district=contact.district,
        site=contact.site,
        supporter_id=contact.supporter_id,
    )
    await outbox.record(tx, logged, now=now)


async def tell_measured(tx: AsyncConnection, taken: Measurement, *, scored: bool, now: datetime) -> None:
    """Tell that somebody was measured, and nothing of how they are (decision 0033)."""
    recorded = MeasureRecorded(
        measurement_id=taken.id,
        referral_id=taken.referral_id,
        programme_id=taken.programme_id,
        organisation_id=taken.organisation_id,
        instrument=taken.instrument,
        instrument_version=taken.version,
        moment=taken.moment,
        of=taken.of,
        taken_on=taken.taken_on,
        late=taken.late,
        scored=scored,
    )
    await outbox.record(tx, recorded, now=now)


def _session(session: Session, taken_back: Sequence[Record] = ()) -> list[SessionLogged]:
    occasion = session.occasion
    of_all: dict[str, Any] = {
        "kind": session.kind,
        "programme_id": session.programme_id,
        "organisation_id": session.organisation_id,
        "held_on": occasion.held_on,
        "channel": occasion.channel,
        "topics": occasion.topics,
        "supporter_ids": session.supporter_ids,
        "match_id": session.match_id,
        "group_id": session.group_id,
        "meeting_id": session.id if session.group_id else None,
    }
    stands: dict[str, Any] = {"outcome": occasion.outcome, "minutes": occasion.minutes}
    gone: dict[str, Any] = {"outcome": TAKEN_BACK, "minutes": 0}
    return [
        SessionLogged(
            session_id=record.id,
            referral_id=record.referral_id,
            came_as=PAIR if record.pair_with else None,
            companions=record.companions,
            **of_all,
            **said,
        )
        for records, said in ((session.told, stands), (taken_back, gone))
        for record in records
    ]
