"""The topic on which matching tells its facts."""

from typing import ClassVar

from kith_contracts.fact import Fact

TOPIC = "kith.matching.v1"


class MatchingFact(Fact):
    """A fact told by matching."""

    topic: ClassVar[str] = TOPIC
