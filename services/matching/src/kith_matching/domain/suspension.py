"""An allegation suspends a supporter everywhere at once; why, only named roles ever learn (domain.md, *Safety*)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.path import PathRefused
from kith_matching.domain.refusals import MatchingRefused, NotFound
from kith_matching.domain.supporter import Supporter, SupporterState


class SuspensionNotFound(NotFound):
    """Nobody of this organisation was suspended under this id."""

    code = "suspension-not-found"
    advice = "No supporter of your organisation with this id was ever suspended."


class SuspensionRefused(MatchingRefused):
    """The suspension cannot do this now; the message says what it can do."""

    code = "suspension-refused"


class AlreadySuspended(SuspensionRefused):
    """Somebody is suspended once at a time."""

    code = "already-suspended"
    advice = "The supporter is suspended already. Read the suspension; it can be lifted."


class AlreadyLifted(SuspensionRefused):
    """A suspension is lifted once."""

    code = "suspension-already-lifted"
    advice = "The suspension was lifted already. If there is a new allegation, suspend the supporter again."


class BeingProposed(SuspensionRefused):
    """Somebody proposed the supporter in the same moment; that proposal would have stayed open."""

    code = "supporter-being-proposed"
    advice = "The supporter was proposed at this very moment, and nothing was changed. Send the same request again."


class MayNotMove(PathRefused):
    """They stay where they are until a named role says otherwise. To others it does not say why."""

    code = "supporter-may-not-move"
    advice = "The supporter can only rest or leave now. A coordinator can say when that changes."


class Outcome(StrEnum):
    """What came of it, as a code."""

    RETURNS = "returns"
    RETURNS_WITH_CONDITIONS = "returns-with-conditions"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A supporter taken out of every programme of theirs here, from an instant (UTC) until it is lifted.

    To everybody else they rest. ``before`` is where they were, and where they go back to. "Everywhere" ends at the
    organisation: that the same human supports for another is known to nobody in the network (domain.md, 6.2), so the
    coordinator tells that organisation, where the law lets them.
    """

    id: UUID
    supporter_id: UUID
    organisation_id: UUID
    reason: str
    before: SupporterState
    suspended_at: datetime
    lifted_at: datetime | None = None
    outcome: Outcome | None = None
    version: int = 1


def suspend(
    supporter: Supporter, current: Suspension | None, reason: str, *, suspension_id: UUID, now: datetime
) -> tuple[Suspension, SupporterState]:
    """The suspension, and the state that others see from now on. Who has left stays so, and cannot come back.

    Raises ``AlreadySuspended``.
    """
    if current is not None and current.lifted_at is None:
        raise AlreadySuspended
    suspension = Suspension(suspension_id, supporter.id, supporter.organisation_id, reason, supporter.state, now)
    left = supporter.state is SupporterState.LEFT
    return suspension, SupporterState.LEFT if left else SupporterState.RESTING


def lift(
    suspension: Suspension, supporter: Supporter, outcome: Outcome, *, now: datetime
) -> tuple[Suspension, SupporterState]:
    """The suspension, lifted, and the state of the supporter: where they were before, unless they leave or have left.

    Raises ``AlreadyLifted``.
    """
    if suspension.lifted_at is not None:
        raise AlreadyLifted
    lifted = replace(suspension, lifted_at=now, outcome=outcome, version=suspension.version + 1)
    gone = outcome is Outcome.LEAVES or supporter.state is SupporterState.LEFT
    return lifted, SupporterState.LEFT if gone else suspension.before


def check_may_move(current: Suspension | None, to: SupporterState) -> None:
    """Let somebody who is suspended rest or leave, and nothing else. Raises ``MayNotMove``."""
    suspended = current is not None and current.lifted_at is None
    if suspended and to not in {SupporterState.RESTING, SupporterState.LEFT}:
        raise MayNotMove
