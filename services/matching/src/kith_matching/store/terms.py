"""How stored terms become a programme's: what an older or a newer release wrote is read as well."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from kith_matching.domain.terms import CheckAsked, MeasureAsked, Priority, Terms, TrainingAsked

_KNOWN: Final = frozenset(field.name for field in fields(Terms))


def terms_of(stored: Mapping[str, Any] | None) -> Terms:
    """The terms. What was not stored is as without a definition; what is not known here is passed over."""
    told = {name: _listed(value) for name, value in (stored or {}).items() if name in _KNOWN}
    for name, kind in (("training", TrainingAsked), ("optional_training", TrainingAsked), ("checks", CheckAsked)):
        if name in told:
            told[name] = tuple(kind(**one) for one in told[name])
    if "measures" in told:
        told["measures"] = tuple(MeasureAsked(**{**one, "at": tuple(one["at"])}) for one in told["measures"])
    if "priority" in told:
        told["priority"] = Priority(**told["priority"])
    if "related" in told:
        told["related"] = {experience: tuple(near) for experience, near in told["related"].items()}
    return Terms(**told)


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
