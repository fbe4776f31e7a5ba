"""Who asks: a verified bearer token becomes a Caller, and a table says which role may do what."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

NETWORK_ROLES: Final = frozenset({"operator", "service"})
"""Roles that see every organisation's rows: the network's operators and other Kith services."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the token says it: never a name, only ids and roles.

    Roles are ``referrer``, ``coordinator`` and ``administrator`` (of ``organisation_id``), ``operator`` (of the
    network) and, for a machine client of another Kith service, ``service`` and ``service:<name>``.
    """

    subject: str
    organisation_id: UUID | None
    roles: frozenset[str]
    client_id: str

    @property
    def network(self) -> bool:
        """True when this caller sees the rows of every organisation."""
        return not NETWORK_ROLES.isdisjoint(self.roles)
