"""A programme's file, read: its definition, or everything that is wrong with it, each at its line.

What the YAML says wrongly is told first, then what each part says wrongly, then what the parts cannot mean together:
the later is only known once the earlier is mended.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kith_cli.programmes.standing import found, keys, may_stand, meant, shown
from kith_cli.programmes.written import Place, Written, written
from kith_contracts.programmes import Definition
from kith_contracts.programmes.words import CONTRADICTS

ENDING: Final = ".yaml"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file. ``code`` is stable; ``at`` is the path in the document."""

    code: str
    line: int
    at: str
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read. It can be used if there is a definition, and then there are no faults."""

    file: Path
    definition: Definition | None = None
    faults: tuple[Fault, ...] = ()


def read(file: Path) -> Reading:
    """Read a programme's file, and the one that it extends, which lies in the same folder."""
    said = _open(file)
    if isinstance(said, Fault):
        return Reading(file, faults=(said,))
    if said.faults:
        return Reading(file, faults=tuple(Fault(one.code, one.line, ".".join(one.at), one.says) for one in said.faults))
    named = list(_named(file, said))
    whole, unmade = _with_what_it_extends(file, said)
    if unmade:
        return Reading(file, faults=(*named, unmade))
    try:
        definition = Definition.model_validate_json(json.dumps(whole), strict=True)
    except ValidationError as error:
        return Reading(file, faults=_in_order(*named, *_faults(error, said)))
    return Reading(file, faults=tuple(named)) if named else Reading(file, definition)


def _in_order(*faults: Fault) -> tuple[Fault, ...]:
    return tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.at, fault.code)))


def merged(base: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """What a variant says over its base: mappings are merged, everything else takes the place of what was there."""
    made = dict(base)
    for key, value in variant.items():
        there = made.get(key)
        made[key] = merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return made


def _open(file: Path) -> Written | Fault:
    try:
        said = written(file.read_text(encoding="utf-8"))
    except OSError as error:
        return Fault("unreadable", 1, "", f"It cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        return Fault("unreadable", 1, "", "It is not text in UTF-8: save it as that.")
    if not said.faults and not isinstance(said.told, dict):
        return Fault("not-a-definition", 1, "", f"It does not define a programme: write {', '.join(_REQUIRED)}.")
    return said


_REQUIRED: Final = tuple(name for name, field in Definition.model_fields.items() if field.is_required())


def _named(file: Path, said: Written) -> Iterator[Fault]:
    """A file is called as its programme is, so that whoever knows one finds the other."""
    slug = said.told.get("slug")
    if file.suffix != ENDING:
        yield Fault("not-named-yaml", 1, "", f"Its name must end in {ENDING}: call it {file.stem}{ENDING}.")
    elif isinstance(slug, str) and slug != file.stem:
        line = said.line_of(("slug",))
        yield Fault("slug-not-the-files", line, "slug", f"The file is called {file.stem}, so this must be {file.stem}.")


def _with_what_it_extends(file: Path, said: Written) -> tuple[dict[str, Any], Fault | None]:
    told: dict[str, Any] = said.told
    extends = told.get("extends")
    if not isinstance(extends, str):
        return told, None

    def fault(code: str, says: str) -> tuple[dict[str, Any], Fault]:
        return told, Fault(code, said.line_of(("extends",)), "extends", says)

    there = {path.stem: path for path in file.absolute().parent.glob(f"*{ENDING}")}
    if extends == file.stem:
        return fault("extends-itself", "A programme is no variant of itself: take this out, or name another.")
    if extends not in there:
        near = meant(extends, sorted(there.keys() - {file.stem}))
        perhaps = f" Perhaps {near} is meant." if near else ""
        return fault("extends-nothing", f"There is no {extends}{ENDING} in its folder.{perhaps}")
    base = _open(there[extends])
    if isinstance(base, Written) and not base.faults and base.told.get("extends") is not None:
        return fault(
            "extends-a-variant", f"{extends} is a variant itself: extend what it extends, and say the rest here."
        )
    if isinstance(base, Fault) or read(there[extends]).definition is None:
        return fault(
            "extends-unusable", f"{extends}{ENDING}, which it extends, cannot be used itself: mend that first."
        )
    own = {key: value for key, value in base.told.items() if key != "slug"}
    return merged(own, told), None


def _faults(error: ValidationError, said: Written) -> Iterator[Fault]:
    errors = error.errors(include_url=False)
    within = {one["loc"][:depth] for one in errors for depth in range(len(one["loc"]))}
    for one in errors:
        if one["type"] == "too_short" and one["loc"] in within:
            continue  # pydantic counts only the items that are right
        place = tuple(str(step) for step in one["loc"] if step != "[key]")
        if one["type"] == CONTRADICTS:
            for contradiction in one["ctx"][CONTRADICTS]:
                at = (*place, *contradiction.at.split("."))
                yield Fault(contradiction.code, said.line_of(at), ".".join(at), contradiction.says)
        else:
            code, says = _sentence(one, place)
            yield Fault(code, said.line_of(place), ".".join(place), says)


def _sentence(one: ErrorDetails, place: Place) -> tuple[str, str]:
    """A code and a sentence for what pydantic found, saying what may stand there."""
    kind = one["type"]
    if kind == "extra_forbidden" or one["loc"][-1:] == ("[key]",):
        known = keys(found(place[:-1]))
        near = meant(place[-1], known)
        perhaps = f"perhaps {near} is meant. " if near else ""
        may = f"These may stand here: {', '.join(known)}." if known else "Only a code such as kinship-care may."
        return "unknown-key", f"{place[-1]} may not stand here{': ' if near else '. '}{perhaps}{may}"
    if kind == "missing":
        return "missing", f"{place[-1]} is missing: write {may_stand(found(place))}."
    return _KINDS.get(kind, "wrong-value"), f"Only {may_stand(found(place))} may stand here, not {shown(one['input'])}."


_KINDS: Final = {
    "enum": "not-a-choice",
    "bool_type": "wrong-type",
    "dict_type": "wrong-type",
    "float_type": "wrong-type",
    "int_type": "wrong-type",
    "model_type": "wrong-type",
    "string_type": "wrong-type",
    "tuple_type": "wrong-type",
    "string_pattern_mismatch": "wrong-form",
    "greater_than": "out-of-range",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
    "string_too_long": "wrong-length",
    "string_too_short": "wrong-length",
    "too_long": "wrong-length",
    "too_short": "wrong-length",
}
