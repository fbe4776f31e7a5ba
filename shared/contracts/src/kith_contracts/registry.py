"""Every fact there is: its wire type, its topic and its class. Whoever sends or reads a fact asks here."""

from dataclasses import dataclass
from typing import Final

from kith_contracts import matching, notifications, referrals
from kith_contracts.fact import Fact, wire_name, wire_type


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one fact, as it stands on the wire."""

    fact: type[Fact]
    name: str
    type: str
    topic: str
    source: str
    dataschema: str


def _contract(fact: type[Fact]) -> Contract:
    producer = fact.topic.split(".")[1]
    name = wire_name(fact)
    return Contract(
        fact=fact,
        name=name,
        type=wire_type(fact),
        topic=fact.topic,
        source=f"/kith/{producer}",
        dataschema=f"urn:kith:fact:{name}:v{fact.version}",
    )


FACTS: Final[tuple[type[Fact], ...]] = (
    referrals.OrganisationPublished,
    referrals.ProgrammePublished,
    referrals.SharingAgreementPublished,
    referrals.ReferralCreated,
    referrals.ReferralDecided,
    referrals.ConsentChanged,
    referrals.ConsentEnding,
    referrals.ReferralClosed,
    referrals.ReferralReopened,
    referrals.PromiseMissed,
    referrals.PersonErased,
    referrals.ResultClaimed,
    referrals.ClaimReversed,
    referrals.HelpAskedFor,
    matching.SupporterChanged,
    matching.SupervisionLogged,
    matching.MatchProposed,
    matching.ProposalAnswered,
    matching.MatchMade,
    matching.SessionLogged,
    matching.ContactLogged,
    matching.MeasureRecorded,
    matching.MatchEnded,
    matching.ProgrammeQualityCounted,
    matching.NoFeasibleSupporter,
    matching.ConcernRaised,
    matching.ConcernAnswered,
    matching.SharingFellDue,
    matching.WorkFellDue,
    notifications.MessageDelivered,
    notifications.MessageFailed,
    notifications.ConcernEscalated,
)

CONTRACTS: Final[dict[type[Fact], Contract]] = {fact: _contract(fact) for fact in FACTS}
BY_TYPE: Final[dict[str, Contract]] = {contract.type: contract for contract in CONTRACTS.values()}
TOPICS: Final[tuple[str, ...]] = tuple(dict.fromkeys(contract.topic for contract in CONTRACTS.values()))
