"""A programme as it was published last."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Offer:
    """Whose a programme is, what it is called, and what its figures are held against.

    ``sites`` are where it is offered, as codes; ``proposed`` is how many households the payer of its results hopes for,
    None where its file names none.
    """

    programme_id: UUID
    organisation_id: UUID
    name: str
    sites: tuple[str, ...] = ()
    proposed: int | None = None
