"""An allegation: a supporter is suspended everywhere in one action, and a named role lifts it again."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching import outgoing
from kith_matching.domain.path import moved
from kith_matching.domain.proposal import withdraw
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.domain.suspension import BeingProposed, Outcome, Suspension, lift, suspend
from kith_matching.store import path as paths
from kith_matching.store import proposals, referrals, supporters, suspensions
from kith_matching.usecases.slots import cancel_coming_slots
from kith_matching.usecases.visiting import cancel_coming_by


@dataclass(frozen=True, slots=True)
class Seen:
    """A suspension, with the matches of theirs that run now: a coordinator sees to each, and a machine ends none."""

    suspension: Suspension
    matches: list[UUID]


async def suspend_supporter(tx: AsyncConnection, supporter_id: UUID, reason: str, *, now: datetime) -> Seen:
    """Suspend a supporter: to everybody else they rest, and what was proposed of them is withdrawn, at once.

    Nobody goes to meet them either, and they go to nobody: their slots and visits to come are cancelled, and whoever
    they support is in the worklist as with all who rest. Referrals are locked before the supporter, as everywhere.
    Raises ``SupporterNotFound``, ``AlreadySuspended``, and ``BeingProposed`` where somebody proposed them in between:
    then nothing was changed.
    """
    proposed = await suspensions.list_proposed_referrals(tx, supporter_id)
    await referrals.list_referrals_for_update(tx, proposed)
    supporter = await supporters.get_supporter_for_update(tx, supporter_id)
    if not set(await suspensions.list_proposed_referrals(tx, supporter_id)) <= set(proposed):
        raise BeingProposed
    current = await suspensions.find_last_suspension(tx, supporter_id)
    suspension, state = suspend(supporter, current, reason, suspension_id=clock.new_id(), now=now)
    open_ = await proposals.list_open_for_update(tx, proposed)
    withdrawn = [withdraw(one, now=now) for one in open_ if one.supporter_id == supporter_id]
    await suspensions.insert_suspension(tx, suspension)
    await proposals.save_proposals(tx, [one.proposal for one in withdrawn])
    entries = [Entry("proposal-withdrawn", "proposal", one.proposal.id) for one in withdrawn]
    await audit.record(tx, Entry("supporter-suspended", "supporter", supporter_id), *entries, now=now)
    await _move(tx, supporter, state, now=now)
    await outgoing.tell_answered(tx, withdrawn, now=now)
    await cancel_coming_slots(tx, supporter, now=now)
    await cancel_coming_by(tx, supporter_id, now=now)
    return Seen(suspension, await suspensions.list_running_matches(tx, supporter_id))


async def lift_suspension(
    tx: AsyncConnection, supporter_id: UUID, outcome: Outcome, *, expected_version: int, now: datetime
) -> Seen:
    """Lift it: they are again where they were before, or leave. Raises ``SuspensionNotFound``, ``AlreadyLifted``."""
    supporter = await supporters.get_supporter_for_update(tx, supporter_id)
    suspension = await suspensions.get_last_suspension(tx, supporter_id)
    check_version(suspension.version, expected_version, "suspension")
    lifted, state = lift(suspension, supporter, outcome, now=now)
    await suspensions.save_suspension(tx, lifted)
    await audit.record(tx, Entry("suspension-lifted", "supporter", supporter_id), now=now)
    await _move(tx, supporter, state, now=now)
    return Seen(lifted, await suspensions.list_running_matches(tx, supporter_id))


async def read_suspension(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> Seen:
    """The supporter's last suspension, running or lifted. Raises ``SuspensionNotFound``."""
    suspension = await suspensions.get_last_suspension(tx, supporter_id)
    await audit.record(tx, Entry("suspension-read", "supporter", supporter_id), now=now)
    return Seen(suspension, await suspensions.list_running_matches(tx, supporter_id))


async def _move(tx: AsyncConnection, supporter: Supporter, to: SupporterState, *, now: datetime) -> None:
    if to is supporter.state:
        return
    today = clock.today(now)
    steps = moved(await paths.get_path(tx, supporter), to, on=today, today=today, step_id=clock.new_id())
    await paths.save_steps(tx, steps)
    changed = replace(supporter, state=to, version=supporter.version + 1)
    await supporters.save_supporter(tx, changed)
    await outgoing.tell_changed(tx, changed, now=now)
