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
from kith_chassis.outbox import telling
from kith_referrals.domain.agreement import Level
from kith_referrals.domain.consent import Consent, Consents, Feedback, Purpose, State
from kith_referrals.domain.making import NewReferral
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.promises import ATTEMPTS, Promise, Terms
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.refusals import NotFound, ReferenceTaken
from kith_referrals.domain.steps import Moved
from kith_referrals.store.records import insert_records
from kith_referrals.store.rows import (
    MOVING,
    WORD,
    consent_records,
    entry,
    move_record,
    people_records,
    referral_record,
    step_record,
)
from kith_referrals.store.trying import DAYS_TRIED
from kith_referrals.tables import consents, organisations, people, programmes, referral_steps, referrals

_STATE: Final = (
    *(
        referrals.c[name]
        for name in (
            "id", "person_id", "referring_organisation_id", "programme_id", "programme_organisation_id",
            "submitted_at", "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at",
            "closed_at", "closing_reason", "choice_id", "acknowledged_at", "supported_at", "redirected_to",
            "agreement_id", "level", "reopened_at", "asked_at", "promises", "missed", "misdirected",
        )
    ),
    sa.and_(referrals.c.notes_waited, referrals.c.notes_read_at.is_(None)).label("notes_unread"),
    programmes.c.promised_wait_days,
    programmes.c.contact_attempts,
    organisations.c.nation,
)  # fmt: skip
STANDING: Final = (
    sa.select(*_STATE)
    .join_from(referrals, programmes, programmes.c.id == referrals.c.programme_id, isouter=True)
    .outerjoin(organisations, organisations.c.id == programmes.c.organisation_id)
)
"""Where referrals stand, each with the terms of its programme."""

_ADD: Final = Compiled(
    telling(
        audited(
            insert_records(consents, "consents").add_cte(
                insert_records(people, "people").cte("added_people"),
                insert_records(referrals, "referrals").cte("added_referrals"),
                insert_records(referral_steps, "steps").cte("added_steps"),
            )
        )
    )
)
"""One round trip, also for the record of it and what is told. Foreign keys are looked at when all of it is done."""

_LOCKED: Final = (
    STANDING.add_columns(DAYS_TRIED.label("days_tried"))
    .where(referrals.c.id == sa.bindparam("id", type_=sa.Uuid))
    .with_for_update(of=referrals, key_share=True)
)
_LOCKED_MANY: Final = (
    STANDING.where(referrals.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
    .order_by(referrals.c.id)
    .with_for_update(of=referrals, key_share=True)
)
_OF_PEOPLE: Final = sa.select(referrals.c.id).where(
    referrals.c.person_id == sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid)))
)
_TAKEN: Final = (
    sa.select(referrals.c.source_reference)
    .where(referrals.c.referring_organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid))
    .where(referrals.c.source_reference == sa.any_(sa.bindparam("references", type_=ARRAY(sa.Text))))
)
_CONSENTS: Final = sa.select(
    consents.c.referral_id,
    consents.c.purpose,
    consents.c.state,
    consents.c.recorded_on,
    consents.c.how,
    consents.c.wording_version,
    consents.c.expires_on,
    consents.c.feedback,
    consents.c.noticed_for,
).where(consents.c.referral_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_SAVE_CONSENT: Final = (
    sa.update(consents)
    .where(consents.c.referral_id == sa.bindparam("of_referral", type_=sa.Uuid))
    .where(consents.c.purpose == sa.bindparam("for_purpose", type_=sa.Text))
    .values({name: sa.bindparam(f"new_{name}") for name in WORD})
)
_SAVE_READING: Final = (
    sa.update(referrals)
    .where(referrals.c.id == sa.bindparam("of_referral", type_=sa.Uuid))
    .values(notes_read_at=sa.bindparam("read_at"), notes_read_by=sa.bindparam("read_by"))
)
_moved: Final = (
    sa.func.jsonb_to_recordset(sa.bindparam("moved", type_=JSONB))
    .table_valued(*(sa.column(name, referrals.c[name].type) for name in ("id", *MOVING)))
    .render_derived(with_types=True)
)
_SAVE: Final = audited(
    insert_records(referral_steps, "steps").add_cte(
        sa.update(referrals)
        .where(referrals.c.id == _moved.c.id)
        .values({name: _moved.c[name] for name in MOVING})
        .cte("moved_referrals")
    )
)
"""Where they stand now, the steps that brought them there, and the record of them: one round trip."""
_OF_CHOICE: Final = (
    STANDING.where(referrals.c.choice_id == sa.bindparam("choice_id", type_=sa.Uuid))
    .order_by(referrals.c.id)
    .with_for_update(of=referrals, key_share=True)
)


async def add_referrals(
    tx: AsyncConnection, news: Sequence[NewReferral], told: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep new referrals and drafts, however many, in one statement, each on the record, with what is told of them.

    ``told`` is what ``outgoing.told`` makes of it. Raises ``ReferenceTaken``.
    """
    made = [
        Entry("draft-kept" if new.referral.status is Status.DRAFT else "referral-made", "referral", new.referral.id)
        for new in news
    ]
    try:
        await _ADD.rows(
            tx,
            {
                "people": people_records(news),
                "referrals": [referral_record(new) for new in news],
                "consents": [record for new in news for record in consent_records(new)],
                "steps": [step_record(new.referral, new.step) for new in news],
                **noted(tx, *made, now=now),
                **told,
            },
        )
    except UniqueViolationError as error:
        if error.constraint_name == "referrals_source_reference":
            raise ReferenceTaken from None
        raise


async def try_add_referrals(
    tx: AsyncConnection, news: Sequence[NewReferral], told: Mapping[str, Any], *, now: datetime
) -> bool:
    """As ``add_referrals``; or nothing, and False, where a reference was taken since somebody looked."""
    try:
        async with tx.begin_nested():
            await add_referrals(tx, news, told, now=now)
    except ReferenceTaken:
        return False
    return True


async def list_taken_references(
    tx: AsyncConnection, organisation_id: UUID, source_references: Collection[str]
) -> Collection[str]:
    """Those of these references of its own that the organisation already made a referral with."""
    asked = {"organisation_id": organisation_id, "references": list(source_references)}
    return (await tx.execute(_TAKEN, asked)).scalars().all()


async def get_referral_for_update(tx: AsyncConnection, referral_id: UUID, *, version: int) -> Referral:
    """The referral, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    row = (await tx.execute(_LOCKED, {"id": referral_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    check_version(row["version"], version, "referral")
    return as_referral(row)


async def list_referrals_for_update(tx: AsyncConnection, ids: Collection[UUID]) -> list[Referral]:
    """Those of the referrals that are here, locked in order of id, so that two batches never wait for one another."""
    return [as_referral(row) for row in (await tx.execute(_LOCKED_MANY, {"ids": list(ids)})).mappings()]


async def list_choice_for_update(tx: AsyncConnection, choice_id: UUID) -> list[Referral]:
    """All referrals of a choice, locked in order of id. Raises ``NotFound`` where there are none to be seen."""
    found = [as_referral(row) for row in (await tx.execute(_OF_CHOICE, {"choice_id": choice_id})).mappings()]
    if not found:
        raise NotFound
    return found


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
            State(row.state),
            row.recorded_on,
            row.how,
            row.wording_version,
            row.expires_on,
            Feedback(row.feedback) if row.feedback else None,
            row.noticed_for,
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
            **{f"new_{name}": getattr(word, name) for name in WORD},
        }
        for referral_id, words in changed.items()
        for purpose, word in words.items()
    ]
    if saved:
        await tx.execute(_SAVE_CONSENT, saved)


def as_referral(row: Mapping[Any, Any]) -> Referral:
    """The referral of a row of ``STANDING``."""
    values: dict[str, Any] = dict(row)
    terms = Terms(
        nation=Nation(values.pop("nation") or Nation.ENGLAND),
        promised_wait_days=values.pop("promised_wait_days"),
        contact_attempts=values.pop("contact_attempts") or ATTEMPTS,
    )
    read = {
        "status": Status(values["status"]),
        "level": Level(values["level"]),
        "promises": {Promise(name): date.fromisoformat(due) for name, due in values["promises"].items()},
        "missed": tuple(Promise(name) for name in values["missed"]),
    }
    return Referral(**{**values, **read}, terms=terms)
