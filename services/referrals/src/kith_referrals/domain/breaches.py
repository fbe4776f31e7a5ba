"""What went wrong with people's data: what happened, what was done about it, and who had to be told by when."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import Unacceptable
from kith_referrals.domain.steps import Actor, Moved

CLOCK: Final = timedelta(hours=72)
"""Within which the Information Commissioner is told, counted from when it was found (UK GDPR, article 33(1))."""


class FoundAfterNow(Unacceptable):
    """Nobody finds tomorrow what happened."""

    code = "breach-found-after-now"
    says = "It cannot have been found, or anybody told, after now. Check the times."


class ToldBeforeFound(Unacceptable):
    """Nobody is told of what nobody knows."""

    code = "breach-told-before-found"
    says = "Somebody would have been told before it was found. Check the times."


class ToldAndNotNeeded(Unacceptable):
    """Either somebody was told, or it was decided that they need not be."""

    code = "breach-told-and-not-needed"
    says = "Say when they were told, or that telling was not needed; not both."


class What(StrEnum):
    """What happened."""

    SENT_TO_WRONG_PROGRAMME = "sent-to-wrong-programme"
    SENT_TO_WRONG_PERSON = "sent-to-wrong-person"
    SEEN_WITHOUT_NEED = "seen-without-need"
    SHARED_WITHOUT_CONSENT = "shared-without-consent"
    LOST = "lost"
    CHANGED_WRONGLY = "changed-wrongly"
    OTHER = "other"


class Containment(StrEnum):
    """What was done so that it does no more harm."""

    RECALLED = "recalled"
    DELETED_BY_RECEIVER = "deleted-by-receiver"
    ACCESS_ENDED = "access-ended"
    CORRECTED = "corrected"
    RECOVERED = "recovered"
    OTHER = "other"


class Telling(StrEnum):
    """How far telling somebody has come."""

    UNDECIDED = "undecided"
    TOLD = "told"
    NOT_NEEDED = "not-needed"
    """Decided, and kept: article 33(5) asks for every breach to be documented, told or not."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach of an organisation. Instants are UTC; ``found_at`` starts the clock.

    It names a referral and a person by their pseudonyms, where it is about one. ``note`` is for the organisation's
    administrators. The commissioner (``ico``) and the people concerned were told at an instant, or need not be.
    """

    id: UUID
    organisation_id: UUID
    what: tuple[What, ...]
    found_at: datetime
    referral_id: UUID | None = None
    person_id: UUID | None = None
    containment: tuple[Containment, ...] = ()
    ico_told_at: datetime | None = None
    ico_not_needed: bool = False
    people_told_at: datetime | None = None
    people_not_told: bool = False
    note: str | None = field(default=None, repr=False)
    version: int = 1

    @property
    def ico(self) -> Telling:
        """Whether the commissioner was told."""
        return _telling(self.ico_told_at, not_needed=self.ico_not_needed)

    @property
    def people(self) -> Telling:
        """Whether the people concerned were told."""
        return _telling(self.people_told_at, not_needed=self.people_not_told)

    @property
    def due_at(self) -> datetime | None:
        """By when the commissioner is told; None once that is decided."""
        return self.found_at + CLOCK if self.ico is Telling.UNDECIDED else None

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done: to contain it, or to decide who is told."""
        return not self.containment or Telling.UNDECIDED in {self.ico, self.people}


def checked(breach: Breach, now: datetime) -> Breach:
    """The breach, if its times are in order.

    Raises ``FoundAfterNow``, ``ToldBeforeFound`` or ``ToldAndNotNeeded``.
    """
    told = [at for at in (breach.ico_told_at, breach.people_told_at) if at is not None]
    if max([breach.found_at, *told]) > now:
        raise FoundAfterNow
    if min([breach.found_at, *told]) < breach.found_at:
        raise ToldBeforeFound
    if (breach.ico_told_at and breach.ico_not_needed) or (breach.people_told_at and breach.people_not_told):
        raise ToldAndNotNeeded
    return breach


def misdirect(
    referral: Referral, by: Actor, *, breach_id: UUID, note: str | None, now: datetime
) -> tuple[Moved, Breach]:
    """The referral went to the wrong programme: it is recalled, its receiver sees it no more, and the breach is kept.

    Raises ``NotYourReferral`` or ``MoveRefused``.
    """
    moved = lifecycle.recall(referral, by, now)
    breach = Breach(
        breach_id,
        referral.referring_organisation_id,
        (What.SENT_TO_WRONG_PROGRAMME,),
        now,
        referral.id,
        referral.person_id,
        (Containment.RECALLED,),
        note=note,
    )
    return moved, breach


def changed(breach: Breach, before: Breach, now: datetime) -> Breach | None:
    """The breach as it is now known; None where nothing changed. Raises what ``checked`` does."""
    same = replace(breach, version=before.version)
    return None if same == before else replace(checked(breach, now), version=before.version + 1)


def _telling(at: datetime | None, *, not_needed: bool) -> Telling:
    if at is not None:
        return Telling.TOLD
    return Telling.NOT_NEEDED if not_needed else Telling.UNDECIDED
