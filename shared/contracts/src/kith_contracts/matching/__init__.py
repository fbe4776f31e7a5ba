"""What matching tells: supporters and their supervision, proposals, matches, what took place, measures, quality."""

from kith_contracts.matching.matches import (
    MatchEnded,
    MatchMade,
    MatchProposed,
    NoFeasibleSupporter,
    ProposalAnswered,
    ScorePart,
)
from kith_contracts.matching.occasions import (
    ContactLogged,
    MeasureRecorded,
    SessionLogged,
)
from kith_contracts.matching.supporters import (
    ProgrammeQualityCounted,
    SupervisionLogged,
    SupporterChanged,
)
from kith_contracts.matching.topic import TOPIC, MatchingFact

__all__ = [
    "TOPIC",
    "ContactLogged",
    "MatchEnded",
    "MatchMade",
    "MatchProposed",
    "MatchingFact",
    "MeasureRecorded",
    "NoFeasibleSupporter",
    "ProgrammeQualityCounted",
    "ProposalAnswered",
    "ScorePart",
    "SessionLogged",
    "SupervisionLogged",
    "SupporterChanged",
]
