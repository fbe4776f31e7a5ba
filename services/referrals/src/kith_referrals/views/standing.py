"""Read-only SQL for the private status page: where a self-referral stands, and nothing about the person."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.tables import consents, organisations, programmes, referrals, self_referrals

_words: Final = (
    sa.select(
        sa.func.jsonb_object_agg(
            consents.c.purpose,
            sa.func.jsonb_build_array(
                consents.c.state, consents.c.recorded_on, consents.c.wording_version, consents.c.feedback
            ),
        )
    )
    .where(consents.c.referral_id == referrals.c.id)
    .scalar_subquery()
)
_STANDING: Final = (
    sa.select(
        self_referrals.c.reference,
        *(
            referrals.c[name]
            for name in (
                "status",
                "submitted_at",
                "closed_at",
                "decision_reason",
            )
        ),
        programmes.c.name.label("programme_name"),
        programmes.c.telephone,
        programmes.c.crisis_lines,
        organisations.c.name.label("organisation_name"),
        _words.label("consents"),
    )
    .join_from(self_referrals, referrals, referrals.c.id == self_referrals.c.referral_id)
    .join(programmes, programmes.c.id == referrals.c.programme_id)
    .join(organisations, organisations.c.id == programmes.c.organisation_id)
    .where(self_referrals.c.token_digest == sa.bindparam("token_digest", type_=sa.LargeBinary))
)


async def find_standing(tx: AsyncConnection, token_digest: bytes) -> dict[str, Any] | None:
    """Where a self-referral stands, with its programme and what was agreed, and nothing about the person; or None."""
    row = (await tx.execute(_STANDING, {"token_digest": token_digest})).mappings().one_or_none()
    return dict(row) if row else None
