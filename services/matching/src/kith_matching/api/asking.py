"""What several routes ask for: the organisation of who asks, and codes as facts may carry them."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field, StringConstraints

from kith_chassis.identity import SUPERVISING_ROLES, CallerDep, RoleMissing
from kith_contracts.fact import Code
from kith_matching.domain.subjects import Speaker

MOST_CODES: Final = 50

ORGANISERS: Final = frozenset({"coordinator", "administrator"})
"""Who organises a programme, by their roles."""
SUPERVISORS: Final = ORGANISERS | SUPERVISING_ROLES
"""Who gives supervision, and sees whose is due."""

Codes = Annotated[tuple[Code, ...], Field(max_length=MOST_CODES)]
"""Words from a known list that may grow, in no order that matters unless it is said."""

Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
"""A moment with its offset, or in UTC; not so far away that nothing could be reckoned from it."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$", max_length=254)]
Telephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()-]{6,20}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
"""What somebody writes, which is sealed: an answer to a create is kept for a day, and never has it."""

Subject = Annotated[str, StringConstraints(min_length=1, max_length=255)]
"""Somebody, by the opaque subject of their tokens."""


async def organisation_of(caller: CallerDep) -> UUID:
    """The organisation that the caller acts for. Raises ``RoleMissing`` where the token names none."""
    if caller.organisation_id is None:
        raise RoleMissing("This needs a role in an organisation.")
    return caller.organisation_id


OrganisationDep = Annotated[UUID, Depends(organisation_of)]
"""The organisation of who asks."""


async def speaker_of(caller: CallerDep) -> Speaker:
    """Whoever asks, as somebody who speaks of a supporter."""
    return Speaker(caller.subject, organises=not caller.roles.isdisjoint(ORGANISERS))


SpeakerDep = Annotated[Speaker, Depends(speaker_of)]
"""Whoever asks, where both they who organise and a supporter may."""


async def looked_after_by(
    caller: CallerDep,
    looked_after_by: Annotated[
        Subject | None, Query(description="Only what this coordinator looks after: their subject, or `me`.")
    ] = None,
) -> str | None:
    """The coordinator to whom a list is narrowed; None for everybody's."""
    return caller.subject if looked_after_by == "me" else looked_after_by


CoordinatorDep = Annotated[str | None, Depends(looked_after_by)]
"""Query parameter ``looked_after_by`` as a subject."""
