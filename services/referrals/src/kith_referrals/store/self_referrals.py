"""The form's key and counts, private links and invitations: looked for, claimed, counted, and in the end forgotten."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.self_referral import floods, links
from kith_referrals.domain.self_referral.floods import Counted
from kith_referrals.domain.self_referral.links import Invitation, Link
from kith_referrals.tables import referrals
from kith_referrals.tables.forms import form_counts, form_key, invitations, self_referrals


@dataclass(frozen=True, slots=True)
class Claim:
    """A form that was sent: the digests of its link and of what it says, the referral it becomes, and its reference."""

    token_digest: bytes
    form_digest: bytes
    referral_id: UUID
    organisation_id: UUID
    reference: str


_KEY: Final = sa.select(form_key.c.key)
_DIGEST: Final = sa.bindparam("token_digest", type_=sa.LargeBinary)
_CLAIM: Final = (
    postgresql.insert(self_referrals)
    .on_conflict_do_nothing(index_elements=[self_referrals.c.token_digest])
    .returning(sa.true())
)
_CLAIMED: Final = sa.select(self_referrals.c.form_digest).where(self_referrals.c.token_digest == _DIGEST)
_LINK: Final = (
    sa.select(self_referrals.c.referral_id, self_referrals.c.organisation_id, referrals.c.closed_at)
    .join_from(self_referrals, referrals, referrals.c.id == self_referrals.c.referral_id)
    .where(self_referrals.c.token_digest == _DIGEST)
)
_INVITED: Final = tuple(column for column in invitations.columns if column.name != "token_digest")
_INVITATION: Final = sa.select(*_INVITED).where(invitations.c.token_digest == _DIGEST)
_INVITE: Final = sa.insert(invitations)
_USE: Final = (
    sa.update(invitations)
    .where(invitations.c.id == sa.bindparam("invitation_id", type_=sa.Uuid))
    .where(invitations.c.used_at.is_(None))
    .values(used_at=sa.bindparam("now"))
    .returning(sa.true())
)
_COUNT: Final = (
    postgresql.insert(form_counts)
    .from_select(
        ["bucket", "hour", "forms"],
        sa.select(
            sa.func.unnest(sa.bindparam("buckets", type_=postgresql.ARRAY(sa.LargeBinary))),
            sa.bindparam("hour", type_=sa.DateTime(timezone=True)),
            sa.literal(1),
        ),
    )
    .on_conflict_do_update(
        index_elements=[form_counts.c.bucket, form_counts.c.hour], set_={"forms": form_counts.c.forms + 1}
    )
    .returning(form_counts.c.bucket, form_counts.c.forms)
)
_FORGET_COUNTS: Final = sa.delete(form_counts).where(form_counts.c.hour < sa.bindparam("before"))
_FORGET_INVITATIONS: Final = sa.delete(invitations).where(invitations.c.expires_at < sa.bindparam("before"))
_FORGET_LINKS: Final = (
    sa.delete(self_referrals)
    .where(self_referrals.c.referral_id == referrals.c.id)
    .where(referrals.c.closed_at <= sa.bindparam("before"))
)


async def get_form_key(tx: AsyncConnection) -> bytes:
    """The key that stamps, links and counts are made with: one for all replicas, made with the tables."""
    return bytes((await tx.execute(_KEY)).scalar_one())


async def claim_link(tx: AsyncConnection, claim: Claim) -> bool:
    """Keep the link, unless the same form was sent before; waits for a sending that is under way."""
    return (await tx.execute(_CLAIM, asdict(claim))).first() is not None


async def find_form_digest(tx: AsyncConnection, token_digest: bytes) -> bytes | None:
    """The digest of what the form said that led to this link; or None."""
    found: bytes | None = (await tx.execute(_CLAIMED, {"token_digest": token_digest})).scalar_one_or_none()
    return found


async def find_link(tx: AsyncConnection, token_digest: bytes) -> Link | None:
    """Where the link leads; or None."""
    row = (await tx.execute(_LINK, {"token_digest": token_digest})).mappings().one_or_none()
    return Link(**row) if row else None


async def add_invitation(tx: AsyncConnection, invitation: Invitation, token_digest: bytes) -> None:
    """Keep an invitation, and of its secret the digest alone."""
    await tx.execute(_INVITE, asdict(invitation) | {"token_digest": token_digest})


async def find_invitation(tx: AsyncConnection, token_digest: bytes) -> Invitation | None:
    """The invitation with this secret; or None."""
    row = (await tx.execute(_INVITATION, {"token_digest": token_digest})).mappings().one_or_none()
    return Invitation(**row) if row else None


async def use_invitation(tx: AsyncConnection, invitation_id: UUID, *, now: datetime) -> bool:
    """Use it up; False where somebody already did."""
    return (await tx.execute(_USE, {"invitation_id": invitation_id, "now": now})).first() is not None


async def count_form(tx: AsyncConnection, *, network: bytes, programme: bytes, now: datetime) -> Counted:
    """Count a form in this hour's two buckets, locked in one order, so that two forms never wait for one another."""
    counting = {"buckets": sorted({network, programme}), "hour": floods.hour(now)}
    forms: Mapping[Any, int] = {bytes(row.bucket): row.forms for row in await tx.execute(_COUNT, counting)}
    return Counted(from_network=forms[network], to_programme=forms[programme])


async def forget(tx: AsyncConnection, now: datetime) -> None:
    """Delete what is past its time: counts after a day, invitations that expired, links half a year after the close."""
    await tx.execute(_FORGET_COUNTS, {"before": now - floods.KEPT})
    await tx.execute(_FORGET_INVITATIONS, {"before": now - floods.KEPT})
    await tx.execute(_FORGET_LINKS, {"before": now - links.KEPT})
