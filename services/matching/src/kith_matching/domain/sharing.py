"""What two people may have in common beside language and place, and the refusals where a programme insists on it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.terms import Terms


class Connection(StrEnum):
    """What connects two people in codes, beside needs, conditions and interests (LTC, *What is a peer*; MH)."""

    IMPACT = "impact"
    PROFESSION = "profession"
    FAITH = "faith"
    VALUES = "values"
    STATUS = "status"
    BACKGROUND = "background"
    SKILL = "skill"
    AVAILABILITY = "availability"
    SETTING = "setting"


SCORED: Final = tuple(one for one in Connection if one is not Connection.SETTING)
"""Those that a programme may give points for. A setting is shared or not: only a rule asks for it."""


class ConditionNotShared(PairStopped):
    """The programme matches by condition, and argues for that (LTC, *The matching process*)."""

    code = "condition-not-shared"
    advice = "The two share no condition that this programme is for. A supporter who lives with the same one is needed."


class ExperienceNotShared(PairStopped):
    """The programme asks for lived experience, or for one that it counts as related (RE)."""

    code = "experience-not-shared"
    advice = (
        "The supporter has lived through nothing that the person came with, nor through anything near it. A supporter "
        "who has is needed."
    )


class SupporterYounger(PairStopped):
    """The programme asks for a supporter of the person's age, or older, and this one is certainly younger (MH)."""

    code = "supporter-younger"
    advice = "The supporter is younger than the person. One of the person's age, or older, is needed."


class SettingNotShared(PairStopped):
    """The programme is for people who live, learn or are cared for in one place (MH, *Peer Mentoring*)."""

    code = "setting-not-shared"
    advice = (
        "The two are not recorded as living, learning or being cared for in the same place. If they are, record it for "
        "both."
    )


class TooYoungToSupport(PairStopped):
    """The supporter is certainly younger than the programme lets its supporters be."""

    code = "too-young-to-support"
    advice = "The supporter is younger than this programme's supporters may be. They can be asked when they are older."


def count_for_condition(conditions: Iterable[str], terms: Terms) -> set[str]:
    """Of a person's conditions those by which the programme matches: all, where it names none."""
    return set(conditions) & set(terms.conditions) if terms.conditions else set(conditions)


def related_to(needs: Iterable[str], related: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The experiences that the programme counts as related to any of these needs."""
    return {code for need in needs for code in related.get(need, ())}
