"""The network's organisations and the programmes they offer, as its operator publishes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Organisation:
    """A charity, health board, council, housing provider, user group or funder.

    ``contact_email`` is where notices for the organisation go; it is told to nobody but the notifications service.
    """

    id: UUID
    name: str
    kind: str
    ods_code: str | None = None
    contact_email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """Whom to call in a crisis, in the area of a programme."""

    name: str
    telephone: str


SAMARITANS: Final = CrisisLine("Samaritans", "116 123")
"""For everybody in the United Kingdom and Ireland, free, day and night (samaritans.org)."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One offer of peer support by one organisation, and how it matches.

    ``slug`` names it in files and is unique in the network. ``weights`` says how many points each connection is worth.
    Ages are whole years, both ends included; None sets no limit. ``needs`` are the codes that its form asks about,
    ``telephone`` is where people call it, and ``crisis_lines`` are named on its pages beside 999 and NHS 111.
    """

    id: UUID
    organisation_id: UUID
    slug: str
    name: str
    model: str
    formality: str
    minimum_age: int | None = None
    maximum_age: int | None = None
    checks_required: bool = True
    channels: tuple[str, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    telephone: str | None = None
    crisis_lines: tuple[CrisisLine, ...] = ()
