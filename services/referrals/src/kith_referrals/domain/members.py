"""Who works for an organisation, and which of its systems: lists that narrow what tokens say, and never widen it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain.refusals import MoveRefused, NotAllowed, Unacceptable


class NotListed(NotAllowed):
    """The organisation keeps a list, and the caller is not on it today."""

    code = "member-not-listed"
    says = "Your organisation keeps a list of its members, and you are not on it. Ask its administrator to add you."


class MemberLeft(NotAllowed):
    """Who has left has no access, whatever a token still says."""

    code = "member-left"
    says = "You no longer work for this organisation. If that is wrong, ask its administrator to add you again."


class MemberRoleMissing(NotAllowed):
    """The token gives a role that the organisation's own list does not."""

    code = "member-role-missing"
    says = "Your organisation's list does not give you the role that this needs. Ask its administrator."


class ClientRevoked(NotAllowed):
    """The organisation took back what it had allowed this system."""

    code = "client-revoked"
    says = "This client was revoked by its organisation. Its administrator can register it again."


class ClientExpired(NotAllowed):
    """A system's registration has a last day, so that a forgotten one ends by itself."""

    code = "client-expired"
    says = "The registration of this client has ended. Its organisation's administrator can renew it."


class ClientRoleMissing(NotAllowed):
    """The organisation allows its system less than the token does."""

    code = "client-role-missing"
    says = "This client's registration does not give it the role that this needs. Ask its organisation's administrator."


class SubjectNamesSomebody(Unacceptable):
    """A subject is the issuer's own id of somebody, and opaque: lists and URLs are no place for names or addresses."""

    code = "subject-names-somebody"
    says = (
        "A subject or client id is the opaque one that the issuer puts into tokens: 1 to 255 letters, digits and signs,"
        " without spaces, / or @. Names and addresses are refused; set the issuer to give opaque ids."
    )


class MembershipBackwards(Unacceptable):
    """Who ends before they begin never worked there."""

    code = "membership-backwards"
    says = "The last day lies before the first. Check the two dates."


class LeavingAfterToday(Unacceptable):
    """Access ends at once, so nobody leaves tomorrow."""

    code = "leaving-after-today"
    says = "The day of leaving lies after today. For a day to come, set ends_on with PUT instead."


class ExpiryPassed(Unacceptable):
    """A registration that has already ended allows nothing."""

    code = "client-expiry-passed"
    says = "The registration would end before today. Give its last day."


class LastAdministrator(MoveRefused):
    """A list without an administrator would keep everybody out, and nobody could mend it."""

    code = "last-administrator"
    says = (
        "A list that is kept needs an administrator on it today. Put one on it first: "
        "PUT /organisations/{id}/members/{subject}."
    )


class MemberGone(MoveRefused):
    """Somebody leaves once."""

    code = "member-gone"
    says = "They have already left. PUT puts them on the list again."


class ClientGone(MoveRefused):
    """A client is revoked once."""

    code = "client-gone"
    says = "The client is already revoked. PUT registers it again."


class Role(StrEnum):
    """What somebody does in an organisation. The network's operator is no member of any."""

    REFERRER = "referrer"
    COORDINATOR = "coordinator"
    SUPPORTER = "supporter"
    SUPERVISOR = "supervisor"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    ADMINISTRATOR = "administrator"
    FUNDER = "funder"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for an organisation, by the issuer's opaque id of them (``subject``).

    Days are civil dates (Europe/London), both included. ``left_on`` is when they left: from that moment nothing is
    open to them, whatever ``ends_on`` said.
    """

    id: UUID
    organisation_id: UUID
    subject: str
    roles: tuple[Role, ...]
    starts_on: date
    ends_on: date | None = None
    left_on: date | None = None
    version: int = 1

    def has_left(self, today: date) -> bool:
        """Whether they left, or their last day has passed."""
        return self.left_on is not None or (self.ends_on is not None and self.ends_on < today)

    def administers(self, today: date) -> bool:
        """Whether they may change the list today."""
        return Role.ADMINISTRATOR in self.roles and self.starts_on <= today and not self.has_left(today)


@dataclass(frozen=True, slots=True)
class Client:
    """A system of an organisation, by the ``client_id`` that its tokens carry.

    ``subject`` is the ``sub`` of those tokens, which issuers choose differently: without it, anybody who signs in
    through the system would pass for it. ``expires_on`` is its last day (Europe/London).
    """

    id: UUID
    organisation_id: UUID
    client_id: str
    subject: str
    roles: tuple[Role, ...]
    expires_on: date
    revoked_at: datetime | None = None
    last_used_on: date | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """What an organisation's lists say of a caller. ``kept`` says that whoever is on none of them is refused."""

    kept: bool = False
    has_clients: bool = False
    member: Member | None = None
    client: Client | None = None

    @property
    def narrows(self) -> bool:
        """Whether anybody of the organisation may be refused by its lists."""
        return self.kept or self.has_clients


def checked_member(member: Member) -> Member:
    """The member, if the subject is opaque and the days are in order.

    Raises ``SubjectNamesSomebody`` or ``MembershipBackwards``.
    """
    check_opaque(member.subject)
    if member.ends_on is not None and member.ends_on < member.starts_on:
        raise MembershipBackwards
    return member


def checked_client(client: Client, today: date) -> Client:
    """The client, if its ids are opaque and its last day is still to come.

    Raises ``SubjectNamesSomebody`` or ``ExpiryPassed``.
    """
    check_opaque(client.client_id)
    check_opaque(client.subject)
    if client.expires_on < today:
        raise ExpiryPassed
    return client


def leave(member: Member, left_on: date, today: date) -> Member:
    """The member, gone: nothing is open to them any more. Raises ``MemberGone`` or ``LeavingAfterToday``."""
    if member.left_on is not None:
        raise MemberGone
    if left_on > today:
        raise LeavingAfterToday
    return replace(member, left_on=left_on, version=member.version + 1)


def revoke(client: Client, now: datetime) -> Client:
    """The client, allowed nothing any more. Raises ``ClientGone``."""
    if client.revoked_at is not None:
        raise ClientGone
    return replace(client, revoked_at=now, version=client.version + 1)


def check_administered(members: Iterable[Member], today: date, *, kept: bool) -> None:
    """Refuse a list that is kept and that nobody on it could change. Raises ``LastAdministrator``."""
    if kept and not any(member.administers(today) for member in members):
        raise LastAdministrator


def check_listed(listing: Listing, roles: Collection[str], today: date) -> None:
    """Refuse a caller whom the organisation's own lists do not let do this; ``roles`` are the token's that would.

    A registered client is held to its registration always; people only where the list is kept. Raises
    ``ClientRevoked``, ``ClientExpired``, ``ClientRoleMissing``, ``NotListed``, ``MemberLeft`` or ``MemberRoleMissing``.
    """
    client, member = listing.client, listing.member
    if client is not None:
        if client.revoked_at is not None:
            raise ClientRevoked
        if client.expires_on < today:
            raise ClientExpired
        if set(roles).isdisjoint(client.roles):
            raise ClientRoleMissing
        return
    if not listing.kept:
        return
    if member is None or member.starts_on > today:
        raise NotListed
    if member.has_left(today):
        raise MemberLeft
    if set(roles).isdisjoint(member.roles):
        raise MemberRoleMissing


def check_opaque(subject: str) -> None:
    """Refuse what looks like a name or an address where an issuer's id belongs. Raises ``SubjectNamesSomebody``."""
    if not (subject.isascii() and subject.isprintable()) or not set(" /@").isdisjoint(subject):
        raise SubjectNamesSomebody
