"""Referrals with their people and consents: made, locked and saved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from asyncpg import UniqueViolationError
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_chassis.compiled import Compiled
from kith_chassis.http import check_version
from kith_referrals.domain.agreement import Level
from kith_referrals.domain.consent import Consent, Consents, Purpose, State
from kith_referrals.domain.making import NewReferral
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.refusals import NotFound, ReferenceTaken
from kith_referrals.domain.steps import Moved
from kith_referrals.store.records import insert_records
from kith_referrals.store.rows import (
    consent_records,
    entry,
    move_record,
    people_of,
    person_record,
    referral_record,
    step_record,
)
from kith_referrals.tables import consents, people, referral_steps, referrals

_STATE: Final = (
    *(
        referrals.c[name]
        for name in (
            "id", "person_id", "referring_organisation_id", "programme_id", "programme_organisation_id",
            "submitted_at", "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at",
            "closed_at", "closing_reason", "choice_id", "acknowledged_at", "supported_at", "redirected_to",
            "agreement_id", "level", "misdirected",
        )
    ),
    sa.and_(referrals.c.notes_waited, referrals.c.notes_read_at.is_(None)).label("notes_unread"),
)  # fmt: skip
_MOVING: Final = (
    "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason",
    "acknowledged_at", "supported_at", "redirected_to", "misdirected",
)  # fmt: skip

_ADD: Final = Compiled(
    audited(
        insert_records(consents, "consents").add_cte(
            insert_records(people, "people").cte("added_people"),
            insert_records(referrals, "referrals").cte("added_referrals"),
            insert_records(referral_steps, "steps").cte("added_steps"),
        )
    )
)
"""One round trip, also for the record of it. Foreign keys are looked at when the whole statement is done."""

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
_REFERENCE: Final = sa.select(
    sa.exists()
    .where(referrals.c.referring_organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid))
    .where(referrals.c.source_reference == sa.bindparam("source_reference", type_=sa.Text))
)
_CONSENTS: Final = sa.select(
    consents.c.referral_id,
    consents.c.purpose,
    consents.c.state,
    consents.c.recorded_on,
    consents.c.how,
    consents.c.wording_version,
    consents.c.expires_on,
).where(consents.c.referral_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_SAVE_CONSENT: Final = (
    sa.update(consents)
    .where(consents.c.referral_id == sa.bindparam("of_referral", type_=sa.Uuid))
    .where(consents.c.purpose == sa.bindparam("for_purpose", type_=sa.Text))
    .values(
        {name: sa.bindparam(f"new_{name}") for name in ("state", "recorded_on", "how", "wording_version", "expires_on")}
    )
)
_SAVE_READING: Final = (
    sa.update(referrals)
    .where(referrals.c.id == sa.bindparam("of_referral", type_=sa.Uuid))
    .values(notes_read_at=sa.bindparam("read_at"), notes_read_by=sa.bindparam("read_by"))
)
_moved: Final = (
    sa.func.jsonb_to_recordset(sa.bindparam("moved", type_=JSONB))
    .table_valued(*(sa.column(name, referrals.c[name].type) for name in ("id", *_MOVING)))
    .render_derived(with_types=True)
)
_SAVE: Final = audited(
    insert_records(referral_steps, "steps").add_cte(
        sa.update(referrals)
        .where(referrals.c.id == _moved.c.id)
        .values({name: _moved.c[name] for name in _MOVING})
        .cte("moved_referrals")
    )
)
"""Where they stand now, the steps that brought them there, and the record of them: one round trip."""
_EXPIRING: Final = (
    sa.select(*_STATE)
    .where(
        referrals.c.id.in_(
            sa.select(consents.c.referral_id)
            .where(consents.c.state == State.GRANTED.value)
            .where(consents.c.expires_on < sa.bindparam("today", type_=sa.Date))
            .order_by(consents.c.expires_on)
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
    )
    .order_by(referrals.c.id)
    .with_for_update(key_share=True)
)
_OF_CHOICE: Final = (
    sa.select(*_STATE)
    .where(referrals.c.choice_id == sa.bindparam("choice_id", type_=sa.Uuid))
    .order_by(referrals.c.id)
    .with_for_update(key_share=True)
)


async def add_referrals(tx: AsyncConnection, news: Sequence[NewReferral], *, now: datetime) -> None:
    """Keep new referrals, however many, in one statement, each on the record. Raises ``ReferenceTaken``."""
    made = [Entry("referral-made", "referral", new.referral.id) for new in news]
    try:
        await _ADD.rows(
            tx,
            {
                "people": [person_record(person) for person in people_of(news)],
                "referrals": [referral_record(new) for new in news],
                "consents": [record for new in news for record in consent_records(new)],
                "steps": [step_record(new.referral, new.step) for new in news],
                **noted(tx, *made, now=now),
            },
        )
    except UniqueViolationError as error:
        if error.constraint_name == "referrals_source_reference":
            raise ReferenceTaken from None
        raise


async def is_reference_taken(tx: AsyncConnection, organisation_id: UUID, source_reference: str) -> bool:
    """Whether the organisation already made a referral with this reference of its own."""
    asked = {"organisation_id": organisation_id, "source_reference": source_reference}
    return bool((await tx.execute(_REFERENCE, asked)).scalar_one())


async def get_referral_for_update(tx: AsyncConnection, referral_id: UUID, *, version: int) -> Referral:
    """The referral, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    row = (await tx.execute(_LOCKED, {"id": referral_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    check_version(row["version"], version, "referral")
    return _referral(row)


async def list_referrals_for_update(tx: AsyncConnection, ids: Collection[UUID]) -> list[Referral]:
    """Those of the referrals that are here, locked in order of id, so that two batches never wait for one another."""
    return [_referral(row) for row in (await tx.execute(_LOCKED_MANY, {"ids": list(ids)})).mappings()]


async def list_choice_for_update(tx: AsyncConnection, choice_id: UUID) -> list[Referral]:
    """All referrals of a choice, locked in order of id. Raises ``NotFound`` where there are none to be seen."""
    found = [_referral(row) for row in (await tx.execute(_OF_CHOICE, {"choice_id": choice_id})).mappings()]
    if not found:
        raise NotFound
    return found


async def list_expiring_for_update(tx: AsyncConnection, today: date, *, limit: int) -> list[Referral]:
    """Referrals with a consent whose last day has passed, first those it passed longest ago; locked in order of id."""
    rows = await tx.execute(_EXPIRING, {"today": today, "limit": limit})
    return [_referral(row) for row in rows.mappings()]


async def list_ids_of_people(tx: AsyncConnection, people_ids: Collection[UUID]) -> list[UUID]:
    """The referrals of these people, in the asking organisation's sight."""
    return list((await tx.execute(_OF_PEOPLE, {"people": list(people_ids)})).scalars())


async def list_consents(tx: AsyncConnection, referral_id: UUID) -> Consents:
    """The person's last word on each purpose of the referral."""
    return (await list_consents_of(tx, [referral_id]))[referral_id]


async def list_consents_of(tx: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Consents]:
    """The same of many referrals, each by its id."""
    words: dict[UUID, dict[Purpose, Consent]] = {referral_id: {} for referral_id in ids}
    for row in await tx.execute(_CONSENTS, {"ids": list(ids)}):
        words[row.referral_id][Purpose(row.purpose)] = Consent(
            State(row.state), row.recorded_on, row.how, row.wording_version, row.expires_on
        )
    return words


async def save_moves(tx: AsyncConnection, moves: Sequence[Moved], *, now: datetime) -> None:
    """Keep where these referrals now stand, and their steps, in one statement. Of one referral the last move counts.

    What somebody did goes on the record; what a fact told stands in the log that told it.
    """
    done = [entry(move.step) for move in moves if move.step.by is not None]
    stands = {move.referral.id: move.referral for move in moves}
    await tx.execute(
        _SAVE,
        {
            "moved": [move_record(referral) for referral in stands.values()],
            "steps": [step_record(move.referral, move.step) for move in moves],
            **noted(tx, *done, now=now),
        },
    )


async def save_reading(tx: AsyncConnection, referral_id: UUID, *, by: str, now: datetime) -> None:
    """Keep that the notes were read, when, and by whom (a token's subject, and no name)."""
    await tx.execute(_SAVE_READING, {"of_referral": referral_id, "read_at": now, "read_by": by})


async def save_consents(tx: AsyncConnection, changed: Mapping[UUID, Consents]) -> None:
    """Keep people's new words, by the referral. Save referrals first: this may end the sight that the caller has."""
    saved = [
        {
            "of_referral": referral_id,
            "for_purpose": purpose,
            "new_state": word.state,
            "new_recorded_on": word.recorded_on,
            "new_how": word.how,
            "new_wording_version": word.wording_version,
            "new_expires_on": word.expires_on,
        }
        for referral_id, words in changed.items()
        for purpose, word in words.items()
    ]
    if saved:
        await tx.execute(_SAVE_CONSENT, saved)


def _referral(row: Mapping[Any, Any]) -> Referral:
    return Referral(**{**row, "status": Status(row["status"]), "level": Level(row["level"])})
