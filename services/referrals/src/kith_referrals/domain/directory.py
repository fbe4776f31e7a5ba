"""The public directory: its terms, where a programme takes place, and what an entry says of itself."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

from kith_referrals.domain.network import INFORMAL, Capacity, Standing

NAMESPACE: Final = UUID("8c78cb7e-d35a-48bf-af7f-1d143f34c853")
"""From which the ids of taxonomies are made (UUIDv5, RFC 9562 section 5.5): the same in every network, for ever."""

STALE_AFTER_MONTHS: Final = 6
"""An entry that nobody confirmed for so long is chased."""

IN_PERSON: Final = "in-person"

MOST_WORDS: Final = 20
LONGEST_WORD: Final = 60
_WORD: Final = re.compile(r"[^\W_]+")
_POSSESSIVE: Final = re.compile(r"['\u2019]s\b")
_DAYS_IN_A_WEEK: Final = 7
_WEEKS_FROM: Final = 14


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One way of sorting programmes, and which codes it has whether or not a programme uses them."""

    slug: str
    name: str
    description: str
    codes: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        """Made from the slug alone."""
        return uuid5(NAMESPACE, self.slug)


NEEDS: Final = Taxonomy("needs", "Needs", "Why peer support may help somebody.")
CONDITIONS: Final = Taxonomy("conditions", "Conditions", "Conditions that the people who are supported live with.")
MODELS: Final = Taxonomy("models", "Models", "How support is given.", ("one-to-one", "group"))
FORMALITY: Final = Taxonomy(
    "formality", "Formality", "How much a programme asks of those who come.", (INFORMAL, "organised", "formal")
)
QUALITY: Final = Taxonomy(
    "quality",
    "Quality",
    "What referrers ask of a programme, counted by the network.",
    ("days-to-first-session", "checks-current", "supervision-on-time", "training-held"),
)
TAXONOMIES: Final = (NEEDS, CONDITIONS, MODELS, FORMALITY, QUALITY)

COUNTED_OVER: Final = timedelta(days=365)
"""First sessions of so long are counted."""
FEWEST: Final = 10
"""Of fewer first sessions nothing is said: it would tell of those few how long they waited."""


@dataclass(frozen=True, slots=True)
class Term:
    """One code of one taxonomy."""

    taxonomy: Taxonomy
    code: str

    @property
    def id(self) -> UUID:
        """Made from the taxonomy's id and the code."""
        return uuid5(self.taxonomy.id, self.code)

    @property
    def name(self) -> str:
        """The code as people read it: ``low-mood`` is *Low mood*."""
        words = self.code.replace("-", " ")
        return words[:1].upper() + words[1:]


DAYS_TO_FIRST_SESSION: Final = Term(QUALITY, QUALITY.codes[0])
"""Half of the people waited so many days or fewer, from the day on which they were referred."""
CHECKS_CURRENT: Final = Term(QUALITY, QUALITY.codes[1])
"""So many per cent of the programme's supporters have checks that are valid."""
SUPERVISION_ON_TIME: Final = Term(QUALITY, QUALITY.codes[2])
"""So many per cent of them are supervised in the programme's rhythm."""
TRAINING_HELD: Final = Term(QUALITY, QUALITY.codes[3])
"""So many per cent of them hold every training that the programme asks for, in date."""
COUNTED: Final[Mapping[Term, str]] = MappingProxyType(
    {
        DAYS_TO_FIRST_SESSION: "first_session_days",
        CHECKS_CURRENT: "checks_current",
        SUPERVISION_ON_TIME: "supervision_on_time",
        TRAINING_HELD: "training_held",
    }
)
"""What is counted of programmes, and the name under which each number is kept with the programme."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What was counted ``at`` (UTC) of a programme's supporters; None where nothing is said."""

    programme_id: UUID
    at: datetime
    checks_current: int | None = None
    supervision_on_time: int | None = None
    training_held: int | None = None


def latest(counted: Iterable[Quality]) -> list[Quality]:
    """Of each programme what was counted last; of two at one instant the later one given."""
    return list({one.programme_id: one for one in sorted(counted, key=lambda one: one.at)}.values())


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that a programme takes place: in person, in a postcode district where it says so, or by a channel."""

    id: UUID
    channel: str
    district: str | None = None


def terms(used: Iterable[tuple[str, str]]) -> list[Term]:
    """Every term there is, by taxonomy and code: those ``used`` (a taxonomy's slug and a code) and those always there.

    A slug that is no taxonomy's is passed over.
    """
    codes = {taxonomy.slug: set(taxonomy.codes) for taxonomy in TAXONOMIES}
    for slug, code in used:
        codes.get(slug, set()).add(code)
    return [Term(taxonomy, code) for taxonomy in TAXONOMIES for code in sorted(codes[taxonomy.slug])]


def places(programme_id: UUID, channels: Iterable[str], districts: Iterable[str]) -> list[Place]:
    """Where a programme takes place. Ids are made from the programme's and never change."""
    found = []
    for channel in dict.fromkeys(channels):
        if channel == IN_PERSON and (served := tuple(dict.fromkeys(districts))):
            found += [Place(uuid5(programme_id, f"{channel}/{one}"), channel, one) for one in served]
        else:
            found.append(Place(uuid5(programme_id, channel), channel))
    return found


def stale_before(today: date) -> date:
    """The day before which a confirmation is too long ago. A month without that day lends its last one."""
    year, month = divmod(today.year * 12 + today.month - 1 - STALE_AFTER_MONTHS, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def alert(status: Standing, assured_on: date | None, published_on: date, today: date) -> str | None:
    """What to warn readers of: nobody has confirmed the entry for long. What is defunct needs no confirming."""
    if status is Standing.DEFUNCT or (assured_on or published_on) >= stale_before(today):
        return None
    since = (
        f"Nobody has confirmed this entry since {_day(assured_on)}." if assured_on else "Nobody confirmed this entry."
    )
    return f"{since} Check with the organisation before you rely on it."


def wait_time(formality: str, status: Standing, capacity: Capacity, expected_wait_days: int | None) -> str | None:
    """What a referrer should know before referring; None where nobody is referred or nothing runs."""
    if formality == INFORMAL or status is not Standing.ACTIVE:
        return None
    match capacity:
        case Capacity.OPEN:
            return "Takes new people now."
        case Capacity.CLOSED:
            return "Takes nobody new at present."
        case Capacity.WAITING_LIST if expected_wait_days is None:
            return "There is a waiting list."
        case Capacity.WAITING_LIST:
            return f"There is a waiting list: expect to wait about {_span(expected_wait_days)}."


def search_words(text: str) -> tuple[str, ...]:
    """The words to look for: letters and figures, without marks over letters; the first twenty. None: all is found.

    The database folds what it searches in the same way, so that ``cafe`` finds a café.
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return tuple(word[:LONGEST_WORD] for word in _WORD.findall(_POSSESSIVE.sub("", plain))[:MOST_WORDS])


def _day(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def _span(days: int) -> str:
    if days < _WEEKS_FROM:
        return "a day" if days == 1 else f"{days} days"
    return f"{round(days / _DAYS_IN_A_WEEK)} weeks"
