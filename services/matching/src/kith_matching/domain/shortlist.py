"""The few supporters a coordinator is shown for one person, with what speaks for each and against, in plain words.

People choose between three better than between thirty, and want to know why (matching is "an art rather than a
science", LTC). The machine's pick is one of them, and assigns nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kith_matching.domain.helpful import price_in_words
from kith_matching.domain.score import Candidate, Part, Ranking

_ABOUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "condition": "conditions they live with",
        "experience": "what they have been through",
        "impact": "what a condition does to their life",
        "interest": "what they like to do",
        "profession": "their work",
        "faith": "their faith",
        "values": "what matters to them",
        "status": "where they stand in life",
        "background": "where they come from",
        "skill": "what one needs and the other can do",
        "availability": "when they can",
        "age": "their age",
        "language": "language",
        "place": "where they meet",
    }
)
PICKED: Final = "The last round over the whole list put these two together."


@dataclass(frozen=True, slots=True)
class Shortlisted:
    """A candidate with the reasons: what counts most first. What a supporter shows to nobody is in neither list."""

    candidate: Candidate
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


def shortlist(ranking: Ranking) -> tuple[Shortlisted, ...]:
    """The first candidates, as many as the programme shows of them (``offers.shortlist``)."""
    if not ranking.candidates:
        return ()
    first = ranking.candidates[0]
    return tuple(_explained(one, first) for one in ranking.candidates[: first.pair.programme.terms.shortlist])


def _explained(one: Candidate, first: Candidate) -> Shortlisted:
    weighed = sorted((part for part in one.parts if part.most > 0), key=lambda part: -part.points)
    gives = [_in_words(part) for part in weighed if part.points > 0]
    lacks = [_in_words(part) for part in weighed if part.points <= 0]
    price = price_in_words(one.score, one.price, first.score)
    picked = [PICKED] if one.picked else []
    needed = [f"Others need this supporter: {price}."] if price else []
    return Shortlisted(one, (*picked, *gives), (*lacks, *needed))


def _in_words(part: Part) -> str:
    """One reason as a sentence, such as *What they have been through: 1 of 2 shared (isolation)*."""
    about = _ABOUT.get(part.connection, part.connection)
    head, _, codes = part.because.partition(": ")
    named = f" ({codes.replace('-', ' ')})" if codes else ""
    return f"{about[0].upper()}{about[1:]}: {head}{named}."
