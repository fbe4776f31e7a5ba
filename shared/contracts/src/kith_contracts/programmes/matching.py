"""Which pairs a programme allows, what makes one better than another, and how an introduction is offered."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kith_contracts.fact import Code
from kith_contracts.programmes.words import Codes, Contradiction, Days, Few, Part, Percent, Points, Words


class Connection(StrEnum):
    """What two peers may have in common (LTC, *What is a peer*; MH, *Peer education*)."""

    CONDITION = "condition"
    EXPERIENCE = "experience"
    IMPACT = "impact"
    """What a condition does to a life: benefits, a job lost, fatigue, continence."""
    INTEREST = "interest"
    PROFESSION = "profession"
    FAITH = "faith"
    VALUES = "values"
    AGE = "age"
    STATUS = "status"
    """Their standing in life: pupils, parents, patients (MH, *Peer Education*)."""
    BACKGROUND = "background"
    SKILL = "skill"
    """What one needs and the other can do."""
    LANGUAGE = "language"
    PLACE = "place"
    AVAILABILITY = "availability"


class HardRule(StrEnum):
    """A rule that a programme may add to those that hold everywhere. None is ever traded for score."""

    SAME_CONDITION = "same-condition"
    """Supporter and person share a condition, one of those that the programme is for if it names any. Only where it
    argues for that (LTC, *The matching process*)."""
    SHARED_EXPERIENCE = "shared-experience"
    """They share an experience, or one that the programme counts as related."""
    TRAINED_FOR_LOW_MOOD = "trained-for-low-mood"
    """Where low mood is recorded, a supporter trained in mental health (LTC, *Roles and functions*)."""
    SAME_AGE_OR_OLDER = "same-age-or-older"
    """The supporter is of the person's age, or older (MH, *Peer tutoring*)."""
    SAME_SETTING = "same-setting"
    """They live, learn or are cared for in the same place (MH, *Peer Mentoring*, *Self-help for People with
    Dementia*)."""
    CLOSE_TO_NEITHER = "close-to-neither"
    """The supporter has matches and groups with neither of the two (mediation)."""
    BOTH_AGREE = "both-agree"
    """Two people each agree, not one (mediation, exchange)."""


class KnowingEachOther(StrEnum):
    """What is done where the two may know each other already (LTC, *Confidentiality*)."""

    REFUSE = "refuse"
    ASK_EACH = "ask-each"
    """Each is asked privately, and the other is not named."""
    EXPECTED = "expected"
    """Cafés, exchange, housing: everybody does."""


class Priority(Part):
    """Who goes first when places are scarce, in points beside the fit [K]."""

    ageing_per_day: Annotated[int, Field(ge=0, le=50)] = 10
    """For each day of waiting, up to a year."""
    scarcity: Annotated[int, Field(ge=0, le=10_000)] = 3000
    """Divided by the square root of how many supporters could take somebody: who has few goes before who has many."""
    urgent: Annotated[int, Field(ge=0, le=5000)] = 2000
    """For whoever the referrer asked to be looked at first."""


class Offers(Part):
    """How an introduction is offered."""

    shortlist: Annotated[int, Field(ge=1, le=10)] = 3
    """Supporters that a coordinator is shown for one person."""
    answer_hours: Annotated[int, Field(ge=1, le=336)] = 48
    """Hours in which a supporter answers before it goes on to the next."""
    open_at_once: Few = 2
    """Offers that one supporter may hold: otherwise everybody is offered the same popular one."""


class Matching(Part):
    """The programme's policy of matching, visible to everybody whom it concerns."""

    rules: tuple[HardRule, ...] = ()
    argument: Words | None = None
    """Why ``same-condition`` is asked for. Published with the programme."""
    weights: Annotated[dict[Connection, Points], Field(max_length=len(Connection))] = Field(default_factory=dict)
    """Points for each connection. One that is not named is worth nothing."""
    related: Annotated[dict[Code, Codes], Field(max_length=50)] = Field(default_factory=dict)
    """Experiences that come near one: for ``kinship-care`` perhaps ``fostering`` (RE: "or at least have direct
    relevant life experience")."""
    related_percent: Percent = 50
    """What a related experience is worth of a shared one."""
    knowing_each_other: KnowingEachOther = KnowingEachOther.ASK_EACH
    getting_to_know: bool = True
    """Whether a coordinator records having got to know both before a match (LTC)."""
    different_peers: bool = False
    """Whether somebody who comes again is rather offered another peer, against dependency (LTC)."""
    priority: Priority = Priority()
    offers: Offers = Offers()
    round_every_days: Days = 7
    """Days between two rounds over the whole list."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A condition asked for without a reason, and related experiences that would be worth nothing."""
        if HardRule.SAME_CONDITION in self.rules and not self.argument:
            yield Contradiction(
                "argument-missing",
                "argument",
                "Who matches by condition only says why, in public (LTC): write the reason as the argument, or take "
                "same-condition out of the rules.",
            )
        if self.argument and HardRule.SAME_CONDITION not in self.rules:
            yield Contradiction(
                "argument-for-nothing",
                "argument",
                "This argues for matching by condition, and the rules do not ask for it: add same-condition to them, "
                "or take the argument out.",
            )
        asked = HardRule.SHARED_EXPERIENCE in self.rules or Connection.EXPERIENCE in self.weights
        if self.related and not asked:
            yield Contradiction(
                "related-to-nothing",
                "related",
                "Experiences are related here, and none is asked for: give experience some points in weights, or add "
                "shared-experience to the rules.",
            )
