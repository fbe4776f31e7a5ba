"""Who asks, in which sight."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from kith_chassis.identity import ORGANISATION_ROLES, Caller
from kith_referrals.domain.records import Author
from kith_referrals.domain.refusals import NoOrganisation
from kith_referrals.domain.steps import Actor

MEMBERS: Final = frozenset({"referrer", "coordinator", "administrator"})
DECIDERS: Final = frozenset({"coordinator", "administrator"})
ADMINISTRATOR: Final = frozenset({"administrator"})
OPERATOR: Final = frozenset({"operator"})


def acting(caller: Caller) -> tuple[Caller, Actor]:
    """The caller as a member of their organisation, and as who takes a step. Raises ``NoOrganisation``."""
    member, organisation_id = in_organisation(caller)
    return member, Actor(organisation_id, caller.subject)


def in_organisation(caller: Caller) -> tuple[Caller, UUID]:
    """The caller as a member of their organisation and nothing more, and the organisation.

    Somebody who is an operator too does a member's work in a member's sight. Raises ``NoOrganisation``.
    """
    if caller.organisation_id is None:
        raise NoOrganisation
    member = caller if caller.roles <= ORGANISATION_ROLES else replace(caller, roles=caller.roles & ORGANISATION_ROLES)
    return member, caller.organisation_id


def author(member: Caller, organisation_id: UUID, now: datetime) -> Author:
    """The member as the one whose name stands on a decision or a read."""
    return Author(member.subject, member.client_id, organisation_id, now)
