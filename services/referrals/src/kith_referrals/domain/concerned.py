"""Whom a concern is about: opened to whoever's duty it is, for a purpose they name, whatever the person agreed to.

To save a life, or to protect a child or an adult at risk, needs nobody's agreement (UK GDPR, Articles 6(1)(d), 9(2)(c)
and Schedule 1 Part 2 paragraph 18 of the Data Protection Act 2018). So a consent that is missing or was withdrawn stops
nothing here. In its place stand a concern, a purpose, and the record of who looked.
"""

from enum import StrEnum
from uuid import UUID

from kith_referrals.domain.referral import Referral, Status


class Purpose(StrEnum):
    """What somebody looks for, in answering a concern."""

    EMERGENCY = "emergency"
    """Life or health is in danger now: an emergency service is told whom to look for, and where."""
    REACH_PERSON = "reach-person"
    """They are called or visited, to see that they are safe."""
    FIND_VISITOR = "find-visitor"
    """Somebody who visits them has not said that all is well."""
    PROTECT_SOMEBODY = "protect-somebody"
    """A child, an adult at risk, or somebody who works with them, is to be kept safe."""


def may_open(referral: Referral, organisation_id: UUID) -> bool:
    """Whether whoever's duty it is in an organisation may open the referral for a concern: consent and agreement aside.

    It is for the one that referred, and the programme's: not while it is a draft, which nobody else was told of, nor
    where it was sent by mistake. Row-level security holds the same line in the database.
    """
    if organisation_id == referral.referring_organisation_id:
        return True
    received = referral.status is not Status.DRAFT and not referral.misdirected
    return received and organisation_id == referral.programme_organisation_id
