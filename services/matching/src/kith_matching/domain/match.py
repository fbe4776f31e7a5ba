"""A pair to which all agreed: its making, its review date and its one ending."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.proposal import Proposal, ProposalState
from kith_matching.domain.terms import Terms

UNREVIEWED_WEEKS: Final = 6
"""When a match is looked at that has neither reviews nor a planned length."""


class Ending(StrEnum):
    """How a match came to its end."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"
    MOVED_ON = "moved-on"
    MOVED_TO_GROUP = "moved-to-group"
    DID_NOT_SUIT = "did-not-suit"
    DID_NOT_TAKE_PLACE = "did-not-take-place"
    DIED = "died"

    @property
    def waits_again(self) -> bool:
        """Whether the person still waits for a supporter: the match came to nothing, their need did not."""
        return self in {Ending.DID_NOT_SUIT, Ending.DID_NOT_TAKE_PLACE}


class Encounter(StrEnum):
    """What two do who meet by chance, as they agreed: both feel safe (LTC, *Confidentiality*)."""

    GREET = "greet"
    PERSON_GREETS_FIRST = "person-greets-first"
    NO_SIGN = "no-sign"
    """As if they did not know each other."""


class Balance(StrEnum):
    """What a coordinator makes of support that was extended often (LTC, *Clarifying boundaries …*: dependency) [K]."""

    GOES_ON = "goes-on"
    """It helps somebody to keep up what they manage themself."""
    LESS_OFTEN = "less-often"
    ANOTHER_PEER = "another-peer"
    """Others too: "the option to meet with a variety of peers"."""
    GROUP = "group"
    ENDING = "ending"
    """An ending is planned with both."""


_ENDING_OF: Final = {
    "support-ended": Ending.PLANNED,
    "moved-away": Ending.MOVED_ON,
    "died": Ending.DIED,
    "entered-in-error": Ending.DID_NOT_TAKE_PLACE,
}


@dataclass(frozen=True, slots=True)
class Match:
    """One person and one supporter who know of each other. Dates are days in Europe/London.

    ``definition_version`` is the version of the programme's definition with which it began, and which it keeps; 0 where
    there was none. ``encounter`` is what they do when they meet by chance. ``ends_on`` is when it is to end where
    somebody said so, beside its terms; ``balance_due_on`` since when it is asked about, ``balance`` the last answer.
    ``moved_to`` is the group to which the person moved; ``replaced`` says that they waited for another supporter.
    """

    id: UUID
    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    made_on: date
    review_on: date
    ending: Ending | None = None
    ended_on: date | None = None
    version: int = 1
    definition_version: int = 0
    encounter: Encounter | None = None
    ends_on: date | None = None
    extensions: int = 0
    balance_due_on: date | None = None
    balance: Balance | None = None
    moved_to: UUID | None = None
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """A match after its ending."""

    match: Match
    ending: Ending
    waits_again: bool


def make_match(proposal: Proposal, terms: Terms, *, match_id: UUID, today: date) -> Match:
    """Make the match that both agreed to, on the programme's terms of today. Raises ``NotAgreed`` for any other."""
    if proposal.state is not ProposalState.AGREED:
        raise refusals.NotAgreed
    return Match(
        id=match_id,
        proposal_id=proposal.id,
        referral_id=proposal.referral_id,
        supporter_id=proposal.supporter_id,
        programme_id=proposal.programme_id,
        organisation_id=proposal.organisation_id,
        made_on=today,
        review_on=reviewed_after(today, terms),
        definition_version=terms.version,
    )


def reviewed_after(day: date, terms: Terms) -> date:
    """When a match that is made, or looked at, on a day is looked at next.

    That is after the weeks between two reviews; where nobody is asked for one, after those that it is planned to last.
    """
    return day + timedelta(weeks=terms.review_weeks or terms.length_weeks or UNREVIEWED_WEEKS)


def check_running(match: Match) -> None:
    """Refuse what is only for two who are matched now. Raises ``MatchEnded``."""
    if match.ended_on is not None:
        raise refusals.MatchEnded


def end_match(match: Match, ending: Ending, *, today: date, waits_again: bool | None = None) -> Ended:
    """End the match and free the supporter's place. Raises ``MatchEnded`` the second time: it is told once.

    Whether the person waits again follows from the ending, unless ``waits_again`` says it. A closure that was slow to
    arrive may be older than the match; the match then ends on the day it was made.
    """
    check_running(match)
    ended_on = max(today, match.made_on)
    again = ending.waits_again if waits_again is None else waits_again
    return Ended(replace(match, ending=ending, ended_on=ended_on, version=match.version + 1), ending, again)


def ending_of(closed_reason: str | None) -> Ending:
    """How a running match ends when its referral closes for this reason, or when consent goes and it is not closed."""
    return _ENDING_OF.get(closed_reason or "", Ending.UNPLANNED)
