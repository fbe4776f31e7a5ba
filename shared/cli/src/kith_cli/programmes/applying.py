"""Definitions held against the network: what a file would change of its programme, and changing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kith_chassis.clock import new_id
from kith_cli.cannot import CannotRun
from kith_cli.speaking import Refused, Speaker
from kith_contracts.programmes import Definition

NOT_FOUND: Final = 404
BESIDE: Final = (
    *("slug", "organisation_id", "url", "email", "telephone", "status", "districts", "opens", "capacity"),
    *("expected_wait_days", "assured_on", "assurer_email", "crisis_lines", "promised_wait_days", "contact_attempts"),
)
"""What a programme says beside its definition: kept as it is when a definition is applied."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two versions say something else; None where one of them says nothing."""

    at: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """``matching.weights.place: 150, now 200``."""
        return f"{self.at}: {_shown(self.before)}, now {_shown(self.after)}"


@dataclass(frozen=True, slots=True)
class Compared:
    """A file against the programme of its slug.

    ``programme`` is None where nobody offers it, ``version`` 0 where its programme has no definition in force.
    """

    definition: Definition
    programme: Mapping[str, Any] | None
    version: int
    differences: tuple[Difference, ...]

    @property
    def alike(self) -> bool:
        """Whether applying the file would change nothing."""
        return self.version > 0 and not self.differences


def offered(speaker: Speaker) -> dict[str, Mapping[str, Any]]:
    """Every programme of the network, by slug."""
    found: dict[str, Mapping[str, Any]] = {}
    params: dict[str, str] = {"limit": "200"}
    while True:
        page = speaker.get("referrals", "/programmes", params)
        found |= {one["slug"]: one for one in page["items"]}
        if page["next"] is None:
            return found
        params["after"] = page["next"]


def compare(speaker: Speaker, definition: Definition, programme: Mapping[str, Any] | None) -> Compared:
    """Hold a file against the definition in force."""
    if programme is None:
        return Compared(definition, None, 0, ())
    try:
        now = speaker.get("referrals", f"/programmes/{programme['id']}/definition")
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return Compared(definition, programme, 0, ())
    after = definition.model_dump(mode="json")
    return Compared(definition, programme, now["version"], tuple(_differences(now["definition"], after, "")))


def apply(speaker: Speaker, found: Compared, *, slug: str, organisation: str | None, approvals: int) -> int:
    """Put the definition in force; the version that it is from now on. What the programme says beside it stays.

    Raises ``CannotRun`` where nobody offers the programme and no organisation is named, and ``Refused``.
    """
    if found.programme is not None:
        entry = {name: found.programme[name] for name in BESIDE}
        where = found.programme["id"]
    elif organisation is not None:
        entry, where = {"slug": slug, "organisation_id": organisation}, str(new_id())
    else:
        raise CannotRun(f"Nobody offers {slug} yet: say whose programme it is, with --organisation and their id.")
    body = entry | {"definition": found.definition.model_dump(mode="json"), "approvals": approvals}
    version: int = speaker.put("referrals", f"/programmes/{where}", body)["definition_version"]
    return version


def _differences(before: Any, after: Any, at: str) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(key), after.get(key), f"{at}.{key}".lstrip("."))
    elif before != after:
        yield Difference(at, before, after)


def _shown(value: Any) -> str:
    if value is None or value in ([], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(one)}" for key, one in value.items())
    return str(value)
