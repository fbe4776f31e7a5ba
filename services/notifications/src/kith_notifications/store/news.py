"""SQL by which news becomes messages: referrals as far as telling goes, what waits for one, what is to be told."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_notifications.domain.referral import PERSON, Consent, Feedback, Referral
from kith_notifications.domain.sending import CANCELLED, PENDING, SENDING
from kith_notifications.domain.telling import Happening, Message, Unsent
from kith_notifications.store.arrays import IDS, LOCK_REFERRALS, as_arrays, as_rows
from kith_notifications.tables import messages, referrals, waiting

_NEW: Final = as_rows(referrals.c.id)
_PLACEHOLDERS: Final = (
    insert(referrals)
    .from_select(["id", "self_referred", "died"], sa.select(_NEW.c.id, sa.false(), sa.false()))
    .on_conflict_do_nothing()
)

_SAVED: Final = tuple(referrals.c)
_GIVEN: Final = as_rows(*_SAVED)
_SAVE: Final = (
    sa.update(referrals)
    .where(referrals.c.id == _GIVEN.c.id)
    .values({column.name: _GIVEN.c[column.name] for column in _SAVED if not column.primary_key})
)

_WAITING: Final = tuple(waiting.c)
_WAIT: Final = (
    insert(waiting)
    .from_select([column.name for column in _WAITING], sa.select(as_rows(*_WAITING)))
    .on_conflict_do_nothing()
)
_TAKE: Final = sa.delete(waiting).where(waiting.c.referral_id == IDS).returning(*_WAITING)

_TOLD: Final = (
    messages.c.id,
    messages.c.referral_id,
    messages.c.story_kind,
    messages.c.reason,
    messages.c.recipient,
    messages.c.channel,
    messages.c.told_of,
    messages.c.detail,
    messages.c.day,
    messages.c.state,
    messages.c.code,
)
_NOW: Final = sa.bindparam("now", type_=messages.c.due_at.type)
_TELL: Final = (
    insert(messages)
    .from_select(
        [*(column.name for column in _TOLD), "tries", "resends", "due_at", "created_at"],
        sa.select(as_rows(*_TOLD), sa.literal(0), sa.literal(0), _NOW, _NOW),
    )
    .on_conflict_do_nothing()
)

_UNSENT: Final = (
    sa.select(
        messages.c.id,
        messages.c.referral_id,
        messages.c.reason,
        messages.c.recipient,
        messages.c.told_of,
        messages.c.code,
    )
    .where(messages.c.referral_id == IDS, messages.c.state.in_((PENDING, SENDING, CANCELLED)))
    .order_by(messages.c.id)
    .with_for_update()
)
_MOVED: Final = (messages.c.id, messages.c.state, messages.c.code)
_MOVES: Final = as_rows(*_MOVED)
_MOVE: Final = (
    sa.update(messages)
    .where(messages.c.id == _MOVES.c.id)
    .values(state=_MOVES.c.state, code=_MOVES.c.code, due_at=_NOW)
)
_OF_PEOPLE: Final = sa.select(referrals.c.id).where(referrals.c.person_id == IDS)
_FORGET: Final = (
    sa.update(messages)
    .where(messages.c.referral_id == IDS)
    .values(
        recipient=sa.case((messages.c.recipient.startswith(f"{PERSON}/"), PERSON), else_=messages.c.recipient),
        detail=None,
    )
)


async def list_referrals_of(tx: AsyncConnection, people: Collection[UUID]) -> list[UUID]:
    """The referrals of these people that were heard of."""
    return list((await tx.execute(_OF_PEOPLE, {"ids": list(people)})).scalars()) if people else []


async def forget_recipients(tx: AsyncConnection, referral_ids: Collection[UUID]) -> None:
    """Forget who the person was whom messages about these referrals went to, and why they went."""
    if referral_ids:
        await tx.execute(_FORGET, {"ids": list(referral_ids)})


async def get_referrals_for_update(tx: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Referral]:
    """The referrals, locked in the order of their ids; those not heard of before are made as placeholders.

    The lock puts batches that speak of the same referral one after the other: without it the news of a referral and
    of its match could pass each other in two transactions, and nobody would be told.
    """
    wanted = sorted(ids)
    await tx.execute(_PLACEHOLDERS, as_arrays(((id_,) for id_ in wanted), referrals.c.id))
    rows = await tx.execute(LOCK_REFERRALS, {"ids": wanted})
    return {row.id: _referral(row) for row in rows}


async def save_referrals(tx: AsyncConnection, changed: Iterable[Referral]) -> None:
    """Write back what has become of them."""
    rows = [
        (
            referral.id,
            referral.person_id,
            referral.referring_organisation_id,
            referral.programme_organisation_id,
            referral.self_referred,
            referral.died,
            referral.erased,
            referral.contact_person.withdrawn_at,
            referral.contact_person.granted_again_at,
            referral.tell_referrer.withdrawn_at,
            referral.tell_referrer.granted_again_at,
            referral.share_referral.withdrawn_at,
            referral.share_referral.granted_again_at,
            referral.feedback.decision,
            referral.feedback.progress,
            referral.feedback.outcome,
        )
        for referral in changed
    ]
    if rows:
        await tx.execute(_SAVE, as_arrays(rows, *_SAVED))


async def add_waiting(tx: AsyncConnection, happenings: Iterable[Happening]) -> None:
    """Keep what happened until the referral's making is heard."""
    rows = [
        (
            happened.kind,
            happened.id,
            happened.referral_id,
            happened.at,
            happened.detail,
            happened.supporter_id,
            happened.day,
        )
        for happened in happenings
    ]
    if rows:
        await tx.execute(_WAIT, as_arrays(rows, *_WAITING))


async def take_waiting(tx: AsyncConnection, referral_ids: Iterable[UUID]) -> list[Happening]:
    """What had waited for these referrals; it waits no longer."""
    ids = list(referral_ids)
    if not ids:
        return []
    rows = await tx.execute(_TAKE, {"ids": ids})
    return [
        Happening(
            kind=row.kind,
            id=row.id,
            referral_id=row.referral_id,
            at=row.at,
            detail=row.detail,
            supporter_id=row.supporter_id,
            day=row.day,
        )
        for row in rows
    ]


async def add_messages(
    tx: AsyncConnection, told: Iterable[tuple[UUID, Message]], *, channel: str, now: datetime
) -> None:
    """Write each message, with its id, unless the same was written before: one a reason, recipient and channel."""
    rows = [
        (
            id_,
            message.story_id,
            message.story_kind,
            message.reason,
            str(message.recipient),
            channel,
            message.told_of,
            message.detail,
            message.day,
            CANCELLED if message.cancelled else PENDING,
            message.cancelled,
        )
        for id_, message in told
    ]
    if rows:
        await tx.execute(_TELL, {**as_arrays(rows, *_TOLD), "now": now})


async def list_unsent_for_update(tx: AsyncConnection, referral_ids: Iterable[UUID]) -> list[Unsent]:
    """What is written about these referrals and not sent, or was cancelled; locked."""
    rows = await tx.execute(_UNSENT, {"ids": list(referral_ids)})
    return [
        Unsent(
            id=row.id,
            referral_id=row.referral_id,
            kind=row.reason.partition("/")[0],
            recipient_kind=row.recipient.partition("/")[0],
            told_of=row.told_of,
            cancelled=row.code,
        )
        for row in rows
    ]


async def move_unsent(tx: AsyncConnection, moved: Iterable[tuple[UUID, str | None]], *, now: datetime) -> None:
    """Cancel those that have a reason to be; those that have none any more are due again."""
    rows = [(id_, CANCELLED if why else PENDING, why) for id_, why in moved]
    if rows:
        await tx.execute(_MOVE, {**as_arrays(rows, *_MOVED), "now": now})


def _referral(row: Any) -> Referral:
    return Referral(
        id=row.id,
        person_id=row.person_id,
        referring_organisation_id=row.referring_organisation_id,
        programme_organisation_id=row.programme_organisation_id,
        self_referred=row.self_referred,
        died=row.died,
        erased=row.erased,
        contact_person=Consent(row.contact_withdrawn_at, row.contact_granted_at),
        tell_referrer=Consent(row.tell_withdrawn_at, row.tell_granted_at),
        share_referral=Consent(row.share_withdrawn_at, row.share_granted_at),
        feedback=Feedback(row.hears_decision_from, row.hears_progress_from, row.hears_outcome_from),
    )
