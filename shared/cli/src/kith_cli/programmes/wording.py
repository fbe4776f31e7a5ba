"""How the parts of a definition are said in a few plain words, in a cell or in a sentence."""

from collections.abc import Iterable
from typing import Final

from kith_contracts.programmes import Definition
from kith_contracts.programmes.evaluation import Measure, Whose
from kith_contracts.programmes.support import Limit
from kith_contracts.programmes.supporters import Learner, Pay, Training

NOTHING: Final = "-"
PAY: Final = {Pay.UNPAID: "unpaid", Pay.SESSIONAL: "paid by the session", Pay.EMPLOYED: "employed"}
OUTCOME_OF: Final = {
    Whose.PERSON: "the person",
    Whose.SUPPORTER: "the supporter",
    Whose.CARER: "the carer",
    Whose.HOUSEHOLD: "the family",
}

_WEEK: Final = 7


def listed(words: Iterable[str]) -> str:
    """The words with commas between; a dash where there are none."""
    return ", ".join(words) or NOTHING


def spoken(codes: Iterable[str]) -> str:
    """Codes as people read them: ``less-isolation`` is *less isolation*."""
    return listed(code.replace("-", " ") for code in codes)


def often(days: int) -> str:
    """How often something is, in weeks where they are whole."""
    weeks, over = divmod(days, _WEEK)
    if over:
        return "every day" if days == 1 else f"every {days} days"
    return "once a week" if weeks == 1 else f"every {weeks} weeks"


def long(days: int) -> str:
    """How long something lasts, in weeks where they are whole."""
    weeks, over = divmod(days, _WEEK)
    number, unit = (days, "day") if over else (weeks, "week")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def ages(told: Definition) -> str:
    """Who is old or young enough."""
    least, most = told.who.minimum_age, told.who.maximum_age
    if least is not None and most is not None:
        return f"{least} to {most}"
    return f"from {least}" if least is not None else f"up to {most}" if most is not None else "any age"


def weights(told: Definition) -> str:
    """Connections by their points, the most first."""
    named = sorted(told.matching.weights.items(), key=lambda pair: (-pair[1], pair[0])) if told.matching else ()
    return listed(f"{connection} {points}" for connection, points in named if points)


def cadence(told: Definition) -> str:
    """How often, how long, and when a silence is noticed."""
    sessions = told.support.sessions
    parts = [often(sessions.every_days)] if sessions.every_days else []
    parts += [f"{sessions.minutes} minutes"] if sessions.minutes else []
    if sessions.one_to_one_minutes:
        limit = "with each" if sessions.one_to_one_limit is Limit.EACH else "in all"
        parts.append(f"at most {sessions.one_to_one_minutes} minutes one-to-one {limit}")
    parts += ["at home"] if sessions.at_home else []
    parts += [" or ".join(sessions.times)] if sessions.times else []
    parts += [f"noticed after {long(sessions.missed_after_days)} without"] if sessions.missed_after_days else []
    return listed(parts)


def length(told: Definition) -> str:
    """How long it lasts, and how often it is looked at together."""
    weeks, review = told.support.length.weeks, told.support.length.review_weeks
    lasts = long(weeks * _WEEK) if weeks else "as long as it helps"
    return f"{lasts}; {f'review {often(review * _WEEK)}' if review else 'no reviews'}"


def training(one: Training) -> str:
    """A training, with what it takes and what it counts for."""
    parts = [f"{one.days:g} {'day' if one.days <= 1 else 'days'}"] if one.days else []
    parts += [f"{one.taught_weeks} weeks taught"] if one.taught_weeks else []
    parts += [f"{one.placement_weeks} on placement"] if one.placement_weeks else []
    parts += [one.credits] if one.credits else []
    parts += [f"for {listed(one.takers)}"] if one.takers != (Learner.SUPPORTER,) else []
    parts += ["by choice"] if not one.required else []
    return f"{one.code} ({listed(parts)})" if parts else one.code


def checks(told: Definition) -> str:
    """Which check each nation's supporters have; nations with the same one together."""
    kinds: dict[str, list[str]] = {}
    for nation, check in told.supporters.checks.items():
        kinds.setdefault(f"{check.body} {check.level}", []).append(nation)
    return "; ".join(f"{kind} ({listed(nations)})" for kind, nations in kinds.items()) or NOTHING


def supervision(told: Definition) -> str:
    """How often supporters are supported."""
    kept = told.supporters.supervision
    return f"{often(kept.every_weeks * _WEEK)}{', in groups' if kept.in_groups else ''}" if kept else NOTHING


def measure(one: Measure) -> str:
    """An instrument, whose answers, and when."""
    whose = "" if one.of is Whose.PERSON else f" of the {one.of}"
    later = f", {one.weeks_after_ending} weeks later" if one.weeks_after_ending else ""
    return f"{one.instrument}{whose} ({listed(one.at)}{later})"


def results(told: Definition) -> str:
    """What is claimed from a payer."""
    kept = told.evaluation.results
    if kept is None:
        return NOTHING
    return f"{kept.payer_percent} % paid for {spoken(kept.claims)}, once held for {kept.sustained_weeks} weeks"
