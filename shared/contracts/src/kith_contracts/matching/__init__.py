"""What matching tells: supporters, proposals, matches, what took place, measures, quality, concerns and what is due."""

from kith_contracts.matching.concerns import (
    ConcernAnswered,
    ConcernRaised,
    SharingFellDue,
    WorkFellDue,
)
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
    "ConcernAnswered",
    "ConcernRaised",
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
    "SharingFellDue",
    "SupervisionLogged",
    "SupporterChanged",
    "WorkFellDue",
]
