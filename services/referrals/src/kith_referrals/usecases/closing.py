"""Closing an organisation: announced by the operator, then handed over a turn at a time until nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain import agreement as agreements
from kith_referrals.domain import closing as closings
from kith_referrals.domain.agreement import Agreement, Cut
from kith_referrals.domain.closing import Closing
from kith_referrals.domain.records import Author
from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.steps import Actor
from kith_referrals.domain.telling import AgreementTold, OrganisationTold
from kith_referrals.store import agreements as agreements_store
from kith_referrals.store import clearing as clearing_store
from kith_referrals.store import closing as store
from kith_referrals.store import network as network_store
from kith_referrals.store import people as people_store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.usecases.clearing import Cleared, clear, settle_households
from kith_referrals.usecases.moving import save_moves

MOST: Final = 500
"""Of each kind at one turn: referrals, people, drafts and so on; asking again goes on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: offers and referrals handed back, records handed over or restricted; whether all is done.

    ``cleared`` is what nobody can begin any more. ``households_parted`` lost whom the successor has, or held nobody.
    """

    handed_back: int = 0
    people_handed_over: int = 0
    people_restricted: int = 0
    households_handed_over: int = 0
    households_parted: int = 0
    cleared: Cleared = field(default_factory=Cleared)
    done: bool = False


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What stands as before, and what does not: agreements by whether they go on, and programmes that take nobody."""

    organisation_id: UUID
    agreements_going_on: list[UUID]
    agreements_left: list[UUID]
    programmes_taking_nobody: Sequence[UUID]


async def announce_closing(tx: AsyncConnection, closing: Closing) -> Closing:
    """Let an organisation close on a day: from now on nobody is referred to it or by it, and its agreements end then.

    Raises what ``closings.announced`` does, or ``NotFound``.
    """
    now = closing.announced_at
    organisation = await network_store.find_organisation_for_update(tx, closing.organisation_id)
    if organisation is None:
        raise NotFound
    named = {*closing.successors, *closing.successors.values()}
    successor = await network_store.find_organisation(tx, closing.successor_id) if closing.successor_id else None
    found = await network_store.list_programmes(tx, named)
    closings.announced(closing, organisation, successor=successor, programmes=found, today=clock.today(now))
    with_it = await agreements_store.list_agreements_with_for_update(tx, organisation.id)
    before = {one.id: one for one in with_it}
    ending = [agreements.end_on(one, closing.closes_on, organisation.id, now) for one in with_it]
    ended = [one for one in ending if one is not None]
    closing = replace(closing, cuts={one.id: Cut(before[one.id].ends_on, one.version) for one in ended})
    await store.add_closing(tx, closing)
    if ended:
        await agreements_store.save_agreement(tx, *ended)
    entries = [Entry("agreement-ending", "agreement", one.id) for one in ended]
    await audit.record(tx, Entry("closing-announced", "organisation", organisation.id), *entries, now=now)
    told = OrganisationTold(replace(organisation, closes_on=closing.closes_on))
    await outgoing.tell(tx, told, *(AgreementTold(one) for one in ended), now=now)
    return closing


async def call_off(tx: AsyncConnection, by: Author) -> CalledOff:
    """Let the organisation of ``by`` go on: it refers and is agreed with again, as far as that can be known.

    What was handed back stays so. Raises ``LastDayCome`` or ``NotFound``.
    """
    closing = await store.get_closing_for_update(tx, by.organisation_id)
    organisation = await network_store.find_organisation_for_update(tx, by.organisation_id)
    if organisation is None:
        raise NotFound
    goes_on = closings.called_off(closing, organisation, clock.today(by.at))
    await store.remove_closing(tx, organisation.id)
    going_on = await _let_go_on(tx, closing)
    if going_on:
        await agreements_store.save_agreement(tx, *going_on)
    entries = [Entry("agreement-going-on", "agreement", one.id) for one in going_on]
    await audit.record(tx, Entry("closing-called-off", "organisation", organisation.id), *entries, now=by.at)
    await outgoing.tell(tx, OrganisationTold(goes_on), *(AgreementTold(one) for one in going_on), now=by.at)
    ids = [one.id for one in going_on]
    left = sorted(closing.cuts.keys() - set(ids))
    return CalledOff(organisation.id, ids, left, await store.list_taking_nobody(tx, organisation.id))


async def _let_go_on(tx: AsyncConnection, closing: Closing) -> list[Agreement]:
    with_it = await agreements_store.list_agreements_with_for_update(tx, closing.organisation_id)
    others = {one.id: ({one.sharer_id, one.receiver_id} - {closing.organisation_id}).pop() for one in with_it}
    last_days = await store.list_last_days(tx, set(others.values()))
    going_on = [
        agreements.go_on(one, closing.cuts[one.id], last_days.get(others[one.id]))
        for one in with_it
        if one.id in closing.cuts
    ]
    return [one for one in going_on if one is not None]


async def hand_over(tx: AsyncConnection, by: Author) -> Turn:
    """One turn of handing over what the organisation of ``by`` has: a constant number of statements.

    Before its last day offers are handed back; from that day on who was taken on too, people's records with their
    households, and what nobody can begin any more ends. Asking again goes on where the last turn ended, and asking once
    too often changes nothing. Raises ``NotFound``.
    """
    today = clock.today(by.at)
    closing = await store.get_closing_for_update(tx, by.organisation_id)
    statuses = closings.handing_back(closing, today)
    ids = await store.list_open(tx, closing.organisation_id, statuses, limit=MOST)
    found = await referrals_store.list_referrals_for_update(tx, ids)
    actor = Actor(by.organisation_id, by.subject)
    moves = [closings.hand_back(closing, one, actor, by.at) for one in found if one.status in statuses]
    await save_moves(tx, moves, now=by.at)
    if not closing.has_come(today):
        return Turn(len(moves))
    cleared = await clear(tx, by, limit=MOST)
    linked = await clearing_store.list_unsettled_for_update(tx, closing, today, limit=MOST)
    over, shut = await _hand_over_people(tx, closing, by, today)
    together, parted = 0, 0
    if linked and over + shut < MOST:
        together, parted = await settle_households(tx, closing, linked, today, by)
    done = max(len(moves), over + shut, len(linked)) < MOST and cleared.is_all(MOST)
    if done:
        await _finish(tx, closing, by)
    return Turn(len(moves), over, shut, together, parted, cleared, done)


async def _hand_over_people(tx: AsyncConnection, closing: Closing, by: Author, today: date) -> tuple[int, int]:
    left = await store.list_left_for_update(tx, closing, today, limit=MOST)
    covered = [person_id for person_id, is_covered in left.items() if is_covered]
    others = [person_id for person_id, is_covered in left.items() if not is_covered]
    if covered and closing.successor_id is not None:
        await store.save_handed_over(tx, covered, closing.organisation_id, closing.successor_id)
    if others:
        await store.save_restricted(tx, others)
    if left:
        decided = [closings.hand_over(person_id, covered=is_covered) for person_id, is_covered in left.items()]
        await people_store.add_decisions(tx, decided, by)
    return len(covered), len(others)


async def _finish(tx: AsyncConnection, closing: Closing, by: Author) -> None:
    """All is handed over: its programmes run no more, and others are told, once."""
    organisation = await network_store.find_organisation_for_update(tx, closing.organisation_id)
    if organisation is None or organisation.closed_at is not None:
        return
    await store.finish(tx, organisation.id, now=by.at)
    await audit.record(tx, Entry("organisation-closed", "organisation", organisation.id), now=by.at)
    await outgoing.tell(tx, OrganisationTold(replace(organisation, closed_at=by.at)), now=by.at)
