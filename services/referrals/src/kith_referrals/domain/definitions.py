"""Which version of a programme's definition is in force, and who has to say yes to a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kith_referrals.domain.refusals import MoveRefused, NotFound, Unacceptable


class DefinitionMissing(MoveRefused):
    """Without a word about the definition that is in force, its hard rules would be gone unseen."""

    code = "definition-missing"
    says = (
        "A definition of this programme is in force. Send it along (GET the programme's definition), a new one, or"
        " definition: null to take it off."
    )


class DefinitionNotApproved(Unacceptable):
    """Whose file it is, says when it is applied: young people, or members, who wrote it (MH, *Right Here*)."""

    code = "definition-not-approved"

    @classmethod
    def by(cls, whose: str, needed: int) -> "DefinitionNotApproved":
        """The refusal that says whose yes is needed, and how many of them."""
        return cls(f"This file is that of the {whose}. Ask them: it is applied once {needed} of them have said yes.")


class NoDefinition(NotFound):
    """The programme has no such version, or has none at all."""

    code = "no-definition"
    says = "This programme has no definition of that version. Without a version you get the one in force, if any is."


@dataclass(frozen=True, slots=True)
class Asked:
    """A definition that is to be applied, as JSON. ``needed`` of ``whose`` have to have said yes; ``approvals`` did."""

    document: Mapping[str, Any]
    whose: str | None = None
    needed: int = 0
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class Defined:
    """A version of a programme's definition. Versions count from 1; what was once applied is never changed."""

    version: int
    document: Mapping[str, Any]
    approvals: int = 0


def applied(asked: Asked | None, latest: Defined | None, *, in_force: bool, taken_off: bool = False) -> Defined | None:
    """The version that is in force from now on, or None. The same as the latest is that version again.

    ``latest`` was applied last, and is ``in_force`` unless it was taken off. Raises ``DefinitionMissing`` where it
    would go without anybody saying so, and ``DefinitionNotApproved``.
    """
    if asked is None:
        if in_force and not taken_off:
            raise DefinitionMissing
        return None
    if latest is not None and latest.document == asked.document:
        return latest
    if asked.whose is not None and asked.approvals < asked.needed:
        raise DefinitionNotApproved.by(asked.whose, asked.needed)
    return Defined(1 + (latest.version if latest else 0), asked.document, asked.approvals)
