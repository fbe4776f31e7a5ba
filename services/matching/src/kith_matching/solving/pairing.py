"""Every allowed pair of a programme's waiting list, and its score: the rules and the score of the domain, all at once.

``domain.rules`` and ``domain.score`` say what holds of one pair, in words that a coordinator reads. Of 10,000 people
and 5,000 supporters there are 50 million pairs, which is too many to ask one by one. Here each code that a supporter
has is a row of yes and no over all supporters; people who ask for the same are looked up once. A test holds both ways
to the same answer, pair by pair.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kith_matching.domain.referral import Channel, Programme, Referral
from kith_matching.domain.rules import OF_PERSON, OF_SUPPORTER, Pair, Rule
from kith_matching.domain.supporter import Load, Supporter
from kith_matching.domain.training import LOW_MOOD, is_trained_for_low_mood
from kith_matching.solving.problem import Places, Whole

Flags = NDArray[np.bool_]
Candidate = tuple[Supporter, Load]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Allowed pairs, by the places of the two in the lists they came from: people ascending, supporters within each.

    ``score`` adds up the parts of the domain's score.
    """

    person: Places
    supporter: Places
    score: Whole


class _Table:
    """For each code, which of the supporters have it."""

    def __init__(self, held: Sequence[Iterable[str]]) -> None:
        rows: dict[str, list[int]] = {}
        for at, codes in enumerate(held):
            for code in set(codes):
                rows.setdefault(code, []).append(at)
        self._rows = {code: _flags(len(held), at) for code, at in rows.items()}
        self._none = np.zeros(len(held), np.bool_)
        self.codes = frozenset(rows)

    def having(self, code: str | None) -> Flags:
        """Who has this code."""
        return self._none if code is None else self._rows.get(code, self._none)

    def having_all(self, codes: Iterable[str]) -> Flags:
        """Who has every one of these codes; everybody, where there are none."""
        flags = ~self._none
        for code in codes:
            flags &= self.having(code)
        return flags

    def having_any(self, codes: Iterable[str]) -> Flags:
        """Who has at least one of these codes."""
        flags = self._none.copy()
        for code in codes:
            flags |= self.having(code)
        return flags

    def shared(self, codes: Collection[str], among: Places) -> Whole:
        """How many of these codes each of ``among`` has."""
        counts = np.zeros(len(among), np.int64)
        for code in codes:
            counts += self.having(code)[among]
        return counts


def pair_up(
    programme: Programme,
    people: Sequence[Referral],
    supporters: Sequence[Candidate],
    said_no: Collection[tuple[UUID, UUID]],
    today: date,
) -> Pairs:
    """Every pair that no rule stops today (Europe/London). ``said_no`` names referrals with supporters, by id.

    Whether a referral may be matched at all (accepted, consented, waiting) is for whoever chose ``people``.
    """
    if not people or not supporters:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64))
    able = [at for at, one in enumerate(supporters) if _holds(OF_SUPPORTER, Pair(people[0], programme, *one), today)]
    search = _Search(programme, [supporters[at][0] for at in able], said_no, today)
    nobody: tuple[Places, Whole] = (np.zeros(0, np.int32), np.zeros(0, np.int64))
    found = [
        search.of(one) if _holds(OF_PERSON, Pair(one, programme, *supporters[0]), today) else nobody for one in people
    ]
    counts = [len(who) for who, _ in found]
    return Pairs(
        person=np.repeat(np.arange(len(people), dtype=np.int32), counts),
        supporter=np.array(able, np.int32)[np.concatenate([who for who, _ in found])],
        score=np.concatenate([score for _, score in found]),
    )


def _holds(rules: Iterable[Rule], pair: Pair, today: date) -> bool:
    """Whether none of these stops the pair. They look at one of the two, whoever stands beside."""
    return all(rule(pair, today) is None for rule in rules)


class _Search:
    """The supporters who may be asked, ready to be searched for one person after another."""

    def __init__(
        self,
        programme: Programme,
        supporters: Sequence[Supporter],
        said_no: Collection[tuple[UUID, UUID]],
        today: date,
    ) -> None:
        self._programme = programme
        self._meets = _Table([one.meets for one in supporters])
        self._languages = _Table([one.languages for one in supporters])
        self._first_language = _Table([one.languages[:1] for one in supporters])
        self._channels = _Table([one.channels for one in supporters])
        self._districts = _Table([one.districts for one in supporters])
        self._conditions = _Table([one.conditions for one in supporters])
        self._experience = _Table([one.experience for one in supporters])
        self._interests = _Table([one.interests for one in supporters])
        trained = [is_trained_for_low_mood(programme.terms, one.trainings, today) for one in supporters]
        self._trained_for_low_mood = np.array(trained, np.bool_)
        self._at = {one.id: at for at, one in enumerate(supporters)}
        self._said_no: dict[UUID, list[int]] = {}
        for referral_id, supporter_id in said_no:
            if supporter_id in self._at:
                self._said_no.setdefault(referral_id, []).append(self._at[supporter_id])
        self._known: dict[tuple[object, ...], tuple[Places, Flags]] = {}

    def of(self, referral: Referral) -> tuple[Places, Whole]:
        """Who may be proposed to this person, in ascending order, and how well each fits."""
        who, near = self._who(referral)
        if refused := self._said_no.get(referral.id):
            left = ~np.isin(who, refused)
            who, near = who[left], near[left]
        weights = self._programme.weights
        score = weights.get("place", 0) * near.astype(np.int64)
        score += weights.get("language", 0) * self._first_language.having(referral.language)[who]
        for connection, asked, table in (
            ("condition", referral.conditions, self._conditions),
            ("experience", referral.needs, self._experience),
            ("interest", referral.interests, self._interests),
        ):
            wanted = set(asked)
            if wanted and (most := weights.get(connection, 0)):
                score += most * table.shared(wanted, who) // len(wanted)
        return who, score

    def _who(self, referral: Referral) -> tuple[Places, Flags]:
        """Whom the two's hard rules leave, and who of them can meet in person. The same for all who ask the same."""
        low_mood = LOW_MOOD in referral.needs
        asks = (
            frozenset(referral.requested),
            referral.language,
            frozenset(referral.channels),
            referral.district,
            low_mood,
        )
        if asks not in self._known:
            allowed = self._allowed(referral.channels)
            near = np.zeros(len(self._at), np.bool_)
            if Channel.IN_PERSON in allowed:
                near = self._channels.having(Channel.IN_PERSON) & self._districts.having(referral.district)
            ways = near | self._channels.having_any(allowed - {Channel.IN_PERSON})
            suits = self._meets.having_all(referral.requested) & self._languages.having(referral.language) & ways
            if low_mood:
                suits &= self._trained_for_low_mood
            who = np.flatnonzero(suits).astype(np.int32)
            self._known[asks] = who, near[who]
        return self._known[asks]

    def _allowed(self, agreed: tuple[str, ...]) -> frozenset[str]:
        """The channels that the person and the programme allow, of those there are. Naming none sets no limit."""
        every = self._channels.codes
        return (frozenset(agreed) or every) & (frozenset(self._programme.channels) or every)


def _flags(length: int, at: Sequence[int]) -> Flags:
    flags = np.zeros(length, np.bool_)
    flags[list(at)] = True
    return flags
