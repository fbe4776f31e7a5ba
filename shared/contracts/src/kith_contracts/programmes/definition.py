"""A programme's definition: all that makes it this programme, in one file, with no code of its own.

The file is YAML; ``kith programmes check`` reads it, and the network's operator applies it. A match keeps the version
with which it began.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from typing import Annotated, Final

from pydantic import Field

from kith_contracts.fact import LONGEST_CODE, Code
from kith_contracts.programmes.evaluation import Evaluation, Moment, Whose
from kith_contracts.programmes.matching import HardRule, Matching
from kith_contracts.programmes.support import Component, Support
from kith_contracts.programmes.supporters import MENTAL_HEALTH, Supporters
from kith_contracts.programmes.words import (
    GATHERED,
    PAIRED,
    PLACED,
    Channel,
    Codes,
    Contradiction,
    Formality,
    Model,
    Name,
    Part,
    Words,
    Years,
    code_of,
)

_INFORMAL_COMPONENTS: Final = frozenset(
    {Component.EXCHANGE, Component.HEADCOUNT, Component.SIGNPOSTING, Component.DIRECTORY}
)
_NOTHING: Final = (
    "An informal programme asks for none of this, and nobody could give it: take it out, or choose a higher level."
)
_INSTEAD: Final = {
    "who.referrable": "Nobody in an informal programme could answer a referral: say referrable: false. People come by "
    "themselves.",
    "supporters.training": "An informal programme requires no training: say required: false of each.",
    "support.length.review_weeks": "An informal programme asks for no reviews: say review_weeks: null.",
    "support.components": "An informal programme keeps no record of people: only "
    f"{', '.join(sorted(_INFORMAL_COMPONENTS))} may be on.",
    "models": "People meet informally in a group, a drop-in or a course, and may exchange what they can do: any other "
    "model needs a higher level.",
    "matching.getting_to_know": "Nobody coordinates an informal programme: say getting_to_know: false.",
}


class Audience(StrEnum):
    """Who may see an item of a supporter's lived experience. Only the supporter sets it, item by item (LTC)."""

    MATCHING_ONLY = "matching-only"
    """Used for matching, shown to nobody: *a shared experience*."""
    COORDINATOR = "coordinator"
    AFTER_MATCH = "after-match"
    """Also the person, once both have agreed."""
    PUBLIC = "public"


class Who(Part):
    """Whom it is for."""

    summary: Words
    minimum_age: Years | None = None
    maximum_age: Years | None = None
    needs: Codes = ()
    """Why support may help: ``low-mood``, ``isolation`` (LTC, *Who benefits most from peer support*)."""
    conditions: Codes = ()
    """None said: whatever somebody lives with."""
    circumstances: Codes = ()
    """What those it is for have in common beside needs and conditions: ``kinship-carer``, ``in-prison``, ``woman``."""
    referrable: bool = True
    """Whether anybody is referred to it. Where not, people come, or are reached, without a name."""
    reached_by: tuple[Channel, ...] = ()
    """The only ways to reach them, in a prison ``letter`` and ``in-person``. None said: as each of them wishes."""

    def contradictions(self) -> Iterator[Contradiction]:
        """Limits that nobody is between."""
        if self.minimum_age is not None and self.maximum_age is not None and self.minimum_age > self.maximum_age:
            yield Contradiction(
                "ages-cross",
                "maximum_age",
                f"Nobody is at least {self.minimum_age} and at most {self.maximum_age}: change one of the two.",
            )


class Approval(Part):
    """Whose the file is: they write it, and nobody else's word is enough to apply it (MH, *Right Here*)."""

    by: Code
    """``young-people``, ``members``, ``service-user-trainers``."""
    needed: Annotated[int, Field(ge=1, le=20)] = 1
    """How many of them have said yes before it is applied."""


class Definition(Part):
    """One offer of peer support by one organisation."""

    slug: Code
    """Its short name, which does not change; the file has the same. It stands in addresses that people see."""
    extends: Code | None = None
    """The definition of which this is a variant: what is not said here is as it is there."""
    name: Name
    """What it calls itself in public. Never *troubled families* to a family (RE)."""
    description: Words
    models: Annotated[tuple[Model, ...], Field(min_length=1)]
    formality: Formality
    who: Who
    matching: Matching | None = None
    """None where nobody is matched."""
    supporters: Supporters
    support: Support = Support()
    disclosure: Audience = Audience.COORDINATOR
    """Who sees an item of lived experience of which its supporter has not said otherwise."""
    evaluation: Evaluation = Evaluation()
    approval: Approval | None = None
    sites: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    """Where it is offered. None said: wherever its organisation is. Referrals and contacts name a site by its name as a
    code (*Brighton and Hove* is ``brighton-and-hove``), so no two have the same."""

    @property
    def site_codes(self) -> tuple[str, ...]:
        """The sites as facts and requests name them."""
        return tuple(code_of(name) for name in self.sites)

    def contradictions(self) -> Iterator[Contradiction]:
        """What its parts cannot mean together."""
        return chain(
            self._beside_its_models(),
            self._beside_whom_it_is_for(),
            self._unevaluated(),
            self._beyond_its_level(),
            self._at_its_sites(),
        )

    def _beside_its_models(self) -> Iterator[Contradiction]:
        """Pairs without a policy, gatherings without a gathering, and the other way round."""
        models = set(self.models)
        paired, gathered = sorted(PAIRED & models), sorted(GATHERED & models)
        if paired and self.matching is None:
            yield Contradiction(
                "matching-missing", "matching", f"{paired[0]} matches people: say here what makes a good match."
            )
        if self.matching is not None and not (PAIRED | PLACED) & models:
            yield Contradiction(
                "matching-for-nobody", "matching", "No model of this programme matches anybody: take matching out."
            )
        if gathered and self.support.gathering is None:
            yield Contradiction(
                "gathering-missing",
                "support.gathering",
                f"{gathered[0]} brings people together: say how many, and who facilitates.",
            )
        if self.support.gathering is not None and not gathered:
            yield Contradiction(
                "gathering-of-nobody",
                "support.gathering",
                "No model of this programme brings people together: take it out, or add group, drop-in or course "
                "to the models.",
            )
        if Model.LISTENING_SLOTS in models and not self.support.sessions.times:
            yield Contradiction(
                "times-missing",
                "support.sessions.times",
                "Say how somebody comes to a listener: booked, open, or both.",
            )
        both = {HardRule.BOTH_AGREE, HardRule.CLOSE_TO_NEITHER}
        if Model.MEDIATION in models and self.matching and not both <= set(self.matching.rules):
            yield Contradiction(
                "mediator-takes-sides",
                "matching.rules",
                "Both sides agree to a mediator, who is close to neither: add both-agree and close-to-neither.",
            )
        covered = {subject for training in self.supporters.training for subject in training.covers}
        if self.matching and HardRule.TRAINED_FOR_LOW_MOOD in self.matching.rules and MENTAL_HEALTH not in covered:
            yield Contradiction(
                "low-mood-untrained",
                "supporters.training",
                f"No training here covers {MENTAL_HEALTH}, so nobody could be matched where low mood is recorded: say "
                "so of one that does, or take trained-for-low-mood out of the rules.",
            )

    def _beside_whom_it_is_for(self) -> Iterator[Contradiction]:
        """Questions put to people who came without a name."""
        if self.who.referrable:
            return
        if self.support.length.review_weeks is not None:
            yield Contradiction(
                "reviews-of-nobody",
                "support.length.review_weeks",
                "Nobody is referred, so there is nobody to look back with: say review_weeks: null.",
            )
        if any(measure.of is not Whose.SUPPORTER for measure in self.evaluation.measures):
            yield Contradiction(
                "measures-nobody",
                "evaluation.measures",
                "Nobody is referred, so nobody's answers can be compared: measure supporters only, or say referrable: "
                "true.",
            )
        if PAIRED & set(self.models) - {Model.MUTUAL_EXCHANGE}:
            yield Contradiction(
                "matches-nobody",
                "who.referrable",
                "Whoever is matched was referred, or referred themself: say referrable: true. Only members exchange "
                "without.",
            )

    def _unevaluated(self) -> Iterator[Contradiction]:
        """Results that nobody claims, and measures at reviews that there are not."""
        claims, results = Component.RESULTS in self.support.components, self.evaluation.results is not None
        if claims and not results:
            yield Contradiction(
                "results-missing", "evaluation.results", "The component results is on: say here what may be claimed."
            )
        if results and not claims:
            yield Contradiction(
                "results-not-on", "support.components", "Results are said in the evaluation: add the component results."
            )
        reviews = any(Moment.REVIEW in measure.at for measure in self.evaluation.measures)
        if reviews and self.support.length.review_weeks is None:
            yield Contradiction(
                "no-reviews",
                "support.length.review_weeks",
                "A measure is asked at reviews, and there are none: say how many weeks apart they are.",
            )

    def _at_its_sites(self) -> Iterator[Contradiction]:
        """Names of sites that cannot be told apart as codes, or make none."""
        for place, (name, code) in enumerate(zip(self.sites, self.site_codes, strict=True)):
            if not 0 < len(code) <= LONGEST_CODE:
                yield Contradiction(
                    "site-without-code",
                    f"sites.{place}",
                    f"{name} makes no code of 1 to {LONGEST_CODE} letters and digits: give it a short name in a to z.",
                )
            elif code in self.site_codes[:place]:
                yield Contradiction(
                    "site-twice", f"sites.{place}", f"There is another site of the code {code}: give each its own name."
                )

    def _beyond_its_level(self) -> Iterator[Contradiction]:
        """What goes beyond the formality dial: informal groups are best left alone (HH)."""
        if self.formality is not Formality.FORMAL and self.evaluation.results:
            yield Contradiction(
                "beyond-its-level",
                "evaluation.results",
                "Only a formal programme keeps a record that a payer can trust: choose formal, or claim nothing.",
            )
        if self.formality is not Formality.INFORMAL:
            return
        sessions, matching = self.support.sessions, self.matching
        asked = {
            "who.referrable": self.who.referrable,
            "evaluation.measures": bool(self.evaluation.measures),
            "evaluation.hours": self.evaluation.hours,
            "supporters.steps": bool(self.supporters.steps),
            "supporters.checks": bool(self.supporters.checks),
            "supporters.supervision": self.supporters.supervision is not None,
            "supporters.training": any(training.required for training in self.supporters.training),
            "support.length.review_weeks": self.support.length.review_weeks is not None,
            "support.sessions.missed_after_days": sessions.missed_after_days is not None,
            "support.sessions.at_home": sessions.at_home,
            "support.gathering.waiting_list": bool(self.support.gathering and self.support.gathering.waiting_list),
            "support.components": not _INFORMAL_COMPONENTS.issuperset(self.support.components),
            "models": not set(self.models) <= GATHERED | {Model.MUTUAL_EXCHANGE},
            "matching.getting_to_know": bool(matching and matching.getting_to_know),
        }
        for at, too_much in asked.items():
            if too_much:
                yield Contradiction("beyond-its-level", at, _INSTEAD.get(at, _NOTHING))
