"""Whether somebody's record is to be erased: why, on whose word, and what is left of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a record stands: it only ever moves on, but for an erasure that is taken back in time."""

    ACTIVE = "active"
    RESTRICTED = "restricted"
    """To be erased: read with a reason only, and nothing is added to it."""
    ERASED = "erased"
    """A tombstone."""


class Rule(StrEnum):
    """Why a record is erased: the letters of Article 17(1) of the UK GDPR, and the end of its retention."""

    NO_LONGER_NEEDED = "no-longer-needed"
    """(a) Not needed any more for what it was kept for."""
    CONSENT_WITHDRAWN = "consent-withdrawn"
    """(b) The person no longer agrees, and no other basis is left."""
    OBJECTED = "objected"
    """(c) The person objects, and no stronger ground is left."""
    UNLAWFUL = "unlawfully-processed"
    """(d) It should never have been kept."""
    LEGAL_OBLIGATION = "legal-obligation"
    """(e) A law says so."""
    CHILD_ONLINE = "child-online"
    """(f) It was collected from a child, by a service offered to children."""
    RETENTION_ENDED = "retention-ended"
    """Its time is over, and a human has looked at it."""


class Basis(StrEnum):
    """What is stronger than a rule that a record must still be kept."""

    COURT_ORDER = "court-order"
    LEGAL_OBLIGATION = "legal-obligation"
    UNLAWFUL = "unlawfully-processed"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Where a record stands, and who decided what: ``by`` is their token's subject, ``decided_at`` UTC.

    ``basis`` is what overruled a rule to keep it. ``erased_on`` is a civil date (Europe/London).
    """

    state: State = State.ACTIVE
    rule: Rule | None = None
    basis: Basis | None = None
    by: str | None = None
    decided_at: datetime | None = None
    erased_on: date | None = None


NOT_ASKED: Final = Erasure()
"""Nobody has asked for it."""
