"""Somebody says that they did what only a human can do: told the supporter, talked about a visit without a plan."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_matching.domain.loose_end import LooseEnd, is_at_home, plan_missing, say_done
from kith_matching.domain.match import Match
from kith_matching.domain.occasion import Session
from kith_matching.domain.worklist import Work
from kith_matching.store import loose_ends as store
from kith_matching.store.visiting import is_visit_of_day

_SAID: Final = {
    Work.TELL_SUPPORTER: ("supporter-told", "match"),
    Work.VISIT_WITHOUT_PLAN: ("visit-talked-about", "session"),
}


async def say(tx: AsyncConnection, kind: Work, thing_id: UUID, *, by: str, now: datetime) -> LooseEnd:
    """Say that what a match or a session left is done. Raises ``LooseEndNotFound`` and ``AlreadySaid``."""
    done = say_done(await store.get_loose_end_for_update(tx, kind, thing_id), by=by, now=now)
    await store.save_done(tx, done)
    action, about = _SAID[kind]
    await audit.record(tx, Entry(action, about, thing_id), now=now)
    return done


async def look_for_plan(tx: AsyncConnection, session: Session, match: Match) -> None:
    """See whether a session, of a programme whose sessions are at home, had a visit of that day; it is kept either way.

    Whatever was said of it before is looked at anew.
    """
    if not is_at_home(session.occasion) or await is_visit_of_day(tx, match.id, session.occasion.held_on):
        await store.drop_loose_end(tx, session.id)
    else:
        await store.keep_loose_ends(tx, [plan_missing(session, match)])
