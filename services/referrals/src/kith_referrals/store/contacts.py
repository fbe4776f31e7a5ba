"""The two reads that name somebody, each in one statement with the record that it was made."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.consent import Purpose, State
from kith_referrals.domain.contact import Contact
from kith_referrals.domain.erasure import State as Erasing
from kith_referrals.store.people import SHOWN, joined
from kith_referrals.tables import consents, organisations, people, referrals

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_TODAY: Final = sa.bindparam("today", type_=sa.Date)
_one: Final = people.alias("one")
_PERSON: Final = audited(
    sa.select(
        people.c.given_name,
        people.c.family_name,
        people.c.email,
        people.c.contact_by,
        sa.exists()
        .where(joined(_one.c.id))
        .where(sa.or_(_one.c.do_not_contact, _one.c.erasure_state != Erasing.ACTIVE.value))
        .label("do_not_contact"),
        sa.exists()
        .where(joined(referrals.c.person_id))
        .where(consents.c.referral_id == referrals.c.id)
        .where(consents.c.purpose == Purpose.CONTACT_PERSON.value)
        .where(consents.c.state == State.GRANTED.value)
        .where(sa.or_(consents.c.expires_on.is_(None), consents.c.expires_on >= _TODAY))
        .label("agreed"),
    ).where(people.c.id == SHOWN)
)
"""The record that is shown for the person; what forbids or allows is looked for on every record joined with it."""
_ORGANISATION: Final = audited(
    sa.select(organisations.c.name, organisations.c.contact_email).where(organisations.c.id == _ID)
)


async def find_person_contact(tx: AsyncConnection, person_id: UUID, *, purpose: str, now: datetime) -> Contact | None:
    """The person's name and address, and whether they allow mail and agree to be contacted; or None."""
    read = Entry("person-contact-read", "person", person_id, purpose=purpose)
    row = await _found(tx, _PERSON, read, now, today=clock.today(now))
    if row is None:
        return None
    name = f"{row.given_name or ''} {row.family_name}".strip()
    allowed = row.agreed and not row.do_not_contact
    return Contact(name=name, email=row.email, may_email=allowed and "email" in row.contact_by)


async def find_organisation_contact(
    tx: AsyncConnection, organisation_id: UUID, *, purpose: str, now: datetime
) -> Contact | None:
    """The organisation's name and the address for notices, which it gave for them; or None."""
    read = Entry("organisation-contact-read", "organisation", organisation_id, purpose=purpose)
    row = await _found(tx, _ORGANISATION, read, now)
    if row is None:
        return None
    return Contact(name=row.name, email=row.contact_email, may_email=row.contact_email is not None)


async def _found(
    tx: AsyncConnection, statement: sa.Select[Any], read: Entry, now: datetime, **asked: date
) -> sa.Row[Any] | None:
    rows = await tx.execute(statement, {"id": read.about_id, **asked, **noted(tx, read, now=now)})
    found: sa.Row[Any] | None = rows.one_or_none()
    return found
