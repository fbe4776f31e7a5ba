"""Mappings that an organisation keeps under a name; a change is a version beside the others, and none is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kith_referrals.domain.intake.refusals import TooManyMappings

MOST_MAPPINGS: Final = 200
"""Names that one organisation keeps mappings under, so that a list of them is one answer."""


@dataclass(frozen=True, slots=True)
class KeptMapping:
    """One version of a mapping. ``mapping`` is the whole of it as it was sent; ``saved_by`` a token's subject.

    ``id`` is that of the mapping in all its versions. ``saved_at`` is UTC.
    """

    id: UUID
    organisation_id: UUID
    name: str
    version: int
    mapping: Mapping[str, Any]
    saved_at: datetime
    saved_by: str

    @property
    def codes(self) -> tuple[str, ...]:
        """Which mapping it is, as the audit has it."""
        return self.name, f"version-{self.version}"


def save(told: KeptMapping, before: KeptMapping | None, count: int) -> KeptMapping:
    """The version to keep of what was told, which is its first or the next one; ``before`` where it says the same.

    ``count`` is how many names the organisation has. Raises ``TooManyMappings``.
    """
    if before is None:
        if count >= MOST_MAPPINGS:
            raise TooManyMappings
        return told
    if before.mapping == told.mapping:
        return before
    return replace(told, id=before.id, version=before.version + 1)
