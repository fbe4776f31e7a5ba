"""Retention: records whose time is over come into a queue, and a human decides. Nothing is erased by itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import retention, reviewing
from kith_referrals.domain.erasure import Basis, Rule
from kith_referrals.domain.records import Author, Decision, Kind, Record
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.retention import Life, RetentionRule
from kith_referrals.domain.reviewing import Choice, Review
from kith_referrals.store import people as people_store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.store import retention as schedule_store
from kith_referrals.store import reviewing as store
from kith_referrals.usecases import erasing

MOST: Final = 500
"""Records at one turn; the next turn goes on."""


async def put_schedule(tx: AsyncConnection, rules: Sequence[RetentionRule], *, by: str, now: datetime) -> None:
    """Keep the network's schedule in the place of the one before; every record is looked at by it.

    Raises ``RuleWithoutTime``.
    """
    await schedule_store.put_rules(tx, retention.checked(rules), by=by, now=now)
    await store.look_at_all_anew(tx)
    await audit.record(tx, Entry("retention-schedule-put", "retention-schedule"), now=now)


async def open_reviews(tx: AsyncConnection, now: datetime) -> None:
    """Put records whose time is over into the queue, and note when to look at each again."""
    today = clock.today(now)
    schedule = list(await schedule_store.list_rules(tx))
    due = await store.list_due(tx, today, limit=MOST) if schedule else []
    if not due:
        return
    records = await people_store.list_records(tx, await store.list_with_joined(tx, due))
    ids = await referrals_store.list_ids_of_people(tx, [record.person.id for record in records])
    referrals = await referrals_store.list_referrals_for_update(tx, ids)
    lives = _lives(records, referrals)
    reviews, days = [], {}
    for record in records:
        if record.merged_into is not None:
            continue
        shown_id, organisation_id = record.person.id, record.person.organisation_id
        over, again = reviewing.look(schedule, lives[shown_id], today)
        days[shown_id, organisation_id] = again
        if over is not None:
            reviews.append(
                Review(clock.new_id(), shown_id, organisation_id, over.record, over.source, over.until, today)
            )
    await store.open_reviews(tx, reviews)
    await store.look_again(tx, days)
    opened = [Entry("retention-over", "person", review.person_id, (review.record,)) for review in reviews]
    await audit.record(tx, *opened, now=now)


async def decide(
    tx: AsyncConnection,
    review_id: UUID,
    *,
    choice: Choice,
    keep_until: date | None,
    reason: str,
    basis: Basis | None,
    version: int,
    by: Author,
) -> Review:
    """Keep the record until a day, or decide that it is erased, and say why.

    Raises what ``reviewing.decide``, ``rights.decide_erasure`` and loading do.
    """
    review = await store.get_review_for_update(tx, review_id, version=version)
    decided = reviewing.decide(review, choice, keep_until, by=by.subject, today=clock.today(by.at))
    await store.save_review(tx, decided)
    kind = Kind.KEPT if choice is Choice.KEEP else Kind.NOT_KEPT
    await people_store.add_decisions(tx, [Decision(kind, review.person_id, reason=reason)], by)
    if choice is Choice.ERASE:
        record = await people_store.get_record(tx, review.person_id)
        await erasing.ask_for_erasure(
            tx, review.person_id, rule=Rule.RETENTION_ENDED, basis=basis, version=record.version, by=by
        )
    return decided


def _lives(records: Sequence[Record], referrals: Sequence[Referral]) -> dict[UUID, Life]:
    """What sets the periods of each shown record running."""
    shown = {record.person.id: record.shown_id for record in records}
    joined: dict[UUID, list[Record]] = {}
    theirs: dict[UUID, list[Referral]] = {}
    for record in records:
        joined.setdefault(record.shown_id, []).append(record)
    for referral in referrals:
        theirs.setdefault(shown[referral.person_id], []).append(referral)
    return {
        person_id: retention.life_of(
            [record.person for record in joined[person_id]],
            found,
            died_on=joined[person_id][0].died_on,
            last_seen=clock.today(retention.last_dealt_with(found)),
        )
        for person_id, found in theirs.items()
    }
