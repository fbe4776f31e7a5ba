"""A group's meeting: one log, and one record of each of the referred who was there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.occasion import Group, Noted, Occasion, Outcome, Record, Session, check_occasion
from kith_matching.domain.referral import Referral


def log_meeting(
    group: Group,
    occasion: Occasion,
    attended: Sequence[Referral],
    supporter_ids: tuple[UUID, ...],
    *,
    noted: Noted,
    new_id: Callable[[], UUID],
    today: date,
) -> Session:
    """Log a group's meeting, with a record of each of the referred who attended; others are not named.

    Raises ``CannotAttend`` when somebody named was not accepted, does not agree, had been closed before that day, or
    was referred to another programme.
    """
    _check_of_group(group.programme_id, occasion, attended, attended, today=today)
    there = tuple(sorted(referral.id for referral in attended))
    return Session(
        id=new_id(),
        programme_id=group.programme_id,
        organisation_id=group.organisation_id,
        occasion=occasion,
        noted=noted,
        supporter_ids=supporter_ids,
        group_id=group.id,
        attended_referral_ids=there,
        records=_records(there, (), new_id),
    )


def correct_meeting(
    session: Session,
    occasion: Occasion,
    attended: Collection[UUID],
    added: Sequence[Referral],
    *,
    new_id: Callable[[], UUID],
    today: date,
) -> Session:
    """Say what a meeting was instead, and who was there; of them those who are ``added`` are held to the rule.

    So a meeting can be put right though somebody who was there is gone. Who stays keeps their record. Raises as
    ``log_meeting``.
    """
    _check_of_group(session.programme_id, occasion, attended, added, today=today)
    there = tuple(sorted(set(attended)))
    records = _records(there, session.records, new_id)
    return replace(
        session, occasion=occasion, attended_referral_ids=there, records=records, version=session.version + 1
    )


def _records(there: Sequence[UUID], kept: Sequence[Record], new_id: Callable[[], UUID]) -> tuple[Record, ...]:
    before = {record.referral_id: record for record in kept}
    return tuple(before.get(one) or Record(new_id(), one) for one in there)


def _check_of_group(
    programme_id: UUID, occasion: Occasion, attended: Collection[Any], named: Sequence[Referral], *, today: date
) -> None:
    check_occasion(occasion, today)
    if attended and occasion.outcome is not Outcome.HAPPENED:
        raise refusals.NobodyCouldAttend
    if not all(_may_attend(referral, programme_id, occasion.held_on) for referral in named):
        raise refusals.CannotAttend


def _may_attend(referral: Referral, programme_id: UUID, held_on: date) -> bool:
    return (
        referral.programme_id == programme_id
        and referral.consented
        and not referral.erased
        and referral.decision == "accepted"
        and (referral.closed_on is None or held_on <= referral.closed_on)
    )
