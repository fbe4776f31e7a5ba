"""What people say of the support they get."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

helpings: Final = sa.Table(
    "helpings",
    metadata,
    key(),
    column("match_id", sa.Uuid),
    column("referral_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("asked_on", sa.Date),
    column("moment", sa.Text),
    column("said", sa.Text),
    column("seen_by", sa.Text, null=True),
    column("seen_at", INSTANT, null=True),
    column("version", sa.Integer),
    column("review_on", sa.Date, null=True),
)
