"""What a YAML file says, and on which line it says each thing.

A smaller YAML than most: `yes` is a word and no truth, `2026-01-31` is no date, `12:30` is no number, nothing points to
another place in the file, and no key stands twice. What somebody reads is what stands there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Place = tuple[str, ...]
"""Where something stands: keys, and the numbers of a list's items, from the outside in."""


class Unwritten(NamedTuple):
    """Why a text does not say what it seems to."""

    code: str
    line: int
    at: Place
    says: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a text says, and where. ``faults`` are all that were found; what they are about is left out of ``told``."""

    told: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: tuple[Unwritten, ...] = ()

    def line_of(self, place: Place) -> int:
        """The line on which the place stands, or else what it would stand in."""
        known = (self.lines[place[:depth]] for depth in range(len(place), 0, -1) if place[:depth] in self.lines)
        return next(known, 1)


def written(text: str) -> Written:
    """Read a YAML text. It never raises: whatever is wrong with it is among the faults."""
    try:
        return _made(text)
    except _Pointing as pointing:
        return Written(faults=(Unwritten("points-elsewhere", _line(pointing), (), _POINTS),))
    except yaml.MarkedYAMLError as error:
        problem = error.problem or "it cannot be understood"
        return Written(faults=(Unwritten("not-yaml", _line(error), (), f"This is not YAML: {problem}."),))
    except yaml.YAMLError:
        return Written(faults=(Unwritten("not-yaml", 1, (), "This is not YAML: a character in it is not text."),))
    except RecursionError:
        return Written(faults=(Unwritten("nested-too-deep", 1, (), _DEEP),))


def _made(text: str) -> Written:
    node, making = _compose(text), _Making()
    told = making.value(node, ()) if node is not None else None
    return Written(told, making.lines, tuple(making.faults))


_POINTS: Final = "Nothing may point to another place (`*name`): write it out, so that whoever reads it sees it here."


_DEEPEST: Final = 20
_DEEP: Final = "Nothing in a definition lies so deep within lists and mappings: take some brackets or indents away."


class _Pointing(yaml.MarkedYAMLError):
    """An alias: a place that stands for another."""


class _Loader(yaml.SafeLoader):
    """Composes nodes with the plain words of JSON alone."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 -- its own, so that the words of YAML 1.1 are not inherited

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Compose a node; an alias is refused, for it could also hold itself, or a billion others."""
        if self.check_event(yaml.AliasEvent):
            raise _Pointing(problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final[dict[str, tuple[re.Pattern[str], str, Callable[[str], Any]]]] = {
    "null": (re.compile(r"(?:null|~|)$"), "n~", lambda _: None),
    "bool": (re.compile(r"(?:true|false)$"), "tf", lambda text: text == "true"),
    "int": (re.compile(r"[-+]?[0-9]{1,18}$"), "-+0123456789", int),
    "float": (re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}$"), "-+0123456789", float),
}
for _name, (_form, _first, _) in _WORDS.items():
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", _form, [*_first, *([""] if _name == "null" else [])])


def _compose(text: str) -> Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _line(error: yaml.MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1


class _Making:
    """Makes values from nodes, remembering lines and faults on the way."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[Unwritten] = []

    def value(self, node: Node, at: Place) -> Any:
        """What the node says."""
        self.lines.setdefault(at, node.start_mark.line + 1)
        if len(at) > _DEEPEST:
            self.faults.append(Unwritten("nested-too-deep", node.start_mark.line + 1, at[:1], _DEEP))
            return None
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, at))
        if isinstance(node, SequenceNode):
            return [self.value(item, (*at, str(number))) for number, item in enumerate(node.value)]
        return self._word(node, at)

    def _pairs(self, node: MappingNode, at: Place) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or not _is_text(key.value):
                self.faults.append(Unwritten("key-not-a-word", line, at, "A key must be one word, such as matching."))
            elif key.value in seen:
                says = f"{key.value} stands here twice, and only one of them could count: keep one."
                self.faults.append(Unwritten("key-twice", line, (*at, key.value), says))
            else:
                seen.add(key.value)
                self.lines[(*at, key.value)] = line
                yield key.value, self.value(value, (*at, key.value))

    def _word(self, node: Node, at: Place) -> Any:
        name = node.tag.removeprefix(_TAG)
        if name in _WORDS and _WORDS[name][0].match(node.value):
            return _WORDS[name][2](node.value)
        if name != "str" or not _is_text(node.value):
            says = "Only plain words and numbers may stand here: no !tags, and no halves of characters."
            self.faults.append(Unwritten("not-plain", node.start_mark.line + 1, at, says))
        return node.value


def _is_text(value: str) -> bool:
    """Whether it can be stored: YAML's escapes can also make half a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
