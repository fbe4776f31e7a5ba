"""The house's rules that imports cannot say, each a function from a folder to the sentences about what breaks it."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]

LONGEST: Final = 300
ROOMS: Final = {
    "main": "builds everything",
    "__main__": "calls it",
    "settings": "this service's few settings",
    "api": "requests in",
    "incoming": "facts in",
    "timers": "moments in",
    "pages": "pages in and out",
    "usecases": "load, decide, save, tell",
    "views": "read-only SQL",
    "domain": "pure values, rules and refusals",
    "store": "all other SQL",
    "tables": "owned tables",
    "outgoing": "facts out",
    "channels": "ways out to people, such as mail",
    "solving": "whole lists reckoned at once, by libraries that the domain may not stand on",
    "migrations": "how the tables came to be",
}
"""Every kind of room there is. A new one is added here with one line saying why."""

NO_NAMES: Final = frozenset({"utils", "util", "helpers", "helper", "common", "base", "misc"})
"""Names that say nothing of what lies inside."""

NOT_IN_SERVICES: Final = {
    ".commit(": "only the edge and the chassis end a transaction",
    "broker.publish(": "a fact is recorded in the outbox; the relay publishes",
    "network_transaction": "only the chassis sees every organisation's rows",
    "kith.scope": "only the chassis says whose rows are seen",
}
HEADINGS: Final = ("owns", "hears", "tells")

Rule = Callable[[Path], Iterator[str]]


def every_file_can_be_read_in_one_sitting(root: Path) -> Iterator[str]:
    """Three hundred lines are enough; a room that outgrows them becomes a package of the same name."""
    for path in _modules(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if "migrations" not in path.parts and lines > LONGEST:
            yield f"{path.relative_to(root)} has {lines} lines, more than {LONGEST}"


def every_name_says_what_lies_inside(root: Path) -> Iterator[str]:
    """No drawer for whatever fits nowhere."""
    for path in _modules(root):
        named = {path.stem, *path.relative_to(root).parts[:-1]}
        for name in sorted(named & NO_NAMES):
            yield f"{path.relative_to(root)}: '{name}' does not say what it is for"


def every_module_says_what_it_is_for(root: Path) -> Iterator[str]:
    """One docstring, true of all of the module."""
    for path in _modules(root):
        if not ast.get_docstring(_tree(path)):
            yield f"{path.relative_to(root)} has no docstring"


def every_service_has_the_agreed_rooms(root: Path) -> Iterator[str]:
    """The same rooms everywhere, so that whoever knows one service knows all."""
    for package in _services(root):
        for path in sorted(package.iterdir()):
            room = path.stem
            is_room = path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
            if is_room and room not in {"__init__", *ROOMS}:
                yield f"{path.relative_to(root)}: there is no such room"


def every_service_says_what_it_owns_hears_and_tells(root: Path) -> Iterator[str]:
    """A README with three headings, so that nobody has to read code to know a service's place."""
    for package in _services(root):
        readme = package.parents[1] / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.exists() else ""
        for heading in HEADINGS:
            if not re.search(rf"^#+ .*\b{heading}\b", text, re.IGNORECASE | re.MULTILINE):
                yield f"{readme.relative_to(root)} has no heading for what the service {heading}"


def every_service_ships_its_migrations(root: Path) -> Iterator[str]:
    """Inside the package, so that the image that runs the code also brings its tables."""
    for package in _services(root):
        migrations = package / "migrations"
        if not (migrations / "env.py").exists() or not any(migrations.glob("versions/[0-9]*.py")):
            yield f"{migrations.relative_to(root)} holds no migration that Alembic could run"


def services_leave_transactions_scope_and_broker_to_the_chassis(root: Path) -> Iterator[str]:
    """What the chassis owns is not done a second time in a service."""
    for path in _service_modules(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for words, why in NOT_IN_SERVICES.items():
                if words in line:
                    yield f"{path.relative_to(root)}:{number} says '{words}', but {why}"


def only_outgoing_tells_facts(root: Path) -> Iterator[str]:
    """To learn what leaves a service, one reads one room. A statement may have place for it (``telling``)."""
    outbox = "kith_chassis.outbox"
    for path in _service_modules(root):
        reaches = {name for name in _imports(path) if f"{name}.".startswith(f"{outbox}.")}
        if _room(path) != "outgoing" and reaches not in (set(), {outbox, f"{outbox}.telling"}):
            yield f"{path.relative_to(root)} reaches for the outbox; only outgoing does"


def only_main_reads_settings(root: Path) -> Iterator[str]:
    """Configuration is an argument everywhere else."""
    for path in _service_modules(root):
        reads = {name for name in _imports(path) if name == "os" or name.endswith("settings")}
        if _room(path) not in {"main", "settings", "__main__"} and reads:
            yield f"{path.relative_to(root)} imports {', '.join(sorted(reads))}; only main reads settings"


def the_domain_stands_on_the_standard_library_alone(root: Path) -> Iterator[str]:
    """Deciding is pure: no framework, no input or output, no clock. ``ALSO`` is as pure, and kept by others."""
    for path in _service_modules(root):
        package = next(part for part in path.parts if part.startswith("kith_"))
        for name in sorted(_imports(path)) if _room(path) == "domain" else ():
            own = f"{name}.".startswith(f"{package}.domain.") or name == package
            if not own and name.split(".")[0] not in sys.stdlib_module_names | ALSO:
                yield f"{path.relative_to(root)} imports {name}"


ALSO: Final = frozenset({"holidays"})
"""The bank holidays of the four nations: a table of days, which others keep up to date."""

RULES: Final[tuple[Rule, ...]] = (
    every_file_can_be_read_in_one_sitting,
    every_name_says_what_lies_inside,
    every_module_says_what_it_is_for,
    every_service_has_the_agreed_rooms,
    every_service_says_what_it_owns_hears_and_tells,
    every_service_ships_its_migrations,
    services_leave_transactions_scope_and_broker_to_the_chassis,
    only_outgoing_tells_facts,
    only_main_reads_settings,
    the_domain_stands_on_the_standard_library_alone,
)


def _services(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("services/*/src/kith_*") if path.is_dir())


def _service_modules(root: Path) -> list[Path]:
    return sorted(path for package in _services(root) for path in package.rglob("*.py"))


def _modules(root: Path) -> list[Path]:
    return sorted([*root.glob("shared/*/src/**/*.py"), *_service_modules(root)])


def _room(path: Path) -> str:
    package = next(place for place, part in enumerate(path.parts) if part.startswith("kith_"))
    return path.parts[package + 1].removesuffix(".py")


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _imports(path: Path) -> set[str]:
    """Every absolute name that a module imports; ``from a import b`` counts as ``a`` and as ``a.b``."""
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module.startswith("kith_"):
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found
