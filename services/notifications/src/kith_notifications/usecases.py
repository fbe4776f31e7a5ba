"""What this service does: turns news into messages, claims what is due, and records what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, erased
from kith_notifications import outgoing
from kith_notifications.domain import work
from kith_notifications.domain.concern import (
    CONCERN,
    Concern,
    Sharing,
    answered,
    heard,
    message_of,
    pass_on,
    reminder_of,
    undelivered,
)
from kith_notifications.domain.sending import EMAIL, FAILED, Claimed, Settled
from kith_notifications.domain.telling import Happening, News, PersonGone, ReferralMade, note, restop
from kith_notifications.domain.work import Work
from kith_notifications.store import claims, concerns
from kith_notifications.store import news as store


async def note_news(
    tx: AsyncConnection,
    news: Sequence[News],
    gone: Mapping[UUID, datetime],
    *,
    new_id: Callable[[], UUID],
    now: datetime,
) -> None:
    """Write the messages that follow from a batch of news, and stop those that must not be sent any more.

    News of a referral that was not heard of yet waits as rows; nobody waits in the loop. Of people who are ``gone``
    (erased, and when, UTC), before or after their referrals are heard of, only that there were messages is kept.
    """
    await erased.remember(tx, gone)
    known = await erased.find_erased(tx, {piece.person_id for piece in news if isinstance(piece, ReferralMade)})
    of_referral: dict[UUID, list[News]] = {}
    for piece in news:
        heard = replace(piece, erased=piece.person_id in known) if isinstance(piece, ReferralMade) else piece
        of_referral.setdefault(heard.referral_id, []).append(heard)
    for referral_id in await store.list_referrals_of(tx, gone):
        of_referral.setdefault(referral_id, []).append(PersonGone(referral_id))
    if not of_referral:
        return
    referrals = await store.get_referrals_for_update(tx, of_referral)
    made = [id_ for id_, pieces in of_referral.items() if any(isinstance(piece, ReferralMade) for piece in pieces)]
    waited: dict[UUID, list[Happening]] = {}
    for happening in await store.take_waiting(tx, made):
        waited.setdefault(happening.referral_id, []).append(happening)

    noted = [note(referrals[id_], waited.get(id_, ()), pieces) for id_, pieces in of_referral.items()]

    await store.save_referrals(tx, (one.referral for one in noted if one.referral != referrals[one.referral.id]))
    await store.add_waiting(tx, (happening for one in noted for happening in one.waiting))
    told = ((new_id(), message) for one in noted for message in one.messages)
    await store.add_messages(tx, told, channel=EMAIL, now=now)
    changed = {one.referral.id: one.referral for one in noted if one.stops_changed}
    if changed:
        unsent = await store.list_unsent_for_update(tx, changed)
        await store.move_unsent(tx, restop(changed, unsent), now=now)
    await store.forget_recipients(tx, [id_ for id_, referral in changed.items() if referral.erased])


async def note_concerns(
    tx: AsyncConnection, new: Sequence[Concern], answers: Mapping[UUID, Sequence[str]], *, at: datetime
) -> None:
    """Write to the desks of new concerns, and follow the ``answers`` to those that were heard of, in their order."""
    await concerns.add_concerns(tx, [heard(concern) for concern in new])
    told = [(clock.new_id(), message_of(concern, None, at=at)) for concern in new]
    await store.add_messages(tx, told, channel=EMAIL, now=at)
    known = await concerns.get_concerns_for_update(tx, answers)
    await concerns.save_concerns(tx, [reduce(answered, answers[id_], concern) for id_, concern in known.items()])


async def pass_on_concerns(tx: AsyncConnection, now: datetime) -> None:
    """Write to the next in line where nobody answered in time, and tell of it."""
    due = [pass_on(concern, now=now) for concern in await concerns.list_due_for_update(tx, now)]
    passed = [one for _, steps in due for one in steps]
    await concerns.save_concerns(tx, [concern for concern, _ in due])
    told = [(clock.new_id(), message_of(one.concern, one, at=now)) for one in passed]
    await store.add_messages(tx, told, channel=EMAIL, now=now)
    await outgoing.tell_passed_on(tx, passed, now=now)


async def note_sharings(tx: AsyncConnection, due: Sequence[Sharing], *, now: datetime) -> None:
    """Write to the desks of sharings that nobody answered by the day."""
    await store.add_messages(tx, [(clock.new_id(), reminder_of(one)) for one in due], channel=EMAIL, now=now)


async def note_work(tx: AsyncConnection, fell_due: Sequence[Work], *, now: datetime) -> None:
    """Write to the coordinators of what fell due: once a day, and at once of what cannot wait."""
    told = [(clock.new_id(), work.message_of(one)) for one in fell_due]
    await store.add_messages(tx, told, channel=EMAIL, now=now)


async def release_messages(tx: AsyncConnection, *, sender: int, now: datetime) -> int:
    """Free at once what ``sender`` had claimed before it was stopped; how many there were.

    Two senders never share a number, so whatever this one holds as it begins is its own, left behind. What another
    left behind is free when the claim has run out.
    """
    return await claims.release_own(tx, sender=sender, now=now)


async def is_any_due(tx: AsyncConnection, *, now: datetime) -> bool:
    """Whether there is anything to send."""
    return await claims.is_any_due(tx, now=now)


async def claim_messages(tx: AsyncConnection, *, sender: int, now: datetime) -> list[Claimed]:
    """Take what is due, with the try counted. Committed before anything is sent, so that no crash hides a try."""
    return await claims.claim_due(tx, sender=sender, now=now)


async def record_settled(tx: AsyncConnection, settled: Sequence[Settled], *, now: datetime) -> list[Settled]:
    """Record what the attempts came to, and tell of it in the same transaction; those that were recorded.

    What another sender has claimed since is left to it, and told by it.
    """
    ours = await claims.save_settled(tx, settled, now=now)
    recorded = [one for one in settled if one.message.id in ours]
    failed = {one.message.story_id for one in recorded if one.state == FAILED and one.message.story_kind == CONCERN}
    found = await concerns.get_concerns_for_update(tx, failed)
    await concerns.save_concerns(tx, [undelivered(one, now=now) for one in found.values()])
    await outgoing.tell_settled(tx, recorded, now=now)
    return recorded
