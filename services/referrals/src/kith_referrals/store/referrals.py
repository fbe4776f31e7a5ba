"""Referrals with their people and consents: made, locked and saved."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from asyncpg import UniqueViolationError
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_chassis.http import StaleVersion
from kith_referrals.domain.consent import Consent, Consents, Purpose, State
from kith_referrals.domain.referral import NewReferral, Referral, Status
from kith_referrals.domain.refusals import NotFound, ReferenceTaken
from kith_referrals.store.records import Record, hexadecimal, insert_records
from kith_referrals.tables import consents, people, referrals

_STATE: Final = tuple(
    referrals.c[name]
    for name in (
        "id", "person_id", "referring_organisation_id", "programme_id", "programme_organisation_id", "submitted_at",
        "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason",
    )
)  # fmt: skip
_MOVING: Final = (
    "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason",
)  # fmt: skip

_ADD: Final = Compiled(
    insert_records(consents, "consents").add_cte(
        insert_records(people, "people").cte("added_people"),
        insert_records(referrals, "referrals").cte("added_referrals"),
    )
)
"""One round trip for people, referrals and consents. Foreign keys are looked at when the whole statement is done."""

_LOCKED: Final = (
    sa.select(*_STATE).where(referrals.c.id == sa.bindparam("id", type_=sa.Uuid)).with_for_update(key_share=True)
)
_LOCKED_MANY: Final = (
    sa.select(*_STATE)
    .where(referrals.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
    .order_by(referrals.c.id)
    .with_for_update(key_share=True)
)
_OF_PEOPLE: Final = sa.select(referrals.c.id).where(
    referrals.c.person_id == sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid)))
)
_CONSENTS: Final = sa.select(
    consents.c.purpose, consents.c.state, consents.c.recorded_on, consents.c.how, consents.c.wording_version
).where(consents.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid))
_SAVE_CONSENT: Final = (
    sa.update(consents)
    .where(consents.c.referral_id == sa.bindparam("of_referral", type_=sa.Uuid))
    .where(consents.c.purpose == sa.bindparam("for_purpose", type_=sa.Text))
    .values({name: sa.bindparam(f"new_{name}") for name in ("state", "recorded_on", "how", "wording_version")})
)
_moved: Final = (
    sa.func.jsonb_to_recordset(sa.bindparam("moved", type_=JSONB))
    .table_valued(*(sa.column(name, referrals.c[name].type) for name in ("id", *_MOVING)))
    .render_derived(with_types=True)
)
_SAVE: Final = (
    sa.update(referrals).where(referrals.c.id == _moved.c.id).values({name: _moved.c[name] for name in _MOVING})
)


async def add_referrals(tx: AsyncConnection, news: Sequence[NewReferral]) -> None:
    """Keep new referrals, however many, in one statement. Raises ``ReferenceTaken``."""
    try:
        await _ADD.rows(
            tx,
            {
                "people": [_person_record(new) for new in news if not new.person_is_known],
                "referrals": [_referral_record(new) for new in news],
                "consents": [record for new in news for record in _consent_records(new)],
            },
        )
    except UniqueViolationError as error:
        if error.constraint_name == "referrals_source_reference":
            raise ReferenceTaken from None
        raise


async def get_referral_for_update(tx: AsyncConnection, referral_id: UUID, *, version: int) -> Referral:
    """The referral, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    row = (await tx.execute(_LOCKED, {"id": referral_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    if row["version"] != version:
        raise StaleVersion("The referral has changed since you read it. Read it again and look at what is new.")
    return _referral(row)


async def list_referrals_for_update(tx: AsyncConnection, ids: Collection[UUID]) -> list[Referral]:
    """Those of the referrals that are here, locked in order of id, so that two batches never wait for one another."""
    return [_referral(row) for row in (await tx.execute(_LOCKED_MANY, {"ids": list(ids)})).mappings()]


async def list_ids_of_people(tx: AsyncConnection, people_ids: Collection[UUID]) -> list[UUID]:
    """The referrals of these people, in the asking organisation's sight."""
    return list((await tx.execute(_OF_PEOPLE, {"people": list(people_ids)})).scalars())


async def list_consents(tx: AsyncConnection, referral_id: UUID) -> Consents:
    """The person's last word on each purpose of the referral."""
    return {
        Purpose(row.purpose): Consent(State(row.state), row.recorded_on, row.how, row.wording_version)
        for row in await tx.execute(_CONSENTS, {"referral_id": referral_id})
    }


async def save_referrals(tx: AsyncConnection, moved: Sequence[Referral]) -> None:
    """Keep where these referrals now stand, however many, in one statement."""
    await tx.execute(_SAVE, {"moved": [_move_record(referral) for referral in moved]})


async def save_consent(tx: AsyncConnection, referral_id: UUID, purpose: Purpose, word: Consent) -> None:
    """Keep the person's new word. Save the referral first: this may end the sight that the caller has of it."""
    await tx.execute(
        _SAVE_CONSENT,
        {
            "of_referral": referral_id,
            "for_purpose": purpose,
            "new_state": word.state,
            "new_recorded_on": word.recorded_on,
            "new_how": word.how,
            "new_wording_version": word.wording_version,
        },
    )


def _referral(row: Mapping[Any, Any]) -> Referral:
    return Referral(**{**row, "status": Status(row["status"])})


def _person_record(new: NewReferral) -> Record:
    person, about, agreement = new.person, new.person.about, new.person.agreement
    return {
        "id": str(person.id),
        "organisation_id": str(person.organisation_id),
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": _text(person.birth_date),
        "nhs_number": person.nhs_number,
        "chi_number": person.chi_number,
        "hc_number": person.hc_number,
        "postcode": person.postcode,
        "email": person.email,
        "telephone": person.telephone,
        "contact_by": person.contact_by,
        "do_not_contact": person.do_not_contact,
        "language": person.language,
        "strengths": about.strengths,
        "impacts": about.impacts,
        "accessible_information": about.accessible_information,
        "interpreter": about.interpreter,
        "safe_times": about.safe_times,
        "risk_to_visitor": about.risk_to_visitor,
        "agrees": agreement.agrees.value,
        "nation": agreement.nation.value if agreement.nation else None,
        "understands": agreement.understands,
        "power_act": agreement.power_act,
        "power_seen_on": _text(agreement.power_seen_on),
        "power_expires_on": _text(agreement.power_expires_on),
        "likeness": hexadecimal(person.likeness),
    }


def _referral_record(new: NewReferral) -> Record:
    referral, wish = new.referral, new.wish
    return {
        **_move_record(referral),
        "person_id": str(referral.person_id),
        "referring_organisation_id": str(referral.referring_organisation_id),
        "programme_id": str(referral.programme_id),
        "programme_organisation_id": str(referral.programme_organisation_id),
        "submitted_at": referral.submitted_at.isoformat(),
        "source": wish.source.value,
        "received_on": wish.received_on.isoformat(),
        "needs": wish.needs,
        "conditions": wish.conditions,
        "interests": wish.interests,
        "requested": wish.requested,
        "channels": [way.value for way in wish.channels],
        "urgent": wish.urgent,
        "notes": wish.notes,
        "source_reference": wish.source_reference,
        "details": wish.details,
    }


def _move_record(referral: Referral) -> Record:
    return {
        "id": str(referral.id),
        "status": referral.status.value,
        "version": referral.version,
        "decided_at": _text(referral.decided_at),
        "decision_reason": referral.decision_reason,
        "matched_at": _text(referral.matched_at),
        "ended_at": _text(referral.ended_at),
        "closed_at": _text(referral.closed_at),
        "closing_reason": referral.closing_reason,
    }


def _consent_records(new: NewReferral) -> list[Record]:
    alike = {
        "referral_id": str(new.referral.id),
        "referring_organisation_id": str(new.referral.referring_organisation_id),
        "programme_organisation_id": str(new.referral.programme_organisation_id),
    }
    return [
        {
            **alike,
            "purpose": purpose.value,
            "state": word.state.value,
            "recorded_on": word.recorded_on.isoformat(),
            "how": word.how,
            "wording_version": word.wording_version,
        }
        for purpose, word in new.consents.items()
    ]


def _text(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
