"""What a person does without an account: refer themself, open a private link, change their mind; and being invited."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import agreement, feedback, lifecycle
from kith_referrals.domain.consent import Answer, Feedback
from kith_referrals.domain.making import Asked
from kith_referrals.domain.network import Programme, check_takes_referrals
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Wish
from kith_referrals.domain.refusals import MoveRefused, ReferenceTaken
from kith_referrals.domain.self_referral import floods, links
from kith_referrals.domain.self_referral.filling import HOW, Filled
from kith_referrals.domain.self_referral.floods import Limits
from kith_referrals.domain.self_referral.links import Invitation, Link
from kith_referrals.domain.self_referral.refusals import InvitationOver, StampUsed
from kith_referrals.domain.steps import Actor
from kith_referrals.store import network as network_store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.store import self_referrals as store
from kith_referrals.store.self_referrals import Claim
from kith_referrals.usecases.moving import save_moves
from kith_referrals.usecases.referring import make_referral

SUBJECT: Final = "self-referral"
"""Who took a step that the person took on a page, without an account."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme with a form: whose it is, whose record a referral becomes, and by which invitation, if by one.

    ``place`` binds a stamp to the form it was made for. ``inviter_closes``: whoever invited may refer nobody any more.
    """

    programme: Programme
    organisation_name: str
    key: bytes = field(repr=False)
    organisation_id: UUID
    place: str
    invitation: Invitation | None = None
    inviter_closes: bool = False

    @property
    def asks_feedback(self) -> bool:
        """Whether the person says how much the referrer hears: not where it sees all of it as the programme's owner."""
        mine = self.organisation_id
        return feedback.is_held_to(mine, mine, self.programme.organisation_id)


@dataclass(frozen=True, slots=True)
class Sending:
    """A form that is sent: its link, what it says and said exactly, to which wording, from which network."""

    offer: Offer
    token: str = field(repr=False)
    filled: Filled
    form_digest: bytes
    wording: str
    network: str = field(repr=False)


async def find_offer(tx: AsyncConnection, slug: str) -> Offer | None:
    """The form of a programme; or None. The record becomes the programme's organisation's own."""
    found = await network_store.find_programme_by_slug(tx, slug)
    if found is None:
        return None
    programme, name = found
    key = await store.get_form_key(tx)
    return Offer(programme, name, key, programme.organisation_id, f"programme {programme.id}")


async def find_invited_offer(tx: AsyncConnection, token: str, now: datetime) -> Offer | None:
    """The form that an invitation opens, while it may be used or is just being used twice; or None.

    The record becomes the inviting organisation's own. A used invitation still has its form, so that the second half
    of a double click finds the referral that the first half made; ``refer`` lets nobody use it for another.
    """
    invitation = await store.find_invitation(tx, links.digest(token))
    if invitation is None or now >= invitation.expires_at:
        return None
    found = await network_store.find_programme(tx, invitation.programme_id)
    if found is None:
        return None
    programme, name = found
    inviter = await network_store.find_organisation(tx, invitation.organisation_id)
    return Offer(
        programme=programme,
        organisation_name=name,
        key=await store.get_form_key(tx),
        organisation_id=invitation.organisation_id,
        place=f"invitation {invitation.id}",
        invitation=invitation,
        inviter_closes=inviter is not None and inviter.closes_on is not None,
    )


async def refer(tx: AsyncConnection, sending: Sending, *, limits: Limits, chance: bytes, now: datetime) -> None:
    """Make the referral that the form asks for, once, however often the same form is sent.

    Raises ``StampUsed``, ``InvitationOver``, ``TooMany``, or what ``make_referral`` does; then nothing is kept and
    nothing is counted.
    """
    offer = sending.offer
    token_digest = links.digest(sending.token)
    claim = Claim(token_digest, sending.form_digest, clock.new_id(), offer.organisation_id, links.reference(chance))
    if not await store.claim_link(tx, claim):
        if await store.find_form_digest(tx, token_digest) != sending.form_digest:
            raise StampUsed
        return
    if offer.invitation and not await store.use_invitation(tx, offer.invitation.id, now=now):
        raise InvitationOver
    counted = await store.count_form(
        tx,
        network=floods.network_bucket(offer.key, sending.network),
        programme=floods.programme_bucket(offer.key, offer.programme.id),
        now=now,
    )
    floods.check(counted, limits, now)
    reference = await _own_reference(tx, offer.invitation) or claim.reference
    asked = Asked(
        referral_id=claim.referral_id,
        person=_person(sending.filled, offer.organisation_id),
        programme_id=offer.programme.id,
        wish=_wish(sending, reference, now),
        answer=Answer(
            given=True,
            recorded_on=clock.today(now),
            how=HOW[sending.filled.who],
            wording_version=sending.wording,
            feedback=sending.filled.feedback or Feedback.OUTCOME,
        ),
    )
    await make_referral(tx, asked, by=Actor(offer.organisation_id, SUBJECT), now=now)


async def find_link(tx: AsyncConnection, token: str, now: datetime) -> Link | None:
    """Where a private link leads; or None, also when it is over."""
    link = await store.find_link(tx, links.digest(token))
    return None if link is None or links.is_over(link.closed_at, now) else link


async def change_mind(tx: AsyncConnection, referral_id: UUID, *, now: datetime) -> bool:
    """The person no longer wants it, wherever it stands; whether that changed anything.

    Somebody who says it twice, or after the end, has what they asked for: they are not refused.
    """
    [referral] = await referrals_store.list_referrals_for_update(tx, {referral_id})
    try:
        moved = lifecycle.withdraw(referral, Actor(referral.referring_organisation_id, SUBJECT), now)
    except MoveRefused:
        return False
    await save_moves(tx, [moved], now=now)
    return True


async def invite(tx: AsyncConnection, invitation: Invitation, *, chance: bytes, now: datetime) -> str:
    """Keep an invitation by an organisation of this network; its secret, from 16 random bytes, is kept nowhere.

    Raises ``ProgrammeUnknown``, ``NoOrganisation``, ``NoAgreement``, ``NotOffered`` or ``ReferenceTaken``.
    """
    if invitation.source_reference and await _own_reference(tx, invitation) is None:
        raise ReferenceTaken
    programme, agreements = await network_store.get_programme_for_referral(
        tx, invitation.programme_id, invitation.organisation_id
    )
    check_takes_referrals(programme)
    agreement.offer(programme, invitation.organisation_id, agreements, clock.today(now))
    token = links.invitation_token(chance)
    await store.add_invitation(tx, invitation, links.digest(token))
    await audit.record(tx, Entry("invitation-made", "programme", invitation.programme_id), now=now)
    return token


async def forget(tx: AsyncConnection, now: datetime) -> None:
    """Delete counts, invitations and links that are past their time."""
    await store.forget(tx, now)


async def _own_reference(tx: AsyncConnection, invitation: Invitation | None) -> str | None:
    """The inviting organisation's reference, unless it used it meanwhile: the person is not made to suffer for that."""
    if invitation is None or invitation.source_reference is None:
        return None
    taken = await referrals_store.list_taken_references(tx, invitation.organisation_id, [invitation.source_reference])
    return None if taken else invitation.source_reference


def _person(filled: Filled, organisation_id: UUID) -> Person:
    return Person(
        id=clock.new_pseudonym(),
        organisation_id=organisation_id,
        family_name=filled.family_name,
        given_name=filled.given_name,
        birth_date=filled.birth_date,
        postcode=filled.postcode,
        email=filled.email,
        telephone=filled.telephone,
        contact_by=filled.contact_by,
        language=filled.language,
    )


def _wish(sending: Sending, reference: str, now: datetime) -> Wish:
    filled = sending.filled
    return Wish(
        source=filled.source,
        received_on=clock.today(now),
        needs=filled.needs,
        notes=filled.notes,
        source_reference=reference,
        unread=True,
    )
