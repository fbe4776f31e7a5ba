"""What of a programme's definition other services hold it to: codes and counts, and none of its words."""

from pydantic import BaseModel, ConfigDict, Field

from kith_contracts.fact import Code, Count, Percentage, Points
from kith_contracts.programmes.definition import Definition
from kith_contracts.programmes.matching import HardRule, Matching
from kith_contracts.programmes.supporters import MENTAL_HEALTH, Learner, Training


class _Told(BaseModel):
    """A part of a fact: whatever it does not know yet is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class TrainingAsked(_Told):
    """A training of a programme's supporters."""

    code: Code
    """``counselling-skills``, ``mental-health-first-aid``."""
    valid_months: Count | None = None
    """Months after which it runs out; none where it does not."""


class CheckAsked(_Told):
    """The criminal-record check that supporters in a nation have."""

    nation: Code
    """``england``, ``scotland``, ``wales``, ``northern-ireland``."""
    body: Code
    """``dbs``, ``disclosure-scotland``, ``access-ni``."""
    level: Code
    """``basic``, ``standard``, ``enhanced``, ``enhanced-with-barred-list``, ``level-1``, ``level-2``, ``pvg``."""
    look_again_months: Count
    """Months from one look at its status to the next."""


class MeasureAsked(_Told):
    """An instrument that a programme asks people or supporters to answer."""

    instrument: Code
    """``ons4``, ``swemwbs``, ``core-10``."""
    of: Code = "person"
    """Whose answers they are: ``person``, ``supporter``, ``carer``, ``household``."""
    at: tuple[Code, ...]
    """``baseline`` (before the second session), ``review``, ``ending``."""
    weeks_after_ending: Count | None = None
    """Weeks after the ending at which it is asked once more; none where it is not."""


class ProgrammeTerms(_Told):
    """How a programme matches, what its supporters need, and how long it lasts, as one version of its file has it."""

    definition_version: Count
    """Counts up whenever another definition is applied. A match keeps the version with which it began."""
    models: tuple[Code, ...] = ()
    """``one-to-one``, ``group``, ``drop-in``, ``course``, ``listening-slots``, ``tutoring``, ``mentoring``,
    ``mediation``, ``mutual-exchange``, ``outreach``."""
    components: tuple[Code, ...] = ()
    """What else is switched on: ``taster``, ``goals``, ``mediation``, ``progression``."""
    conditions: tuple[Code, ...] = ()
    """The conditions that it is for; none where it is for any."""
    rules: tuple[Code, ...] = ()
    """Hard rules beside those that hold everywhere: ``same-condition``, ``shared-experience``,
    ``trained-for-low-mood``, ``same-age-or-older``, ``same-setting``, ``close-to-neither``, ``both-agree``."""
    related: dict[Code, tuple[Code, ...]] = Field(default_factory=dict)
    """For an experience those that come near it."""
    related_percent: Percentage = 50
    """What a related experience is worth of a shared one."""
    knowing_each_other: Code = "ask-each"
    """What is done where the two may know each other: ``refuse``, ``ask-each``, ``expected``."""
    getting_to_know: bool = False
    """Whether a coordinator records having got to know both before anybody is proposed."""
    different_peers: bool = False
    """Whether somebody who comes again is rather offered another peer."""
    ageing_per_day: Points = 10
    """Points for each day of waiting."""
    scarcity: Points = 3000
    """Points shared out by how few supporters could take somebody."""
    urgent: Points = 2000
    """Points for whoever the referrer asked to be looked at first."""
    shortlist: Count = 3
    """Supporters that a coordinator is shown for one person."""
    answer_hours: Count = 48
    """Hours in which a supporter answers before it goes on to the next."""
    open_offers: Count | None = None
    """Offers that one supporter may hold at once; none is no limit."""
    round_every_days: Count | None = None
    """Days between two rounds over the whole list; none where a round is held when somebody asks for one."""
    training: tuple[TrainingAsked, ...] = ()
    """The trainings without which a supporter is matched with nobody."""
    optional_training: tuple[TrainingAsked, ...] = ()
    """The others that supporters may have. One that has run out counts for nothing."""
    low_mood_training: tuple[Code, ...] = ()
    """The trainings of which one is enough for ``trained-for-low-mood``."""
    checks: tuple[CheckAsked, ...] = ()
    """The checks that supporters have, by nation. A nation that is not named asks for none."""
    steps: tuple[Code, ...] = ()
    """The steps before a supporter may start: ``selection``, ``training``, ``checks``, ``occupational-health``,
    ``human-resources``, ``professional-advisory-committee``, ``acceptance-by-ward``."""
    supporter_minimum_age: Count = 18
    """The youngest that a supporter may be, in whole years."""
    supervision_weeks: Count | None = None
    """Weeks from one supervision to the next; none where there is none."""
    disclosure: Code = "coordinator"
    """Who sees lived experience of which its supporter has not said otherwise: ``matching-only``, ``coordinator``,
    ``after-match``, ``public``."""
    length_weeks: Count | None = None
    """How long support is planned to last; none: as long as it helps."""
    review_weeks: Count | None = 6
    """Weeks from one review to the next; none where nobody is asked for one."""
    extensions: Count = 1
    """Extensions after which a coordinator is asked whether somebody has come to depend on it."""
    places: Count | None = None
    """Places in a group or course; none: whoever comes."""
    waiting_list: bool = False
    """Whether names wait for such a place."""
    comes_as: tuple[Code, ...] = ()
    """Who comes: ``alone``, ``pair`` (a person with their carer or partner), ``household``; none: not said."""
    slot_times: tuple[Code, ...] = ()
    """How somebody comes to a listener, where it has listening slots: ``booked``, ``open``."""
    one_to_one_minutes: Count | None = None
    """The most that somebody is seen alone; none: no limit."""
    one_to_one_limit: Code | None = None
    """Of what that is the limit: ``each`` session, ``in-all`` that a worker has on a day."""
    missed_after_days: Count | None = None
    """Days without a session after which a coordinator is told; none where it sets no such days."""
    at_home: bool = False
    """Whether a supporter visits people's homes: then each visit has a plan, a check-in and a check-out."""
    measures: tuple[MeasureAsked, ...] = ()
    """What is asked about how people are, of whom and when."""
    sites: tuple[Code, ...] = ()
    """Where it is offered, each site's name as a code: ``brighton-and-hove``; none: wherever its organisation is."""
    proposed_households: Count | None = None
    """How many households the payer of its results hopes for in all; none where none is named."""


def terms_of(definition: Definition, version: int) -> ProgrammeTerms:
    """What a version of a definition is told as. A programme that matches nobody has the usual policy, unused."""
    matching = definition.matching or Matching()
    supporters, length, gathering = definition.supporters, definition.support.length, definition.support.gathering
    theirs = [one for one in supporters.training if Learner.SUPPORTER in one.takers]
    return ProgrammeTerms(
        definition_version=version,
        models=definition.models,
        components=definition.support.components,
        conditions=definition.who.conditions,
        rules=matching.rules,
        related=matching.related,
        related_percent=matching.related_percent,
        knowing_each_other=matching.knowing_each_other,
        getting_to_know=matching.getting_to_know and definition.matching is not None,
        different_peers=matching.different_peers,
        ageing_per_day=matching.priority.ageing_per_day,
        scarcity=matching.priority.scarcity,
        urgent=matching.priority.urgent,
        shortlist=matching.offers.shortlist,
        answer_hours=matching.offers.answer_hours,
        open_offers=matching.offers.open_at_once,
        round_every_days=matching.round_every_days if definition.matching else None,
        training=tuple(_asked(one) for one in theirs if one.required),
        optional_training=tuple(_asked(one) for one in theirs if not one.required),
        low_mood_training=_for_low_mood(matching, theirs),
        checks=tuple(CheckAsked(nation=nation, **check.model_dump()) for nation, check in supporters.checks.items()),
        steps=supporters.steps,
        supporter_minimum_age=supporters.minimum_age,
        supervision_weeks=supporters.supervision.every_weeks if supporters.supervision else None,
        disclosure=definition.disclosure,
        length_weeks=length.weeks,
        review_weeks=length.review_weeks,
        extensions=length.extensions,
        places=gathering.most if gathering else None,
        waiting_list=gathering.waiting_list if gathering else False,
        comes_as=definition.support.comes_as,
        slot_times=definition.support.sessions.times,
        one_to_one_minutes=definition.support.sessions.one_to_one_minutes,
        one_to_one_limit=definition.support.sessions.one_to_one_limit,
        missed_after_days=definition.support.sessions.missed_after_days,
        at_home=definition.support.sessions.at_home,
        measures=tuple(MeasureAsked(**measure.model_dump()) for measure in definition.evaluation.measures),
        sites=definition.site_codes,
        proposed_households=definition.evaluation.results.proposed if definition.evaluation.results else None,
    )


def _asked(training: Training) -> TrainingAsked:
    return TrainingAsked(code=training.code, valid_months=training.valid_months)


def _for_low_mood(matching: Matching, training: list[Training]) -> tuple[str, ...]:
    if HardRule.TRAINED_FOR_LOW_MOOD not in matching.rules:
        return ()
    return tuple(one.code for one in training if MENTAL_HEALTH in one.covers)
