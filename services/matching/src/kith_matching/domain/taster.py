"""An occasion before any yes: somebody sees what it is like, and nothing comes of it by itself.

It is possible "that some people who may not feel at first that they are ready for peer support, buy into the idea once
they have experienced it first-hand" (LTC, *Who benefits most from peer support*). So it is open to whoever was put off,
or is not decided on yet.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith_matching.domain.components import Component, check_on
from kith_matching.domain.occasion import Contact, ContactKind, Noted
from kith_matching.domain.referral import Programme, Referral, check_remembered
from kith_matching.domain.refusals import ConsentWithdrawn, MatchingRefused, ReferralClosed


class SaidYesAlready(MatchingRefused):
    """Who has a supporter, or goes to a group, is past tasting."""

    code = "said-yes-already"
    advice = "The person has a supporter or a group already. Log what takes place as a session."


@dataclass(frozen=True, slots=True)
class Taster:
    """A taster of the person of a referral, on a day in Europe/London. ``supporter_id`` is who showed them."""

    id: UUID
    referral_id: UUID
    held_on: date
    topics: tuple[str, ...]
    supporter_id: UUID | None


def as_contact(taster: Taster, programme: Programme, referral: Referral, *, now: datetime) -> Contact:
    """The contact that it is, with one person and no name; whether they were accepted yet does not matter.

    Raises ``ComponentOff``, ``PersonErased``, ``ReferralClosed``, ``ConsentWithdrawn`` and ``SaidYesAlready``.
    """
    check_on(programme, Component.TASTER)
    check_remembered(referral)
    if referral.closed_reason is not None:
        raise ReferralClosed
    if not referral.consented:
        raise ConsentWithdrawn
    if not referral.waiting:
        raise SaidYesAlready
    return Contact(
        id=taster.id,
        programme_id=programme.id,
        organisation_id=referral.organisation_id,
        held_on=taster.held_on,
        kind=ContactKind.TASTER,
        people=1,
        topics=taster.topics,
        district=None,
        supporter_id=taster.supporter_id,
        noted=Noted(now),
    )
