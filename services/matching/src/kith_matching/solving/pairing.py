"""Every allowed pair of a programme's waiting list, and its score: the rules and the score of the domain, all at once.

``domain.rules`` and ``domain.score`` say what holds of one pair, in words that a coordinator reads. Of 10,000 people
and 5,000 supporters there are 50 million pairs, which is too many to ask one by one. Here each code that a supporter
has is a row of yes and no over all supporters; people who ask for the same are looked up once. A test holds both ways
to the same answer, pair by pair.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kith_matching.domain import terms
from kith_matching.domain.private import Private, brought
from kith_matching.domain.referral import Channel, Programme, Referral
from kith_matching.domain.rules import OF_PERSON, OF_SUPPORTER, Pair, Rule, ages, are_neighbours, is_younger
from kith_matching.domain.score import BEFORE
from kith_matching.domain.sharing import SCORED, Connection, count_for_condition, related_to
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
    *,
    supported_before: Collection[tuple[UUID, UUID]] = (),
    private: Mapping[UUID, Private] | None = None,
) -> Pairs:
    """Every pair that no rule stops today (Europe/London). ``said_no`` names referrals with supporters, by id.

    So does ``supported_before``; ``private`` is what those supporters who have something keep to themselves.

    Whether a referral may be matched at all (accepted, consented, waiting) is for whoever chose ``people``.
    """
    if not people or not supporters:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64))
    able = [at for at, one in enumerate(supporters) if _holds(OF_SUPPORTER, Pair(people[0], programme, *one), today)]
    search = _Search(
        programme,
        [supporters[at][0] for at in able],
        said_no=said_no,
        supported_before=supported_before,
        private=private or {},
        today=today,
    )
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
        *,
        said_no: Collection[tuple[UUID, UUID]],
        supported_before: Collection[tuple[UUID, UUID]],
        private: Mapping[UUID, Private],
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
        self._scored = {
            one.value: _Table([had.connections.get(one, ()) for had in supporters])
            for one in SCORED
            if one in programme.weights
        }
        self._settings = _Table([had.connections.get(Connection.SETTING, ()) for had in supporters])
        self._ages = _Table([[one.age_band] for one in supporters])
        self._avoided = _Table([private[one.id].avoids if one.id in private else () for one in supporters])
        self._themselves = _Table([_pseudonym(private.get(one.id)) for one in supporters])
        self._limited = bool(programme.terms.rules or self._avoided.codes or self._themselves.codes)
        trained = [is_trained_for_low_mood(programme.terms, one.trainings, today) for one in supporters]
        self._trained_for_low_mood = np.array(trained, np.bool_)
        self._at = {one.id: at for at, one in enumerate(supporters)}
        self._said_no = self._places(said_no)
        self._supported_before = self._places(supported_before if programme.terms.different_peers else ())
        self._known: dict[tuple[object, ...], tuple[Places, Flags]] = {}
        self._points_of_age: dict[str, Whole] = {}
        self._old_enough: dict[str, Flags] = {}

    def of(self, referral: Referral) -> tuple[Places, Whole]:
        """Who may be proposed to this person, in ascending order, and how well each fits."""
        who, near = self._who(referral)
        if refused := self._said_no.get(referral.id):
            left = ~np.isin(who, refused)
            who, near = who[left], near[left]
        for allowed in self._limits(referral) if self._limited else ():
            left = allowed[who]
            who, near = who[left], near[left]
        weights = self._programme.weights
        score = weights.get("place", 0) * near.astype(np.int64)
        score += weights.get("language", 0) * self._first_language.having(referral.language)[who]
        for connection, asked, table in (
            ("condition", referral.conditions, self._conditions),
            ("experience", referral.needs, self._experience),
            ("interest", referral.interests, self._interests),
            *((one, referral.connections.get(one, ()), table) for one, table in self._scored.items()),
        ):
            wanted = set(asked)
            if not (wanted and (most := weights.get(connection, 0))):
                continue
            shared = table.shared(wanted, who)
            if connection == "experience" and (besides := wanted & self._programme.terms.related.keys()):
                score += most * (100 * shared + self._hundredths_beside(besides, who)) // (100 * len(wanted))
            else:
                score += most * shared // len(wanted)
        if most := weights.get("age", 0):
            score += self._aged(referral.age_band, most)[who]
        if before := self._supported_before.get(referral.id):
            score += BEFORE * np.isin(who, before)
        return who, score

    def _hundredths_beside(self, needs: set[str], among: Places) -> Whole:
        """What each has lived through near these needs, where not the need itself, in hundredths of a need."""
        its = self._programme.terms
        hundredths = np.zeros(len(among), np.int64)
        for need in needs:
            beside = self._experience.having_any(its.related[need]) & ~self._experience.having(need)
            hundredths += its.related_percent * beside[among]
        return hundredths

    def _aged(self, band: str, most: int) -> Whole:
        """What their age is worth to somebody of this age band. The same for all who are."""
        if band not in self._points_of_age:
            beside = self._ages.having_any(one for one in self._ages.codes if are_neighbours(one, band))
            points = most // 2 * beside.astype(np.int64)
            if ages(band) != ages("unknown"):
                points += most * self._ages.having(band)
            self._points_of_age[band] = points
        return self._points_of_age[band]

    def _not_younger(self, band: str) -> Flags:
        """Who is not certainly younger than somebody of this age band. The same for all who are."""
        if band not in self._old_enough:
            self._old_enough[band] = ~self._ages.having_any(one for one in self._ages.codes if is_younger(one, band))
        return self._old_enough[band]

    def _limits(self, referral: Referral) -> Iterator[Flags]:
        """Whom the programme's own rules leave for this person, and then whom what supporters keep to themselves."""
        its = self._programme.terms
        if terms.Rule.SAME_CONDITION in its.rules:
            yield self._conditions.having_any(count_for_condition(referral.conditions, its))
        if terms.Rule.SHARED_EXPERIENCE in its.rules:
            yield self._experience.having_any({*referral.needs, *related_to(referral.needs, its.related)})
        if terms.Rule.SAME_AGE_OR_OLDER in its.rules:
            yield self._not_younger(referral.age_band)
        if terms.Rule.SAME_SETTING in its.rules:
            yield self._settings.having_any(referral.connections.get(Connection.SETTING, ()))
        if self._avoided.codes:
            yield ~self._avoided.having_any(brought(referral))
        if self._themselves.codes:
            yield ~self._themselves.having(str(referral.person_id))

    def _places(self, named: Collection[tuple[UUID, UUID]]) -> dict[UUID, list[int]]:
        """Referrals with where the supporters stand whom they are named with."""
        found: dict[UUID, list[int]] = {}
        for referral_id, supporter_id in named:
            if supporter_id in self._at:
                found.setdefault(referral_id, []).append(self._at[supporter_id])
        return found

    def _who(self, referral: Referral) -> tuple[Places, Flags]:
        """Whom the two's hard rules leave, and who of them can meet in person. The same for all who ask the same."""
        low_mood = LOW_MOOD in referral.needs
        asks = (
            frozenset(referral.requested),
            None if referral.interpreter else referral.language,
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
            suits = self._meets.having_all(referral.requested) & ways
            if referral.interpreter is None:
                suits &= self._languages.having(referral.language)
            if low_mood:
                suits &= self._trained_for_low_mood
            who = np.flatnonzero(suits).astype(np.int32)
            self._known[asks] = who, near[who]
        return self._known[asks]

    def _allowed(self, agreed: tuple[str, ...]) -> frozenset[str]:
        """The channels that the person and the programme allow, of those there are. Naming none sets no limit."""
        every = self._channels.codes
        return (frozenset(agreed) or every) & (frozenset(self._programme.channels) or every)


def _pseudonym(private: Private | None) -> tuple[str, ...]:
    return () if private is None or private.person_id is None else (str(private.person_id),)


def _flags(length: int, at: Sequence[int]) -> Flags:
    flags = np.zeros(length, np.bool_)
    flags[list(at)] = True
    return flags
