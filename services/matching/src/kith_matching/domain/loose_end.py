"""What stops leaves something that only a human can do: it stands on the worklist until somebody says they did it [K].

"Death is one action that stops everything and lets a human tell the supporter" (domain.md, *Safety*): no machine
writes to them why. And a visit without a plan is talked about, because nobody would have looked for the visitor.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kith_matching.domain.match import Match
from kith_matching.domain.occasion import Occasion, Outcome, Session
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import MoveRefused, NotFound
from kith_matching.domain.worklist import Work


class LooseEndNotFound(NotFound):
    """Nothing of this kind of this organisation's was left by what has the id."""

    code = "nothing-left-to-say"
    advice = "Nothing of your organisation with this id waits for it to be said. Look at your worklist."


class AlreadySaid(MoveRefused):
    """It is said once, by whoever did it."""

    code = "already-said"
    advice = "Somebody has said this already. There is nothing more to do."


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """What a match or a session (``id``) left to be done, since a day (Europe/London).

    ``seen_by`` is the subject of whoever said that it is done, and ``seen_at`` when (UTC). Of a person who was erased
    there is no ``referral_id``.
    """

    id: UUID
    kind: Work
    match_id: UUID
    referral_id: UUID | None
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    since: date
    seen_by: str | None = None
    seen_at: datetime | None = None


def supporter_to_tell(match: Match, *, erased: bool, today: date) -> LooseEnd:
    """That a human tells the supporter: the match ended because of something that came from elsewhere, today."""
    return _left(match.id, Work.TELL_SUPPORTER, match, erased=erased, since=today)


def plan_missing(session: Session, match: Match) -> LooseEnd:
    """That a visit took place of which there was no plan."""
    return _left(session.id, Work.VISIT_WITHOUT_PLAN, match, erased=False, since=session.occasion.held_on)


def is_at_home(occasion: Occasion) -> bool:
    """Whether a session of a match, in a programme whose sessions are at home, took place there."""
    return occasion.outcome is Outcome.HAPPENED and occasion.channel is Channel.IN_PERSON


def say_done(loose_end: LooseEnd, *, by: str, now: datetime) -> LooseEnd:
    """Say that it is done. Raises ``AlreadySaid``."""
    if loose_end.seen_at is not None:
        raise AlreadySaid
    return replace(loose_end, seen_by=by, seen_at=now)


def _left(thing_id: UUID, kind: Work, match: Match, *, erased: bool, since: date) -> LooseEnd:
    return LooseEnd(
        id=thing_id,
        kind=kind,
        match_id=match.id,
        referral_id=None if erased else match.referral_id,
        supporter_id=match.supporter_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        since=since,
    )
