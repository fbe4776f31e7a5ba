"""A group's meeting: one log, and one record of each of the referred who was there."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.occasion import (
    Company,
    Group,
    Noted,
    Occasion,
    Outcome,
    Record,
    Session,
    Together,
    check_occasion,
)

PAIR: Final = "pair"
"""What a programme's definition has in ``comes_as`` where a person may come with their carer or partner."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a referral stands, as far as it says whether its person may attend; and whether they wait."""

    id: UUID
    programme_id: UUID
    consented: bool
    erased: bool
    decision: str | None
    closed_on: date | None
    waiting: bool


class CompanyDisagrees(refusals.OccasionRefused):
    """Who came with whom is said of those who were there, once of each, and a pair are two."""

    code = "company-disagrees"
    advice = (
        "Say in came_with of each who attended at most once with whom they came: with one other who attended and has "
        "no other pair, or with how many who are not named."
    )


class PairsOff(refusals.OccasionRefused):
    """To this programme people do not come as a pair."""

    code = "pairs-off"
    advice = (
        "Its definition does not say that people come as a pair. Log who attended without; count a carer or partner "
        "who is not referred as a companion."
    )


def together(came_with: Iterable[Company], attended: Collection[UUID]) -> Together:
    """Who came with whom, where one of a pair is enough to say it. Raises ``CompanyDisagrees``.

    RE (dementia cafés): people come as a pair, or either alone. Whoever is not referred is counted and not named.
    """
    said = list(came_with)
    companions = {one.referral_id: one.companions for one in said}
    pairs = {frozenset((one.referral_id, one.pair_with)) for one in said if one.pair_with is not None}
    paired = Counter(one for pair in pairs for one in pair)
    named = companions.keys() | paired.keys()
    once = len(companions) == len(said) and all(many == 1 for many in paired.values())
    if not once or any(len(pair) != 2 for pair in pairs) or not named <= set(attended):  # noqa: PLR2004 - a pair
        raise CompanyDisagrees
    other = {one: next(iter(pair - {one})) for pair in pairs for one in pair}
    found = (Company(one, other.get(one), companions.get(one, 0)) for one in named)
    return {one.referral_id: one for one in found if one}


def check_pairs(company: Together, comes_as: Collection[str]) -> None:
    """Raise ``PairsOff`` where somebody came as a pair and the programme's definition says nothing of it."""
    if PAIR not in comes_as and any(one.pair_with is not None for one in company.values()):
        raise PairsOff


def log_meeting(
    group: Group,
    occasion: Occasion,
    attended: Sequence[Standing],
    supporter_ids: tuple[UUID, ...],
    *,
    noted: Noted,
    company: Together,
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
        records=_records(there, (), company, new_id),
    )


def correct_meeting(
    session: Session,
    occasion: Occasion,
    attended: Collection[UUID],
    added: Sequence[Standing],
    *,
    company: Together | None,
    new_id: Callable[[], UUID],
    today: date,
) -> Session:
    """Say what a meeting was instead, and who was there; of them those who are ``added`` are held to the rule.

    So a meeting can be put right though somebody who was there is gone. Who stays keeps their record, and where nothing
    is said of ``company`` their own too, but for a pair of whom one was not there. Raises as ``log_meeting``.
    """
    _check_of_group(session.programme_id, occasion, attended, added, today=today)
    there = tuple(sorted(set(attended)))
    if company is None:
        company = {one.referral_id: _without(one, there) for one in session.company.values()}
    records = _records(there, session.records, company, new_id)
    return replace(
        session, occasion=occasion, attended_referral_ids=there, records=records, version=session.version + 1
    )


def _without(company: Company, there: Collection[UUID]) -> Company:
    return company if company.pair_with in there else replace(company, pair_with=None)


def _records(
    there: Sequence[UUID], kept: Sequence[Record], company: Together, new_id: Callable[[], UUID]
) -> tuple[Record, ...]:
    ids = {record.referral_id: record.id for record in kept}
    came = ((one, company.get(one, Company(one))) for one in there)
    return tuple(Record(ids.get(one) or new_id(), one, said.pair_with, said.companions) for one, said in came)


def _check_of_group(
    programme_id: UUID, occasion: Occasion, attended: Collection[Any], named: Sequence[Standing], *, today: date
) -> None:
    check_occasion(occasion, today)
    if attended and occasion.outcome is not Outcome.HAPPENED:
        raise refusals.NobodyCouldAttend
    if not all(_may_attend(referral, programme_id, occasion.held_on) for referral in named):
        raise refusals.CannotAttend


def _may_attend(referral: Standing, programme_id: UUID, held_on: date) -> bool:
    return (
        referral.programme_id == programme_id
        and referral.consented
        and not referral.erased
        and referral.decision == "accepted"
        and (referral.closed_on is None or held_on <= referral.closed_on)
    )
