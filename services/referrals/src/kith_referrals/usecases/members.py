"""Who works for an organisation, and which of its systems: put on its lists, taken off, and looked for at the door."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import members
from kith_referrals.domain.members import Client, Listing, Member
from kith_referrals.domain.refusals import NotFound
from kith_referrals.store import members as store


async def keep_list(tx: AsyncConnection, organisation_id: UUID, *, kept: bool, now: datetime) -> None:
    """Let the list narrow who may act for the organisation, or no longer.

    Raises ``NotFound`` or ``LastAdministrator``.
    """
    if await store.is_list_kept(tx, organisation_id) == kept:
        return
    members.check_administered(await store.list_administrators(tx, organisation_id), clock.today(now), kept=kept)
    await store.keep_list(tx, organisation_id, kept=kept)
    await audit.record(tx, Entry("list-kept" if kept else "list-left", "organisation", organisation_id), now=now)


async def put_member(tx: AsyncConnection, member: Member, *, version: int | None, now: datetime) -> tuple[Member, bool]:
    """The member as they now stand on the list, and whether they are new on it. The same again changes nothing.

    Raises ``NotFound``, what ``members.checked_member`` and ``members.check_administered`` do, ``VersionMissing`` or
    ``StaleVersion``.
    """
    members.checked_member(member)
    kept = await store.is_list_kept(tx, member.organisation_id)
    before = await store.find_member(tx, member.organisation_id, member.subject)
    if before is not None:
        member = replace(member, id=before.id, version=before.version)
        if member == before:
            return before, False
        store.check_seen(before.version, version, "member")
        member = replace(member, version=before.version + 1)
    await _save(tx, member, "member-listed", kept=kept, now=now)
    return member, before is None


async def end_membership(
    tx: AsyncConnection, organisation_id: UUID, subject: str, *, left_on: date, version: int, now: datetime
) -> Member:
    """Somebody left: what the list gave them is gone at once. Raises what ``members.leave`` and ``put_member`` do."""
    kept = await store.is_list_kept(tx, organisation_id)
    before = await store.find_member(tx, organisation_id, subject)
    if before is None:
        raise NotFound
    store.check_seen(before.version, version, "member")
    left = members.leave(before, left_on, clock.today(now))
    await _save(tx, left, "member-left", kept=kept, now=now)
    return left


async def put_client(tx: AsyncConnection, client: Client, *, version: int | None, now: datetime) -> tuple[Client, bool]:
    """The client as it is now registered, and whether it is new. The same again changes nothing.

    Raises ``NotFound``, what ``members.checked_client`` does, ``VersionMissing`` or ``StaleVersion``.
    """
    members.checked_client(client, clock.today(now))
    await store.is_list_kept(tx, client.organisation_id)
    before = await store.find_client_for_update(tx, client.organisation_id, client.client_id)
    if before is not None:
        client = replace(client, id=before.id, version=before.version, last_used_on=before.last_used_on)
        if client == before:
            return before, False
        store.check_seen(before.version, version, "client")
        client = replace(client, version=before.version + 1)
    await store.save_client(tx, client)
    await audit.record(tx, Entry("client-registered", "client", client.id, client.roles), now=now)
    return client, before is None


async def revoke_client(
    tx: AsyncConnection, organisation_id: UUID, client_id: str, *, version: int, now: datetime
) -> Client:
    """Allow the client nothing any more, at once. Raises ``NotFound``, ``ClientGone`` or ``StaleVersion``."""
    before = await store.find_client_for_update(tx, organisation_id, client_id)
    if before is None:
        raise NotFound
    store.check_seen(before.version, version, "client")
    revoked = members.revoke(before, now)
    await store.save_client(tx, revoked)
    await audit.record(tx, Entry("client-revoked", "client", revoked.id), now=now)
    return revoked


async def note_caller(
    tx: AsyncConnection, organisation_id: UUID, *, subject: str, client_id: str, now: datetime
) -> Listing:
    """What the organisation's lists say of a caller; that one of its systems was used today is kept."""
    listing = await store.find_listing(tx, organisation_id, subject=subject, client_id=client_id)
    if listing.client is not None and listing.client.revoked_at is None:
        await store.note_use(tx, listing.client, clock.today(now))
    return listing


async def _save(tx: AsyncConnection, member: Member, action: str, *, kept: bool, now: datetime) -> None:
    others = [one for one in await store.list_administrators(tx, member.organisation_id) if one.id != member.id]
    members.check_administered([*others, member], clock.today(now), kept=kept)
    await store.save_member(tx, member)
    await audit.record(tx, Entry(action, "member", member.id, member.roles), now=now)
