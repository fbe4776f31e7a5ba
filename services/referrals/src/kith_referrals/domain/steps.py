"""The steps of a referral's life, each kept with who took it, when and why."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.telling import Telling


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step: somebody (``subject``, as their token says) for an organisation."""

    organisation_id: UUID
    subject: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, from where to where, when (UTC), by whom, and why.

    ``by`` is None where another service told it. ``reason`` is a code; ``note`` is for the two organisations alone.
    """

    referral_id: UUID
    name: str
    before: Status | None
    after: Status
    at: datetime
    by: Actor | None = None
    reason: str | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """A referral after a step, the step itself, and what others are told of it."""

    referral: Referral
    step: Step
    tellings: tuple[Telling, ...] = ()
