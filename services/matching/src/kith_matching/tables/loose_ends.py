"""What stands on the worklist until somebody says that they saw to it."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

loose_ends: Final = sa.Table(
    "loose_ends",
    metadata,
    key(),
    column("kind", sa.Text),
    column("match_id", sa.Uuid),
    column("referral_id", sa.Uuid, null=True),
    column("supporter_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("since", sa.Date),
    column("seen_by", sa.Text, null=True),
    column("seen_at", INSTANT, null=True),
)
"""``id`` is that of the match or the session that left it; ``referral_id`` is null once its person was erased."""
