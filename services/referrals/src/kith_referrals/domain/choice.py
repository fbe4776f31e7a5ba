"""One wish, offered to several programmes at once: whoever says yes holds a place until the person chooses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import ChoiceMade, ChoiceTooSmall, NotFound
from kith_referrals.domain.steps import Actor, Moved

MOST: Final = 10
"""Programmes that one wish is offered to at once, at the most."""


def check_offers(programme_ids: Sequence[UUID]) -> None:
    """Let only a choice through: between two programmes at least, each named once. Raises ``ChoiceTooSmall``."""
    if len(set(programme_ids)) != len(programme_ids) or len(programme_ids) < 2:  # noqa: PLR2004 - it takes two
        raise ChoiceTooSmall


def choose(referrals: Sequence[Referral], referral_id: UUID, by: Actor, now: datetime) -> list[Moved]:
    """The person's yes to one of the programmes that hold a place; every other offer that is open is released.

    ``referrals`` are all of one choice, locked. Raises ``NotFound`` where ``referral_id`` is not among them,
    ``ChoiceMade``, ``NotYourReferral``, or ``MoveRefused`` where that programme holds no place.
    """
    chosen = next((referral for referral in referrals if referral.id == referral_id), None)
    if chosen is None:
        raise NotFound
    if any(referral.status in lifecycle.TAKEN_ON for referral in referrals):
        raise ChoiceMade
    others = [other for other in referrals if other is not chosen and other.is_offered]
    return [lifecycle.choose(chosen, by, now), *(lifecycle.release(other, by, now) for other in others)]
