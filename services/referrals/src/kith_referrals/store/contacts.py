"""The two reads that name somebody, each in one statement with the record that it was made."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.consent import Purpose, State
from kith_referrals.domain.contact import Contact
from kith_referrals.tables import consents, merges, organisations, people, reads, referrals


@dataclass(frozen=True, slots=True)
class Read:
    """Who reads what, when and what for. ``subject`` and ``client_id`` are the token's; ``purpose`` is a code."""

    id: UUID
    read_at: datetime
    subject: str
    client_id: str
    kind: str
    read_id: UUID
    purpose: str


def _audited(found: sa.Select[Any]) -> sa.Select[Any]:
    kept = [reads.c[one.name] for one in fields(Read)]
    values = {column.name: sa.bindparam(f"read_{column.name}", type_=column.type) for column in kept}
    return found.add_cte(sa.insert(reads).values(values).cte("audited"))


_OF_WHOM: Final = sa.bindparam("read_read_id", type_=sa.Uuid)
_shown: Final = sa.func.coalesce(
    sa.select(merges.c.into_id).where(merges.c.person_id == _OF_WHOM).scalar_subquery(), _OF_WHOM, type_=sa.Uuid
)
_merged: Final = sa.select(merges.c.person_id).where(merges.c.into_id == _shown)
_one: Final = people.alias("one")
_PERSON: Final = _audited(
    sa.select(
        people.c.given_name,
        people.c.family_name,
        people.c.email,
        people.c.contact_by,
        sa.exists()
        .where(sa.or_(_one.c.id == _shown, _one.c.id.in_(_merged)))
        .where(_one.c.do_not_contact)
        .label("do_not_contact"),
        sa.exists()
        .where(sa.or_(referrals.c.person_id == _shown, referrals.c.person_id.in_(_merged)))
        .where(consents.c.referral_id == referrals.c.id)
        .where(consents.c.purpose == Purpose.CONTACT_PERSON.value)
        .where(consents.c.state == State.GRANTED.value)
        .label("agreed"),
    ).where(people.c.id == _shown)
)
"""The record that is shown for the person; what forbids or allows is looked for on every record joined with it."""
_ORGANISATION: Final = _audited(
    sa.select(organisations.c.name, organisations.c.contact_email).where(organisations.c.id == _OF_WHOM)
)


async def find_person_contact(tx: AsyncConnection, read: Read) -> Contact | None:
    """The person's name and address, and whether they allow mail and agree to be contacted; or None."""
    row = (await tx.execute(_PERSON, _parameters(read))).one_or_none()
    if row is None:
        return None
    name = f"{row.given_name or ''} {row.family_name}".strip()
    allowed = row.agreed and not row.do_not_contact
    return Contact(name=name, email=row.email, may_email=allowed and "email" in row.contact_by)


async def find_organisation_contact(tx: AsyncConnection, read: Read) -> Contact | None:
    """The organisation's name and the address for notices, which it gave for them; or None."""
    row = (await tx.execute(_ORGANISATION, _parameters(read))).one_or_none()
    if row is None:
        return None
    return Contact(name=row.name, email=row.contact_email, may_email=row.contact_email is not None)


def _parameters(read: Read) -> dict[str, Any]:
    return {f"read_{name}": value for name, value in asdict(read).items()}
