"""The topic that referrals tells on, and what every fact of it is."""

from typing import ClassVar

from kith_contracts.fact import Fact

TOPIC = "kith.referrals.v1"


class ReferralsFact(Fact):
    """A fact told by referrals."""

    topic: ClassVar[str] = TOPIC
