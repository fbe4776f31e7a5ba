"""How somebody is reached: for the moment of sending, and never to be kept."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Contact:
    """A name, an address, and whether mail may be sent to it at this moment."""

    name: str = field(repr=False)
    email: str | None = field(repr=False)
    may_email: bool
