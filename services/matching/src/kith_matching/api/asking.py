"""What several routes ask for: the organisation of who asks, and codes as facts may carry them."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from pydantic import Field

from kith_chassis.identity import CallerDep, RoleMissing
from kith_contracts.fact import Code

MOST_CODES: Final = 50

Codes = Annotated[tuple[Code, ...], Field(max_length=MOST_CODES)]
"""Words from a known list that may grow, in no order that matters unless it is said."""


async def organisation_of(caller: CallerDep) -> UUID:
    """The organisation that the caller acts for. Raises ``RoleMissing`` where the token names none."""
    if caller.organisation_id is None:
        raise RoleMissing("This needs a role in an organisation.")
    return caller.organisation_id


OrganisationDep = Annotated[UUID, Depends(organisation_of)]
"""The organisation of who asks."""
