"""Who asks."""

from uuid import UUID

from kith_chassis.identity import Caller


def asking_of(caller: Caller) -> UUID | None:
    """The organisation that asks; None: an operator, who sees every one's."""
    return None if caller.network else caller.organisation_id
