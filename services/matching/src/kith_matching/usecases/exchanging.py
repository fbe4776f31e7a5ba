"""Members of an exchange: recorded and leaving, suggested to one another, asked, and told a number once both agree."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_matching.domain import exchange as rules
from kith_matching.domain.exchange import Agreement, Member, MemberElsewhere, MemberNotFound, Suggestion
from kith_matching.domain.proposal import Answer
from kith_matching.store import exchange, referrals


async def put_member(
    tx: AsyncConnection, asked: Member, *, expected_version: int | None, now: datetime
) -> tuple[Member, bool]:
    """Record a member as they wish to be now; the second value says whether they are new.

    The same again changes nothing and needs no version. Raises ``ExchangeOff``, ``MemberNotFound`` where the id is
    another organisation's, and ``MemberElsewhere``; ``VersionMissing`` and ``StaleVersion`` where a change does not
    name the version it is about.
    """
    rules.check_on(await referrals.get_programme(tx, asked.programme_id, asked.organisation_id))
    if expected_version is None and await exchange.insert_member(tx, asked):
        await audit.record(tx, Entry("member-recorded", "member", asked.id, (asked.state,)), now=now)
        return asked, True
    current = (await exchange.get_members_for_update(tx, [asked.id]))[asked.id]
    if current.programme_id != asked.programme_id:
        raise MemberElsewhere
    if replace(asked, version=current.version) == current:
        return current, False
    if expected_version is None:
        raise VersionMissing("The member is known already. Read them, then send If-Match with that ETag.")
    check_version(current.version, expected_version, "member")
    changed = replace(asked, version=current.version + 1)
    await exchange.save_member(tx, changed)
    await audit.record(tx, Entry("member-changed", "member", changed.id, (changed.state,)), now=now)
    return changed, False


async def leave(tx: AsyncConnection, member_id: UUID, *, now: datetime) -> None:
    """Forget a member at once, and what they agreed with anybody. Raises ``MemberNotFound``."""
    await exchange.get_members_for_update(tx, [member_id])
    await exchange.delete_member(tx, member_id)
    await audit.record(tx, Entry("member-left", "member", member_id), now=now)


async def suggest(
    tx: AsyncConnection, programme_id: UUID, organisation_id: UUID, member_id: UUID, *, now: datetime
) -> list[Suggestion]:
    """Whom a member could be asked about, best first. Raises ``NotFound`` and ``ExchangeOff``."""
    programme = await referrals.get_programme(tx, programme_id, organisation_id)
    rules.check_on(programme)
    member = await exchange.get_member(tx, member_id)
    if member.programme_id != programme_id:
        raise MemberNotFound
    others = await exchange.list_members(tx, programme_id)
    asked = await exchange.list_asked(tx, member_id)
    await audit.record(tx, Entry("suggestions-listed", "member", member_id), now=now)
    return rules.suggest(member, others, asked, programme.weights)


async def ask(tx: AsyncConnection, first_id: UUID, second_id: UUID, *, now: datetime) -> Agreement:
    """Ask two members, each by themself. Raises ``MemberNotFound``, and what ``rules.ask`` raises."""
    members = await exchange.get_members_for_update(tx, {first_id, second_id})
    first, second = members[first_id], members[second_id]
    rules.check_on(await referrals.get_programme(tx, first.programme_id, first.organisation_id))
    asked = second_id in await exchange.list_asked(tx, first_id)
    agreement = rules.ask(first, second, asked=asked, agreement_id=clock.new_id(), now=now)
    await exchange.insert_agreement(tx, agreement)
    await audit.record(tx, Entry("members-asked", "exchange-agreement", agreement.id), now=now)
    return agreement


async def answer(
    tx: AsyncConnection, agreement_id: UUID, member_id: UUID, said: Answer, *, expected_version: int, now: datetime
) -> Agreement:
    """Take the answer of one of the two. Raises ``StaleVersion`` where the agreement has moved on."""
    agreement = await exchange.get_agreement_for_update(tx, agreement_id)
    check_version(agreement.version, expected_version, "agreement")
    answered = rules.answer(agreement, member_id, said)
    await exchange.save_agreement(tx, answered)
    await audit.record(tx, Entry("agreement-answered", "exchange-agreement", agreement_id, (said,)), now=now)
    return answered


async def read_other(tx: AsyncConnection, agreement_id: UUID, member_id: UUID, *, now: datetime) -> Member:
    """The member with whom this one agreed, to be called. Raises ``NotBothAgreed``; then nothing is recorded."""
    agreement = await exchange.get_agreement(tx, agreement_id)
    other_id = agreement.other(member_id)
    rules.check_agreed(agreement)
    other = await exchange.get_member(tx, other_id)
    await audit.record(tx, Entry("member-contact-read", "exchange-agreement", agreement_id), now=now)
    return other
