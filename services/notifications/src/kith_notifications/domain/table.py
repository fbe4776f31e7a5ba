"""Who is told of what: the whole table, and how much a referrer must be allowed to hear for it."""

from types import MappingProxyType
from typing import Final

from kith_notifications.domain.referral import (
    DECISION,
    OUTCOME,
    PERSON,
    PROGRAMME,
    PROGRESS,
    RECEIPT,
    REFERRER,
    SUPPORTER,
    TELL_REFERRER,
)

RECEIVED: Final = "referral-received"
ACCEPTED: Final = "referral-accepted"
DECLINED: Final = "referral-declined"
WAITING: Final = "referral-waiting"
HELD: Final = "referral-held"
REDIRECTED: Final = "referral-redirected"
MATCH_MADE: Final = "match-made"
FIRST_SESSION: Final = "first-session"
MATCH_ENDED: Final = "match-ended"
CLOSED: Final = "referral-closed"
RELEASED: Final = "referral-released"
REOPENED: Final = "referral-reopened"
PROMISE_MISSED: Final = "promise-missed"
CONSENT_ENDING: Final = "consent-ending"

URGENT: Final = "urgent"
"""The detail of a referral that is to be looked at first."""

TOLD: Final = MappingProxyType(
    {
        RECEIVED: (REFERRER, PROGRAMME),
        ACCEPTED: (REFERRER, PERSON),
        # A human tells the person of a no, and of another way.
        DECLINED: (REFERRER,),
        REDIRECTED: (REFERRER,),
        WAITING: (REFERRER, PERSON),
        HELD: (REFERRER, PERSON),
        MATCH_MADE: (REFERRER, PERSON, SUPPORTER),
        FIRST_SESSION: (REFERRER,),
        MATCH_ENDED: (REFERRER, PERSON),
        CLOSED: (REFERRER, PERSON),
        RELEASED: (PROGRAMME,),
        REOPENED: (REFERRER, PROGRAMME, PERSON),
        PROMISE_MISSED: (PROGRAMME,),
        CONSENT_ENDING: (PROGRAMME, PERSON),
    }
)
"""What happened, and who hears of it."""

NEEDED: Final = MappingProxyType(
    {
        RECEIVED: RECEIPT,
        # The referrer must act on these, whatever else they may hear.
        HELD: RECEIPT,
        REOPENED: RECEIPT,
        CONSENT_ENDING: RECEIPT,
        ACCEPTED: DECISION,
        DECLINED: DECISION,
        REDIRECTED: DECISION,
        WAITING: DECISION,
        PROMISE_MISSED: DECISION,
        MATCH_MADE: PROGRESS,
        FIRST_SESSION: PROGRESS,
        MATCH_ENDED: OUTCOME,
        CLOSED: OUTCOME,
        RELEASED: OUTCOME,
    }
)
"""The level of feedback from which on a referrer hears of it."""

TOLD_WHEN: Final = MappingProxyType(
    {
        (MATCH_ENDED, "died"): (REFERRER,),
        (CLOSED, "died"): (REFERRER,),
        # They heard of the decision already.
        (CLOSED, "declined"): (),
        (CLOSED, "redirected"): (),
        # The address may be somebody else's.
        (CLOSED, "entered-in-error"): (REFERRER,),
        # The person has waited longer for a place than whoever referred them was told.
        (PROMISE_MISSED, "take-on"): (REFERRER, PROGRAMME),
        # It is the referrer who relies on it.
        (CONSENT_ENDING, TELL_REFERRER): (REFERRER, PERSON),
    }
)
"""Where the detail (an ending, a reason, a promise, a purpose) changes who hears."""
