"""Read-only SQL about the claim ledger: an organisation's own claims, and to an auditor a sample until its day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.claim_samples import Drawn, check_open
from kith_referrals.domain.claims import Claim
from kith_referrals.store.claims import claim_of, sample_of
from kith_referrals.tables.claims import claim_samples, claims
from kith_referrals.views.finding import find_one, list_rows

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_ORGANISATION: Final = sa.bindparam("of_organisation", type_=sa.Uuid)
_own: Final = claims.c.organisation_id == _ORGANISATION
_CLAIMS: Final = audited(
    sa.select(claims)
    .where(_own, sa.or_(_AFTER.is_(None), claims.c.id > _AFTER))
    .order_by(claims.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_CLAIM: Final = audited(sa.select(claims).where(claims.c.id == _ID, _own))
_SAMPLE: Final = sa.select(claim_samples).where(claim_samples.c.id == _ID, claim_samples.c.auditor_id == _ORGANISATION)
_DRAWN: Final = audited(
    sa.select(claims).where(claims.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))).order_by(claims.c.id)
)


async def list_claims(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> Sequence[Claim]:
    """An organisation's claims, in the order in which they were made."""
    listed = noted(tx, Entry("claims-listed", "organisation", organisation_id), now=now)
    wanted = {"of_organisation": organisation_id, "after": after, "limit": limit, **listed}
    return [claim_of(row) for row in await list_rows(tx, _CLAIMS, wanted)]


async def get_claim(tx: AsyncConnection, claim_id: UUID, organisation_id: UUID, *, now: datetime) -> Claim:
    """A claim of the organisation's own. Raises ``NotFound``."""
    seen = noted(tx, Entry("claim-read", "claim", claim_id), now=now)
    return claim_of(await find_one(tx, _CLAIM, claim_id, {"of_organisation": organisation_id, **seen}))


async def get_sample(tx: AsyncConnection, sample_id: UUID, auditor_id: UUID, *, now: datetime) -> Drawn:
    """A sample that was drawn for the organisation, with its claims; each look is on the record.

    Raises ``NotFound`` or ``SampleOver``.
    """
    sample = sample_of(await find_one(tx, _SAMPLE, sample_id, {"of_organisation": auditor_id}))
    check_open(sample, clock.today(now))
    seen = noted(tx, Entry("claim-sample-read", "claim-sample", sample_id), now=now)
    rows = await list_rows(tx, _DRAWN, {"ids": list(sample.claim_ids), **seen})
    return Drawn(sample, [claim_of(row) for row in rows])
